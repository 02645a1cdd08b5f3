"""What a market says narrows it, by the program's own rules."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from quantdesk.gateway.markets.views import restrictions
from quantdesk.program.layouts import Exchange
from quantdesk.program.records import Pause

NOW_MS = 1_800_000_000_000
NOW_S = NOW_MS // 1_000
CALM = {
    "status_name": "active", "resume_at": 0, "open_max_age_ms": 10_000, "open_confidence": 2_500,
    "pending_price": 0, "index_price": 1_400_000, "confidence": 140, "publish_ms": NOW_MS - 1_000,
    "anchored": True,
}  # fmt: skip


def narrowed(*, paused: int = 0, paused_until: int = 0, resume_at: int = 0, **changes: Any) -> list[str]:
    fields = CALM | changes
    anchored = fields.pop("anchored")
    market: Any = SimpleNamespace(**fields, is_anchored=lambda index, now_ms: anchored)
    exchange: Any = SimpleNamespace(paused=paused, withdrawals_paused_until=paused_until, resume_at=resume_at)
    exchange.pauses = lambda unix: Exchange.pauses(exchange, unix)
    live: Any = SimpleNamespace(state=None)
    return list(restrictions(exchange, market, live, NOW_MS))


def test_nothing_narrows_a_calm_market() -> None:
    assert narrowed() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status_name": "reduce_only"}, ["reduce_only"]),
        ({"paused": Pause.TRADING}, ["trading_paused"]),
        ({"resume_at": NOW_S + 1}, ["matching_paused"]),
        ({"index_price": 0, "confidence": 0}, ["no_price"]),
        ({"publish_ms": NOW_MS - 10_001}, ["price_stale"]),
        ({"confidence": 3_501}, ["price_uncertain"]),
        ({"pending_price": 1_700_000}, ["price_pending"]),
        ({"anchored": False}, ["price_not_anchored"]),
        ({"status_name": "post_only", "pending_price": 1}, ["post_only", "price_pending"]),
    ],
)
def test_each_thing_that_narrows_a_market_is_named(changes: dict[str, Any], words: list[str]) -> None:
    assert narrowed(**changes) == words


def test_at_the_very_limit_nothing_is_narrowed_yet() -> None:
    assert narrowed(publish_ms=NOW_MS - 10_000, confidence=3_500, resume_at=NOW_S) == []


def test_a_pause_of_withdrawals_ends_by_itself_and_never_narrows_trading() -> None:
    exchange: Any = SimpleNamespace(
        paused=Pause.WITHDRAWALS | Pause.ADMISSION, withdrawals_paused_until=NOW_S + 10
    )
    assert Exchange.pauses(exchange, NOW_S) == Pause.WITHDRAWALS | Pause.ADMISSION
    assert Exchange.pauses(exchange, NOW_S + 10) == Pause.ADMISSION
    assert narrowed(paused=Pause.WITHDRAWALS, paused_until=NOW_S + 10) == []
