"""What is run: markets with their histories and parameters, who trades in them, and with which seed.

Money in whole USDC, rates as fractions, times in seconds or UTC milliseconds as the names say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from quantdesk.bootstrap.market_file import MarketEntry, MarketFile
from quantdesk.domain.errors import said
from quantdesk.stress.errors import PricesInvalid, ScenarioInvalid
from quantdesk.stress.prices import Candles, PricePath, read_candles, walk

MOST_TRADERS, MOST_MAKERS = 7_000, 64
LONGEST_DELAY_S = 600.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who trades. ``stake``: a trader's median deposit; ``depth``: what a maker quotes on each side.

    ``backstop``: what the liquidator deposits, and so may take over with.
    """

    traders: int = 500
    leverage: tuple[float, float] = (3.0, 20.0)
    makers: int = 5
    stake: int = 1_000
    depth: int = 200_000
    backstop: int = 1_000_000
    long_share: float = 0.55
    delay_s: float = 1.0

    def __post_init__(self) -> None:
        low, high = self.leverage
        _require(1 <= self.traders <= MOST_TRADERS, "traders", self.traders, f"1 to {MOST_TRADERS:,}")
        _require(1 <= self.makers <= MOST_MAKERS, "makers", self.makers, f"1 to {MOST_MAKERS}")
        _require(0 < low <= high, "leverage", f"{low:g}-{high:g}", "two positive numbers, the lower first")
        _require(50 <= self.stake <= 10_000_000, "stake", self.stake, "50 to 10,000,000 USDC")
        _require(1_000 <= self.depth <= 100_000_000, "depth", self.depth, "1,000 to 100,000,000 USDC")
        _require(1_000 <= self.backstop <= 10**9, "backstop", self.backstop, "1,000 to 1,000,000,000 USDC")
        _require(0 <= self.long_share <= 1, "long share", self.long_share, "0 to 1")
        _require(0 <= self.delay_s <= LONGEST_DELAY_S, "delay", self.delay_s, f"0 to {LONGEST_DELAY_S:g} s")


@dataclass(frozen=True, slots=True)
class History:
    """One market's prices: where they came from, and the candles to run."""

    source: str
    candles: Candles


@dataclass(frozen=True, slots=True)
class Cut:
    """Which candles of a file are run: those that open in [``from_ms``, ``to_ms``), ``merge`` made one."""

    from_ms: int | None = None
    to_ms: int | None = None
    merge: int = 1

    def __post_init__(self) -> None:
        _require(1 <= self.merge <= 10_000, "merge", self.merge, "1 to 10,000 candles")

    def of(self, path: Path) -> Candles:
        """The candles of ``path`` to run. Raises ``PricesInvalid``."""
        candles = read_candles(path).between(self.from_ms, self.to_ms)
        merged = candles.merged(self.merge) if len(candles.ts_ms) > 1 else candles
        if len(merged.ts_ms) < 2:
            found = f"{len(candles.ts_ms)} candles between --from and --to"
            raise PricesInvalid(f"{path} has {found}, {len(merged.ts_ms)} when merged; it takes at least 2")
        return merged


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole run. ``markets`` and ``histories`` belong together by place; ``insurance`` is paid in first."""

    exchange: MarketFile
    markets: tuple[MarketEntry, ...]
    histories: tuple[History, ...]
    crowd: Crowd
    amplify: float = 1.0
    insurance: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        _require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 - 1")
        _require(0 < self.amplify <= 20, "amplify", self.amplify, "more than 0, at most 20")
        _require(0 <= self.insurance <= 10**9, "insurance", self.insurance, "0 to 1,000,000,000 USDC")
        for entry in self.markets:
            initial = float(entry.margin_tiers[0].rate)
            if self.crowd.leverage[1] * initial > 1:
                raise ScenarioInvalid(
                    f"leverage {self.crowd.leverage[1]:g} is over what {entry.symbol} allows: its initial "
                    f"margin is {100 * initial:g} %, so at most {1 / initial:g}"
                )

    @property
    def path(self) -> PricePath:
        """The prices that the run walks along. Raises ``PricesInvalid``."""
        pairs = zip(self.markets, self.histories, strict=True)
        return walk({entry.symbol: each.candles.amplified(self.amplify) for entry, each in pairs})


def leverage_range(text: str) -> tuple[float, float]:
    """``3-20`` or ``10``. Raises ``ScenarioInvalid``."""
    low, dash, high = text.partition("-")
    try:
        return float(low), float(high if dash else low)
    except ValueError:
        raise ScenarioInvalid(f"leverage is {text!r}; write one number or a range such as 3-20") from None


def market_entry(file: MarketFile, symbol: str) -> MarketEntry:
    """The market called ``symbol``. Raises ``ScenarioInvalid``."""
    for entry in file.markets:
        if entry.symbol == symbol.upper():
            return entry
    known = ", ".join(entry.symbol for entry in file.markets)
    raise ScenarioInvalid(f"there is no market {symbol}; the market file has {known}")


def override(file: MarketFile, symbol: str, settings: Sequence[str]) -> MarketEntry:
    """The market ``symbol`` with each ``[MARKET.]NAME=VALUE`` that concerns it. Raises ``ScenarioInvalid``.

    ``initial_margin`` sets the first margin tier's rate and scales the others with it.
    """
    entry = market_entry(file, symbol)
    changes: dict[str, Any] = {}
    for setting in settings:
        market, name, value = _parted(setting)
        if market in {"", entry.symbol}:
            changes |= _change(entry, name, value)
    try:
        return MarketEntry.model_validate(entry.model_dump() | changes)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ScenarioInvalid(f"{entry.symbol}: {where} is {first['input']!r}: {said(first)}") from error


def require_used(entries: Sequence[MarketEntry], settings: Sequence[str]) -> None:
    """Every setting concerns a market of the run. Raises ``ScenarioInvalid``."""
    symbols = {"", *(entry.symbol for entry in entries)}
    for setting in settings:
        if _parted(setting)[0] not in symbols:
            raise ScenarioInvalid(f"{setting!r} is about a market that is not run")


def _parted(setting: str) -> tuple[str, str, str]:
    """Market ("" for every one), name and value."""
    name, equals, value = setting.partition("=")
    market, _, rest = name.strip().rpartition(".")
    if not equals:
        raise ScenarioInvalid(f"{setting!r} sets nothing; write NAME=VALUE or MARKET.NAME=VALUE")
    return market.upper(), rest, value.strip()


def _change(entry: MarketEntry, name: str, value: str) -> dict[str, Any]:
    if name == "initial_margin":
        rate = _decimal(name, value)
        factor = rate / entry.margin_tiers[0].rate
        tiers = [
            {"up_to": tier.up_to, "rate": min(Decimal(1), (tier.rate * factor).quantize(Decimal("0.000001")))}
            for tier in entry.margin_tiers
        ]
        return {"margin_tiers": tiers}
    known = [each for each in MarketEntry.model_fields if each not in {"symbol", "margin_tiers"}]
    if name not in known:
        raise ScenarioInvalid(
            f"{name!r} is no parameter of a market; there are initial_margin, {', '.join(known)}"
        )
    return {name: value}


def _decimal(name: str, value: str) -> Decimal:
    try:
        number = Decimal(value)
    except ArithmeticError:
        raise ScenarioInvalid(f"{name} is {value!r}, not a number") from None
    if not 0 < number <= 1:
        raise ScenarioInvalid(f"{name} is {value}; it is a fraction over 0, at most 1")
    return number


def source_name(path: Path) -> str:
    """How a report names a price file: without its folder, which is only this machine's."""
    return path.name


def _require(holds: bool, name: str, value: object, right: str) -> None:
    if not holds:
        raise ScenarioInvalid(f"{name} is {value}; it takes {right}")
