"""One wallet: balances, margin, positions, fills, transfers, funding, equity."""

from typing import Literal

from pydantic import Field

from quantdesk.gateway.wire import (
    DecimalText,
    Feed,
    LossKind,
    PositionSide,
    Priced,
    PricedPage,
    Side,
    Symbol,
    U64Text,
    U128Text,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)

Standing = Literal["good", "cancelling", "liquidation", "bankrupt"]


class Balance(Wire):
    """One asset of a sub-account."""

    asset: str
    amount: DecimalText = Field(
        description="In the slot, after funding settled so far; negative when borrowed."
    )
    parked: UnsignedDecimalText = Field(description="Deposited while the account had no slot.")
    value: DecimalText | None = Field(description="In quote, unweighted.")


class Position(Wire):
    """One open position."""

    market: Symbol
    sub: int
    side: PositionSide
    size: UnsignedDecimalText = Field(description="Base units, without sign.")
    entry_price: UnsignedDecimalText = Field(description="Average cost of what is open.")
    breakeven_price: DecimalText | None = Field(
        description="Price at which closing nets 0 after unsettled funding and the taker fee of the close."
    )
    mark_price: UnsignedDecimalText | None
    index_price: UnsignedDecimalText | None
    liquidation_price: UnsignedDecimalText | None = Field(
        description="Mark price at which maintenance is no longer met, all else unchanged; null: none."
    )
    notional: UnsignedDecimalText | None
    unrealized_pnl: DecimalText | None = Field(description="At the mark, without funding.")
    unsettled_funding: DecimalText = Field(description="Received (+) or owed (-) and not yet in the balance.")
    initial_margin: UnsignedDecimalText | None
    maintenance_margin: UnsignedDecimalText | None
    leverage: DecimalText | None = Field(description="Notional over the sub-account's equity.")
    roe: DecimalText | None = Field(description="Unrealized PnL over the position's initial margin.")
    bid_size: UnsignedDecimalText = Field(description="Base units resting to buy.")
    ask_size: UnsignedDecimalText = Field(description="Base units resting to sell.")


class SubAccount(Wire):
    """One margin account of the wallet."""

    sub: int
    address: str = Field(description="The Trader account.")
    status: Literal["parked", "active"]
    slot_index: int | None
    generation: int | None
    balances: list[Balance]
    locked: UnsignedDecimalText = Field(
        description="Recent profit that has not vested yet; counts for margin only."
    )
    withdrawable: UnsignedDecimalText | None
    equity: DecimalText | None
    free_collateral: DecimalText | None = Field(description="Equity less initial margin.")
    initial_margin: UnsignedDecimalText | None
    maintenance_margin: UnsignedDecimalText | None
    margin_ratio: DecimalText | None = Field(
        description="Maintenance margin over equity; liquidation starts over 1. Null without equity."
    )
    standing: Standing | None = Field(
        description="`good`; `cancelling`: equity is under half-way from maintenance to initial margin, "
        "anyone may cancel orders that add risk; `liquidation`: it is under maintenance margin, anyone may "
        "sell positions; `bankrupt`: it is under 0. While a jumped price is pending, the milder one counts."
    )
    leverage: DecimalText | None
    unrealized_pnl: DecimalText | None
    unsettled_funding: DecimalText
    open_orders: int
    positions: list[Position]
    as_of_ms: UnixMs | None = Field(description="Time of the last event that changed it.")
    last_active_ms: UnixMs | None


class Account(Priced):
    """A wallet. One without a trader account has no sub-accounts."""

    wallet: str
    sub_accounts: list[SubAccount]
    event_seq: U64Text


class Fill(Wire):
    """One fill of this wallet."""

    id: str = Field(description="`{event_seq}-{fill_index}-{maker|taker}`.")
    market: Symbol
    sub: int
    order_id: U128Text | None
    client_id: U64Text | None
    side: Side
    role: Literal["maker", "taker"]
    price: UnsignedDecimalText
    size: UnsignedDecimalText
    fee: DecimalText = Field(description="Paid (+) or received (-), in quote.")
    realized_pnl: DecimalText
    ts_ms: UnixMs
    slot: int
    signature: str
    liquidation: bool = Field(
        default=False, description="The taker was an account under maintenance margin, sold by a keeper."
    )


class FillList(PricedPage[Fill]):
    """Fills, newest first."""

    wallet: str


class Transfer(Wire):
    """Money in or out."""

    id: str
    sub: int
    kind: Literal["deposit", "withdrawal", "transfer_in", "transfer_out"]
    asset: str
    amount: UnsignedDecimalText
    ts_ms: UnixMs
    slot: int
    signature: str


class TransferList(PricedPage[Transfer]):
    """Deposits and withdrawals, newest first."""

    wallet: str


class FundingPayment(Wire):
    """Funding that was settled into the balance."""

    id: str
    market: Symbol
    sub: int
    amount: DecimalText = Field(description="Received (+) or paid (-).")
    ts_ms: UnixMs
    slot: int
    signature: str


class FundingPaymentList(PricedPage[FundingPayment]):
    """Funding payments, newest first."""

    wallet: str


class LiquidationStep(Wire):
    """A step of liquidation without the book, or a settlement: it is no fill.

    Sales against the book are fills and orders.
    """

    id: str = Field(description="`{event_seq}-{step_index}`.")
    market: Symbol
    sub: int
    role: Literal["account", "counterparty"] = Field(description="`account`: the one in trouble, or settled.")
    kind: LossKind
    side: Side | None = Field(description="What this wallet did; null where nothing changed hands.")
    size: UnsignedDecimalText | None
    price: UnsignedDecimalText | None
    realized_pnl: DecimalText | None
    insurance_paid: UnsignedDecimalText | None = Field(description="Of a debt; null for a position.")
    deficit: UnsignedDecimalText | None = Field(description="Part of a debt that nobody paid.")
    ts_ms: UnixMs
    slot: int
    signature: str


class LiquidationStepList(PricedPage[LiquidationStep]):
    """Steps of liquidation, newest first."""

    wallet: str


class EquityPoint(Wire):
    """Equity at one time."""

    t_ms: UnixMs
    equity: DecimalText
    net_deposits: DecimalText


class EquityList(PricedPage[EquityPoint]):
    """Equity curve, newest first."""

    wallet: str
    sub: int | None


class Margin(Wire):
    """The margin numbers of one sub-account at one moment; used before and after a simulation."""

    sub: int
    exists: bool
    balance: DecimalText = Field(description="USDC in the slot plus parked.")
    locked: UnsignedDecimalText
    withdrawable: UnsignedDecimalText | None
    equity: DecimalText | None
    free_collateral: DecimalText | None
    initial_margin: UnsignedDecimalText | None
    maintenance_margin: UnsignedDecimalText | None
    margin_ratio: DecimalText | None
    leverage: DecimalText | None
    positions: list[Position]


__all__ = [
    "Account",
    "Balance",
    "EquityList",
    "EquityPoint",
    "Feed",
    "Fill",
    "FillList",
    "FundingPayment",
    "FundingPaymentList",
    "LiquidationStep",
    "LiquidationStepList",
    "Margin",
    "Position",
    "Standing",
    "SubAccount",
    "Transfer",
    "TransferList",
]
