"""Margin numbers of one sub-account at the present marks, in quote atoms: a mirror of the program's rules.

Source: docs of the program, "Risk formulas". Rounding is the program's: what is owed or required goes up,
what is received goes down. Display only: the program decides, and previews run it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from quantdesk.domain.units import FUNDING_SCALE, RATE_SCALE, ceil_div
from quantdesk.gateway.accounts.holdings import Holding, Holdings
from quantdesk.program.layouts import Market

STALE_WORSENING = 2
"""A stale market is worsened by this many times its maintenance rate for a withdrawal."""
MINIMUM_MARGIN = 2_000_000
"""Initial margin of a position or order is at least $2."""
_PRICE_LIMIT = 2**48
_Health = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class MarketPrices:
    """What valuation needs of a market now. `mark` and `index` are LotPrice, 0 before the first price."""

    market: Market
    mark: int
    index: int
    funding_index: int
    publish_ms: int

    def risk_prices(self, base: int) -> tuple[int, int]:
        """Price of the profit and of the notional for new risk: the worse one while a jump is pending."""
        pending = self.market.pending_price
        if not pending:
            return self.mark, self.mark
        return (min if base > 0 else max)(self.mark, pending), max(self.mark, pending)

    def withdrawal_prices(self, base: int, now_ms: int) -> tuple[int, int]:
        """The same for a withdrawal: a stale market counts at twice its maintenance rate worse."""
        price, notional_price = self.risk_prices(base)
        if now_ms - self.publish_ms <= self.market.open_max_age_ms:
            return price, notional_price
        rate = STALE_WORSENING * self.market.tiers[0].rate * self.market.maintenance_fraction // RATE_SCALE
        worse = ceil_div(price * rate, RATE_SCALE)
        price = max(0, price - worse) if base > 0 else price + worse
        return price, max(notional_price, price)


@dataclass(frozen=True, slots=True)
class PositionValue:
    """One position. `owed` is unsettled funding (positive: the trader pays); `pnl` is net of it.

    `weighted` is the profit or loss that counts for initial margin.
    """

    holding: Holding
    prices: MarketPrices
    owed: int
    pnl: int
    entry_pnl: int
    notional: int
    initial: int
    maintenance: int
    weighted: int


@dataclass(frozen=True, slots=True)
class AccountValue:
    """One sub-account; None where a position's market has no price yet."""

    holdings: Holdings
    locked: int
    positions: tuple[PositionValue, ...]
    priced: bool
    equity: int
    initial: int
    maintenance: int
    initial_equity: int
    withdrawable: int


def locked_now(holdings: Holdings, unix_s: int) -> int:
    """Profit that has not vested yet, rounded up."""
    passed = max(0, unix_s - holdings.locked_at)
    if holdings.locked <= 0 or passed >= holdings.locked_for:
        return 0
    return ceil_div(holdings.locked * (holdings.locked_for - passed), holdings.locked_for)


def funding_owed(holding: Holding, funding_index: int) -> int:
    """Funding since it was settled last: payments up, receipts down."""
    return ceil_div(holding.base * (funding_index - holding.funding_index), FUNDING_SCALE)


def tiered(market: Market, notional: int) -> int:
    """Initial margin of a notional: marginal tiers, rounded up."""
    total, below = 0, 0
    *lower, last = market.tiers
    for tier in lower:
        up_to = max(below, min(notional, tier.up_to))
        total += (up_to - below) * tier.rate
        below = up_to
    return ceil_div(total + (notional - below) * last.rate, RATE_SCALE)


def initial_margin(market: Market, holding: Holding, mark: int) -> int:
    """For the worse of both sides with all orders filled."""
    exposure = max(abs(holding.base + holding.bid_lots), abs(holding.base - holding.ask_lots))
    if exposure == 0:
        return 0
    return max(MINIMUM_MARGIN, tiered(market, exposure * mark))


def maintenance_margin(market: Market, lots: int, mark: int) -> int:
    """A set fraction of the position's base initial margin, rounded up."""
    return ceil_div(tiered(market, abs(lots) * mark) * market.maintenance_fraction, RATE_SCALE)


def value(holdings: Holdings, prices: Mapping[int, MarketPrices], unix_s: int) -> AccountValue:
    """Value a sub-account at `unix_s`."""
    positions = tuple(
        _position(holding, prices[index])
        for index, holding in sorted(holdings.positions.items())
        if not holding.is_empty and index in prices
    )
    needed = [index for index, holding in holdings.positions.items() if not holding.is_empty]
    priced = all(index in prices and prices[index].mark for index in needed)
    locked = locked_now(holdings, unix_s)
    cash = holdings.usdc + holdings.parked[0]
    profit = sum(each.pnl for each in positions)
    initial = sum(each.initial for each in positions)
    slot_free = _withdrawable(holdings, positions, locked, unix_s)
    free = slot_free if holdings.active else holdings.parked[0]
    return AccountValue(
        holdings=holdings,
        locked=locked,
        positions=positions,
        priced=priced,
        equity=cash + profit,
        initial=initial,
        maintenance=sum(each.maintenance for each in positions),
        initial_equity=cash + sum(each.weighted for each in positions),
        withdrawable=max(0, free),
    )


def _withdrawable(holdings: Holdings, positions: tuple[PositionValue, ...], locked: int, unix_s: int) -> int:
    """min(usdc - locked + min(0, unrealised), equity with profit at 0 - initial margin with orders)."""
    unrealised, free = 0, holdings.usdc
    for each in positions:
        price, notional_price = each.prices.withdrawal_prices(each.holding.base, unix_s * 1_000)
        profit = each.holding.quote + each.holding.base * price - each.owed
        unrealised += profit
        free += min(0, profit) - initial_margin(each.prices.market, each.holding, notional_price)
    return min(holdings.usdc - locked + min(0, unrealised), free)


def _position(holding: Holding, prices: MarketPrices) -> PositionValue:
    owed = funding_owed(holding, prices.funding_index)
    worth = holding.base * prices.mark
    risk_price, notional_price = prices.risk_prices(holding.base)
    profit = holding.quote + holding.base * risk_price - owed
    return PositionValue(
        holding=holding,
        prices=prices,
        owed=owed,
        pnl=holding.quote + worth - owed,
        entry_pnl=holding.entry_quote + worth,
        notional=abs(worth),
        initial=initial_margin(prices.market, holding, notional_price),
        maintenance=maintenance_margin(prices.market, holding.base, prices.mark),
        weighted=profit if profit <= 0 else profit * prices.market.profit_weight // RATE_SCALE,
    )


def liquidation_price(account: AccountValue, position: PositionValue) -> int | None:
    """The first LotPrice at which maintenance is not met, all else unchanged; None when there is none.

    Equity less maintenance is monotonic in the mark, so it is found by bisection, exactly.
    """
    base, mark = position.holding.base, position.prices.mark
    if base == 0 or not account.priced:
        return None
    others = account.maintenance - position.maintenance

    def healthy(price: int) -> bool:
        equity = account.equity + base * (price - mark)
        return equity >= others + maintenance_margin(position.prices.market, base, price)

    if base > 0:
        return _highest_unhealthy(healthy)
    return _lowest_unhealthy(healthy)


def _highest_unhealthy(healthy: _Health) -> int | None:
    if healthy(0):
        return None
    low, high = 0, _PRICE_LIMIT
    while high - low > 1:
        middle = (low + high) // 2
        if healthy(middle):
            high = middle
        else:
            low = middle
    return low or None


def _lowest_unhealthy(healthy: _Health) -> int | None:
    low, high = 0, _PRICE_LIMIT
    if healthy(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if healthy(middle):
            low = middle
        else:
            high = middle
    return high


def breakeven(position: PositionValue, taker_rate: int) -> tuple[int, int] | None:
    """Price as (quote atoms, lots) at which closing nets 0 after unsettled funding and the taker fee."""
    base = position.holding.base
    if base == 0:
        return None
    paid = position.owed - position.holding.entry_quote
    if base > 0:
        return paid * RATE_SCALE, base * (RATE_SCALE - taker_rate)
    return -paid * RATE_SCALE, -base * (RATE_SCALE + taker_rate)
