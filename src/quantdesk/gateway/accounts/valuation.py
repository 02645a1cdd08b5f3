"""One sub-account at the present marks: `domain.margin` over what it holds. Quote atoms, LotPrice, base lots.

Display only: the program decides, and previews run it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quantdesk.domain import margin
from quantdesk.domain.units import RATE_SCALE, ceil_div
from quantdesk.gateway.accounts.holdings import Holding, Holdings
from quantdesk.program.layouts import Collateral, Market

STALE_WORSENING = 2
"""For a withdrawal a stale market is worsened by this many times its maintenance rate."""


@dataclass(frozen=True, slots=True)
class MarketPrices:
    """What valuation needs of a market now. `mark` and `index` are 0 before the first price."""

    market: Market
    mark: int
    index: int
    funding_index: int
    publish_ms: int

    def withdrawal_price(self, base: int, now_ms: int) -> int:
        """The worse of mark and a pending jump, and worse again while the price is stale or unanchored."""
        worst = min if base > 0 else max
        price = worst(self.mark, self.market.pending_price or self.mark)
        fresh = now_ms - self.publish_ms <= self.market.open_max_age_ms
        if fresh and self.market.is_anchored(self.index, now_ms):
            return price
        rate = STALE_WORSENING * self.market.tiers[0].rate * self.market.maintenance_fraction // RATE_SCALE
        off = ceil_div(price * rate, RATE_SCALE)
        return max(0, price - off) if base > 0 else price + off


@dataclass(frozen=True, slots=True)
class CollateralValue:
    """What collateral beside USDC counts, quote atoms; `worth` by its index, None without a price."""

    maintenance: int
    initial: int
    worth: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class PositionValue:
    """One position with its prices."""

    holding: Holding
    prices: MarketPrices
    margin: margin.Position

    @property
    def entry_pnl(self) -> int:
        """Profit at the mark against the entry prices, without funding."""
        return self.holding.entry_quote + self.holding.base * self.prices.mark

    @property
    def notional(self) -> int:
        """Size at the mark."""
        return abs(self.holding.base * self.prices.mark)


@dataclass(frozen=True, slots=True)
class AccountValue:
    """One sub-account; `priced` is false while a market that it needs has no price."""

    holdings: Holdings
    collateral: CollateralValue
    positions: tuple[PositionValue, ...]
    priced: bool
    locked: int
    withdrawable: int

    @property
    def balance(self) -> int:
        """USDC in the slot and parked."""
        return self.holdings.usdc + self.holdings.parked[0]

    @property
    def maintained(self) -> int:
        """The same and what other collateral counts for maintenance."""
        return self.balance + self.collateral.maintenance

    @property
    def margins(self) -> list[margin.Position]:
        """The positions as `domain.margin` takes them."""
        return [each.margin for each in self.positions]

    @property
    def equity(self) -> int:
        """What maintenance is held against."""
        return margin.equity(self.maintained, self.margins)

    @property
    def initial(self) -> int:
        """Initial margin, resting orders included."""
        return sum(each.initial for each in self.margins)

    @property
    def maintenance(self) -> int:
        """Maintenance margin."""
        return sum(each.maintenance for each in self.margins)

    @property
    def standing(self) -> margin.Standing:
        """Towards liquidation: at the milder of mark and a pending price."""
        return margin.standing(self.maintained, self.margins)

    @property
    def free_collateral(self) -> int:
        """What is left to open risk with."""
        return margin.initial_health(self.balance + self.collateral.initial, self.margins)

    @property
    def notional(self) -> int:
        """Sum of the positions' sizes at the marks."""
        return sum(each.notional for each in self.positions)

    def liquidation_price(self, position: PositionValue) -> int | None:
        """First mark at which maintenance is not met, all else unchanged; None without one."""
        if not self.priced:
            return None
        return margin.liquidation_price(self.maintained, self.margins, self.positions.index(position))


def _collateral(holdings: Holdings, known: Sequence[Collateral], unix_s: int) -> CollateralValue:
    """Collateral in the slot counts for margin; what is parked has a worth only."""
    maintenance = initial = 0
    worth: list[int | None] = [holdings.usdc + holdings.parked[0]]
    for index, each in enumerate(known[1:], 1):
        held = holdings.collaterals[index - 1] if index <= len(holdings.collaterals) else 0
        parked = holdings.parked[index] if index < len(holdings.parked) else 0
        stale = each.is_stale(unix_s * 1_000)
        pending = each.pending_price or each.price
        higher, lower = max(each.price, pending), min(each.price, pending)
        maintenance += margin.maintenance_value(held, higher, each.maintenance_weight, stale=stale)
        initial += margin.initial_value(held, lower, each.initial_weight, stale=stale)
        worth.append((held + parked) * each.price // RATE_SCALE if each.price else None)
    return CollateralValue(maintenance, initial, tuple(worth))


def value(
    holdings: Holdings, prices: Mapping[int, MarketPrices], collaterals: Sequence[Collateral], unix_s: int
) -> AccountValue:
    """Value a sub-account at `unix_s`. `collaterals`: the exchange's, USDC first."""
    collateral = _collateral(holdings, collaterals, unix_s)
    standing = [each for _, each in sorted(holdings.positions.items()) if not each.is_empty]
    positions = tuple(
        _position(each, prices[each.market], prices[each.market].mark)
        for each in standing
        if each.market in prices
    )
    locked = margin.still_locked(holdings.locked, holdings.locked_at, holdings.locked_for, unix_s)
    worst = [
        _position(
            each.holding, each.prices, each.prices.withdrawal_price(each.holding.base, unix_s * 1_000)
        ).margin
        for each in positions
    ]
    free = holdings.parked[0]
    if holdings.active:
        free = margin.withdrawable(holdings.usdc, locked, worst, collateral.initial)
    return AccountValue(
        holdings=holdings,
        collateral=collateral,
        positions=positions,
        priced=all(each.market in prices and prices[each.market].mark for each in standing),
        locked=locked,
        withdrawable=free,
    )


def _position(holding: Holding, prices: MarketPrices, mark: int) -> PositionValue:
    owed = margin.funding_owed(holding.base, prices.funding_index - holding.funding_index)
    made = margin.Position(
        market=prices.market.parameters,
        base=holding.base,
        quote=holding.quote,
        mark=mark,
        bid_lots=holding.bid_lots,
        ask_lots=holding.ask_lots,
        owed=owed,
        pending=prices.market.pending_price,
    )
    return PositionValue(holding, prices, made)
