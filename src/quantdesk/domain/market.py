"""A market's fixed parameters and the exact conversions between outside decimals and chain integers.

Outside, a price is quote (USDC) per base unit, a size is base units, both decimal text. On chain a price is
``Ticks`` (orders) or ``LotPrice`` (oracle, mark) and a size is ``BaseLots``:

    price = ticks x tick_size x lots_per_base / 10^6        size = lots / lots_per_base
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quantdesk.domain.errors import AmountInvalid, MarketInvalid, PriceInvalid, SizeInvalid
from quantdesk.domain.orders import Side
from quantdesk.domain.units import (
    ATOMS_PER_USDC,
    QUOTE_DECIMALS,
    BaseLots,
    LotPrice,
    QuoteAtoms,
    Rounding,
    Ticks,
    decimal_text,
    divide,
    parse_decimal,
)

MAX_TICKS = 2**32 - 1
MAX_LOTS = 2**32 - 1
ZERO_ATOMS = QuoteAtoms(0)


@dataclass(frozen=True, slots=True)
class MarginTier:
    """Marginal initial margin: ``rate`` (1e-6) of the notional up to ``up_to`` quote atoms."""

    up_to: QuoteAtoms
    rate: int


@dataclass(frozen=True, slots=True)
class Market:
    """Fixed parameters of one market, as the Exchange account holds them.

    ``maintenance_fraction`` and ``profit_weight`` are in 1e-6; ``min_order_notional`` in quote atoms.
    """

    index: int
    symbol: str
    lots_per_base: int
    tick_size: int
    margin_tiers: tuple[MarginTier, ...] = ()
    maintenance_fraction: int = 0
    profit_weight: int = 0
    min_order_notional: QuoteAtoms = ZERO_ATOMS

    def __post_init__(self) -> None:
        if not _is_decimal_step(self.lots_per_base):
            raise MarketInvalid(
                f"{self.symbol}: lots per base unit", value=self.lots_per_base, expected="2^a x 5^b, positive"
            )
        if self.tick_size <= 0:
            raise MarketInvalid(f"{self.symbol}: tick size", value=self.tick_size, expected="positive")

    @property
    def base_symbol(self) -> str:
        """``BTC`` of ``BTC-PERP``."""
        return self.symbol.partition("-")[0]

    @property
    def price_step(self) -> Decimal:
        """Distance between two order prices, quote per base unit."""
        return self.price(Ticks(1))

    @property
    def size_step(self) -> Decimal:
        """Smallest size, base units."""
        return self.size(BaseLots(1))

    def price(self, ticks: Ticks) -> Decimal:
        """Order price, exact."""
        return Decimal(ticks * self.tick_size * self.lots_per_base).scaleb(-QUOTE_DECIMALS)

    def price_of_lot(self, lot_price: LotPrice) -> Decimal:
        """Oracle or mark price, exact."""
        return Decimal(lot_price * self.lots_per_base).scaleb(-QUOTE_DECIMALS)

    def size(self, lots: BaseLots) -> Decimal:
        """Size or signed position in base units, exact."""
        return Decimal(lots) / self.lots_per_base

    def price_text(self, ticks: Ticks) -> str:
        """Order price as decimal text."""
        return decimal_text(self.price(ticks))

    def lot_price_text(self, lot_price: LotPrice) -> str:
        """Oracle or mark price as decimal text."""
        return decimal_text(self.price_of_lot(lot_price))

    def size_text(self, lots: BaseLots) -> str:
        """Size as decimal text."""
        return decimal_text(self.size(lots))

    def ticks(self, price: str | Decimal, rounding: Rounding = Rounding.EXACT) -> Ticks:
        """Order price in ticks. Raises ``PriceInvalid``: no price, or (``EXACT``) not on a tick."""
        number, scale = _positive_ratio(price, PriceInvalid, "price")
        ticks = divide(number * ATOMS_PER_USDC, scale * self.tick_size * self.lots_per_base, rounding)
        if ticks is None:
            raise PriceInvalid(
                f"{self.symbol} price is not on a tick",
                value=price,
                expected=f"a multiple of {decimal_text(self.price_step)}",
            )
        if not 1 <= ticks <= MAX_TICKS:
            highest = self.price_text(Ticks(MAX_TICKS))
            raise PriceInvalid(
                f"{self.symbol} price out of range",
                value=price,
                expected=f"{decimal_text(self.price_step)} to {highest}",
            )
        return Ticks(ticks)

    def lot_price(self, price: str | Decimal, rounding: Rounding = Rounding.FLOOR) -> LotPrice:
        """Oracle price in quote atoms per lot; finer digits are cut as ``rounding`` says."""
        number, scale = _positive_ratio(price, PriceInvalid, "price")
        atoms = divide(number * ATOMS_PER_USDC, scale * self.lots_per_base, rounding)
        if not atoms:
            step = decimal_text(Decimal(self.lots_per_base).scaleb(-QUOTE_DECIMALS))
            raise PriceInvalid(
                f"{self.symbol} price", value=price, expected=f"a multiple of {step}, positive"
            )
        return LotPrice(atoms)

    def lots(self, size: str | Decimal, rounding: Rounding = Rounding.EXACT) -> BaseLots:
        """Size in lots. Raises ``SizeInvalid``: no size, or (``EXACT``) not a whole number of lots."""
        number, scale = _positive_ratio(size, SizeInvalid, "size")
        lots = divide(number * self.lots_per_base, scale, rounding)
        if not lots:
            raise SizeInvalid(
                f"{self.symbol} size is not a whole number of lots",
                value=size,
                expected=f"a multiple of {decimal_text(self.size_step)}",
            )
        if lots > MAX_LOTS:
            raise SizeInvalid(
                f"{self.symbol} size", value=size, expected=f"at most {self.size_text(BaseLots(MAX_LOTS))}"
            )
        return BaseLots(lots)

    def notional(self, ticks: Ticks, lots: BaseLots) -> QuoteAtoms:
        """What ``lots`` cost at ``ticks``, exact."""
        return QuoteAtoms(ticks * self.tick_size * lots)

    def ticks_towards(self, lot_price: LotPrice, side: Side) -> Ticks:
        """The nearest order price not worse than ``lot_price``: down for a buy, up for a sell."""
        whole, rest = divmod(lot_price, self.tick_size)
        return Ticks(whole + (1 if rest and side is Side.SELL else 0))


@dataclass(frozen=True, slots=True)
class Asset:
    """A collateral: its symbol and the decimals of its mint."""

    index: int
    symbol: str
    decimals: int

    def atoms(self, amount: str | Decimal) -> int:
        """``amount`` in native atoms, exact and positive. Raises ``AmountInvalid``."""
        number, scale = _positive_ratio(amount, AmountInvalid, "amount")
        atoms = divide(number * 10**self.decimals, scale, Rounding.EXACT)
        if atoms is None or atoms >= 2**63:
            raise AmountInvalid(
                f"{self.symbol} amount", value=amount, expected=f"at most {self.decimals} decimal places"
            )
        return atoms

    def text(self, atoms: int) -> str:
        """``atoms`` as decimal text."""
        return decimal_text(Decimal(atoms).scaleb(-self.decimals))


USDC = Asset(0, "USDC", QUOTE_DECIMALS)


def _positive_ratio(
    value: str | Decimal, error: type[PriceInvalid] | type[SizeInvalid] | type[AmountInvalid], what: str
) -> tuple[int, int]:
    number = parse_decimal(value)
    if number is None or number <= 0:
        raise error(f"the {what} is no positive number", value=value, expected="a positive decimal number")
    return number.as_integer_ratio()


def _is_decimal_step(lots_per_base: int) -> bool:
    if lots_per_base <= 0:
        return False
    for factor in (2, 5):
        while lots_per_base % factor == 0:
            lots_per_base //= factor
    return lots_per_base == 1
