"""What a market narrows now, and why: the program's checks in its own order, for display.

The program decides by the clock of the chain (its `gates.rs`, `liquidation.rs`); this is by ours.
"""

from collections.abc import Iterator

from quantdesk.domain.units import RATE_SCALE, LotPrice, scaled_text
from quantdesk.gateway.markets.board import LiveMarket, NewestIndex
from quantdesk.gateway.markets.schemas import Restriction, RestrictionCode, Restricts
from quantdesk.program.layouts import Exchange, Market
from quantdesk.program.records import MarketStatus, Pause

POST_ONLY_FOR_MS = 3_600_000
"""After an hour of post-only, positions may be reduced at market again."""
EVERYTHING: tuple[Restricts, ...] = ("opening", "reducing")
WITHOUT_PRICE: tuple[Restricts, ...] = ("opening", "reducing", "liquidation")


def restrictions(exchange: Exchange, market: Market, live: LiveMarket, now_ms: int) -> list[Restriction]:
    """What is refused in the market now; empty when nothing is."""
    return [
        *_status(market, now_ms),
        *_paused(exchange.pauses(now_ms // 1_000)),
        *_resting(exchange, market, now_ms),
        *_price(market, live.index(market), now_ms),
    ]


def _said(
    code: RestrictionCode, restricts: tuple[Restricts, ...], detail: str, until_ms: int | None = None
) -> Restriction:
    return Restriction(code=code, restricts=list(restricts), detail=detail, until_ms=until_ms)


def _status(market: Market, now_ms: int) -> Iterator[Restriction]:
    if market.status == MarketStatus.POST_ONLY:
        until = market.notice_at * 1_000 + POST_ONLY_FOR_MS
        detail = "The market is post-only: orders may rest, none may take."
        yield _said("MarketNotActive", ("taking",), detail)
        if now_ms < until:
            detail = "Nor may an order that reduces, for the first hour."
            yield _said("MarketNotActive", ("reducing",), detail, until)
    elif market.status == MarketStatus.REDUCE_ONLY:
        yield _said("MarketNotActive", ("opening",), "The market is reduce-only: positions can only shrink.")
    elif market.status != MarketStatus.ACTIVE:
        state = market.status_name
        yield _said("MarketNotActive", EVERYTHING, f"The market is {state}: it takes no orders.")


def _paused(pauses: int) -> Iterator[Restriction]:
    if pauses & Pause.TRADING:
        detail = "The exchange paused new risk: only orders that reduce are taken."
        yield _said("Paused", ("opening",), detail)
    if pauses & Pause.LIQUIDATION:
        yield _said("Paused", ("liquidation",), "The exchange paused liquidation.")


def _resting(exchange: Exchange, market: Market, now_ms: int) -> Iterator[Restriction]:
    until = max(market.resume_at, exchange.resume_at) * 1_000
    if now_ms < until:
        detail = (
            "After a gap in prices or a pause, quotes may be pulled first: only cancels and post-only orders."
        )
        yield _said("MatchingPaused", ("taking", "liquidation"), detail, until)


def _price(market: Market, index: NewestIndex, now_ms: int) -> Iterator[Restriction]:
    if not index.price:
        yield _said("NoPrice", EVERYTHING, "The market has no index price yet.")
        return
    age = now_ms - index.publish_ms
    if age > market.open_max_age_ms:
        old = age > market.liquidate_max_age_ms
        limit = market.liquidate_max_age_ms if old else market.open_max_age_ms
        detail = f"The index price is older than {scaled_text(limit, 3)} s."
        restricts = WITHOUT_PRICE if old else WITHOUT_PRICE[:1]
        yield _said("PriceStale", (*restricts, "withdrawing"), detail)
    if _wider(index, market.open_confidence):
        wide = _wider(index, market.liquidate_confidence)
        limit = market.liquidate_confidence if wide else market.open_confidence
        detail = f"The index price is uncertain by more than {scaled_text(limit, 4)} %."
        yield _said("PriceUncertain", WITHOUT_PRICE if wide else WITHOUT_PRICE[:1], detail)
    if not market.is_anchored(index.price, now_ms):
        detail = "The signed price is not near a Pyth price of the last minute."
        yield _said("PriceNotAnchored", ("opening", "withdrawing"), detail)
    if market.pending_price:
        jumped = market.parameters.lot_price_text(LotPrice(market.pending_price))
        detail = (
            f"The price jumped to {jumped} and waits to be confirmed: "
            "new risk and withdrawals count at the worse of both, liquidation at the milder."
        )
        yield _said("PriceJumped", ("withdrawing",), detail)


def _wider(index: NewestIndex, share: int) -> bool:
    return index.confidence > index.price * share // RATE_SCALE
