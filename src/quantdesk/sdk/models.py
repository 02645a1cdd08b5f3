"""What the gateway answers, typed. Prices, sizes and amounts are exact Decimals; unknown is None.

Only the fields that programs use most are typed here; the whole of each object stands in
docs/reference/openapi.json, and a test holds these names to it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

Feed = Literal["live", "replay", "simulated"]
Side = Literal["buy", "sell"]
OrderStatus = Literal["open", "filled", "cancelled", "expired", "rejected"]
Level = tuple[Decimal, Decimal]


class Market(msgspec.Struct, frozen=True):
    """Steps, minimums and limits of one market."""

    symbol: str
    index: int
    base: str
    quote: str
    status: str
    book: str
    price_step: Decimal
    size_step: Decimal
    min_size: Decimal
    min_order_notional: Decimal
    max_leverage: Decimal
    trade_band: Decimal


class Ticker(msgspec.Struct, frozen=True):
    """Present numbers of one market."""

    symbol: str
    feed: Feed | None
    bid: Decimal | None
    bid_size: Decimal | None
    ask: Decimal | None
    ask_size: Decimal | None
    last: Decimal | None
    mark: Decimal | None
    index: Decimal | None
    funding_rate_1h: Decimal | None
    next_rate: Decimal | None
    open_interest: Decimal
    volume_24h: Decimal
    restrictions: list[str] = []
    """What narrows trading now, such as reduce_only or price_stale; empty when nothing does."""


class Book(msgspec.Struct, frozen=True):
    """Aggregated levels, best first."""

    symbol: str
    feed: Feed | None
    slot: int
    seq: int
    bids: list[Level]
    asks: list[Level]


class Trade(msgspec.Struct, frozen=True):
    """One fill on the tape; ``side`` is the taker's."""

    id: str
    market: str
    price: Decimal
    size: Decimal
    side: Side
    ts_ms: int
    liquidation: bool = False


class Candle(msgspec.Struct, frozen=True):
    """One bucket from ``t_ms`` on; volume in base units."""

    t_ms: int
    o: Decimal
    h: Decimal
    l: Decimal  # noqa: E741 - the wire's name
    c: Decimal
    v: Decimal
    closed: bool


class Position(msgspec.Struct, frozen=True):
    """One open position; ``size`` without sign."""

    market: str
    sub: int
    side: Literal["long", "short"]
    size: Decimal
    entry_price: Decimal
    breakeven_price: Decimal | None
    mark_price: Decimal | None
    liquidation_price: Decimal | None
    unrealized_pnl: Decimal | None

    @property
    def base(self) -> Decimal:
        """Signed size: negative for a short."""
        return self.size if self.side == "long" else -self.size


class Balance(msgspec.Struct, frozen=True):
    """One asset of a sub-account."""

    asset: str
    amount: Decimal
    parked: Decimal


class SubAccount(msgspec.Struct, frozen=True):
    """One margin account."""

    sub: int
    address: str
    status: Literal["parked", "active"]
    balances: list[Balance]
    locked: Decimal
    """Recent profit that has not vested: it counts for margin and cannot be withdrawn."""
    withdrawable: Decimal | None
    equity: Decimal | None
    free_collateral: Decimal | None
    initial_margin: Decimal | None
    maintenance_margin: Decimal | None
    unrealized_pnl: Decimal | None
    positions: list[Position]
    standing: str | None = None
    """good, cancelling, liquidation or bankrupt; None while a market has no price."""


class Account(msgspec.Struct, frozen=True):
    """A wallet's sub-accounts; none before the first deposit."""

    wallet: str
    feed: Feed | None
    slot: int
    age_ms: int
    sub_accounts: list[SubAccount]


class Order(msgspec.Struct, frozen=True):
    """One order, open or done."""

    order_id: str | None
    client_id: str | None
    market: str
    side: Side
    type: str
    time_in_force: str
    price: Decimal | None
    size: Decimal
    filled: Decimal
    average_price: Decimal | None
    fees: Decimal
    status: OrderStatus
    reason: str | None
    created_ms: int


class Fill(msgspec.Struct, frozen=True):
    """One fill of a wallet; a negative fee was received."""

    id: str
    market: str
    order_id: str | None
    side: Side
    role: Literal["maker", "taker"]
    price: Decimal
    size: Decimal
    fee: Decimal
    realized_pnl: Decimal
    ts_ms: int
    signature: str
    liquidation: bool = False


class Preview(msgspec.Struct, frozen=True):
    """The order, run by the real program without being sent. What it would refuse is raised as Refused."""

    filled: Decimal
    resting: Decimal
    average_price: Decimal | None
    fee: Decimal
    liquidation_price_before: Decimal | None
    liquidation_price_after: Decimal | None
    summary: str


class DecodedInstruction(msgspec.Struct, frozen=True):
    """One instruction in words."""

    program: str
    name: str
    args: dict[str, Any]
    summary: str


class BuiltTransaction(msgspec.Struct, frozen=True):
    """An unsigned transaction and what it would do."""

    id: str
    transaction: str
    signers: list[str]
    fee_payer: str
    instructions: list[DecodedInstruction]
    simulation: dict[str, Any]
    blockhash: str
    last_valid_block_height: int


class Sent(msgspec.Struct, frozen=True):
    """Where a transaction stands. Only ``expired`` or ``failed`` may be built again."""

    signature: str
    slot: int | None
    state: Literal["processed", "confirmed", "failed", "expired", "unknown"]
    error: dict[str, Any] | None
    events: list[dict[str, Any]]


class Parsed(msgspec.Struct, frozen=True):
    """What MIKEY understood."""

    kind: Literal["ticket", "question", "answer", "refused"]
    text: str
    actions: list[dict[str, Any]] = []
    ticket_id: str | None = None
    expires_at_ms: int | None = None
    choices: list[Any] = []
