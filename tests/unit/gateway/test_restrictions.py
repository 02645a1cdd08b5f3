"""What a market says narrows it, by the program's own rules."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.ledger import sol_market
from quantdesk.gateway.markets.board import LiveMarket
from quantdesk.gateway.markets.restrictions import restrictions
from quantdesk.infra.bus.messages import MarketState
from quantdesk.program.layouts import Exchange
from quantdesk.program.records import Pause


def exchange(**changes: Any) -> Exchange:
    fields: dict[str, Any] = dict.fromkeys(Exchange.__dataclass_fields__, 0)
    return Exchange(**(fields | {"fee_tiers": (), "collaterals": (), "markets": ()} | changes))


PRICED = {
    "publish_ms": 1_000_000,
    "open_max_age_ms": 10_000,
    "liquidate_max_age_ms": 60_000,
    "open_confidence": 5_000,
    "liquidate_confidence": 10_000,
}


@pytest.mark.parametrize(
    ("of_market", "of_exchange", "age_ms", "expected"),
    [
        ({}, {}, 10_000, []),
        ({}, {}, 10_001, [("PriceStale", ["opening", "withdrawing"], None)]),
        ({}, {}, 60_001, [("PriceStale", ["opening", "reducing", "liquidation", "withdrawing"], None)]),
        ({"index_price": 0}, {}, 0, [("NoPrice", ["opening", "reducing"], None)]),
        ({"confidence": 7_001}, {}, 0, [("PriceUncertain", ["opening"], None)]),
        ({"confidence": 14_001}, {}, 0, [("PriceUncertain", ["opening", "reducing", "liquidation"], None)]),
        ({"source": 2}, {}, 0, [("PriceNotAnchored", ["opening", "withdrawing"], None)]),
        ({"pending_price": 1_500_000}, {}, 0, [("PriceJumped", ["withdrawing"], None)]),
        ({"status": 3}, {}, 0, [("MarketNotActive", ["opening"], None)]),
        ({"status": 4}, {}, 0, [("MarketNotActive", ["opening", "reducing"], None)]),
        (
            {"status": 1, "notice_at": 900},
            {},
            0,
            [("MarketNotActive", ["taking"], None), ("MarketNotActive", ["reducing"], 4_500_000)],
        ),
        ({"resume_at": 1_005}, {}, 0, [("MatchingPaused", ["taking", "liquidation"], 1_005_000)]),
        ({}, {"resume_at": 1_060}, 0, [("MatchingPaused", ["taking", "liquidation"], 1_060_000)]),
        ({}, {"paused": 9}, 0, [("Paused", ["opening"], None), ("Paused", ["liquidation"], None)]),
    ],
)
def test_a_market_says_what_it_narrows_and_why(
    of_market: dict[str, Any],
    of_exchange: dict[str, Any],
    age_ms: int,
    expected: list[tuple[str, list[str], int | None]],
) -> None:
    now_ms = 1_000_000 + age_ms
    found = restrictions(
        exchange(**of_exchange), sol_market(**(PRICED | of_market)), LiveMarket("SOL-PERP"), now_ms
    )
    assert [(each.code, each.restricts, each.until_ms) for each in found] == expected


def test_the_newest_price_counts_and_not_the_account_that_was_read_before_it() -> None:
    live = LiveMarket("SOL-PERP")
    fields = dict.fromkeys(MarketState.__struct_fields__, 0)
    newer = {"symbol": "SOL-PERP", "index": 1_400_000, "publish_ms": 1_060_000}
    live.take_state(MarketState(**(fields | newer)))
    assert restrictions(exchange(), sol_market(**PRICED), live, 1_061_000) == []


def test_a_pause_of_withdrawals_ends_by_itself_and_never_narrows_trading() -> None:
    paused = exchange(paused=Pause.WITHDRAWALS | Pause.ADMISSION, withdrawals_paused_until=1_010)
    assert paused.pauses(1_000) == Pause.WITHDRAWALS | Pause.ADMISSION
    assert paused.pauses(1_010) == Pause.ADMISSION
    assert restrictions(paused, sol_market(**PRICED), LiveMarket("SOL-PERP"), 1_000_000) == []
