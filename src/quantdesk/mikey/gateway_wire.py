"""The gateway's JSON to the grammar's view. Unknown stays None."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quantdesk.mikey.grammar.view import AccountView, MarginTier, MarketView, OrderView, PositionView

Json = dict[str, Any]
STALE_MS = 60_000
"""A price published longer ago is unknown: nothing is sized or measured from it."""


def market_view(market: Json, ticker: Json, live_ms: int | None, now_ms: int) -> MarketView:
    """Parameters of ``GET /v1/markets`` with the numbers of ``GET /v1/tickers``."""
    published = ticker.get("index_published_ms")
    stale = published is not None and now_ms - int(published) > STALE_MS
    tiers = tuple(
        MarginTier(_maybe(tier["up_to_notional"]), Decimal(tier["initial_rate"]))
        for tier in market["margin_tiers"]
    )
    return MarketView(
        symbol=str(market["symbol"]),
        tick=Decimal(market["price_step"]),
        lot=Decimal(market["size_step"]),
        min_notional=Decimal(market["min_order_notional"]),
        max_leverage=_maybe(market.get("max_leverage")),
        margin_tiers=tiers,
        max_position_notional=_maybe(market.get("max_position_notional")),
        max_price=_maybe(market.get("max_price")),
        mark=None if stale else _maybe(ticker.get("mark")),
        index=None if stale else _maybe(ticker.get("index")),
        bid=_maybe(ticker.get("bid")),
        ask=_maybe(ticker.get("ask")),
        last=_maybe(ticker.get("last")),
        funding_rate_1h=_maybe(ticker.get("funding_rate_1h")),
        open_interest=_maybe(ticker.get("open_interest")),
        volume_24h=_maybe(ticker.get("volume_24h")),
        live_ms=live_ms,
    )


def orders_view(answer: Json | None) -> tuple[OrderView, ...] | None:
    """Open orders; None when they are unknown or do not fit one page (then "all" is not known)."""
    if answer is None or answer.get("next_cursor") is not None:
        return None
    return tuple(
        OrderView(
            order_id=str(order["order_id"]),
            market=str(order["market"]),
            side=str(order["side"]),
            price=Decimal(order["price"]),
            size=Decimal(order.get("remaining") or order["size"]),
            reduce_only=bool(order.get("reduce_only")),
        )
        for order in answer["items"]
        if order.get("order_id") is not None and order.get("price") is not None
    )


def account_view(
    wallet: str, sub: int, answer: Json | None, orders: tuple[OrderView, ...] | None
) -> AccountView:
    """One sub-account of ``GET /v1/accounts/{wallet}``."""
    if answer is None:
        return AccountView(wallet, sub, orders=orders)
    account = next((each for each in answer["sub_accounts"] if each["sub"] == sub), None)
    if account is None:
        zero = Decimal(0)
        return AccountView(wallet, sub, False, zero, zero, zero, (), orders or ())
    return AccountView(
        wallet=wallet,
        sub=sub,
        equity=_maybe(account.get("equity")),
        free_collateral=_maybe(account.get("free_collateral")),
        withdrawable=_maybe(account.get("withdrawable")),
        positions=tuple(_position(each) for each in account["positions"]),
        orders=orders,
    )


def _position(position: Json) -> PositionView:
    size = Decimal(position["size"])
    return PositionView(
        market=str(position["market"]),
        size=-size if position["side"] == "short" else size,
        entry_price=_maybe(position.get("entry_price")),
        liquidation_price=_maybe(position.get("liquidation_price")),
        unrealized_pnl=_maybe(position.get("unrealized_pnl")),
    )


def _maybe(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
