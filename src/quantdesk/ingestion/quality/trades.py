"""Checks of one stream of trades: malformed, far off the quote, or seen before."""

from __future__ import annotations

from dataclasses import dataclass, field

from quantdesk.ingestion.quantities import format_e8
from quantdesk.ingestion.sources.port import Trade

FAR_BPS = 300
REMEMBERED = 4_096
"""Trade ids kept per stream: more than a venue repeats after a reconnect."""
AHEAD_MS = 60_000


@dataclass(slots=True)
class TradeCheck:
    """Checks one venue's trades of a symbol. ``mid2`` is twice the venue's mid price in 1e-8, if known."""

    _seen: dict[str, None] = field(default_factory=dict)

    def refuse(self, trade: Trade, mid2: int | None, now_ms: int) -> str | None:
        """Why ``trade`` may not be believed; None when it may (and it is remembered)."""
        price, size = format_e8(trade.price), format_e8(trade.size)
        if trade.price <= 0 or trade.size <= 0:
            sign = "zero" if trade.price == 0 or trade.size == 0 else "negative"
            return f"{sign}: price {price}, size {size}"
        if trade.ts_ms > now_ms + AHEAD_MS:
            return f"future: stamped {trade.ts_ms - now_ms} ms ahead"
        if mid2 is not None and abs(2 * trade.price - mid2) * 10_000 > FAR_BPS * mid2:
            return f"jumped: price {price} is over {FAR_BPS} bp from the mid {format_e8(mid2 // 2)}"
        if trade.trade_id in self._seen:
            return f"repeated: trade {trade.trade_id}"
        self._seen[trade.trade_id] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return None
