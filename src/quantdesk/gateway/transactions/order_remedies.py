"""What would be right instead of an order, a batch of them or a trigger that the program refuses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quantdesk.domain.margin import base_margin
from quantdesk.domain.orders import Side
from quantdesk.domain.units import RATE_SCALE, BaseLots, Ticks, ceil_div, decimal_text
from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.orders import MarketNow, band_edges, lot_price_text, program_order
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import (
    BuildRequest,
    ModifyOrder,
    OrderFields,
    PlaceMany,
    PlaceOrder,
    PlaceTrigger,
    ReplaceMany,
)
from quantdesk.gateway.transactions.setting import Setting
from quantdesk.gateway.transactions.triggers import EXECUTOR_FEE


@dataclass(frozen=True, slots=True)
class Order:
    """A refused order with what it was judged against; ``path`` leads to its fields in the request."""

    fields: OrderFields
    path: str
    now: MarketNow
    account: AccountValue
    ticks: int
    lots: int

    @property
    def side(self) -> Side:
        return Side(self.fields.side)

    @property
    def price(self) -> str:
        return self.now.market.parameters.price_text(Ticks(self.ticks))

    @property
    def best_opposite(self) -> str | None:
        best = self.now.best(self.side.opposite)
        return None if best is None else self.now.market.parameters.price_text(Ticks(best))

    def remedy(self, field: str, value: str | None, expected: str) -> Remedy:
        """One about a field of this order."""
        return Remedy(f"{self.path}{field}", value, expected)


def order_of(setting: Setting, body: PlaceOrder | ModifyOrder, account: AccountValue) -> Order | None:
    """The order of a request; of a modification as it would be. None when it can no longer be made."""
    if isinstance(body, PlaceOrder):
        return _order(setting.market(body.market), body, "", account)
    now, resting = setting.market(body.market), setting.resting
    if resting is None:
        return None
    parameters = now.market.parameters
    fields = OrderFields(
        side=resting.order_id.side.value,
        size=body.size or parameters.size_text(BaseLots(resting.lots)),
        price=body.price or parameters.price_text(resting.order_id.ticks),
    )
    return _order(now, fields, "", account)


def orders_of(setting: Setting, body: BuildRequest, account: AccountValue) -> list[Order]:
    """The orders of a request, in its order."""
    if isinstance(body, PlaceMany | ReplaceMany):
        now = setting.market(body.market)
        made = [_order(now, each, f"orders.{place}.", account) for place, each in enumerate(body.orders)]
    elif isinstance(body, PlaceOrder | ModifyOrder):
        made = [order_of(setting, body, account)]
    else:
        made = []
    return [each for each in made if each is not None]


def _order(now: MarketNow, fields: OrderFields, path: str, account: AccountValue) -> Order | None:
    try:
        made = program_order(fields, now, path)
    except Refused:  # a market order whose other side has left the book since
        return None
    return Order(fields, path, now, account, made.ticks, made.lots)


def of_order(code: str, order: Order) -> Remedy | None:
    """What would be right for one order."""
    judge = _JUDGES.get(code)
    return None if judge is None else judge(order)


def of_batch(code: str, orders: Sequence[Order]) -> Remedy | None:
    """What would be right for a batch; what one order alone is at fault for does not fail a batch."""
    if code != "InsufficientMargin" or not orders or not _priced(orders[0]):
        return None
    needed = sum(_margin(order) for order in orders)
    free = usdc(orders[0].account.free_collateral)
    expected = f"initial margins within the free collateral of {free} USDC; these add up to {usdc(needed)}"
    return Remedy("orders", f"{len(orders)} orders", expected)


def of_trigger(code: str, setting: Setting, body: PlaceTrigger, account: AccountValue) -> Remedy | None:
    """What would be right for a trigger."""
    now = setting.market(body.market)
    if code == "TriggerWouldFire":
        way = "under" if (body.kind == "stop") == (body.side == "sell") else "over"
        expected = f"a price {way} the mark {lot_price_text(now, now.mark)}"
        return Remedy("trigger_price", body.trigger_price, expected)
    if code == "OrderExpired":
        return Remedy("expires_at_ms", str(body.expires_at_ms), "a time in the future")
    if code in {"ExceedsWithdrawable", "InsufficientMargin"} and account.priced:
        fee, free = usdc(EXECUTOR_FEE), usdc(account.withdrawable)
        return Remedy("sub", str(body.sub), f"{fee} USDC to reserve for who fires it; withdrawable: {free}")
    return _of_its_position(code, now, body, account)


def _of_its_position(code: str, now: MarketNow, body: PlaceTrigger, account: AccountValue) -> Remedy | None:
    parameters, held = now.market.parameters, _held(now, account)
    if code == "ReduceOnlyWouldIncrease" and held == "0":
        return Remedy("market", body.market, "a market with an open position: a trigger only shrinks one")
    if code == "ReduceOnlyWouldIncrease":
        return Remedy("side", body.side, f"the side that shrinks the position, which is {held}")
    if code != "BelowMinimumNotional":
        return None
    ticks, lots = parameters.ticks(body.trigger_price), parameters.lots(body.size)
    told = _below_minimum(Order(body, "", now, account, ticks, lots))
    return Remedy("size", told.value, f"{told.expected}, or the whole position of {held}")


def _outside_band(order: Order) -> Remedy | None:
    edges = band_edges(order.now)
    if edges is None:
        return None
    is_buy = order.side is Side.BUY
    edge = order.now.market.parameters.price_text(Ticks(edges[1] if is_buy else edges[0]))
    percent = decimal_text(Decimal(order.now.market.trade_band * 100) / RATE_SCALE)
    side = "at most" if is_buy else "at least"
    index = lot_price_text(order.now, order.now.index)
    return order.remedy("price", order.price, f"{side} {edge}, {percent} % from the index {index}")


def _below_minimum(order: Order) -> Remedy:
    market = order.now.market
    notional = market.parameters.notional(Ticks(order.ticks), BaseLots(order.lots))
    least = BaseLots(ceil_div(market.min_order_notional, order.ticks * market.tick_size))
    base, price = market.parameters.base_symbol, order.price
    size = market.parameters.size_text(least)
    expected = f"{usdc(market.min_order_notional)} USDC or more, {size} {base} at {price}"
    return order.remedy("size", f"{order.fields.size} {base} or {usdc(notional)} USDC", expected)


def _below_resting(order: Order) -> Remedy:
    market = order.now.market
    notional = market.parameters.notional(Ticks(order.ticks), BaseLots(order.lots))
    least = usdc(market.min_order_notional)
    expected = (
        f"a larger order, or one that takes at once: to rest takes {least} USDC while the book's side is "
        "under a quarter full, then 2, 8 and 32 times as much"
    )
    return order.remedy("size", f"{order.fields.size} or {usdc(notional)} USDC", expected)


def _priced(order: Order) -> bool:
    return order.account.priced and bool(order.now.mark)


def _margin(order: Order) -> int:
    return base_margin(order.now.market.parameters, order.lots * order.now.mark)


def _insufficient_margin(order: Order) -> Remedy | None:
    if not _priced(order):
        return None
    free = usdc(order.account.free_collateral)
    needed = usdc(_margin(order))
    expected = f"an initial margin within the free collateral of {free} USDC; this one's is {needed}"
    return order.remedy("size", order.fields.size, expected)


def _would_cross(order: Order) -> Remedy | None:
    if order.best_opposite is None:
        return None
    side = "under the best ask" if order.side is Side.BUY else "over the best bid"
    return order.remedy("price", order.price, f"a price {side} {order.best_opposite}")


def _nothing_filled(order: Order) -> Remedy:
    best = order.best_opposite
    if order.fields.time_in_force == "fok":
        return order.remedy("size", order.fields.size, f"a size that fills at once within {order.price}")
    if best is None:
        return order.remedy("price", order.price, "a limit order that rests: nobody is there to trade with")
    side = "at least the best ask" if order.side is Side.BUY else "at most the best bid"
    return order.remedy("price", order.price, f"{side} {best}")


def _would_increase(order: Order) -> Remedy:
    held = _held(order.now, order.account)
    return order.remedy("side", order.fields.side, f"the side that shrinks the position, which is {held}")


def _expired(order: Order) -> Remedy:
    return order.remedy("expires_at_ms", str(order.fields.expires_at_ms), "a time in the future")


def _duplicate(order: Order) -> Remedy:
    expected = "a number that no open order of this sub-account in this market has"
    return order.remedy("client_id", order.fields.client_id, expected)


def _held(now: MarketNow, account: AccountValue) -> str:
    held = account.holdings.positions.get(now.market.index)
    return now.market.parameters.size_text(BaseLots(held.base if held else 0))


_JUDGES: Mapping[str, Callable[[Order], Remedy | None]] = {
    "PriceOutsideBand": _outside_band,
    "BelowMinimumNotional": _below_minimum,
    "BelowRestingMinimum": _below_resting,
    "InsufficientMargin": _insufficient_margin,
    "PostOnlyWouldCross": _would_cross,
    "MinimumFillNotReached": _nothing_filled,
    "ReduceOnlyWouldIncrease": _would_increase,
    "OrderExpired": _expired,
    "DuplicateClientId": _duplicate,
}
