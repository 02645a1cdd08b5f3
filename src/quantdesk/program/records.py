"""Borsh structs of arguments and events, as typed values. Names and order are the IDL's (a test compares).

Numbers are the program's own units: ticks, lots, quote atoms, ``LotPrice`` (quote atoms per lot), rates in
1e-6, times in Unix seconds unless the name says ``_ms``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from msgspec import Struct
from solders.pubkey import Pubkey

from quantdesk.domain.orders import Side as DomainSide


class Side(IntEnum):
    """Side of an order on the wire."""

    BID = 0
    ASK = 1

    @classmethod
    def of(cls, side: DomainSide) -> Side:
        """The wire's word for a domain side."""
        return cls.BID if side is DomainSide.BUY else cls.ASK


class OrderKind(IntEnum):
    """How an order may trade."""

    LIMIT = 0
    POST_ONLY = 1
    POST_ONLY_SLIDE = 2
    IMMEDIATE_OR_CANCEL = 3


class SelfTrade(IntEnum):
    """What happens when an order meets one of the same owner."""

    CANCEL_MAKER = 0
    CANCEL_TAKER = 1
    CANCEL_BOTH = 2


class ExpiryKind(IntEnum):
    """What ``expiry`` counts."""

    NEVER = 0
    SLOT = 1
    TIME = 2


class CancelSide(IntEnum):
    """Which orders ``cancel_all`` removes."""

    BOTH = 0
    BIDS = 1
    ASKS = 2


class GrowKind(IntEnum):
    """Which account ``grow_account`` grows."""

    EXCHANGE = 0
    LEDGER = 1
    BOOK = 2


class TriggerKind(IntEnum):
    """What a trigger waits for and what it sends then."""

    STOP_MARKET = 0
    STOP_LIMIT = 1
    TAKE_PROFIT_MARKET = 2
    TAKE_PROFIT_LIMIT = 3


NO_PAIR = 255
"""``TriggerTerms.pair`` of a trigger without one."""
TRIGGERS = 16
"""Entries of a trader account."""


class MarketStatus(IntEnum):
    """What a market allows."""

    INITIALISING = 0
    POST_ONLY = 1
    ACTIVE = 2
    REDUCE_ONLY = 3
    SETTLING = 4
    SETTLED = 5


class Pause:
    """Bits of ``set_pause``: what is refused."""

    TRADING = 1
    WITHDRAWALS = 2
    ADMISSION = 4
    LIQUIDATION = 8


class TradeKind(IntEnum):
    """Which instruction an ``OrdersProcessed`` is about: its ``kind``."""

    PLACE_ORDER = 0
    PLACE_MANY = 1
    REPLACE_MANY = 2
    CANCEL_ORDER = 3
    CANCEL_BY_CLIENT_ID = 4
    CANCEL_ALL = 5
    MODIFY_ORDER = 6
    PRUNE_EXPIRED = 7
    FORCE_CANCEL = 8
    LIQUIDATE = 9
    EXECUTE_TRIGGER = 10
    SETTLE_SLOTS = 11


CANCEL_INDEX = 128
"""``OrderRecord.index`` from here on: a cancel of the list that found nothing, not an order."""


class OrderFlag:
    """Bits of an order's ``flags``."""

    REDUCE_ONLY = 1
    EXPIRES_AT_SLOT = 2
    EXPIRES_AT_TIME = 4
    POST_ONLY = 8


class PriceFlag:
    """Bits of a price record's ``flags``."""

    ACCEPTED = 1
    PENDING = 2
    NOT_NEWER = 4
    LIMITED = 8
    AFTER_GAP = 16
    ANCHOR = 32


class DelegateFlag:
    """Bits of a delegate's ``flags``."""

    REDUCE_ONLY = 1
    TRANSFER = 2


REMOVAL_REASONS = (
    "cancelled",
    "expired",
    "self_trade",
    "outside_band",
    "margin",
    "evicted",
    "reduce_only",
    "dead_man",
    "forced",
    "liquidation",
    "modified",
    "settled",
)
"""Words for ``RemovedRecord.reason``."""


class Record(Struct, frozen=True):
    """Base of all borsh structs here."""


R = TypeVar("R", bound=Record)


class FeeTierParams(Record, frozen=True):
    """Fees of accounts with at least ``min_volume`` quote atoms of 30-day volume, in 1e-6."""

    min_volume: int
    maker: int
    taker: int


class CollateralParams(Record, frozen=True):
    """Parameters of a collateral."""

    feed_id: bytes
    max_age_s: int
    initial_weight: int
    maintenance_weight: int
    convert_discount_min: int
    convert_discount_max: int
    deposit_cap: int
    bucket_capacity: int
    bucket_refill: int
    jump_band: int


class MarginTierParams(Record, frozen=True):
    """Initial margin ``rate`` (1e-6) up to ``up_to`` quote atoms of notional."""

    up_to: int
    rate: int


class MarketParams(Record, frozen=True):
    """Parameters of a market."""

    symbol: bytes
    price_authority: Pubkey
    feed_id: bytes
    source: int
    book_capacity: int
    lots_per_base: int
    tick_size: int
    reference_price: int
    tiers: list[MarginTierParams]
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
    insurance_budget: int
    open_max_age_ms: int
    liquidate_max_age_ms: int
    open_confidence: int
    liquidate_confidence: int
    jump_band: int
    minute_band: int

    @property
    def name(self) -> str:
        """The symbol as text."""
        return self.symbol.rstrip(b"\0").decode("ascii", "replace")


class PriceUpdate(Record, frozen=True):
    """A signed price: ``price`` and ``confidence`` in quote atoms per lot."""

    market: int
    price: int
    confidence: int
    publish_ms: int


class Quote(Record, frozen=True):
    """One order of a batch."""

    side: Side
    kind: OrderKind
    reduce_only: bool
    ticks: int
    lots: int
    client_id: int


class DelegateTerms(Record, frozen=True):
    """A key that may trade for an owner, and its limits: notionals in quote atoms, 0 is no limit.

    ``expires`` is Unix seconds, 0 is never; a time that has passed revokes.
    """

    delegate: Pubkey
    expires: int
    market_bitmap: int
    max_order: int
    max_position: int
    daily_limit: int
    flags: int


class TriggerTerms(Record, frozen=True):
    """A stop or take-profit order in entry ``index`` (0 to 15) of a trader account.

    ``side`` 1 sells (closes a long); ``pair`` is the entry cancelled when this one fires (``NO_PAIR`` is
    none); ``lots`` 0 is the whole position. ``trigger_price`` is a LotPrice, ``max_slippage`` 1e-6 of the
    mark, ``executor_fee`` quote atoms, ``expires`` Unix seconds (0 is never).
    """

    index: int
    market: int
    kind: TriggerKind
    side: Side
    pair: int
    limit_ticks: int
    max_slippage: int
    trigger_price: int
    lots: int
    executor_fee: int
    client_id: int
    expires: int


class OrderRecord(Record, frozen=True):
    """What became of one order sent; ``code`` 0 is success, else the error's number."""

    index: int
    code: int
    seq: int
    client_id: int
    ticks: int
    lots: int
    filled: int
    resting: int
    kind: int
    flags: int
    expiry: int


class FillRecord(Record, frozen=True):
    """One trade; fees are paid (negative = rebate), PnL is realised, both in quote atoms."""

    maker_slot: int
    maker_seq: int
    maker_client_id: int
    taker_index: int
    ticks: int
    lots: int
    maker_left: int
    maker_fee: int
    taker_fee: int
    maker_pnl: int
    taker_pnl: int


class RemovedRecord(Record, frozen=True):
    """An order that left without a fill; ``reason`` indexes ``REMOVAL_REASONS``."""

    slot: int
    generation: int
    ticks: int
    seq: int
    client_id: int
    lots: int
    reason: int


class TouchedRecord(Record, frozen=True):
    """A slot's balances, and its position in the event's market, afterwards."""

    slot: int
    generation: int
    usdc: int
    locked: int
    locked_at: int
    locked_for: int
    base: int
    quote: int
    entry_quote: int
    funding_index: int
    bid_lots: int
    ask_lots: int
    bid_orders: int
    ask_orders: int
    funding_paid: int


class TransferRecord(Record, frozen=True):
    """Part of a position that ``slot`` took or closed.

    ``side`` is of the account in trouble, ``price`` in quote atoms per lot, the profits are realised ones in
    quote atoms.
    """

    slot: int
    generation: int
    side: int
    lots: int
    price: int
    from_pnl: int
    pnl: int


class TransferKind(IntEnum):
    """How positions changed hands without the book."""

    TAKE_OVER = 0
    AUTO_DELEVERAGE = 1
    SETTLEMENT = 2


class MarketAfter(Record, frozen=True):
    """The market afterwards; 0 where there is none."""

    best_bid: int
    best_ask: int
    mark: int
    index: int
    last: int
    open_interest: int
    funding_index: int
    next_rate: int


class Balances(Record, frozen=True):
    """A trader's balances after an instruction; ``slot_index`` 65535 is none."""

    slot_index: int
    generation: int
    usdc: int
    locked: int
    locked_at: int
    locked_for: int
    collaterals: list[int]
    parked: list[int]


class PriceRecord(Record, frozen=True):
    """A market's prices and funding after an update."""

    market: int
    index: int
    mark: int
    confidence: int
    publish_ms: int
    flags: int
    funding_index: int
    funding_rate: int
    next_rate: int


def plain(value: Any) -> Any:
    """``value`` as the mapping, list or scalar that the codec writes."""
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


@cache
def _shape(kind: type[Record]) -> Mapping[str, tuple[Any, bool]]:
    """Field -> (record type or Pubkey or None, whether it is a list) where conversion is needed."""
    shape: dict[str, tuple[Any, bool]] = {}
    for name, hint in get_type_hints(kind).items():
        is_list = get_origin(hint) is list
        of = get_args(hint)[0] if is_list else hint
        if of is Pubkey or (isinstance(of, type) and issubclass(of, Record)):
            shape[name] = (of, is_list)
    return shape


def build(kind: type[R], values: Mapping[str, Any]) -> R:
    """The record from what the codec read."""
    wanted = kind.__struct_fields__
    given = {name: values[name] for name in wanted}
    for name, (of, is_list) in _shape(kind).items():
        if of is Pubkey:
            given[name] = Pubkey.from_bytes(given[name])
        elif is_list:
            given[name] = [build(of, each) for each in given[name]]
        else:
            given[name] = build(of, given[name])
    return kind(**given)
