"""What would be right instead of what a delegate sent past its limits, or of rights that cannot be given."""

from collections.abc import Sequence

from quantdesk.domain.units import LotPrice
from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.clock import unix_ms
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.transactions.market_remedies import moment
from quantdesk.gateway.transactions.order_remedies import Order, orders_of
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import BuildRequest, SetDelegate, TransferFunds
from quantdesk.gateway.transactions.setting import Setting
from quantdesk.program.layouts import Delegate
from quantdesk.program.records import DelegateFlag

CODES = frozenset({"DelegateLimit", "DelegateExpired", "NotAuthorised"})


def remedy(code: str, setting: Setting, body: BuildRequest, account: AccountValue) -> Remedy | None:
    """What would be right for a request that a delegate signs."""
    signer = str(setting.trader.signer)
    granted = next((each for each in setting.delegates if each.key == setting.trader.signer), None)
    if granted is None:
        expected = "the wallet itself, or a key that it gave rights to with set-delegate"
        return Remedy("signer", signer, expected)
    if code == "DelegateExpired":
        ended = moment(granted.expires)
        return Remedy("signer", signer, f"set-delegate anew: its rights ended {ended}")
    if code == "DelegateLimit":
        return _limit(setting, body, granted, account)
    return Remedy("signer", signer, "the wallet itself: a delegate may only trade")


def of_grant(code: str, setting: Setting, body: SetDelegate) -> Remedy | None:
    """What would be right when there is no place for another delegate."""
    if code != "TableFull":
        return None
    keys = ", ".join(str(each.key) for each in setting.delegates)
    return Remedy("delegate", body.delegate, f"revoke-delegate first for one of {keys}")


def _limit(setting: Setting, body: BuildRequest, granted: Delegate, account: AccountValue) -> Remedy | None:
    if isinstance(body, TransferFunds):
        return Remedy("signer", body.signer, "a delegate with can_transfer, or the wallet itself")
    symbol = getattr(body, "market", None)
    if symbol is None:
        return None
    now = setting.market(symbol)
    if not granted.trades_in(now.market.index):
        known = setting.view.exchange.markets
        allowed = [each.symbol for each in known if granted.trades_in(each.index)]
        return Remedy("market", symbol, f"one of {', '.join(allowed) or 'none'}: the delegate's markets")
    orders = orders_of(setting, body, account)
    told = next((found for each in orders if (found := _order_limit(each, granted))), None)
    return told or _sum_limit(orders, granted)


def _sum_limit(orders: Sequence[Order], granted: Delegate) -> Remedy | None:
    used = granted.used_on(unix_ms() // 1_000)
    wanted = sum(_notional(order) for order in orders)
    if granted.daily_limit and used + wanted > granted.daily_limit:
        left = usdc(max(0, granted.daily_limit - used))
        return Remedy("size", f"{usdc(wanted)} USDC", f"at most the {left} USDC left of the day's notional")
    if granted.max_position:
        most = usdc(granted.max_position)
        return Remedy("size", f"{usdc(wanted)} USDC", f"a position, with its orders, of at most {most} USDC")
    return None


def _order_limit(order: Order, granted: Delegate) -> Remedy | None:
    if granted.flags & DelegateFlag.REDUCE_ONLY and not order.fields.reduce_only:
        return order.remedy("reduce_only", "false", "true: the delegate may only reduce")
    notional = _notional(order)
    if granted.max_order and notional > granted.max_order:
        most, price = usdc(granted.max_order), _reference(order)
        base = order.now.market.parameters.base_symbol
        value = f"{order.fields.size} {base} or {usdc(notional)} USDC"
        price_text = order.now.market.parameters.lot_price_text(LotPrice(price))
        return order.remedy("size", value, f"at most {most} USDC an order, counted at {price_text}")
    return None


def _reference(order: Order) -> int:
    """The price that limits count an order at: its own or the mark, whichever is higher."""
    return max(order.ticks * order.now.market.tick_size, order.now.mark)


def _notional(order: Order) -> int:
    return order.lots * _reference(order)
