"""Stored orders as the wire shows them."""

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any

from sqlalchemy import Row

from quantdesk.domain.market import Market as Parameters
from quantdesk.domain.units import BaseLots, Ticks, decimal_text
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.orders.schemas import Order

_FINAL_PLACES = 12


def average_price(parameters: Parameters, quote_atoms: int, lots: int) -> str | None:
    """Quote per base unit over several fills, to 12 places, half to even; None without fills."""
    if lots == 0:
        return None
    with localcontext() as context:
        context.prec = 60
        value = Decimal(quote_atoms) * parameters.lots_per_base / lots
        return decimal_text(value.scaleb(-6).quantize(Decimal(1).scaleb(-_FINAL_PLACES), ROUND_HALF_EVEN))


def order_view(parameters: Parameters, row: Row[Any]) -> Order:
    """One order."""
    expires_ms = row.expires_at * 1_000 if row.expires_at and row.expiry_kind == "unix" else None
    return Order(
        order_id=row.order_id,
        client_id=None if row.client_id == "0" else row.client_id,
        market=parameters.symbol,
        wallet=row.wallet,
        sub=row.sub,
        side=row.side,
        type="limit",
        time_in_force=row.time_in_force,
        post_only=row.post_only,
        reduce_only=row.reduce_only,
        price=parameters.price_text(Ticks(row.ticks)) if row.ticks else None,
        size=parameters.size_text(BaseLots(row.lots)),
        filled=parameters.size_text(BaseLots(row.filled_lots)),
        remaining=parameters.size_text(BaseLots(row.resting_lots)),
        average_price=average_price(parameters, row.filled_quote, row.filled_lots),
        fees=usdc(row.fee),
        status=row.status,
        reason=row.reason,
        created_ms=row.created_ms,
        updated_ms=row.updated_ms,
        expires_at_ms=expires_ms,
        slot=row.slot,
        signature=row.signature,
    )
