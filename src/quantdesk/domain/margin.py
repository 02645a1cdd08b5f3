"""Margin, equity and the prices at which a position breaks even or is liquidated: a mirror of the engine.

The program decides; these numbers are for display and previews. They are held to the Rust engine by golden
vectors (``tests/vectors``). Amounts are quote atoms, prices ``LotPrice``, sizes base lots. Every rounding is
against the trader: what is owed or required goes up, what is received goes down.
Source of the formulas: the engine's ``margin.rs``, ``funding.rs`` and ``money.rs``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from quantdesk.domain.market import Market
from quantdesk.domain.units import FUNDING_SCALE, RATE_SCALE, ceil_div

LEAST_INITIAL = 2_000_000
"""Initial margin of a position with any exposure: $2."""
LARGEST_WORTH = 2**53
"""Quote atoms that an account's collateral of one kind counts for at most."""
STALE_COLLATERAL = 900_000
"""A collateral with a stale price counts this share (1e-6) of its weight for maintenance."""
HIGHEST_PRICE = 2**48


@dataclass(frozen=True, slots=True)
class Position:
    """A position with its resting totals. ``owed``: unsettled funding, positive when the trader pays.

    ``pending``: a price that jumped and waits for confirmation, 0 for none.
    """

    market: Market
    base: int
    quote: int
    mark: int
    bid_lots: int = 0
    ask_lots: int = 0
    owed: int = 0
    pending: int = 0

    @property
    def exposure(self) -> int:
        """The larger of what the position would be with all its bids, or all its asks, filled."""
        return max(abs(self.base + self.bid_lots), abs(self.base - self.ask_lots))

    @property
    def profit(self) -> int:
        """Profit or loss at the mark, after the funding it owes."""
        return self.quote + self.base * self.mark - self.owed

    @property
    def mildest_profit(self) -> int:
        """Profit or loss at the milder of the mark and a pending price: what liquidation goes by."""
        milder = max if self.base > 0 else min
        return self.quote + self.base * milder(self.mark, self.pending or self.mark) - self.owed

    @property
    def weighted_profit(self) -> int:
        """As it counts for opening risk: losses in full, profit by the market's weight, rounded down."""
        profit = self.profit
        return profit if profit <= 0 else profit * self.market.profit_weight // RATE_SCALE

    @property
    def initial(self) -> int:
        """Margin to open it, resting orders included, without the surcharge near the open-interest cap."""
        if self.exposure == 0:
            return 0
        return max(LEAST_INITIAL, base_margin(self.market, self.exposure * self.mark))

    @property
    def maintenance(self) -> int:
        """Margin to keep it."""
        return maintenance_margin(self.market, self.base, self.mark)


def base_margin(market: Market, notional: int) -> int:
    """Initial margin of a notional: marginal tiers, the last one without end; rounded up."""
    total, below = 0, 0
    for number, tier in enumerate(market.margin_tiers, 1):
        is_last = number == len(market.margin_tiers)
        until = notional if is_last else max(min(notional, tier.up_to), below)
        total += (until - below) * tier.rate
        below = until
    return ceil_div(total, RATE_SCALE)


def maintenance_margin(market: Market, lots: int, mark: int) -> int:
    """The market's fraction of the base margin of ``lots`` at ``mark``; rounded up."""
    return ceil_div(base_margin(market, abs(lots) * mark) * market.maintenance_fraction, RATE_SCALE)


def funding_owed(base: int, index_moved: int) -> int:
    """Funding of ``base`` over ``index_moved`` micro quote atoms per lot: payments up, receipts down."""
    return ceil_div(base * index_moved, FUNDING_SCALE)


def still_locked(locked: int, locked_at: int, locked_for: int, now_s: int) -> int:
    """Realised profit that has not vested at ``now_s`` (Unix seconds); rounded up."""
    passed = max(0, now_s - locked_at)
    if locked <= 0 or passed >= locked_for:
        return 0
    return ceil_div(locked * (locked_for - passed), locked_for)


def equity(balance: int, positions: Sequence[Position]) -> int:
    """USDC plus the positions' profit and loss. What maintenance is held against."""
    return balance + sum(position.profit for position in positions)


def initial_health(balance: int, positions: Sequence[Position]) -> int:
    """What is left to open risk with; negative: too little."""
    weighted = sum(position.weighted_profit for position in positions)
    return balance + weighted - sum(position.initial for position in positions)


def maintenance_health(balance: int, positions: Sequence[Position]) -> int:
    """What is left before liquidation; negative: it may be liquidated."""
    return equity(balance, positions) - sum(position.maintenance for position in positions)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands towards liquidation. ``equity`` is at the milder of mark and pending prices."""

    equity: int
    maintenance: int
    initial: int

    @property
    def half_way(self) -> int:
        """Half-way from maintenance to initial margin: below it, orders that add risk are cancelled."""
        return self.maintenance + max(0, self.initial - self.maintenance) // 2


def standing(balance: int, positions: Sequence[Position]) -> Standing:
    """The account towards liquidation. ``balance``: USDC plus ``maintenance_value`` of other collateral."""
    return Standing(
        balance + sum(position.mildest_profit for position in positions),
        sum(position.maintenance for position in positions),
        sum(position.initial for position in positions),
    )


def maintenance_value(held: int, price: int, weight: int, *, stale: bool) -> int:
    """What ``held`` smallest units of a collateral count for maintenance, rounded down.

    ``price``: quote atoms per 1e6 units, the higher one while a jump is pending; ``weight`` in 1e-6, nine
    tenths of it while the price is stale.
    """
    return _counted(held, price, weight * STALE_COLLATERAL // RATE_SCALE if stale else weight)


def initial_value(held: int, price: int, weight: int, *, stale: bool) -> int:
    """The same for opening risk and for withdrawals: the lower price, and nothing while it is stale."""
    return 0 if stale else _counted(held, price, weight)


def _counted(held: int, price: int, weight: int) -> int:
    return min(held * price // RATE_SCALE, LARGEST_WORTH) * weight // RATE_SCALE


def withdrawable(balance: int, locked: int, positions: Sequence[Position], beside: int = 0) -> int:
    """How much USDC may leave while every price is fresh. ``locked``: see ``still_locked``.

    ``beside``: ``initial_value`` of other collateral.
    """
    unrealised = sum(position.profit for position in positions)
    losses = sum(min(0, position.profit) for position in positions)
    free = balance + beside + losses - sum(position.initial for position in positions)
    return max(0, min(balance - locked + min(0, unrealised), free))


def liquidation_price(balance: int, positions: Sequence[Position], at: int) -> int | None:
    """First mark of position ``at`` at which maintenance is not met, all else unchanged; None without one.

    Equity less maintenance is monotonic in the mark of one position, so bisection finds it exactly.
    """
    position = positions[at]
    if position.base == 0:
        return None
    others = maintenance_health(balance, positions) - (position.profit - position.maintenance)

    def healthy(price: int) -> bool:
        profit = position.quote + position.base * price - position.owed
        return others + profit >= maintenance_margin(position.market, position.base, price)

    if position.base > 0:
        return _last(lambda price: not healthy(price))
    first_above = _last(healthy)
    return None if first_above is None or first_above == HIGHEST_PRICE else first_above + 1


def _last(holds: Callable[[int], bool]) -> int | None:
    """The highest price up to which ``holds`` is true (it turns false once); None if it never is."""
    if not holds(0):
        return None
    low, high = 0, HIGHEST_PRICE + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def breakeven(base: int, entry_quote: int, owed: int, taker_rate: int) -> tuple[int, int] | None:
    """Price, as (quote atoms, lots), at which closing as a taker nets 0 after funding and the fee (1e-6).

    None without a position. ``entry_quote``: what was received less what was paid at the entry prices.
    """
    if base == 0:
        return None
    paid = owed - entry_quote
    if base > 0:
        return paid * RATE_SCALE, base * (RATE_SCALE - taker_rate)
    return -paid * RATE_SCALE, -base * (RATE_SCALE + taker_rate)


def average_entry(base: int, entry_quote: int) -> tuple[int, int] | None:
    """Average entry price as (quote atoms, lots); None without a position."""
    return (abs(entry_quote), abs(base)) if base else None
