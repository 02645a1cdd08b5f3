"""Fat fingers: orders that are clear and still look like a slip (rule 14)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.desk import Desk, coins
from quantdesk.mikey.grammar.exact import dollars, floor_to, rounded, shown
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.view import DAY_MS, MarketView

THROUGH = Fraction(1, 10)
LARGE_SHARE_OF_DAY = Fraction(1, 5)
FAR = 100
"""A resting price this many times away from the mark is taken for a slip of the decimal point."""
ROOM_FOR_FEES = Fraction(95, 100)


def check_limit_price(
    market: MarketView, side: Side, price: Decimal, reference: Fraction | None, *, rests: bool
) -> None:
    """Raise ``Ask`` for a limit more than 10 % through ``reference`` (the mark), or out of all proportion.

    ``rests``: post-only, which can never trade through anything.
    """
    if market.max_price is not None and price > market.max_price:
        raise Ask(
            f"{shown(price)} is above the highest price of {market.base}, "
            f"{shown(market.max_price)}. At which price?"
        )
    if reference is None:
        return
    value = Fraction(price)
    through = value > reference * (1 + THROUGH) if side is Side.BUY else value < reference * (1 - THROUGH)
    if through and not rests:
        away = shown(rounded(abs(value / reference - 1) * 100, 1))
        raise Ask(
            f"A limit to {side.value} at {shown(price)} is {away}% through the mark of {shown(reference)}. "
            "At which price do you mean it?",
            (f"{side.value} at market", f"{side.value} at {decimal(reference, market)}"),
        )
    if value > reference * FAR or value * FAR < reference:
        raise Ask(
            f"{shown(price)} is very far from the mark of {shown(reference)}. At which price do you mean it?"
        )


def decimal(value: Fraction, market: MarketView) -> str:
    """``value`` on the market's tick, as one would type it."""
    return format(floor_to(value, market.tick).normalize(), "f")


def check_size(desk: Desk, market: MarketView, side: Side, size: Decimal, price: Fraction | None) -> None:
    """Raise for a new order that is too large for the day's volume, for the margin or for the market."""
    _check_volume(market, size)
    if price is None:
        return
    notional = Fraction(size) * price
    if notional < Fraction(market.min_notional):
        raise Ask(
            f"{coins(market, size)} is {dollars(notional)}; the smallest order is "
            f"{dollars(market.min_notional)}. How much?"
        )
    _check_margin(desk, market, side, size, price)


def _check_volume(market: MarketView, size: Decimal) -> None:
    volume, live = market.volume_24h, market.live_ms
    if volume is None or volume <= 0 or live is None or live <= 0:
        return
    day = Fraction(volume) * Fraction(DAY_MS, min(live, DAY_MS))
    what = "a day's volume" if live >= DAY_MS else "a day's volume at the pace since the market opened"
    if size > day:
        raise Refuse(
            f"{coins(market, size)} is more than {what}, {coins(market, rounded(day, 2))}. Nothing was done."
        )
    if size > day * LARGE_SHARE_OF_DAY:
        share = shown(rounded(Fraction(size) / day * 100, 1))
        raise Ask(
            f"{coins(market, size)} is {share}% of {what}, {coins(market, rounded(day, 2))}. How "
            "much do you mean?"
        )


def _check_margin(desk: Desk, market: MarketView, side: Side, size: Decimal, price: Fraction) -> None:
    held = Fraction(desk.size(market.symbol))
    after = held + Fraction(size) * side.sign
    limit = market.max_position_notional
    if limit is not None and abs(after) > abs(held) and abs(after) * price > limit:
        raise Ask(
            f"A position of {dollars(abs(after) * price)} would be above the largest one here, "
            f"{dollars(limit)}. How much?"
        )
    if desk.free_collateral is None:
        return
    free = Fraction(desk.free_collateral)
    needed = initial_margin(market, abs(after) * price) - initial_margin(market, abs(held) * price)
    if needed <= max(free, Fraction(0)):
        desk.free_collateral = desk.free_collateral - rounded(needed, 6)
        return
    raise Ask(
        f"{coins(market, size)} is {dollars(Fraction(size) * price)} and needs {dollars(needed)} of "
        "margin; your free collateral "
        f"is {dollars(free)}.{_deposit_first(free)} How much do you mean?",
        _largest(market, side, free, price),
    )


def release_margin(desk: Desk, market: MarketView, before: Decimal, after: Decimal) -> None:
    """What closing from ``before`` to ``after`` frees for the later actions of the same text."""
    if desk.free_collateral is None or market.mark is None:
        return
    mark = Fraction(market.mark)
    freed = initial_margin(market, Fraction(abs(before)) * mark) - initial_margin(
        market, Fraction(abs(after)) * mark
    )
    desk.free_collateral += rounded(freed, 6)


def _deposit_first(free: Fraction) -> str:
    return " Deposit first." if free <= 0 else ""


def _largest(market: MarketView, side: Side, free: Fraction, price: Fraction) -> tuple[str, ...]:
    rate = market.margin_tiers[0].rate if market.margin_tiers else None
    if rate is None and market.max_leverage:
        rate = 1 / market.max_leverage
    if not rate or free <= 0:
        return ()
    size = floor_to(free * ROOM_FOR_FEES / Fraction(rate) / price, market.lot)
    return (f"{side.value} {format(size.normalize(), 'f')} {market.base}",) if size > 0 else ()


def initial_margin(market: MarketView, notional: Fraction) -> Fraction:
    """Initial margin of ``notional``: marginal tiers where known, else the largest leverage; 0 when
    neither is.
    """
    if not market.margin_tiers:
        return notional / Fraction(market.max_leverage) if market.max_leverage else Fraction(0)
    total, below = Fraction(0), Fraction(0)
    for tier in market.margin_tiers:
        top = notional if tier.up_to is None else min(notional, Fraction(tier.up_to))
        if top > below:
            total += (top - below) * Fraction(tier.rate)
            below = top
    # what lies above the last tier is margined at its rate: the largest there is
    return total + (notional - below) * Fraction(market.margin_tiers[-1].rate) if notional > below else total
