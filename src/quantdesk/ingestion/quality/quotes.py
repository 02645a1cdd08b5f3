"""Checks of one stream of quotes: each refusal says what was wrong and with which values."""

from __future__ import annotations

from dataclasses import dataclass

from quantdesk.ingestion.quantities import format_e8
from quantdesk.ingestion.sources.port import Quote

JUMP_BPS = 300
"""A mid price that moved further than this from the last believed one needs `JUMP_CONFIRMATIONS`."""
JUMP_CONFIRMATIONS = 3
WIDE_BPS = 500
LATEST_MS = 5_000
"""A quote that took longer than this to be looked at is stale."""


@dataclass(slots=True)
class QuoteCheck:
    """Checks the quotes of one venue and symbol, in order. Prices in 1e-8."""

    _last_mid2: int | None = None
    _pending_mid2: int = 0
    _pending_count: int = 0

    def refuse(self, quote: Quote, now_ms: int) -> str | None:
        """Why ``quote`` may not be believed; None when it may."""
        reason = _malformed(quote) or _late(quote, now_ms)
        if reason is not None:
            return reason
        mid2 = quote.bid + quote.ask
        if self._last_mid2 is None or _bps(mid2, self._last_mid2) <= JUMP_BPS:
            self._believe(mid2)
            return None
        self._pending_count = self._pending_count + 1 if _bps(mid2, self._pending_mid2) <= JUMP_BPS else 1
        self._pending_mid2 = mid2
        if self._pending_count >= JUMP_CONFIRMATIONS:
            self._believe(mid2)
            return None
        mid, last = format_e8(mid2 // 2), format_e8(self._last_mid2 // 2)
        return (
            f"jumped: mid {mid} is over {JUMP_BPS} bp from {last}; "
            f"confirmed {self._pending_count} of {JUMP_CONFIRMATIONS} times"
        )

    def reset(self) -> None:
        """The stream begins anew: nothing to compare with."""
        self._last_mid2 = None
        self._pending_count = 0

    def _believe(self, mid2: int) -> None:
        self._last_mid2 = mid2
        self._pending_count = 0


def _malformed(quote: Quote) -> str | None:
    bid, ask = format_e8(quote.bid), format_e8(quote.ask)
    if quote.bid == 0 or quote.ask == 0:
        return f"zero: bid {bid}, ask {ask}"
    if quote.bid < 0 or quote.ask < 0:
        return f"negative: bid {bid}, ask {ask}"
    if quote.bid >= quote.ask:
        return f"crossed: bid {bid} is not under ask {ask}"
    if (quote.ask - quote.bid) * 20_000 > WIDE_BPS * (quote.ask + quote.bid):
        return f"wide: bid {bid} and ask {ask} are over {WIDE_BPS} bp apart"
    return None


def _late(quote: Quote, now_ms: int) -> str | None:
    age_ms = now_ms - quote.seen_ms
    return f"stale: {age_ms} ms old when looked at" if age_ms > LATEST_MS else None


def _bps(value: int, reference: int) -> int:
    """Distance in basis points, rounded down; a huge number when there is no reference."""
    return abs(value - reference) * 10_000 // reference if reference > 0 else 10**9
