"""Waiting triggers and delegates of one wallet."""

from typing import Literal

from pydantic import Field

from quantdesk.gateway.wire import (
    OrderType,
    Page,
    Side,
    Symbol,
    U64Text,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)


class Trigger(Wire):
    """A stop or take-profit that waits for the mark price."""

    id: U64Text
    sub: int
    market: Symbol
    kind: Literal["stop", "take_profit"]
    side: Side
    type: OrderType
    trigger_price: UnsignedDecimalText
    price: UnsignedDecimalText | None = Field(description="Of a limit order.")
    size: UnsignedDecimalText | None = Field(description="Null is the whole position.")
    max_slippage_bps: UnsignedDecimalText | None = Field(description="Of a market order, against the mark.")
    cancels: U64Text | None = Field(description="The trigger that goes when this one fires.")
    executor_fee: UnsignedDecimalText = Field(description="USDC reserved for who fires it.")
    client_id: U64Text | None
    expires_at_ms: UnixMs | None


class TriggerList(Page[Trigger]):
    """Every trigger of the wallet that can still fire."""

    wallet: str


class Delegate(Wire):
    """A key that may trade for a sub-account."""

    delegate: str
    sub: int
    expires_at_ms: UnixMs | None = Field(description="Null is never.")
    expired: bool
    markets: list[Symbol]
    max_order_notional: UnsignedDecimalText | None = Field(description="Null is no limit.")
    max_position_notional: UnsignedDecimalText | None
    daily_notional: UnsignedDecimalText | None
    used_today: UnsignedDecimalText = Field(description="Notional counted on the present day (UTC).")
    reduce_only: bool
    can_transfer: bool


class DelegateList(Page[Delegate]):
    """Every delegate of the wallet, expired ones too: they hold a place until they are revoked."""

    wallet: str
