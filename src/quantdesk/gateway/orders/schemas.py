"""Orders of one wallet and the preview of a new one."""

from pydantic import Field

from quantdesk.gateway.accounts.schemas import Margin
from quantdesk.gateway.wire import (
    DecimalText,
    Feed,
    OrderStatus,
    OrderType,
    PostOnly,
    Priced,
    PricedPage,
    Side,
    Symbol,
    TimeInForce,
    U64Text,
    U128Text,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)


class Order(Wire):
    """One order, open or done."""

    order_id: U128Text | None = Field(description="Null for an order that was refused before it had one.")
    client_id: U64Text | None
    market: Symbol
    wallet: str
    sub: int
    side: Side
    type: OrderType = Field(description="On chain a market order is a limit IOC: it is listed as `limit`.")
    time_in_force: TimeInForce
    post_only: PostOnly
    reduce_only: bool
    price: UnsignedDecimalText | None = Field(description="Limit price; the cap of a market order.")
    size: UnsignedDecimalText
    filled: UnsignedDecimalText
    remaining: UnsignedDecimalText = Field(description="Still resting; 0 once the order is done.")
    average_price: UnsignedDecimalText | None = Field(description="Null without fills.")
    fees: DecimalText = Field(description="Paid (+) or received (-), in quote.")
    status: OrderStatus
    reason: str | None = Field(
        description="Why it was cancelled or rejected; a program error by its IDL name."
    )
    created_ms: UnixMs
    updated_ms: UnixMs
    expires_at_ms: UnixMs | None
    slot: int
    signature: str = Field(description="Transaction that placed it.")


class OrderReply(Order):
    """One order, with the slot of the state that this reply shows."""

    order_slot: int = Field(description="Slot in which it was placed.")
    age_ms: int = Field(ge=0, description="Milliseconds between that state's arrival here and this reply.")
    feed: Feed | None = Field(description="Origin of the index prices; null until the first price arrived.")


class OrderList(PricedPage[Order]):
    """Orders, newest first."""

    wallet: str


class ProgramError(Wire):
    """Why the program refused."""

    code: str = Field(description="IDL name, for example `InsufficientMargin`.")
    number: int | None
    message: str
    instruction_index: int | None
    field: str | None = Field(default=None, description="The field at fault, for example `orders.2.price`.")
    value: str | None = Field(default=None, description="Its value, in the units of the request.")
    expected: str | None = Field(default=None, description="What would be right.")


class PreviewFill(Wire):
    """One fill that the order would have now."""

    price: UnsignedDecimalText
    size: UnsignedDecimalText
    fee: DecimalText


class PreviewReply(Priced):
    """The order, run by the real program against the present state, without being sent.

    What the program would refuse answers 422 instead, `code` being the error's IDL name.
    """

    market: Symbol
    side: Side
    size: UnsignedDecimalText
    price: UnsignedDecimalText | None = Field(description="Limit price, or the cap of a market order.")
    fills: list[PreviewFill]
    filled: UnsignedDecimalText
    resting: UnsignedDecimalText
    cancelled: UnsignedDecimalText = Field(description="Neither filled nor resting.")
    average_price: UnsignedDecimalText | None
    notional: UnsignedDecimalText = Field(description="Of the fills, else of the whole order at its price.")
    fee: DecimalText
    slippage_bps: DecimalText | None = Field(
        description="Average against the best opposite price; positive is worse. Null without fills."
    )
    mark_price: UnsignedDecimalText | None
    before: Margin
    after: Margin
    liquidation_price_before: UnsignedDecimalText | None
    liquidation_price_after: UnsignedDecimalText | None
    units: int = Field(description="Compute units.")
    summary: str = Field(description="One sentence that says what the order does.")


__all__ = ["Feed", "Order", "OrderList", "OrderReply", "PreviewFill", "PreviewReply", "ProgramError"]
