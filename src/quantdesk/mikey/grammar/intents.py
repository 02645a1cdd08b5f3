"""Which thing a frame asks for, and that nothing in it is left over."""

from __future__ import annotations

from collections.abc import Callable

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.desk import Desk, Step
from quantdesk.mikey.grammar.frames import ORDER_VERBS, Frame
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.phrases import Every, Phrase, Unit
from quantdesk.mikey.grammar.resolve import closes, funds, orders, protection, resting
from quantdesk.mikey.grammar.senses import Verb

_WHERE = frozenset(("verb", "market", "owned", "every", "holding"))
_TERMS = frozenset(
    ("price", "at_market", "as_limit", "post_only", "lasting", "slippage", "condition", "as_stop")
)
_ORDER = _TERMS | {"verb", "market", "amount", "reduce_only", "take_profit", "stop_loss", "leverage", "risk"}
_CLOSE = _TERMS | _WHERE | {"amount", "reduce_only", "take_off"}
_EVERY_SLOT = tuple(
    name for name in Frame.__dataclass_fields__ if name not in ("inherited", "sized_before", "phrases")
)


def resolve(desk: Desk, frame: Frame) -> Step:
    """The frame as instructions. Raises an ``Ending`` where there are none."""
    if frame.verb is None:
        return _without_verb(desk, frame)
    verb = frame.verb.verb
    if verb in ORDER_VERBS:
        return _order(desk, frame, frame.verb.side or Side.BUY)
    _refuse_conditions(frame, verb)
    resolver, allowed = _RESOLVERS[verb]
    _leave_nothing_over(frame, allowed)
    return resolver(desk, frame)


def _without_verb(desk: Desk, frame: Frame) -> Step:
    if frame.has_exits and frame.risk is None and frame.leverage_only_for_exits:
        _leave_nothing_over(frame, _WHERE | {"amount", "price", "take_profit", "stop_loss", "leverage"})
        return protection.protect(desk, frame)
    if frame.amount is not None or frame.market is not None or frame.risk is not None:
        amount = orders.spoken_amount(frame)
        base = f" {frame.market.symbol}" if frame.market is not None and frame.market.refers == "name" else ""
        raise Ask("Buy or sell?", (f"buy{amount}{base}", f"sell{amount}{base}"))
    raise Ask("I read no order in that. Say it such as 'buy 2 sol at market'. Nothing was done.")


def _order(desk: Desk, frame: Frame, side: Side) -> Step:
    """A new order, or a close where the words point to what is held (``sell my sol``)."""
    pointed = frame.owned is not None or frame.every is not None or frame.holding is not None
    if not pointed:
        _leave_nothing_over(frame, _ORDER)
        return orders.place_order(desk, frame, side)
    held_side = frame.holding.side if frame.holding is not None else None
    if side is Side.SELL and frame.verb is not None and frame.verb.verb in (Verb.SELL, Verb.OFFER):
        _leave_nothing_over(frame, _CLOSE)
        return closes.close(desk, frame, Side.BUY)
    if side is Side.BUY and held_side is Side.SELL:
        _leave_nothing_over(frame, _CLOSE)
        return closes.close(desk, frame, Side.SELL)
    if isinstance(frame.every, Every) and frame.amount is None:
        raise Ask("How much exactly? Say it such as '2 sol' or '$500 of sol'.")
    raise Ask("Is that a new order, or about what you hold? Say 'buy 2 sol' or 'close my sol'.")


def _close(desk: Desk, frame: Frame) -> Step:
    if frame.verb is not None and frame.verb.verb is Verb.TAKE and frame.take_off is None:
        raise Ask("Take what? Say 'take half off my sol', or 'buy' or 'sell'.")
    if frame.take_off is not None and frame.verb is not None and frame.verb.verb is not Verb.TAKE:
        raise Ask("I do not understand 'off' here. Say 'take half off my sol' or 'reduce my sol by half'.")
    if frame.inherited and frame.every is None and frame.amount is None and frame.sized_before:
        raise Ask("How much of the second one? Say a part for each.")
    return closes.close(desk, frame)


def _cover(desk: Desk, frame: Frame) -> Step:
    return closes.close(desk, frame, Side.SELL)


def _add(desk: Desk, frame: Frame) -> Step:
    """``add 1 sol to my long``: the side is the position's."""
    desk.require_positions()
    market = desk.market(frame, "add to my")
    held = desk.size(market.symbol)
    pointed = frame.holding is not None or frame.owned is not None
    if not pointed:
        raise Ask(
            "Add to which side? Buy or sell?",
            (
                f"buy{orders.spoken_amount(frame)} {market.base}",
                f"sell{orders.spoken_amount(frame)} {market.base}",
            ),
        )
    said = frame.holding.side if frame.holding is not None else None
    if held == 0 or (said is not None and (held > 0) is not (said is Side.BUY)):
        raise Ask(f"You have no such {market.base} position to add to. Buy or sell?")
    if frame.amount is None or frame.amount.target or frame.amount.unit is Unit.SHARE:
        raise Ask(f"How much {market.base} should I add?")
    desk.rely_on(market.symbol)
    return orders.place_order(desk, frame, Side.BUY if held > 0 else Side.SELL)


def _refuse_conditions(frame: Frame, verb: Verb) -> None:
    if frame.condition is not None and verb not in (
        Verb.CLOSE,
        Verb.REDUCE,
        Verb.HALVE,
        Verb.TAKE,
        Verb.COVER,
    ):
        raise Refuse("Only an order can wait for a price: 'if sol hits 130 sell 2 sol'. Nothing was done.")


def _leave_nothing_over(frame: Frame, allowed: frozenset[str] | set[str]) -> None:
    """Raise ``Ask`` for anything said that this kind of action has no use for."""
    for slot in _EVERY_SLOT:
        said = getattr(frame, slot)
        if isinstance(said, Phrase) and slot not in allowed:
            raise LeftOver(said)


class LeftOver(Ask):
    """Words that were read and have no use in this action; the caller knows the text to quote."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__("Some of the words have no place in that.")
        self.phrase = phrase


_FUNDS = frozenset(("verb", "amount", "market", "owned", "every", "to_sub"))
_RESOLVERS: dict[Verb, tuple[Callable[[Desk, Frame], Step], frozenset[str]]] = {
    Verb.CLOSE: (_close, _CLOSE),
    Verb.REDUCE: (_close, _CLOSE),
    Verb.HALVE: (_close, _CLOSE),
    Verb.TAKE: (_close, _CLOSE),
    Verb.COVER: (_cover, _CLOSE),
    Verb.FLIP: (closes.flip, _WHERE | {"at_market", "price", "as_limit", "amount", "slippage", "turn_to"}),
    Verb.FLATTEN: (closes.flatten, _WHERE | {"at_market"}),
    Verb.CANCEL: (
        resting.cancel,
        _WHERE | {"resting", "price", "amount", "take_profit", "stop_loss", "as_stop", "as_limit"},
    ),
    Verb.MOVE: (
        resting.move,
        _WHERE | {"resting", "price", "shift", "amount", "take_profit", "stop_loss", "as_stop"},
    ),
    Verb.ADD: (_add, _ORDER | _WHERE),
    Verb.DEPOSIT: (funds.deposit, _FUNDS),
    Verb.WITHDRAW: (funds.withdraw, _FUNDS),
    Verb.TRANSFER: (funds.transfer, _FUNDS),
}
