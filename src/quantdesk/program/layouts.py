"""The program's accounts, decoded: whole tables by one ``numpy.frombuffer``, single records as typed values.

Numbers are the program's own units (see ``quantdesk.domain.units``). Field names are the IDL's; what each
means is documented there. ``reserved`` fields are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, TypeVar, cast, get_type_hints

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from quantdesk.domain.market import MarginTier as MarginStep
from quantdesk.domain.market import Market as MarketParameters
from quantdesk.domain.orders import OrderId, Side
from quantdesk.domain.units import BaseLots, QuoteAtoms, Ticks
from quantdesk.program.dtypes import DISCRIMINATOR_BYTES, account_dtype, struct_dtype
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.idl import idl

T = TypeVar("T")
Records = npt.NDArray[Any]

NO_MARKET = 255
NO_SLOT = 65_535
READY = 1
MARKET_STATUS = ("initialising", "post_only", "active", "reduce_only", "settling", "settled")


@dataclass(frozen=True, slots=True)
class FeeTier:
    """``maker`` and ``taker`` in 1e-6 of notional from ``min_volume`` quote atoms on."""

    min_volume: int
    maker: int
    taker: int


@dataclass(frozen=True, slots=True)
class Collateral:
    """One row of the collateral table; amounts in the token's native units."""

    mint: Pubkey
    vault: Pubkey
    decimals: int
    kind: int
    status: int
    max_age_s: int
    price: int
    confidence: int
    publish_ms: int
    initial_weight: int
    maintenance_weight: int
    deposit_cap: int
    total_deposits: int
    total_parked: int
    bucket_capacity: int
    bucket_refill: int
    bucket_level: int
    bucket_at: int


@dataclass(frozen=True, slots=True)
class MarginTier:
    """``rate`` in 1e-6 of the notional up to ``up_to`` quote atoms."""

    up_to: int
    rate: int


@dataclass(frozen=True)
class Market:
    """One market as the Exchange account holds it: parameters, prices, top of book, funding."""

    symbol: str
    index: int
    book: Pubkey
    price_authority: Pubkey
    status: int
    source: int
    book_capacity: int
    created: int
    resume_at: int
    lots_per_base: int
    tick_size: int
    tiers: tuple[MarginTier, ...]
    maintenance_fraction: int
    profit_weight: int
    oi_cap: int
    surcharge_start: int
    surcharge_rate: int
    max_position: int
    mark_band: int
    trade_band: int
    vesting_s: int
    funding_cap: int
    interest: int
    liquidation_fee: int
    impact_notional: int
    min_order_notional: int
    open_max_age_ms: int
    liquidate_max_age_ms: int
    open_confidence: int
    jump_band: int
    minute_band: int
    index_price: int
    confidence: int
    publish_ms: int
    posted_slot: int
    posted_at: int
    pending_price: int
    pending_publish_ms: int
    pending_count: int
    mark_price: int
    best_bid_ticks: int
    best_ask_ticks: int
    best_bid_lots: int
    best_ask_lots: int
    impact_bid: int
    impact_ask: int
    last_trade: int
    last_trade_at: int
    premium_ema: int
    sampled_at: int
    funding_rate: int
    next_rate: int
    funding_index: int
    funding_at: int
    open_long: int
    open_short: int
    volume_lots: int

    @property
    def status_name(self) -> str:
        """The status in words."""
        return MARKET_STATUS[self.status]

    @cached_property
    def parameters(self) -> MarketParameters:
        """The fixed part, with the conversions between decimals and chain integers."""
        return MarketParameters(
            index=self.index,
            symbol=self.symbol,
            lots_per_base=self.lots_per_base,
            tick_size=self.tick_size,
            margin_tiers=tuple(MarginStep(QuoteAtoms(t.up_to), t.rate) for t in self.tiers),
            maintenance_fraction=self.maintenance_fraction,
            profit_weight=self.profit_weight,
            min_order_notional=QuoteAtoms(self.min_order_notional),
        )


@dataclass(frozen=True)
class Exchange:
    """The Exchange account."""

    id: int
    event_seq: int
    opened: int
    admin: Pubkey
    pending_admin: Pubkey
    guardian: Pubkey
    ledger: Pubkey
    paused: int
    timelock_s: int
    client_data_limit: int
    active_slots: int
    slot_capacity: int
    min_slot_equity: int
    deficit: int
    insurance: int
    fees_collected: int
    open_quote: int
    negative_usdc: int
    withdraw_rest_until: int
    last_restart_slot: int
    resume_at: int
    fee_tiers: tuple[FeeTier, ...]
    collaterals: tuple[Collateral, ...]
    markets: tuple[Market, ...]

    @classmethod
    def decode(cls, data: bytes) -> Exchange:
        """From account bytes. Raises ``AccountInvalid``."""
        record = _account("Exchange", data)
        counts = {"collaterals": int(record["collateral_count"]), "markets": int(record["market_count"])}
        return _read(cls, record, counts)

    def market(self, symbol: str) -> Market:
        """The market called ``symbol``. Raises ``KeyError``."""
        for market in self.markets:
            if market.symbol == symbol:
                return market
        raise KeyError(symbol)


@dataclass(frozen=True, slots=True)
class Position:
    """One position of a slot with its resting-order totals."""

    market: int
    bid_orders: int
    ask_orders: int
    flags: int
    epoch: int
    base: int
    quote: int
    entry_quote: int
    funding_index: int
    bid_lots: int
    ask_lots: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One trader's margin state; ``positions`` without the free entries."""

    owner: Pubkey
    generation: int
    sub: int
    flags: int
    market_bitmap: int
    usdc: int
    locked: int
    locked_at: int
    locked_for: int
    last_active: int
    cancel_after_slot: int
    nonce: int
    collaterals: tuple[int, ...]
    positions: tuple[Position, ...]

    @property
    def active(self) -> bool:
        """Whether a trader sits here."""
        return bool(self.flags & 1)

    def position(self, market: int) -> Position | None:
        """The position in ``market``, or None."""
        return next((each for each in self.positions if each.market == market), None)


class Ledger:
    """The Ledger account: ``slots`` is the whole table as a structured array (shape: slots ever used)."""

    def __init__(self, header: Any, slots: Records) -> None:
        self.header = header
        self.slots = slots

    @classmethod
    def decode(cls, data: bytes) -> Ledger:
        """From account bytes. Raises ``AccountInvalid``."""
        header = _account("Ledger", data)
        count = int(header["high_water"])
        return cls(header, _table("Slot", data, account_dtype("Ledger").itemsize, count))

    @property
    def capacity(self) -> int:
        """Slots that the account has room for."""
        return int(self.header["capacity"])

    @property
    def active(self) -> int:
        """Slots in use."""
        return int(self.header["active"])

    def slot(self, index: int) -> Slot:
        """The slot ``index``; a never used one is all zero."""
        if index >= len(self.slots):
            return decode_slot(bytes(struct_dtype("Slot").itemsize))
        return _slot(self.slots[index])

    def find(self, owner: Pubkey, sub: int = 0) -> int | None:
        """Index of the active slot of ``owner`` and ``sub``, or None."""
        same = (self.slots["owner"] == np.void(bytes(owner))) & (self.slots["sub"] == sub)
        found = np.flatnonzero(same & (self.slots["flags"] & 1 == 1))
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Order:
    """A resting order."""

    ticks: int
    lots: int
    seq: int
    client_id: int
    expiry: int
    slot: int
    flags: int
    ledger: int

    @property
    def order_id(self) -> OrderId:
        """Price and sequence, whose text is the id outside."""
        return OrderId(Ticks(self.ticks), self.seq)


class Book:
    """A Book account: ``bids`` and ``asks`` are structured arrays with the BEST price first."""

    def __init__(self, header: Any, bids: Records, asks: Records) -> None:
        self.market = int(header["market"])
        self.capacity = int(header["capacity"])
        self.order_seq = int(header["order_seq"])
        self.update_seq = int(header["update_seq"])
        self.bids = bids
        self.asks = asks

    @classmethod
    def decode(cls, data: bytes) -> Book:
        """From account bytes. Raises ``AccountInvalid``."""
        header = _account("Book", data)
        capacity = int(header["capacity"])
        start = account_dtype("Book").itemsize
        orders = _table("Order", data, start, 2 * capacity)
        bids = orders[: int(header["bid_count"])][::-1]
        asks = orders[capacity : capacity + int(header["ask_count"])][::-1]
        return cls(header, bids, asks)

    def side(self, side: Side) -> Records:
        """Orders of one side, best first."""
        return self.bids if side is Side.BUY else self.asks

    def levels(self, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """``(ticks, lots)`` summed by price, best first, at most ``depth`` of them."""
        orders = self.side(side)
        if not len(orders):
            return []
        ticks = orders["ticks"]
        starts = np.concatenate(([0], np.flatnonzero(ticks[1:] != ticks[:-1]) + 1))
        lots = np.add.reduceat(orders["lots"].astype(np.uint64), starts)
        found = list(zip(ticks[starts].tolist(), lots.tolist(), strict=True))
        return found if depth is None else found[:depth]

    def order(self, order_id: OrderId) -> Order | None:
        """The resting order with that id, or None."""
        orders = self.side(order_id.side)
        found = np.flatnonzero((orders["seq"] == order_id.seq) & (orders["ticks"] == order_id.ticks))
        return _read(Order, orders[int(found[0])]) if len(found) else None

    def orders_of(self, slot: int) -> list[Order]:
        """Every resting order of a Ledger slot, bids first, best first."""
        found: list[Order] = []
        for orders in (self.bids, self.asks):
            found += [_read(Order, orders[i]) for i in np.flatnonzero(orders["slot"] == slot)]
        return found

    def best(self, side: Side) -> tuple[Ticks, BaseLots] | None:
        """Best price with all its lots, or None for an empty side."""
        top = self.levels(side, 1)
        return (Ticks(top[0][0]), BaseLots(top[0][1])) if top else None


@dataclass(frozen=True, slots=True)
class Delegate:
    """A key that may trade for the owner; notionals in quote atoms."""

    key: Pubkey
    expires: int
    market_bitmap: int
    max_order: int
    max_position: int
    daily_limit: int
    daily_used: int
    day: int
    flags: int


@dataclass(frozen=True)
class Trader:
    """A Trader account: where the slot is, what is parked, who may act."""

    exchange: Pubkey
    owner: Pubkey
    sub: int
    active: int
    slot_index: int
    generation: int
    parked: tuple[int, ...]
    delegates: tuple[Delegate, ...]
    created: int

    @classmethod
    def decode(cls, data: bytes) -> Trader:
        """From account bytes. Raises ``AccountInvalid``."""
        return _read(cls, _account("Trader", data))


def is_ready(data: bytes) -> bool:
    """Whether an account of ours has its full size: until then it must not be decoded or used."""
    header = struct_dtype("Header")
    start = DISCRIMINATOR_BYTES
    if len(data) < start + header.itemsize:
        return False
    return int(np.frombuffer(data, header, 1, start)[0]["status"]) == READY


def decode_slot(data: bytes) -> Slot:
    """One Ledger slot from its own bytes (a ``dataSlice`` of the Ledger)."""
    return _slot(_table("Slot", data, 0, 1)[0])


def slot_range(index: int) -> tuple[int, int]:
    """Offset and length of slot ``index`` in the Ledger account."""
    size = struct_dtype("Slot").itemsize
    return account_dtype("Ledger").itemsize + index * size, size


def _slot(record: Any) -> Slot:
    used = (
        int(np.count_nonzero(record["positions"]["market"] != NO_MARKET)) if int(record["flags"]) & 1 else 0
    )
    slot = _read(Slot, record, {"positions": 0})
    if not used:
        return slot
    entries = record["positions"]
    chosen = entries[entries["market"] != NO_MARKET]
    return _read(Slot, record, {"positions": 0}, positions=tuple(_read(Position, each) for each in chosen))


def _account(name: str, data: bytes) -> Any:
    dtype = account_dtype(name)
    wanted = bytes(idl().accounts_by_name[name].discriminator)
    if len(data) < dtype.itemsize:
        raise AccountInvalid(f"{len(data)} bytes are no {name}: it takes at least {dtype.itemsize}")
    if data[: len(wanted)] != wanted:
        raise AccountInvalid(f"discriminator {data[:8].hex()} is not {name}'s {wanted.hex()}")
    return np.frombuffer(data, dtype, 1)[0]


def _table(name: str, data: bytes, offset: int, count: int) -> Records:
    dtype = struct_dtype(name)
    if len(data) < offset + count * dtype.itemsize:
        raise AccountInvalid(f"{len(data)} bytes hold no {count} {name} from {offset} on")
    return np.frombuffer(data, dtype, count, offset)


def _read(kind: type[T], record: Any, counts: dict[str, int] | None = None, **given: Any) -> T:
    """A dataclass from the fields of the same names; ``counts`` limits a table to its used rows."""
    values = dict(given)
    for name, hint in _hints(cast(Any, kind)).items():
        if name not in values:
            value = record[name]
            if counts and name in counts:
                value = value[: counts[name]]
            values[name] = _value(hint, value)
    return kind(**values)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, value: Any) -> Any:
    if hint is int:
        return int(value)
    if hint is Pubkey:
        return Pubkey.from_bytes(value.tobytes())
    if hint is str:
        return value.tobytes().rstrip(b"\0").decode("ascii", "replace")
    (of, *_) = hint.__args__
    if of is int:
        return tuple(value.tolist())
    return tuple(_read(of, each) for each in value)
