"""`GET /v1/exchange`: what the exchange is and every limit it has."""

from typing import Literal

from pydantic import Field

from quantdesk.gateway.wire import (
    DecimalText,
    Page,
    Stamped,
    Symbol,
    U64Text,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)
from quantdesk.program.changes import ChangeKind, ChangeState

ExchangeStatus = Literal["initialising", "open", "paused"]


class ExchangeAccounts(Wire):
    """Addresses on chain."""

    exchange: str
    ledger: str
    event_authority: str
    admin: str
    guardian: str | None


class Collateral(Wire):
    """One asset that can be deposited."""

    index: int
    asset: str = Field(examples=["USDC"])
    mint: str
    vault: str
    decimals: int
    initial_weight: DecimalText = Field(
        description="Share of its value that counts for initial margin; 1 for USDC."
    )
    maintenance_weight: DecimalText
    deposit_cap: UnsignedDecimalText | None = Field(description="Largest sum of deposits; null: no cap.")
    total_deposits: UnsignedDecimalText


class FeeTier(Wire):
    """Fees from a 30-day volume on."""

    min_volume: UnsignedDecimalText
    maker_rate: DecimalText = Field(
        description="Share of notional; negative is a rebate.", examples=["0.0001"]
    )
    taker_rate: DecimalText


class RouteLimit(Wire):
    """Requests allowed per class of route and address."""

    route_class: str
    requests: int
    per_seconds: int
    description: str


class RestLimits(Wire):
    """Limits of the REST API."""

    max_body_bytes: int
    max_page_size: int
    default_page_size: int
    max_book_depth: int
    min_slot_wait_ms: int
    classes: list[RouteLimit]


class SocketLimits(Wire):
    """Limits of `/v1/ws`."""

    max_message_bytes: int
    max_subscriptions: int
    max_connections_per_address: int
    messages_per_second: int
    resume_messages: int = Field(
        description="How many past messages of a channel `from_seq` can reach at most."
    )
    slow_reader_bytes: int = Field(description="Unsent bytes after which updates are merged.")
    slow_reader_ms: int = Field(
        description="Time a merged reader has to catch up before it is closed with 4008."
    )
    idle_timeout_ms: int


class TradingLimits(Wire):
    """Limits of the program."""

    max_orders_per_batch: int
    max_positions: int
    max_orders_per_side: int
    min_account_equity: UnsignedDecimalText = Field(
        description="Needed to take a slot, at the present occupancy."
    )
    max_position_notional: UnsignedDecimalText
    max_transaction_bytes: int


class Limits(Wire):
    """Every limit."""

    rest: RestLimits
    websocket: SocketLimits
    trading: TradingLimits


class Sponsorship(Wire):
    """What this deployment offers beside trading."""

    faucet: bool
    development_wallet: bool = Field(
        description="True on localnet only: the terminal may offer its test wallet."
    )


class Exchange(Stamped):
    """The exchange as a whole."""

    cluster: str = Field(examples=["localnet"])
    chain: str = Field(description="Wallet Standard chain name.", examples=["solana:localnet"])
    genesis_hash: str
    program_id: str
    exchange_id: int
    accounts: ExchangeAccounts
    collaterals: list[Collateral]
    fee_tiers: list[FeeTier]
    limits: Limits
    timelock_s: int = Field(description="How long a change of the rules waits; see `/v1/exchange/changes`.")
    status: ExchangeStatus
    paused: list[str] = Field(description="Names of what is paused; empty when nothing is.")
    deficit: UnsignedDecimalText
    insurance: UnsignedDecimalText
    fees_collected: DecimalText
    withdraw_rest_until_ms: UnixMs | None
    traders: int = Field(description="Active slots of the ledger.")
    trader_capacity: int
    event_seq: U64Text
    instructions: list[str] = Field(description="`/v1/tx/{instruction}` names that this program version has.")
    not_available_yet: list[str] = Field(
        description="Names that are planned but not in this program version."
    )
    offers: Sponsorship
    server_ms: UnixMs


class ParameterChange(Wire):
    """One parameter that a queued change would change."""

    parameter: str = Field(examples=["min_order_notional"])
    unit: str | None = Field(
        description="`rate` (0.05 is 5 %), `USDC`, `s`, `ms`, `count`, a market's base unit, empty for a "
        "token's units; null where the value is a word.",
        examples=["USDC"],
    )
    before: str | None = Field(description="As it is now; null where there is none.", examples=["10"])
    after: str | None = Field(description="As it would be; null where it ends.", examples=["20"])


class PendingChange(Wire):
    """A change of the rules that waits out the timelock."""

    seq: int = Field(description="Its number: `quantdesk admin apply` and `cancel` take it.")
    kind: ChangeKind
    market: Symbol | None = Field(description="The market that it is about.")
    asset: str | None = Field(description="The collateral that it is about; a new one by its mint.")
    status: ChangeState = Field(
        description="`waiting`; `due`: anyone may apply it; `expired`: it can only be cancelled. By the "
        "gateway's clock; the chain's decides."
    )
    queued_ms: UnixMs
    due_ms: UnixMs = Field(description="From then on it may be applied; a pause of withdrawals puts it off.")
    expires_ms: UnixMs = Field(description="After that it can no longer be applied.")
    queued_by: str | None = Field(description="Null while the index does not have the event.")
    address: str = Field(description="The account that holds it.")
    changes: list[ParameterChange] = Field(description="Against the parameters as they are now.")


class PendingChangeList(Page[PendingChange]):
    """Every change that waits, newest first."""
