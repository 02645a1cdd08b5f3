"""Triggers and delegates as the wire shows them."""

from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Row

from quantdesk.domain.units import BaseLots, LotPrice, Ticks, decimal_text
from quantdesk.gateway.exchange.state import ExchangeView
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.orders.views import average_price
from quantdesk.gateway.traders.schemas import Delegate, Trigger
from quantdesk.gateway.transactions.triggers import trigger_id
from quantdesk.program.layouts import Delegate as Granted
from quantdesk.program.layouts import Market
from quantdesk.program.layouts import Trigger as Waiting
from quantdesk.program.records import NO_PAIR, DelegateFlag, TriggerKind

_BPS = Decimal(100)


def waiting_view(market: Market, sub: int, index: int, trigger: Waiting, row: Row[Any] | None) -> Trigger:
    """One that waits, as the chain has it; ``row`` is what the index knows of it."""
    parameters, limit = market.parameters, trigger.limit_ticks
    return Trigger(
        id=trigger_id(trigger.epoch, index),
        sub=sub,
        market=market.symbol,
        kind=_kind(trigger.kind),
        side="sell" if trigger.side else "buy",
        type="limit" if limit else "market",
        trigger_price=parameters.lot_price_text(LotPrice(trigger.trigger_price)),
        price=parameters.price_text(Ticks(limit)) if limit else None,
        size=parameters.size_text(BaseLots(trigger.lots)) if trigger.lots else None,
        max_slippage_bps=_slippage(limit, trigger.max_slippage),
        cancels=None if trigger.pair == NO_PAIR else trigger_id(trigger.epoch, trigger.pair),
        executor_fee=usdc(trigger.executor_fee),
        client_id=str(trigger.client_id) if trigger.client_id else None,
        expires_at_ms=trigger.expires * 1_000 or None,
        status="waiting",
        reason=None,
        order_id=row.order_id if row else None,
        filled=parameters.size_text(BaseLots(row.filled_lots if row else 0)),
        average_price=average_price(parameters, row.filled_quote, row.filled_lots) if row else None,
        created_ms=row.created_ms if row else None,
        updated_ms=row.updated_ms if row else None,
        signature=row.signature if row else None,
        ended_signature=None,
    )


def stored_view(market: Market, row: Row[Any], now_s: int) -> Trigger:
    """One as the index knows it."""
    parameters, limit = market.parameters, row.limit_ticks
    over = row.status == "waiting" and row.expires_at is not None and row.expires_at <= now_s
    return Trigger(
        id=trigger_id(row.epoch, row.entry),
        sub=row.sub,
        market=market.symbol,
        kind=_kind(row.kind),
        side=row.side,
        type="limit" if limit else "market",
        trigger_price=parameters.lot_price_text(LotPrice(row.trigger_price)),
        price=parameters.price_text(Ticks(limit)) if limit else None,
        size=parameters.size_text(BaseLots(row.lots)) if row.lots else None,
        max_slippage_bps=_slippage(limit, row.max_slippage),
        cancels=None if row.pair is None else trigger_id(row.epoch, row.pair),
        executor_fee=usdc(row.executor_fee),
        client_id=None if row.client_id == "0" else row.client_id,
        expires_at_ms=None if row.expires_at is None else row.expires_at * 1_000,
        status="expired" if over else row.status,
        reason="expired" if over else row.reason,
        order_id=row.order_id,
        filled=parameters.size_text(BaseLots(row.filled_lots)),
        average_price=average_price(parameters, row.filled_quote, row.filled_lots),
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
        signature=row.signature,
        ended_signature=row.ended_signature,
    )


def stored_views(view: ExchangeView, rows: list[Row[Any]], now_s: int) -> list[Trigger]:
    """Rows of markets that the exchange has."""
    known = [(view.market_at(row.market), row) for row in rows]
    return [stored_view(market, row, now_s) for market, row in known if market is not None]


def delegate_view(view: ExchangeView, sub: int, each: Granted, now_s: int) -> Delegate:
    """A key that may trade, with what it used today."""
    markets = [market.symbol for market in view.exchange.markets if each.trades_in(market.index)]
    return Delegate(
        delegate=str(each.key),
        sub=sub,
        expires_at_ms=each.expires * 1_000 or None,
        expired=0 < each.expires <= now_s,
        markets=markets,
        max_order_notional=usdc(each.max_order) if each.max_order else None,
        max_position_notional=usdc(each.max_position) if each.max_position else None,
        daily_notional=usdc(each.daily_limit) if each.daily_limit else None,
        used_today=usdc(each.used_on(now_s)),
        reduce_only=bool(each.flags & DelegateFlag.REDUCE_ONLY),
        can_transfer=bool(each.flags & DelegateFlag.TRANSFER),
    )


def _kind(kind: int) -> Literal["stop", "take_profit"]:
    return "stop" if kind <= TriggerKind.STOP_LIMIT else "take_profit"


def _slippage(limit_ticks: int, max_slippage: int) -> str | None:
    return None if limit_ticks else decimal_text(Decimal(max_slippage) / _BPS)
