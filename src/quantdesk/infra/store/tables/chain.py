"""What the indexer derives from the chain. Written by ``indexer`` only; everything here is ``confirmed``.

``event_seq`` is the exchange's running sequence number: +1 each event, no gap. With the place inside the
event it keys every derived row, so that indexing an event twice writes the same rows again.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint

from quantdesk.infra.store.tables._columns import binary, integer, signature, small, table, text, wallet

WRITER = "indexer"

chain_events = table(
    "chain_events",
    WRITER,
    "derived",
    integer("event_seq", key=True),
    integer("slot"),
    text("blockhash", 44, comment="of the block that held it: a fork repeats sequences"),
    signature(),
    integer("ts_ms", comment="the chain's clock"),
    text("name", 32, comment="event name in the IDL"),
    binary("payload", comment="borsh bytes after the event's discriminator"),
    Index("ix_chain_events_signature", "signature"),
    comment="Every event, as it came.",
)

traders = table(
    "traders",
    WRITER,
    "derived",
    small("slot_index", key=True),
    integer("generation", key=True, comment="a Ledger slot's occupant: reused slots get another generation"),
    wallet(),
    small("sub"),
    integer("event_seq", comment="of TraderActivated"),
    Index("ix_traders_wallet_sub", "wallet", "sub"),
    comment="Who sits (or sat) in which Ledger slot. Never pruned: events name slots only.",
)

accounts = table(
    "accounts",
    WRITER,
    "derived",
    wallet(key=True),
    small("sub", key=True),
    text("state", 8, comment="opened | active | parked | closed"),
    small("slot_index", null=True, comment="while active"),
    integer("generation", null=True),
    integer("opened_ms"),
    integer("updated_ms"),
    integer("event_seq"),
    integer("slot"),
    comment="Trader accounts by owner and sub-account number.",
)

balances = table(
    "balances",
    WRITER,
    "derived",
    wallet(key=True),
    small("sub", key=True),
    small("collateral", key=True, comment="index in the exchange's collateral table; 0 = USDC"),
    integer("amount", comment="in the Ledger slot; native atoms; USDC may be negative"),
    integer("parked", comment="in the Trader account; native atoms"),
    integer("locked", comment="vesting profit in `amount`, as of locked_at"),
    integer("locked_at", comment="Unix seconds of the chain"),
    integer("event_seq"),
    integer("slot"),
    integer("ts_ms"),
    comment="Balances as the last event that touched them left them.",
)

positions = table(
    "positions",
    WRITER,
    "derived",
    wallet(key=True),
    small("sub", key=True),
    small("market", key=True),
    integer("base", comment="signed base lots; 0 = flat"),
    integer("quote", comment="signed quote atoms; equity of the position = quote + base x mark - funding"),
    integer("entry_quote", comment="signed quote atoms at the average entry"),
    integer("funding_index", comment="micro quote atoms per base lot up to which funding is settled"),
    integer("bid_lots", comment="resting"),
    integer("ask_lots", comment="resting"),
    small("bid_orders"),
    small("ask_orders"),
    integer("event_seq"),
    integer("slot"),
    integer("ts_ms"),
    comment="Positions as the last event that touched them left them; flat ones stay with base 0.",
)

orders = table(
    "orders",
    WRITER,
    "derived",
    integer("event_seq", key=True, comment="of the event that carried the order in"),
    small("order_index", key=True, comment="place in that event"),
    small("market"),
    text("order_id", 39, null=True, comment="decimal of ticks << 64 | seq; null when it was rejected"),
    wallet(),
    small("sub"),
    text("client_id", 20, comment="decimal u64; 0 = none"),
    wallet("signer"),
    text("side", 4, comment="buy | sell"),
    text("time_in_force", 4, comment="gtc | gtt | ioc | fok"),
    text("post_only", 6, comment="none | reject | slide"),
    Column("reduce_only", Boolean, nullable=False),
    integer("expires_at", null=True, comment="unit: expiry_kind"),
    text("expiry_kind", 4, null=True, comment="slot | unix (seconds); null = never"),
    integer("ticks", comment="limit price; the worst price accepted for a market order"),
    integer("lots", comment="as ordered"),
    integer("filled_lots"),
    integer("filled_quote", comment="sum of ticks x tick_size x lots of its fills: quote atoms"),
    integer("resting_lots", comment="in the book now"),
    integer("fee", comment="quote atoms paid; negative = rebate"),
    text("status", 9, comment="open | filled | cancelled | expired | rejected"),
    text("reason", 40, null=True, comment="why it ended: a removal reason or an error's IDL name"),
    integer("created_ms"),
    integer("updated_ms"),
    integer("updated_event_seq"),
    integer("slot"),
    signature(),
    Index("ix_orders_wallet_event_seq", "wallet", "event_seq"),
    Index("ix_orders_wallet_status", "wallet", "status"),
    Index("ix_orders_wallet_client_id", "wallet", "client_id"),
    Index("ix_orders_market_order_id", "market", "order_id"),
    comment="Life of every order; average price = filled_quote / filled_lots.",
)

fills = table(
    "fills",
    WRITER,
    "derived",
    integer("event_seq", key=True),
    small("fill_index", key=True),
    small("market"),
    integer("ticks"),
    integer("lots"),
    text("taker_side", 4, comment="buy | sell"),
    wallet("maker_wallet"),
    small("maker_sub"),
    text("maker_order_id", 39),
    text("maker_client_id", 20),
    integer("maker_fee", comment="quote atoms paid; negative = rebate"),
    integer("maker_pnl", comment="realised quote atoms"),
    wallet("taker_wallet"),
    small("taker_sub"),
    text("taker_order_id", 39),
    text("taker_client_id", 20),
    integer("taker_fee"),
    integer("taker_pnl"),
    integer("slot"),
    integer("ts_ms"),
    signature(),
    Index("ix_fills_market_event_seq", "market", "event_seq"),
    Index("ix_fills_maker_wallet_event_seq", "maker_wallet", "event_seq"),
    Index("ix_fills_taker_wallet_event_seq", "taker_wallet", "event_seq"),
    comment="Every fill of the program.",
)

funding_payments = table(
    "funding_payments",
    WRITER,
    "derived",
    integer("event_seq", key=True),
    wallet(key=True),
    small("sub", key=True),
    small("market", key=True),
    integer("paid", comment="quote atoms; negative = received"),
    integer("funding_index"),
    integer("slot"),
    integer("ts_ms"),
    signature(),
    Index("ix_funding_payments_wallet_event_seq", "wallet", "event_seq"),
    comment="Funding settled into a balance.",
)

funding_rates = table(
    "funding_rates",
    WRITER,
    "derived",
    small("market", key=True),
    integer("hour_ms", key=True, comment="start of the hour"),
    integer("rate", comment="quote atoms x 1e6 per base lot and hour, fixed at the start of the hour"),
    integer("funding_index", comment="as last seen in that hour"),
    integer("event_seq"),
    comment="Hourly funding of each market.",
)

transfers = table(
    "transfers",
    WRITER,
    "derived",
    integer("event_seq", key=True),
    wallet(),
    small("sub"),
    text("kind", 10, comment="deposit | withdrawal"),
    small("collateral"),
    integer("amount", comment="native atoms, positive"),
    Column("parked", Boolean, nullable=False, comment="to or from the Trader account instead of the slot"),
    integer("slot"),
    integer("ts_ms"),
    signature(),
    Index("ix_transfers_wallet_event_seq", "wallet", "event_seq"),
    comment="Deposits and withdrawals.",
)

candles = table(
    "candles",
    WRITER,
    "derived",
    small("market", key=True),
    text("source", 5, key=True, comment="trade | mark | index"),
    text("resolution", 3, key=True),
    integer("t_ms", key=True, comment="start of the bucket"),
    integer("o", comment="quote atoms per base lot (LotPrice), all sources"),
    integer("h"),
    integer("l"),
    integer("c"),
    integer("v", comment="base lots; 0 for mark and index"),
    integer("quote", comment="traded quote atoms; 0 for mark and index"),
    integer("trades"),
    integer("event_seq", comment="last event that went into it"),
    comment="Candles of real fills and of the mark and index prices; empty buckets are absent.",
)

market_states = table(
    "market_states",
    WRITER,
    "derived",
    small("market", key=True),
    text("symbol", 16),
    integer("index", null=True, comment="LotPrice: quote atoms per base lot; null = never seen"),
    integer("mark", null=True),
    integer("confidence", null=True),
    integer("publish_ms", null=True, comment="of the index price"),
    small("price_flags", null=True),
    integer("best_bid", null=True, comment="ticks; null = empty side"),
    integer("best_ask", null=True),
    integer("last", null=True, comment="LotPrice of the last fill"),
    integer("last_ms", null=True),
    integer("open_interest", null=True, comment="base lots, long side"),
    integer("funding_index", null=True),
    integer("funding_rate", null=True),
    integer("next_rate", null=True),
    integer("event_seq"),
    integer("slot"),
    integer("ts_ms"),
    UniqueConstraint("symbol"),
    comment="Each market as the last event left it.",
)

prices = table(
    "prices",
    WRITER,
    "derived",
    small("market", key=True),
    integer("event_seq", key=True),
    integer("index"),
    integer("mark"),
    integer("confidence"),
    integer("publish_ms"),
    small("flags"),
    integer("ts_ms"),
    integer("slot"),
    comment="Accepted prices on chain, one row an update.",
)

cursors = table(
    "cursors",
    WRITER,
    "derived",
    text("name", 16, key=True, comment="indexed | published"),
    integer("event_seq", comment="the last one done"),
    integer("slot"),
    signature(null=True),
    integer("updated_ms"),
    comment="How far the indexer is.",
)

history_bounds = table(
    "history_bounds",
    WRITER,
    "derived",
    text("name", 20, key=True, comment="table"),
    integer("since_ms", comment="what lies before is unknown, not empty"),
    integer("since_event_seq"),
    comment="Where each table's history begins (first start or retention).",
)
