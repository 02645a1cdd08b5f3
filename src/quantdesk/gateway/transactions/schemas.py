"""Building, simulating, sending and looking up transactions."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from quantdesk.gateway.accounts.schemas import Margin
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.wire import (
    OrderType,
    PostOnly,
    Request,
    SelfTrade,
    Side,
    Signature,
    Stamped,
    Sub,
    Symbol,
    TimeInForce,
    U64Text,
    U128Text,
    UnixMs,
    UnsignedDecimalText,
    Wallet,
    Wire,
)

Asset = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9]{1,44}$",
        description="As `/v1/exchange` names it under `collaterals`: one without a name by its mint.",
        examples=["USDC"],
    ),
]


class BuildRequest(Request):
    """Fields that every instruction takes."""

    wallet: Wallet
    sub: Sub = 0
    signer: Wallet | None = Field(default=None, description="Delegate that signs instead of the wallet.")
    fee_payer: Wallet | None = Field(
        default=None, description="Who pays the network fee; default: the signer."
    )
    priority_fee: Literal["auto"] | Annotated[int, Field(ge=0, le=10_000_000)] = Field(
        default="auto", description="Micro-lamports per compute unit."
    )


class OpenTrader(BuildRequest):
    """Create the trader account of a sub-account."""


class CloseTrader(BuildRequest):
    """Close an empty trader account and take its rent back."""


class Activate(BuildRequest):
    """Take a slot of the ledger with the parked money; a deposit does so by itself."""


class Park(BuildRequest):
    """Give the slot up: the money is parked. Needs no position and no order."""


class Realize(BuildRequest):
    """Turn a position's profit into balance, at the worse of mark and index; there it vests."""

    market: Symbol


class SetDeadMan(BuildRequest):
    """Let every order of the sub-account expire unless this is sent again in time."""

    slots: Annotated[int, Field(ge=0, le=10_000_000)] = Field(
        description="Orders are dead past so many slots from now; 0 ends the switch."
    )


class SettleSlots(BuildRequest):
    """Cancel orders, then close positions, of a market that settles. Any wallet with a slot may."""

    market: Symbol


class MoveFunds(BuildRequest):
    """Deposit or withdraw."""

    asset: Asset = "USDC"
    amount: UnsignedDecimalText


class TransferFunds(BuildRequest):
    """Move between own sub-accounts."""

    to_sub: Sub
    asset: Asset = "USDC"
    amount: UnsignedDecimalText


class ConvertCollateral(BuildRequest):
    """Pay USDC for a debtor whose USDC does not cover its losses, and take its collateral at a discount."""

    debtor: Wallet
    debtor_sub: Sub = 0
    asset: Asset
    amount: UnsignedDecimalText | None = Field(
        default=None, description="Of the collateral, at most; null is all that is due and can be paid for."
    )


class OrderFields(Request):
    """What an order says, the same in every instruction that places one."""

    side: Side
    type: OrderType = "limit"
    size: UnsignedDecimalText = Field(description="Base units.")
    price: UnsignedDecimalText | None = Field(default=None, description="Required for a limit order.")
    time_in_force: TimeInForce | None = Field(
        default=None, description="Default: gtc for limit, ioc for market."
    )
    expires_at_ms: UnixMs | None = Field(default=None, description="Required for gtt, else absent.")
    post_only: PostOnly | bool = Field(default="none", description="`true` means `reject`.")
    reduce_only: bool = Field(default=False, description="Clamps to the position.")
    client_id: U64Text | None = None
    self_trade: SelfTrade = "cancel_maker"
    max_slippage_bps: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None, description="Market orders: the worst price accepted, from the best opposite price."
    )
    take_profit: UnsignedDecimalText | None = None
    stop_loss: UnsignedDecimalText | None = None

    @field_validator("post_only")
    @classmethod
    def _name_post_only(cls, value: PostOnly | bool) -> PostOnly:
        if isinstance(value, bool):
            return "reject" if value else "none"
        return value


class PlaceOrder(BuildRequest, OrderFields):
    """Place one order."""

    market: Symbol


class PlaceMany(BuildRequest):
    """Place up to 16 orders with one margin check."""

    market: Symbol
    orders: Annotated[list[OrderFields], Field(min_length=1, max_length=16)]


class ReplaceMany(BuildRequest):
    """Cancel orders of the market first, then place up to 16, with one margin check."""

    market: Symbol
    orders: Annotated[list[OrderFields], Field(max_length=16)]
    cancel: Literal["all"] | list[U128Text] = Field(
        default="all",
        description="Ids to cancel first (at most 16), or `all` of this sub-account in this market.",
    )


class CancelOrder(BuildRequest):
    """Cancel one order, by exactly one of the two ids."""

    market: Symbol
    order_id: U128Text | None = None
    client_id: U64Text | None = None


class ModifyOrder(CancelOrder):
    """Change price or size of an order."""

    price: UnsignedDecimalText | None = None
    size: UnsignedDecimalText | None = None


class CancelAll(BuildRequest):
    """Cancel all orders of one market, or of all."""

    market: Symbol | None = None


class PlaceTrigger(BuildRequest, OrderFields):
    """An order that waits for the mark price. It only shrinks the open position and dies with it."""

    market: Symbol
    kind: Literal["stop", "take_profit"]
    trigger_price: UnsignedDecimalText
    cancels: U64Text | None = Field(
        default=None,
        description="Id of the trigger that goes when this one fires, and the other way round.",
    )


class CancelTrigger(BuildRequest):
    """Cancel a waiting trigger, or all of a market."""

    market: Symbol
    trigger_id: U64Text | None = None


class SetDelegate(BuildRequest):
    """Let another key trade within limits."""

    delegate: Wallet
    expires_at_ms: UnixMs
    markets: list[Symbol] | None = None
    max_order_notional: UnsignedDecimalText
    max_position_notional: UnsignedDecimalText
    daily_notional: UnsignedDecimalText
    reduce_only: bool = False
    can_transfer: bool = False


class RevokeDelegate(BuildRequest):
    """Take a delegate's rights away."""

    delegate: Wallet


class DecodedAccount(Wire):
    """One account of an instruction."""

    name: str | None
    address: str
    signer: bool
    writable: bool


class DecodedInstruction(Wire):
    """One instruction in words."""

    program_id: str
    program: str = Field(
        description="`quantdesk`, `system`, `compute_budget`, `token`, ...", examples=["quantdesk"]
    )
    name: str = Field(examples=["place_order"])
    accounts: list[DecodedAccount]
    args: dict[str, Any] = Field(description="Decoded arguments; integers over 2^53 as text.")
    summary: str = Field(description="One sentence with market units.", examples=["Buy 2 SOL-PERP at 142.31"])


class Simulation(Wire):
    """The transaction, run by the real program without being sent."""

    ok: bool
    error: ProgramError | None
    logs: list[str]
    units: int
    before: Margin | None
    after: Margin | None = Field(description="Null when the program refuses.")
    events: list["ChainEvent"]
    order_errors: list[ProgramError] = Field(
        description="Orders and cancels that the program would refuse while the transaction lands: one quote "
        "of a batch, or what was left of an order. `field` says which."
    )


class ChainEvent(Wire):
    """One decoded event of the program."""

    name: str = Field(examples=["OrdersProcessed"])
    event_seq: U64Text
    data: dict[str, Any] = Field(description="Fields as the IDL names them; integers over 2^53 as text.")


class BuiltTransaction(Stamped):
    """An unsigned transaction and what it would do."""

    id: str
    transaction: str = Field(description="Base64, unsigned, at most 1,232 bytes.")
    signers: list[str] = Field(description="Keys that must sign.")
    fee_payer: str
    instructions: list[DecodedInstruction]
    simulation: Simulation
    unit_limit: int
    priority_fee: int = Field(description="Micro-lamports per compute unit.")
    network_fee: int = Field(description="Lamports.")
    blockhash: str
    last_valid_block_height: int


class SendRequest(Request):
    """A signed transaction."""

    transaction: Annotated[str, Field(min_length=1, max_length=4_000, description="Base64, fully signed.")]
    wait: Literal["processed", "confirmed"] = "confirmed"


TransactionState = Literal["processed", "confirmed", "failed", "expired", "unknown"]


class TransactionReply(Wire):
    """Where a transaction stands. Only `expired` or `failed` may be rebuilt."""

    signature: Signature
    slot: int | None = Field(description="Slot it landed in; null while unknown.")
    state: TransactionState
    error: ProgramError | None
    events: list[ChainEvent]
    age_ms: int | None = Field(description="Since the state was read.")
    last_valid_block_height: int | None
