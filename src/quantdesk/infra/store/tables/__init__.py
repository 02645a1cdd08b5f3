"""Every table of the store, by the service that writes it (its only writer; anyone may read).

====================  ===========  =====================================================================
module                writer       tables
====================  ===========  =====================================================================
``chain``             indexer      chain_events, traders, accounts, balances, positions, orders, fills,
                                   liquidations, triggers, funding_payments, funding_rates, transfers,
                                   candles, market_states, prices, cursors, history_bounds
``gateway``           gateway      login_nonces, sessions, refresh_tokens, relayed_transactions,
                                   rate_counters
``mikey``             mikey        tickets
``feed``              ingestion    venue_candles, feed_state
``shared``            the holder   leases
====================  ===========  =====================================================================
"""

from __future__ import annotations

from quantdesk.infra.store.tables._columns import metadata
from quantdesk.infra.store.tables.chain import (
    accounts,
    balances,
    candles,
    chain_events,
    cursors,
    fills,
    funding_payments,
    funding_rates,
    history_bounds,
    liquidations,
    market_states,
    orders,
    positions,
    prices,
    traders,
    transfers,
    triggers,
)
from quantdesk.infra.store.tables.feed import feed_state, venue_candles
from quantdesk.infra.store.tables.gateway import (
    login_nonces,
    rate_counters,
    refresh_tokens,
    relayed_transactions,
    sessions,
)
from quantdesk.infra.store.tables.mikey import tickets
from quantdesk.infra.store.tables.shared import leases

__all__ = [
    "accounts",
    "balances",
    "candles",
    "chain_events",
    "cursors",
    "feed_state",
    "fills",
    "funding_payments",
    "funding_rates",
    "history_bounds",
    "leases",
    "liquidations",
    "login_nonces",
    "market_states",
    "metadata",
    "orders",
    "positions",
    "prices",
    "rate_counters",
    "refresh_tokens",
    "relayed_transactions",
    "sessions",
    "tickets",
    "traders",
    "transfers",
    "triggers",
    "venue_candles",
]
