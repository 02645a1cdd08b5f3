"""What a request asks for, as instructions of the program. One function per instruction name of the API."""

from collections.abc import Callable, Mapping
from typing import Any

from solders.instruction import Instruction

from quantdesk.domain.errors import DomainError
from quantdesk.domain.orders import OrderId
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.problems import Malformed, NotAvailableYet, Refused
from quantdesk.gateway.transactions import delegates, funds, seats, triggers
from quantdesk.gateway.transactions.orders import MarketNow, client_id, program_order
from quantdesk.gateway.transactions.schemas import (
    BuildRequest,
    CancelAll,
    CancelOrder,
    ModifyOrder,
    OrderFields,
    PlaceMany,
    PlaceOrder,
    ReplaceMany,
)
from quantdesk.gateway.transactions.setting import Setting, needs_trader
from quantdesk.program import instructions as program
from quantdesk.program.instructions import MAX_BATCH, BatchTerms, NewOrder, OrderChange
from quantdesk.program.records import Quote

NOT_AVAILABLE_YET: tuple[str, ...] = ()


Intent = Callable[[Setting, Any], list[Instruction]]


def instructions_for(name: str, setting: Setting, body: BuildRequest) -> list[Instruction]:
    """The instructions of one request, in order. Raises Problem."""
    intent = INTENTS.get(name)
    if intent is None:
        raise NotAvailableYet(
            f"The instruction {name} is not in this program version.",
            field="instruction",
            value=name,
            expected=f"one of {', '.join(INTENTS)}",
        )
    return intent(setting, body)


def _place_order(setting: Setting, body: PlaceOrder) -> list[Instruction]:
    now = setting.market(body.market)
    order = program_order(body, now)
    needs_trader(setting)
    placed = program.place_order(setting.venue, setting.trader, now.market.index, order)
    return [placed, *triggers.attached(setting, body, now, order.lots)]


def _place_many(setting: Setting, body: PlaceMany) -> list[Instruction]:
    now = setting.market(body.market)
    quotes, terms = _batch(body.orders, now)
    needs_trader(setting)
    return [program.place_many(setting.venue, setting.trader, now.market.index, quotes, terms)]


def _replace_many(setting: Setting, body: ReplaceMany) -> list[Instruction]:
    now = setting.market(body.market)
    quotes, terms = _batch(body.orders, now)
    needs_trader(setting)
    index = now.market.index
    if body.cancel == "all":
        made = [program.cancel_all(setting.venue, setting.trader, index)]
        if quotes:
            made.append(program.place_many(setting.venue, setting.trader, index, quotes, terms))
        return made
    if len(body.cancel) > MAX_BATCH:
        raise Refused(
            f"{len(body.cancel)} orders to cancel.",
            code="batch_too_large",
            field="cancel",
            value=len(body.cancel),
            expected=f"at most {MAX_BATCH}, or `all`",
        )
    cancels = [_order_id(text, f"cancel.{place}") for place, text in enumerate(body.cancel)]
    if not cancels and not quotes:
        raise Refused("There is nothing to do.", code="nothing_to_do", field="orders", expected="an order")
    return [
        program.replace_many(
            setting.venue, setting.trader, index, cancels=cancels, quotes=quotes, terms=terms
        )
    ]


def _batch(orders: list[OrderFields], now: MarketNow) -> tuple[list[Quote], BatchTerms]:
    made = [program_order(fields, now, f"orders.{place}.") for place, fields in enumerate(orders)]
    for place, order in enumerate(made):
        if order.min_fill_lots:
            raise NotAvailableYet(
                "A batch has no fill-or-kill orders: send that one with place-order.",
                field=f"orders.{place}.time_in_force",
                value="fok",
                expected="gtc, gtt or ioc",
            )
        _same_terms(made[0], order, place)
    quotes = [
        Quote(
            side=order.side,
            kind=order.kind,
            reduce_only=order.reduce_only,
            ticks=order.ticks,
            lots=order.lots,
            client_id=order.client_id,
        )
        for order in made
    ]
    if not made:
        return quotes, BatchTerms()
    first = made[0]
    return quotes, BatchTerms(self_trade=first.self_trade, expiry_kind=first.expiry_kind, expiry=first.expiry)


def _same_terms(first: NewOrder, order: NewOrder, place: int) -> None:
    for name, field in (
        ("self_trade", "self_trade"),
        ("expiry_kind", "time_in_force"),
        ("expiry", "expires_at_ms"),
    ):
        if getattr(order, name) != getattr(first, name):
            raise Refused(
                f"Orders of one batch share {field}; orders.{place} differs from orders.0.",
                code="batch_terms_differ",
                field=f"orders.{place}.{field}",
                value=place,
                expected=f"the same {field} in every order of the batch",
            )


def _cancel_order(setting: Setting, body: CancelOrder) -> list[Instruction]:
    now = setting.market(body.market)
    exactly_one_id(body)
    needs_trader(setting)
    if body.order_id is not None:
        order_id = _order_id(body.order_id, "order_id")
        return [program.cancel_order(setting.venue, setting.trader, now.market.index, order_id)]
    number = client_id(body.client_id, "client_id")
    return [program.cancel_by_client_id(setting.venue, setting.trader, now.market.index, number)]


def exactly_one_id(body: CancelOrder) -> tuple[str, str]:
    """Which id names the order, and the id. Raises Malformed unless it is exactly one."""
    if body.order_id is not None and body.client_id is None:
        return "order_id", body.order_id
    if body.client_id is not None and body.order_id is None:
        return "client_id", body.client_id
    raise Malformed(
        "Say exactly one of order_id and client_id.",
        field="order_id",
        value=body.order_id,
        expected="order_id or client_id",
    )


def _order_id(text: str, field: str) -> OrderId:
    try:
        return OrderId.parse(text)
    except DomainError as error:
        raise refused_value(error, field) from None


def _modify_order(setting: Setting, body: ModifyOrder) -> list[Instruction]:
    now = setting.market(body.market)
    resting = setting.resting
    assert resting is not None, "the service looks the order up first"
    if body.price is None and body.size is None:
        raise Malformed(
            "Say a new price, a new size or both.", field="price", expected="`price` or `size`, or both"
        )
    try:
        ticks = now.market.parameters.ticks(body.price) if body.price else resting.order_id.ticks
    except DomainError as error:
        raise refused_value(error, "price") from None
    try:
        lots = now.market.parameters.lots(body.size) if body.size else resting.lots
    except DomainError as error:
        raise refused_value(error, "size") from None
    change = OrderChange(ticks=ticks, lots=lots)
    return [program.modify_order(setting.venue, setting.trader, now.market.index, resting.order_id, change)]


def _cancel_all(setting: Setting, body: CancelAll) -> list[Instruction]:
    needs_trader(setting)
    if body.market is not None:
        indices = [setting.market(body.market).market.index]
    else:
        indices = [
            index
            for index, holding in sorted(setting.holdings.positions.items())
            if holding.bid_orders or holding.ask_orders
        ]
        if not indices:
            raise Refused(
                "This sub-account has no open orders.", code="nothing_to_cancel", field="market", value=None
            )
    return [program.cancel_all(setting.venue, setting.trader, index) for index in indices]


INTENTS: Mapping[str, Intent] = {
    "open-trader": funds.open_trader,
    "close-trader": funds.close_trader,
    "activate": seats.activate,
    "park": seats.park,
    "deposit": funds.deposit,
    "withdraw": funds.withdraw,
    "transfer": funds.transfer,
    "set-delegate": delegates.set_delegate,
    "revoke-delegate": delegates.revoke_delegate,
    "place-trigger": triggers.place_trigger,
    "cancel-trigger": triggers.cancel_trigger,
    "place-order": _place_order,
    "place-many": _place_many,
    "replace-many": _replace_many,
    "modify-order": _modify_order,
    "cancel-order": _cancel_order,
    "cancel-all": _cancel_all,
    "set-dead-man": seats.set_dead_man,
    "realize": seats.realize,
    "settle-slots": seats.settle_slots,
    "convert-collateral": funds.convert_collateral,
}
