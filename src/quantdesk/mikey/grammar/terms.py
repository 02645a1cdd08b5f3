"""How an order is to be worked: market or limit, time in force, post-only, trigger. Shared by all
that place orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.conditions import ONLY_PRICES
from quantdesk.mikey.grammar.desk import text_of
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import shown, to_tick
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Refuse
from quantdesk.mikey.grammar.phrases import Absolute, Condition, Lasting, Relative
from quantdesk.mikey.grammar.pricing import moved, order_price
from quantdesk.mikey.grammar.view import MarketView

DAY_MINUTES = 1_440
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Trigger:
    """The price that an order waits for."""

    kind: Literal["stop", "take_profit"]
    price: Decimal


@dataclass(slots=True)
class Terms:
    """The order's terms; ``price`` None is a market order."""

    price: Decimal | None
    trigger: Trigger | None
    tif: str | None = None
    expires_at_ms: int | None = None
    post_only: str | None = None
    max_slippage_bps: int | None = None

    def reference(self, market: MarketView) -> Fraction | None:
        """The price at which it is expected to trade: limit, else trigger, else mark; None when unknown."""
        if self.price is not None:
            return Fraction(self.price)
        if self.trigger is not None:
            return Fraction(self.trigger.price)
        return Fraction(market.mark) if market.mark is not None else None

    def fields(self) -> Action:
        """As the API names them, after market and side."""
        fields: Action = {}
        if self.trigger is not None:
            fields |= {"kind": self.trigger.kind, "trigger_price": text_of(self.trigger.price)}
        fields["type"] = "market" if self.price is None else "limit"
        if self.price is not None:
            fields["price"] = text_of(self.price)
        if self.tif is not None:
            fields["time_in_force"] = self.tif
        if self.expires_at_ms is not None:
            fields["expires_at_ms"] = self.expires_at_ms
        if self.post_only is not None:
            fields["post_only"] = self.post_only
        if self.max_slippage_bps is not None:
            fields["max_slippage_bps"] = self.max_slippage_bps
        return fields

    def words(self) -> str:
        """``at market``, ``at 65,000, post-only``."""
        words = "at market" if self.price is None else f"at {shown(self.price)}"
        if self.post_only is not None:
            words += ", post-only"
        if self.tif in ("ioc", "fok", "gtc"):
            words += f", {self.tif.upper()}"
        if self.expires_at_ms is not None:
            words += f", until {_utc(self.expires_at_ms)}"
        if self.max_slippage_bps is not None:
            words += f", at most {shown(Fraction(self.max_slippage_bps, 100))}% slippage"
        if self.trigger is not None:
            words += (
                f", once the mark reaches {shown(self.trigger.price)} ({self.trigger.kind.replace('_', '-')})"
            )
        return words


def read_terms(draft: Draft) -> Terms:
    """The terms that the frame says. Raises ``Ask`` where they contradict each other or lack a price."""
    frame = draft.frame
    trigger = _trigger(draft)
    said = None if frame.as_stop is not None else frame.price
    price = order_price(draft, said.spec) if said else None
    _check_type(frame, price)
    terms = Terms(price, trigger)
    if frame.post_only is not None:
        terms.post_only = frame.post_only.mode
    if frame.lasting is not None:
        _add_lasting(draft.desk.now_ms, terms, frame.lasting)
    if frame.slippage is not None:
        _add_slippage(terms, frame.slippage.share)
    _check_terms(terms)
    return terms


def _check_type(frame: Frame, price: Decimal | None) -> None:
    if price is not None and frame.at_market is not None:
        raise Ask(f"At market or at {shown(price)}? I read both.")
    if frame.at_market is not None and (frame.as_limit is not None or frame.post_only is not None):
        raise Ask("A limit or post-only order cannot be at market. At which price?")
    if price is not None or frame.as_stop is not None:
        return
    resting = frame.as_limit is not None or frame.post_only is not None
    lasts = frame.lasting is not None and frame.lasting.tif in ("gtc", "gtt")
    if resting or lasts or (frame.verb is not None and frame.verb.limit and frame.at_market is None):
        raise Ask("At which price? An order that rests in the book needs one, such as 'at 142.5'.")


def _check_terms(terms: Terms) -> None:
    if terms.post_only is not None and terms.tif in ("ioc", "fok"):
        raise Ask(
            f"Post-only and {terms.tif.upper()} contradict each other: one must rest, the other "
            "must not. Which?"
        )
    if terms.price is None and terms.tif in ("gtc", "gtt"):
        raise Ask("A market order does not rest, so it cannot last. At which price should it wait?")
    if terms.price is not None and terms.max_slippage_bps is not None:
        raise Ask(
            "A limit order has its price as the worst one; slippage is for market orders. Which do you mean?"
        )


def _add_lasting(now_ms: int, terms: Terms, lasting: Lasting) -> None:
    terms.tif = lasting.tif
    if lasting.tif != "gtt":
        return
    if lasting.for_ms is not None:
        terms.expires_at_ms = now_ms + lasting.for_ms
    elif lasting.minute_of_day is not None:
        terms.expires_at_ms = _next_time(now_ms, lasting.minute_of_day)
    else:
        raise Ask("Until when? Say 'good for an hour' or 'until 17:00 UTC'.")


def _next_time(now_ms: int, minute_of_day: int) -> int:
    day_ms = DAY_MINUTES * MINUTE_MS
    at = now_ms - now_ms % day_ms + minute_of_day * MINUTE_MS
    return at if at > now_ms else at + day_ms


def _add_slippage(terms: Terms, share: Fraction) -> None:
    points = share * 10_000
    if points.denominator != 1 or points > 10_000:
        raise Ask("Slippage is counted in whole basis points up to 100%, such as 0.5%. How much?")
    terms.max_slippage_bps = int(points)


def _trigger(draft: Draft) -> Trigger | None:
    frame = draft.frame
    condition = frame.condition
    if condition is None:
        return _stop_order(draft) if frame.as_stop is not None else None
    if frame.as_stop is not None:
        raise Ask("I read two conditions. At which price should the order wake up?")
    if condition.market is not None and draft.desk.named(condition.market).symbol != draft.market.symbol:
        raise Refuse(ONLY_PRICES)
    return _woken_by(draft, condition)


def _stop_order(draft: Draft) -> Trigger:
    """``buy stop 2 sol at 150``: must be a stop, or the words contradict the price."""
    if draft.frame.price is None:
        raise Ask("At which price should the stop order wake up?")
    price = order_price(draft, draft.frame.price.spec)
    mark = draft.mark("a stop order")
    if (Fraction(price) > mark) is not (draft.side is Side.BUY) or Fraction(price) == mark:
        should = "above" if draft.side is Side.BUY else "below"
        raise Ask(
            f"A {draft.side.value} stop must be {should} the mark of {shown(mark)}, not at {shown(price)}. "
            "At which price?"
        )
    return Trigger("stop", price)


def _woken_by(draft: Draft, condition: Condition) -> Trigger:
    mark, market = draft.mark("a condition on its price"), draft.market
    exact = _condition_level(draft, condition, mark)
    price = to_tick(exact, market.tick, draft.side)
    if Fraction(price) != exact or isinstance(condition.spec, Relative):
        draft.notes.append(f"The trigger price is {shown(price)}.")
    if price <= 0 or Fraction(price) == mark:
        raise Ask(f"The mark of {market.base} is {shown(mark)}. At which price should the order wake up?")
    above = Fraction(price) > mark
    if condition.direction and (condition.direction > 0) is not above:
        now = "below" if above else "above"
        raise Ask(
            f"The mark of {market.base} is {shown(mark)}, already {now} {shown(price)}. "
            "At which price should the order wake up?"
        )
    return Trigger("stop" if above is (draft.side is Side.BUY) else "take_profit", price)


def _condition_level(draft: Draft, condition: Condition, mark: Fraction) -> Fraction:
    spec = condition.spec
    if isinstance(spec, Absolute):
        return spec.value
    if spec.base != "entry":
        return moved(draft.market, mark, spec)
    entry = draft.entry()
    if entry is None:
        raise Ask(f"I know no entry price of a {draft.market.base} position. At which price?")
    return moved(draft.market, entry, spec)


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
