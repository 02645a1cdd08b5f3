"""Orders that rest: cancelling and moving them (rules 5 and 6)."""

from __future__ import annotations

from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.checks import check_limit_price
from quantdesk.mikey.grammar.desk import Desk, Step, coins, text_of
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Tell
from quantdesk.mikey.grammar.phrases import Absolute
from quantdesk.mikey.grammar.pricing import distance, moved, on_tick, order_price
from quantdesk.mikey.grammar.view import MarketView, OrderView

NO_TRIGGERS = "You have no stop or take-profit orders that I can see. Nothing was done."


def cancel(desk: Desk, frame: Frame) -> Step:
    """Cancel one order, the orders of a kind, of a market, or all."""
    _refuse_odd_cancels(frame)
    market = desk.market_or_none(frame)
    side = frame.resting.side if frame.resting else None
    many = frame.every is not None or (frame.resting.many if frame.resting else market is not None)
    if market is None and frame.resting is None and frame.every is None and frame.price is None:
        raise Ask(
            "What should I cancel?",
            ("cancel everything", *(f"cancel my {m.base} orders" for m in desk.view.markets)),
        )
    if desk.view.account is None:
        raise Ask("I need to know your account for that. Connect your wallet first.")
    found = _matching(desk, market, side, frame)
    if found is not None and not found:
        raise Tell(f"You have no open {_kind(market, side)}: nothing to cancel. Nothing was done.")
    if many and side is None and frame.price is None:
        return _cancel_all(desk, market, found)
    if found is None:
        raise Ask("I cannot see your open orders at the moment. 'cancel everything' works all the same.")
    if len(found) > 1 and not many:
        raise Ask(
            f"You have {len(found)} such orders. Which one?",
            [f"cancel my {_name(desk, each)}" for each in found],
        )
    return _cancel_each(desk, found)


def _refuse_odd_cancels(frame: Frame) -> None:
    if frame.has_exits or frame.as_stop is not None:
        raise Tell(NO_TRIGGERS)
    if frame.holding is not None:
        raise Ask(
            "Orders are cancelled, positions are closed. Which do you mean?",
            ("cancel everything", "close everything"),
        )
    if frame.amount is not None:
        raise Ask("An order is cancelled as a whole. Which one?")
    if frame.price is not None and not isinstance(frame.price.spec, Absolute):
        raise Ask("Which order? Name its price as a number.")


def _matching(
    desk: Desk, market: MarketView | None, side: Side | None, frame: Frame
) -> list[OrderView] | None:
    if desk.orders is None:
        return None
    spec = frame.price.spec if frame.price is not None else None
    number = frame.resting.order_id if frame.resting is not None else None
    price = spec.value if isinstance(spec, Absolute) else None
    return [
        order
        for order in desk.orders
        if (market is None or order.market == market.symbol)
        and (side is None or order.side == side.value)
        and (price is None or Fraction(order.price) == price)
        and (number is None or order.order_id == number)
    ]


def _kind(market: MarketView | None, side: Side | None) -> str:
    name = {None: "order", Side.BUY: "bid", Side.SELL: "offer"}[side]
    return f"{market.base} {name}" if market is not None else name


def _name(desk: Desk, order: OrderView) -> str:
    market = desk.view.market(order.market)
    base = market.base if market is not None else order.market
    return f"{base} {'bid' if order.side == 'buy' else 'offer'} at {text_of(order.price)}"


def _cancel_all(desk: Desk, market: MarketView | None, found: list[OrderView] | None) -> Step:
    action: Action = {"instruction": "cancel-all"}
    if market is not None:
        action["market"] = market.symbol
    if desk.orders is not None and found is not None:
        desk.orders = [order for order in desk.orders if order not in found]
    count = "" if found is None else f" ({len(found)})"
    where = f" in {market.base}" if market is not None else ""
    return Step([action], f"cancel all your open orders{where}{count}")


def _cancel_each(desk: Desk, found: list[OrderView]) -> Step:
    actions: list[Action] = [
        {"instruction": "cancel-order", "market": order.market, "order_id": order.order_id} for order in found
    ]
    if desk.orders is not None:
        desk.orders = [order for order in desk.orders if order not in found]
    listed = ", ".join(f"{_name(desk, order)} for {shown(order.size)}" for order in found)
    return Step(actions, f"cancel your {listed}")


def move(desk: Desk, frame: Frame) -> Step:
    """Give a resting order another price; a distance counts from that order's own price."""
    if frame.has_exits or frame.as_stop is not None:
        raise Tell(NO_TRIGGERS)
    order, market = _order_to_move(desk, frame)
    side = Side(order.side)
    draft = Draft(desk, frame, market, side)
    if frame.shift is not None and frame.price is not None:
        raise Ask("To a price, or by a distance? I read both.")
    if frame.shift is not None:
        spec = frame.shift.spec
        how = f"{distance(spec)} {'above' if spec.side > 0 else 'below'} {shown(order.price)}"
        price = on_tick(draft, side, moved(market, Fraction(order.price), spec), how)
    elif frame.price is not None:
        price = order_price(draft, frame.price.spec)
    else:
        raise Ask(f"To which price should your {_name(desk, order)} move? Say 'to 142.5' or 'up 50'.")
    if price == order.price:
        raise Tell(f"Your {_name(desk, order)} is there already. Nothing was done.")
    check_limit_price(market, side, price, draft.mark_or_none(), rests=False)
    action: Action = {
        "instruction": "modify-order",
        "market": market.symbol,
        "order_id": order.order_id,
        "price": text_of(price),
    }
    words = f"move your {_name(desk, order)} ({coins(market, order.size)}) to {shown(price)}"
    return Step([action], words, draft.notes)


def _order_to_move(desk: Desk, frame: Frame) -> tuple[OrderView, MarketView]:
    if frame.amount is not None:
        raise Ask(
            "I can move an order's price. For another size, cancel it and place a new one. To which price?"
        )
    if frame.resting is None:
        raise Ask("Which order should I move, and to which price? Say 'move my sol bid to 140'.")
    if desk.view.account is None:
        raise Ask("I need to know your account for that. Connect your wallet first.")
    if desk.orders is None:
        raise Ask("I cannot see your open orders at the moment. Please try again shortly.")
    named = desk.market_or_none(frame)
    side = frame.resting.side
    found = [
        order
        for order in desk.orders
        if (named is None or order.market == named.symbol)
        and (side is None or order.side == side.value)
        and frame.resting.order_id in (None, order.order_id)
    ]
    if not found:
        raise Tell(f"You have no open {_kind(named, side)}: nothing to move. Nothing was done.")
    if len(found) > 1:
        raise Ask(
            f"You have {len(found)} such orders. Which one should I move?",
            [_name(desk, each) for each in found],
        )
    market = desk.view.market(found[0].market)
    if market is None:
        raise Ask("I do not know the market of that order. Which order should I move?")
    return found[0], market
