"""What the grammar may know of the world: a frozen moment of the markets and of one account.

``None`` means unknown, never zero: the grammar then asks or says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class MarginTier:
    """Marginal initial margin: ``rate`` of the notional (USDC) up to ``up_to``; None: without end."""

    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class MarketView:
    """One market: its steps and limits, and its numbers now (prices in quote per base unit).

    ``volume_24h`` is in base units; ``live_ms`` says how much of the last 24 h the market ran: with less
    than a whole day the day's volume is taken at the pace so far.
    """

    symbol: str
    tick: Decimal
    lot: Decimal
    min_notional: Decimal = Decimal(0)
    max_leverage: Decimal | None = None
    margin_tiers: tuple[MarginTier, ...] = ()
    max_position_notional: Decimal | None = None
    max_price: Decimal | None = None
    mark: Decimal | None = None
    index: Decimal | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    last: Decimal | None = None
    funding_rate_1h: Decimal | None = None
    open_interest: Decimal | None = None
    volume_24h: Decimal | None = None
    live_ms: int | None = None

    @property
    def base(self) -> str:
        """``SOL`` of ``SOL-PERP``."""
        return self.symbol.partition("-")[0]


@dataclass(frozen=True, slots=True)
class PositionView:
    """One open position; ``size`` in base units, negative for a short."""

    market: str
    size: Decimal
    entry_price: Decimal | None = None
    liquidation_price: Decimal | None = None
    unrealized_pnl: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OrderView:
    """One resting order; ``size`` is what is left of it."""

    order_id: str
    market: str
    side: str
    price: Decimal
    size: Decimal
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class AccountView:
    """One sub-account of one wallet, in USDC. ``exists`` is False before the first deposit."""

    wallet: str
    sub: int = 0
    exists: bool = True
    equity: Decimal | None = None
    free_collateral: Decimal | None = None
    withdrawable: Decimal | None = None
    positions: tuple[PositionView, ...] | None = None
    orders: tuple[OrderView, ...] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """Everything that one parse may look at.

    ``screen`` is the market on the user's screen, meant by "this" and by nothing else.
    ``not_available`` names instructions that this version of the program does not have yet.
    """

    markets: tuple[MarketView, ...]
    account: AccountView | None = None
    screen: str | None = None
    not_available: frozenset[str] = frozenset()
    slot: int | None = None
    feed: str | None = None
    age_ms: int | None = None

    def market(self, symbol: str) -> MarketView | None:
        """The market called ``symbol``."""
        return next((each for each in self.markets if each.symbol == symbol), None)
