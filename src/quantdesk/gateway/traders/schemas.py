"""Waiting triggers and delegates of one wallet."""

from typing import Literal

from pydantic import Field

from quantdesk.gateway.wire import (
    OrderType,
    Page,
    Side,
    Symbol,
    U64Text,
    U128Text,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)


class Trigger(Wire):
    """A stop or take-profit order: one that waits for the mark price, or one that did."""

    id: U64Text = Field(
        description="Names it while it waits. An entry is used again, so an ended one of the same position "
        "may have had the same id: `signature` tells them apart."
    )
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
    status: Literal["waiting", "executed", "cancelled", "expired"] = Field(
        description="`executed`: it fired; what could not be filled at once may wait on under the same id."
    )
    reason: str | None = Field(
        description="Why it ended without firing: `cancelled`, `pair_fired`, `position_closed` or `expired`."
    )
    order_id: U128Text | None = Field(description="The order that it sent last.")
    filled: UnsignedDecimalText = Field(description="Of its orders, when they were sent.")
    average_price: UnsignedDecimalText | None = Field(description="Of these fills.")
    created_ms: UnixMs | None = Field(description="Null when it was placed before the index begins.")
    updated_ms: UnixMs | None
    signature: str | None = Field(description="Transaction that placed it.")
    ended_signature: str | None = Field(description="Transaction that fired or ended it.")


class TriggerList(Page[Trigger]):
    """Triggers of the wallet: those that can still fire first, then ended ones, newest first."""

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
