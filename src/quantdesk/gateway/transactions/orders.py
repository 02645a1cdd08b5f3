"""An order's fields as the program takes them: ticks, lots, kind, expiry; contradictions are refused."""

from dataclasses import dataclass

from quantdesk.domain.errors import DomainError
from quantdesk.domain.orders import Side as DomainSide
from quantdesk.domain.units import RATE_SCALE, LotPrice, Ticks
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.markets.board import LiveMarket
from quantdesk.gateway.problems import NotAvailableYet, Refused
from quantdesk.gateway.transactions.schemas import OrderFields
from quantdesk.program.instructions import NewOrder
from quantdesk.program.layouts import Market
from quantdesk.program.records import ExpiryKind, OrderKind, SelfTrade, Side

DEFAULT_SLIPPAGE_BPS = 100
_BPS = 10_000
_MAX_U64 = 2**64
_SELF_TRADE = {"cancel_maker": SelfTrade.CANCEL_MAKER, "cancel_taker": SelfTrade.CANCEL_TAKER}


@dataclass(frozen=True, slots=True)
class MarketNow:
    """A market with its live part."""

    market: Market
    live: LiveMarket

    def best(self, side: DomainSide) -> int | None:
        """Best ticks of a side of the book; None when it is empty."""
        if self.live.book.synced:
            found = self.live.book.best_bid() if side is DomainSide.BUY else self.live.book.best_ask()
            return found[0] if found else None
        ticks = self.market.best_bid_ticks if side is DomainSide.BUY else self.market.best_ask_ticks
        return ticks or None

    @property
    def index(self) -> int:
        """Index price (LotPrice); 0 before the first."""
        return self.live.index(self.market).price

    @property
    def mark(self) -> int:
        """Mark price (LotPrice); 0 before the first."""
        return self.live.state.mark if self.live.state else self.market.mark_price


def program_order(fields: OrderFields, now: MarketNow, path: str = "") -> NewOrder:
    """The order for the program. `path` prefixes field names in errors (`orders.0.`). Raises Refused."""
    _refuse_contradictions(fields, path)
    side = DomainSide(fields.side)
    try:
        lots = now.market.parameters.lots(fields.size)
    except DomainError as error:
        raise refused_value(error, f"{path}size") from None
    ticks = _market_cap(fields, now, side, path) if fields.type == "market" else _limit(fields, now, path)
    kind = _kind(fields)
    return NewOrder(
        side=Side.of(side),
        kind=kind,
        ticks=ticks,
        lots=lots,
        reduce_only=fields.reduce_only,
        self_trade=_self_trade(fields, path),
        min_fill_lots=lots if fields.time_in_force == "fok" else 0,
        expiry_kind=ExpiryKind.TIME if fields.time_in_force == "gtt" else ExpiryKind.NEVER,
        expiry=_expiry(fields, path),
        client_id=client_id(fields.client_id, f"{path}client_id"),
    )


def client_id(text: str | None, field: str) -> int:
    """A client id as the program's u64; 0 when there is none. Raises Refused."""
    if text is None:
        return 0
    number = int(text)
    if not 0 < number < _MAX_U64:
        raise Refused(
            f"{field} is out of range.",
            code="client_id_invalid",
            field=field,
            value=text,
            expected="1 to 18446744073709551615",
        )
    return number


def _kind(fields: OrderFields) -> OrderKind:
    if fields.type == "market" or fields.time_in_force in {"ioc", "fok"}:
        return OrderKind.IMMEDIATE_OR_CANCEL
    if fields.post_only == "reject":
        return OrderKind.POST_ONLY
    if fields.post_only == "slide":
        return OrderKind.POST_ONLY_SLIDE
    return OrderKind.LIMIT


def _refuse_contradictions(fields: OrderFields, path: str) -> None:
    takes = fields.type == "market" or fields.time_in_force in {"ioc", "fok"}
    for name in ("take_profit", "stop_loss"):
        if getattr(fields, name) is not None and (path or not takes):
            raise NotAvailableYet(
                "A take-profit or stop-loss binds to a position: it goes with one order that fills at once.",
                field=f"{path}{name}",
                value=getattr(fields, name),
                expected="a market, ioc or fok order, or place-trigger once the order has filled",
            )
    if takes and fields.post_only != "none":
        raise contradiction(
            f"{path}post_only", fields.post_only, "an order that only takes cannot be post-only"
        )
    if fields.type == "market" and fields.time_in_force in {"gtc", "gtt"}:
        raise contradiction(f"{path}time_in_force", fields.time_in_force, "a market order is ioc or fok")
    if (fields.time_in_force == "gtt") != (fields.expires_at_ms is not None):
        raise contradiction(
            f"{path}expires_at_ms", fields.expires_at_ms, "expires_at_ms goes with time_in_force gtt, always"
        )
    if fields.type == "limit" and fields.max_slippage_bps is not None:
        raise contradiction(
            f"{path}max_slippage_bps", fields.max_slippage_bps, "a limit order's price is its limit"
        )


def contradiction(field: str, value: object, rule: str) -> Refused:
    """The refusal of a field that says something else than the others."""
    return Refused(
        f"{field} contradicts the rest: {rule}.",
        code="order_contradicts_itself",
        field=field,
        value=value,
        expected=rule,
    )


def _self_trade(fields: OrderFields, path: str) -> SelfTrade:
    mode = _SELF_TRADE.get(fields.self_trade)
    if mode is None:
        raise NotAvailableYet(
            f"The self-trade mode {fields.self_trade} is not in this program version.",
            field=f"{path}self_trade",
            value=fields.self_trade,
            expected=f"one of {', '.join(_SELF_TRADE)}",
        )
    return mode


def _limit(fields: OrderFields, now: MarketNow, path: str) -> int:
    if fields.price is None:
        raise Refused(
            "A limit order needs a price.",
            code="price_missing",
            field=f"{path}price",
            expected=f"a multiple of {now.market.parameters.price_text(Ticks(1))}",
        )
    try:
        return now.market.parameters.ticks(fields.price)
    except DomainError as error:
        raise refused_value(error, f"{path}price") from None


def _market_cap(fields: OrderFields, now: MarketNow, side: DomainSide, path: str) -> int:
    """The worst price a market order accepts: its own cap, else slippage from the best opposite price.

    Rounded towards the trader's protection and held within the trade band, past which nothing fills anyway.
    """
    if fields.price is not None:
        return _limit(fields, now, path)
    best = now.best(side.opposite)
    if best is None:
        raise Refused(
            f"There is nobody to trade with: the book of {now.market.symbol} has no "
            f"{'asks' if side is DomainSide.BUY else 'bids'}.",
            code="no_liquidity",
            field=f"{path}type",
            value="market",
            expected="a limit order, or later",
        )
    bps = DEFAULT_SLIPPAGE_BPS if fields.max_slippage_bps is None else fields.max_slippage_bps
    edges = band_edges(now)
    if side is DomainSide.BUY:
        cap = best * (_BPS + bps) // _BPS
        return min(cap, edges[1]) if edges else cap
    cap = max(1, -(-best * (_BPS - bps) // _BPS))
    return max(cap, edges[0]) if edges else cap


def band_edges(now: MarketNow) -> tuple[int, int] | None:
    """Lowest and highest ticks inside the trade band; None before the first price."""
    if not now.index or not now.market.trade_band:
        return None
    low = now.index * (RATE_SCALE - now.market.trade_band)
    high = now.index * (RATE_SCALE + now.market.trade_band)
    step = RATE_SCALE * now.market.tick_size
    return max(1, -(-low // step)), high // step


def _expiry(fields: OrderFields, path: str) -> int:
    if fields.expires_at_ms is None:
        return 0
    seconds = fields.expires_at_ms // 1_000
    if not 0 < seconds < 2**32:
        raise Refused(
            f"{path}expires_at_ms is out of range.",
            code="expiry_invalid",
            field=f"{path}expires_at_ms",
            value=fields.expires_at_ms,
            expected="Unix milliseconds before the year 2106",
        )
    return seconds


def lot_price_text(now: MarketNow, price: int) -> str | None:
    """A LotPrice as text; None for 0."""
    return now.market.parameters.lot_price_text(LotPrice(price)) if price else None
