"""What would be right while a market, its price or the exchange narrows what one may do."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from quantdesk.domain.units import RATE_SCALE, BaseLots, decimal_text
from quantdesk.gateway.accounts.valuation import AccountValue
from quantdesk.gateway.clock import unix_ms
from quantdesk.gateway.transactions.orders import MarketNow
from quantdesk.gateway.transactions.remedy import Remedy
from quantdesk.gateway.transactions.schemas import BuildRequest
from quantdesk.gateway.transactions.setting import Setting

_BY_STATUS = {
    "initialising": "a market whose book exists",
    "post_only": "a post-only order or a cancel",
    "reduce_only": "an order with reduce_only, or a cancel",
    "settling": "nothing: the market ends, positions close at the mean of the index over an hour",
    "settled": "another market",
}


def remedy(code: str, setting: Setting, body: BuildRequest, account: AccountValue) -> Remedy | None:
    """What would be right; None for an error that is not about the market of the request."""
    symbol, judge = getattr(body, "market", None), _JUDGES.get(code)
    return judge(setting.market(symbol), setting, account) if symbol and judge else None


def moment(unix: int) -> str:
    """A time on the chain's clock."""
    return f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _not_active(now: MarketNow, _: Setting, __: AccountValue) -> Remedy | None:
    status = now.market.status_name
    expected = _BY_STATUS.get(status)
    return Remedy("market", f"{now.market.symbol} is {status}", expected) if expected else None


def _matching_paused(now: MarketNow, setting: Setting, _: AccountValue) -> Remedy:
    until = moment(max(now.market.resume_at, setting.view.exchange.resume_at))
    return Remedy("market", now.market.symbol, f"a post-only order or a cancel until {until}")


def _stale(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    market = now.market
    age = max(0, unix_ms() - now.live.index(market).publish_ms) // 1_000
    opens, reduces = market.open_max_age_ms // 1_000, market.liquidate_max_age_ms // 1_000
    expected = f"a price at most {opens} s old; an order with reduce_only may use one of {reduces} s"
    return Remedy("market", f"{market.symbol}'s index price is {age} s old", expected)


def _uncertain(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    market, index = now.market, now.live.index(now.market)
    wide = _percent(index.confidence * RATE_SCALE // max(1, index.price))
    opens, reduces = _percent(market.open_confidence), _percent(market.liquidate_confidence)
    expected = f"at most {opens} %; an order with reduce_only may use a price of {reduces} %"
    return Remedy("market", f"{market.symbol}'s index price is sure to {wide} %", expected)


def _not_anchored(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    return Remedy("market", now.market.symbol, "an order with reduce_only until Pyth and the feed agree")


def _no_price(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    return Remedy("market", now.market.symbol, "the market's first price: see its feed in /v1/tickers")


def _paused(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    expected = "a cancel, a deposit or an order with reduce_only: these stay possible"
    return Remedy("market", now.market.symbol, expected)


def _too_large(now: MarketNow, _: Setting, account: AccountValue) -> Remedy:
    market = now.market
    held = account.holdings.positions.get(market.index)
    most = market.parameters.size_text(BaseLots(market.max_position))
    size = market.parameters.size_text(BaseLots(held.base if held else 0))
    return Remedy("size", f"on top of {size}", f"a position, with its orders, of at most {most}")


def _capped(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    market = now.market
    cap = market.parameters.size_text(BaseLots(market.oi_cap))
    is_open = market.parameters.size_text(BaseLots(max(market.open_long, market.open_short)))
    return Remedy("size", f"{is_open} are open", f"an order within the cap of {cap}, or one that reduces")


def _nothing_to_realize(now: MarketNow, _: Setting, __: AccountValue) -> Remedy:
    expected = "a market with an open position whose profit stands at the mark and at the index"
    return Remedy("market", now.market.symbol, expected)


def _percent(rate: int) -> str:
    return decimal_text(Decimal(rate * 100) / RATE_SCALE)


_JUDGES: Mapping[str, Callable[[MarketNow, Setting, AccountValue], Remedy | None]] = {
    "MarketNotActive": _not_active,
    "MatchingPaused": _matching_paused,
    "PriceStale": _stale,
    "PriceUncertain": _uncertain,
    "PriceNotAnchored": _not_anchored,
    "NoPrice": _no_price,
    "Paused": _paused,
    "PositionTooLarge": _too_large,
    "OpenInterestCapReached": _capped,
    "NothingToRealize": _nothing_to_realize,
}
