"""A sub-account stands as the engine says: golden vectors, other collateral stale or with a pending jump."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.ledger import exchange_of
from golden import golden
from quantdesk.domain import margin
from quantdesk.gateway.accounts.holdings import Holding, Holdings
from quantdesk.gateway.accounts.valuation import AccountValue, MarketPrices, value
from quantdesk.program.layouts import Exchange

VECTORS = golden("standing")
COLLATERAL = ("price", "pending_price", "publish_ms", "maintenance_weight", "max_age_s")
SOL = {"price": 150_000, "publish_ms": 1_000_000, "max_age_s": 60, "initial_weight": 800_000}


def valued(holdings: Holdings, exchange: Exchange, unix_s: int) -> AccountValue:
    prices = {
        each.index: MarketPrices(each, each.mark_price, each.mark_price, each.funding_index, unix_s * 1_000)
        for each in exchange.markets
    }
    return value(holdings, prices, exchange.collaterals, unix_s)


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["usdc"]))
def test_an_account_stands_as_the_engine_says(case: dict[str, Any]) -> None:
    markets = [dict(each) for each in VECTORS["markets"]]
    for each in case["positions"]:
        prices = {"mark_price": each["mark"], "pending_price": each["pending"]}
        markets[each["market"]] |= prices | {"funding_index": each["market_funding_index"]}
    collaterals = [{name: each[name] for name in COLLATERAL} for each in case["collaterals"]]
    holdings = Holdings(
        0,
        slot_index=1,
        usdc=case["usdc"],
        collaterals=tuple(each["held"] for each in case["collaterals"]),
        positions={
            each["market"]: Holding(
                each["market"],
                *(each[name] for name in ("base", "quote", "quote", "funding_index", "bid_lots", "ask_lots")),
                bid_orders=1,
                ask_orders=1,
            )
            for each in case["positions"]
        },
    )
    found = valued(holdings, exchange_of(markets, collaterals), case["now"]).standing
    assert found == margin.Standing(case["equity"], case["maintenance"], case["initial"])


def test_what_is_parked_has_a_worth_and_is_no_margin_and_a_stale_price_opens_nothing() -> None:
    """2 SOL at $150 in the slot and 1 parked, initial weight 80 %: $240 beside $10."""
    exchange = exchange_of([], [SOL, SOL | {"price": 0}])
    held = Holdings(0, slot_index=1, usdc=10_000_000, parked=(0, 10**9), collaterals=(2 * 10**9,))
    fresh = valued(held, exchange, 1_060)
    assert fresh.collateral.worth == (10_000_000, 450_000_000, None)
    assert fresh.free_collateral == 250_000_000
    assert fresh.withdrawable == 10_000_000
    assert valued(held, exchange, 1_061).free_collateral == 10_000_000
