"""A refusal of the program in the words of the request: which field, its value, and what would be right.

The program says its error and no more; the numbers here are those that the request was made with. Margins are
as of the present marks, so what would be right is about right: the program decides again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from quantdesk.domain.margin import base_margin
from quantdesk.domain.orders import Side
from quantdesk.domain.units import RATE_SCALE, BaseLots, Ticks, ceil_div, decimal_text
from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.problems import Refused
from quantdesk.gateway.transactions.orders import MarketNow, band_edges, lot_price_text, program_order
from quantdesk.gateway.transactions.schemas import BuildRequest, CancelOrder, MoveFunds, PlaceOrder
from quantdesk.gateway.transactions.setting import Setting


@dataclass(frozen=True, slots=True)
class Remedy:
    """The field at fault, its value, and what would be right."""

    field: str
    value: str | None
    expected: str


@dataclass(frozen=True, slots=True)
class _Order:
    """A refused order with what it was judged against."""

    body: PlaceOrder
    now: MarketNow
    account: AccountValue
    ticks: int
    lots: int

    @property
    def side(self) -> Side:
        return Side(self.body.side)

    @property
    def price(self) -> str:
        return self.now.market.parameters.price_text(Ticks(self.ticks))

    @property
    def best_opposite(self) -> str | None:
        best = self.now.best(self.side.opposite)
        return None if best is None else self.now.market.parameters.price_text(Ticks(best))


def with_remedy(error: ProgramError, remedy: Remedy | None) -> ProgramError:
    """The error, its message with the value and what would be right."""
    return error if remedy is None else error.model_copy(update={"message": _said(error.message, remedy)})


def refused(error: ProgramError, remedy: Remedy | None) -> Refused:
    """The error as a problem; without a remedy its value is the program's number."""
    if remedy is None:
        return Refused(error.message, code=error.code, value=error.number)
    return Refused(
        _said(error.message, remedy),
        code=error.code,
        field=remedy.field,
        value=remedy.value,
        expected=remedy.expected,
    )


def _said(message: str, remedy: Remedy) -> str:
    return f"{message.rstrip('.')}: {remedy.value}; expected {remedy.expected}"


def remedy_for(
    code: str, setting: Setting, body: BuildRequest, account: AccountValue, wallet_atoms: int | None = None
) -> Remedy | None:
    """What would be right instead; None where only the error's own words help.

    ``wallet_atoms``: what the wallet's token account holds, where that is known.
    """
    if isinstance(body, PlaceOrder):
        judge = _ORDERS.get(code)
        order = None if judge is None else _order(setting, body, account)
        return None if judge is None or order is None else judge(order)
    if isinstance(body, CancelOrder) and code == "OrderNotFound":
        field = "order_id" if body.order_id is not None else "client_id"
        return Remedy(field, getattr(body, field), f"an open order of this sub-account in {body.market}")
    if isinstance(body, MoveFunds):
        return _funds(code, setting, body, account, wallet_atoms)
    return None


def _order(setting: Setting, body: PlaceOrder, account: AccountValue) -> _Order | None:
    now = setting.market(body.market)
    try:
        made = program_order(body, now)
    except Refused:  # a market order whose other side has left the book since
        return None
    return _Order(body, now, account, made.ticks, made.lots)


def _funds(
    code: str, setting: Setting, body: MoveFunds, account: AccountValue, wallet_atoms: int | None
) -> Remedy | None:
    asset = setting.view.asset(body.asset)
    if code == "InsufficientFunds" and wallet_atoms is not None:
        held = f"{asset.text(wallet_atoms)} {asset.symbol}"
        return Remedy("amount", body.amount, f"at most the {held} that the wallet holds")
    if code == "ExceedsWithdrawable" and asset.index == 0 and account.priced:
        return Remedy("amount", body.amount, f"at most {usdc(account.withdrawable)} {asset.symbol}")
    return None


def _outside_band(order: _Order) -> Remedy | None:
    edges = band_edges(order.now)
    if edges is None:
        return None
    is_buy = order.side is Side.BUY
    edge = order.now.market.parameters.price_text(Ticks(edges[1] if is_buy else edges[0]))
    percent = decimal_text(Decimal(order.now.market.trade_band * 100) / RATE_SCALE)
    side = "at most" if is_buy else "at least"
    index = lot_price_text(order.now, order.now.index)
    return Remedy("price", order.price, f"{side} {edge}, {percent} % from the index {index}")


def _below_minimum(order: _Order) -> Remedy:
    market = order.now.market
    notional = market.parameters.notional(Ticks(order.ticks), BaseLots(order.lots))
    least = BaseLots(ceil_div(market.min_order_notional, order.ticks * market.tick_size))
    base, price = market.parameters.base_symbol, order.price
    size = market.parameters.size_text(least)
    expected = f"{usdc(market.min_order_notional)} USDC or more, {size} {base} at {price}"
    return Remedy("size", f"{order.body.size} {base} or {usdc(notional)} USDC", expected)


def _insufficient_margin(order: _Order) -> Remedy | None:
    if not order.account.priced or not order.now.mark:
        return None
    needed = base_margin(order.now.market.parameters, order.lots * order.now.mark)
    free = usdc(order.account.free_collateral)
    expected = f"an initial margin within the free collateral of {free} USDC; this one's is {usdc(needed)}"
    return Remedy("size", order.body.size, expected)


def _would_cross(order: _Order) -> Remedy | None:
    if order.best_opposite is None:
        return None
    side = "under the best ask" if order.side is Side.BUY else "over the best bid"
    return Remedy("price", order.price, f"a price {side} {order.best_opposite}")


def _nothing_filled(order: _Order) -> Remedy:
    best = order.best_opposite
    if order.body.time_in_force == "fok":
        return Remedy("size", order.body.size, f"a size that fills at once within {order.price}")
    if best is None:
        return Remedy("price", order.price, "a limit order that rests: nobody is there to trade with")
    side = "at least the best ask" if order.side is Side.BUY else "at most the best bid"
    return Remedy("price", order.price, f"{side} {best}")


def _would_increase(order: _Order) -> Remedy:
    held = order.account.holdings.positions.get(order.now.market.index)
    size = order.now.market.parameters.size_text(BaseLots(held.base if held else 0))
    return Remedy("side", order.body.side, f"the side that shrinks the position, which is {size}")


_ORDERS: Mapping[str, Callable[[_Order], Remedy | None]] = {
    "PriceOutsideBand": _outside_band,
    "BelowMinimumNotional": _below_minimum,
    "InsufficientMargin": _insufficient_margin,
    "PostOnlyWouldCross": _would_cross,
    "MinimumFillNotReached": _nothing_filled,
    "ReduceOnlyWouldIncrease": _would_increase,
}
