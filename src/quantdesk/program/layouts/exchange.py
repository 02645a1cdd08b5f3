"""The Exchange account: authorities, money totals, collaterals and markets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from solders.pubkey import Pubkey

from quantdesk.domain.market import MarginTier as MarginStep
from quantdesk.domain.market import Market as MarketParameters
from quantdesk.domain.units import RATE_SCALE, QuoteAtoms
from quantdesk.program.layouts.reading import account_record, read
from quantdesk.program.records import Pause

SOURCE_SIGNED, SOURCE_PYTH, SOURCE_ANCHORED = range(3)
"""``Market.source``: signed prices, Pyth accounts, signed prices held near Pyth."""
EXCHANGE_VERSION = 2
"""``Exchange.layout_version`` that the program works with; ``migrate`` brings an older one to it."""
ANCHOR_AGE_MS = 60_000
ANCHOR_BAND = 20_000
"""A signed price may leave a Pyth price of the last minute by this (1e-6) and its confidence."""
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
    feed_id: bytes
    decimals: int
    kind: int
    status: int
    max_age_s: int
    price: int
    confidence: int
    publish_ms: int
    initial_weight: int
    maintenance_weight: int
    convert_discount_min: int
    convert_discount_max: int
    deposit_cap: int
    total_deposits: int
    total_parked: int
    bucket_capacity: int
    bucket_refill: int
    bucket_level: int
    bucket_at: int
    jump_band: int
    pending_price: int
    pending_publish_ms: int
    pending_count: int

    def is_stale(self, unix_ms: float) -> bool:
        """Whether its price is too old to count in full."""
        return unix_ms - self.publish_ms > self.max_age_s * 1_000


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
    feed_id: bytes
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
    insurance_budget: int
    insurance_paid: int
    open_max_age_ms: int
    liquidate_max_age_ms: int
    open_confidence: int
    liquidate_confidence: int
    jump_band: int
    minute_band: int
    later_oi_cap: int
    notice_at: int
    index_price: int
    confidence: int
    publish_ms: int
    posted_slot: int
    posted_at: int
    pending_price: int
    pending_publish_ms: int
    pending_count: int
    anchor_price: int
    anchor_confidence: int
    anchor_ms: int
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
    settlement_seconds: int
    no_bid_since: int
    volume_lots: int

    @property
    def status_name(self) -> str:
        """The status in words."""
        return MARKET_STATUS[self.status]

    def is_anchored(self, index_price: int, now_ms: int) -> bool:
        """Whether the source lets ``index_price`` open risk: a signed price must be near its Pyth anchor."""
        if self.source != SOURCE_ANCHORED:
            return True
        reach = self.anchor_price * ANCHOR_BAND // RATE_SCALE + self.anchor_confidence
        return now_ms - self.anchor_ms <= ANCHOR_AGE_MS and abs(index_price - self.anchor_price) <= reach

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

    layout_version: int
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
    change_seq: int
    withdrawals_paused_since: int
    withdrawals_paused_until: int
    migrated: int
    fee_tiers: tuple[FeeTier, ...]
    collaterals: tuple[Collateral, ...]
    markets: tuple[Market, ...]

    @classmethod
    def decode(cls, data: bytes) -> Exchange:
        """From account bytes. Raises ``AccountInvalid``."""
        record = account_record("Exchange", data)
        counts = {"collaterals": int(record["collateral_count"]), "markets": int(record["market_count"])}
        return read(cls, record, counts, layout_version=int(record["header"]["layout_version"]))

    def pauses(self, unix: float) -> int:
        """Bits of ``Pause`` in force: a pause of withdrawals ends by itself."""
        over = unix >= self.withdrawals_paused_until
        return self.paused & ~(Pause.WITHDRAWALS if over else 0)

    def market(self, symbol: str) -> Market:
        """The market called ``symbol``. Raises ``KeyError``."""
        for market in self.markets:
            if market.symbol == symbol:
                return market
        raise KeyError(symbol)
