"""`markets.toml`: the markets and collaterals that a new exchange starts with."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from quantdesk.domain.errors import said

DEFAULT_FILE = Path("markets.toml")


class MarketFileError(ValueError):
    """A markets.toml that cannot be used: names the entry, the value and what would be right."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


T = TypeVar("T", bound=_Strict)
Rate = Annotated[Decimal, Field(ge=-1, le=10)]
Amount = Annotated[Decimal, Field(ge=0)]


class FeeTier(_Strict):
    """Fees from a 30-day volume in USDC on; a negative maker fee is a rebate."""

    min_volume: Amount
    maker: Rate
    taker: Rate


class MarginTier(_Strict):
    """Marginal initial-margin rate of the notional up to ``up_to`` USDC."""

    up_to: Amount
    rate: Rate


class ExchangeEntry(_Strict):
    fee_tiers: list[FeeTier] = Field(min_length=1, max_length=8)
    min_slot_equity: Amount
    slots: int = Field(1_024, ge=16, le=8_000)
    timelock_s: int = Field(86_400, ge=0)
    client_data_limit: int = Field(8_388_608, gt=0)


class CollateralEntry(_Strict):
    symbol: str = Field(pattern=r"^[A-Z]{2,10}$")
    decimals: int = Field(ge=0, le=9)


class MarketEntry(_Strict):
    """Parameters of one market; amounts in USDC, rates as fractions."""

    symbol: str = Field(pattern=r"^[A-Z0-9]{2,10}-PERP$")
    reference_price: Decimal = Field(gt=0)
    lots_per_base: int = Field(gt=0)
    tick: Decimal = Field(gt=0)
    margin_tiers: list[MarginTier] = Field(min_length=1, max_length=4)
    maintenance_fraction: Rate
    open_interest_cap: Amount
    max_position: Amount
    mark_band: Rate
    trade_band: Rate
    funding_cap_per_hour: Rate
    interest_8h: Rate
    impact_notional: Amount
    min_order_notional: Amount
    vesting_s: int = Field(ge=0)
    liquidation_fee: Rate
    insurance_budget: Amount
    profit_weight: Rate = Decimal(1)
    surcharge_start: Rate = Decimal("0.8")
    surcharge_rate: Rate = Decimal("0.1")
    book_capacity: int = Field(2_048, ge=64, le=2_048)
    open_max_age_ms: int = Field(10_000, gt=0)
    liquidate_max_age_ms: int = Field(60_000, gt=0)
    open_confidence: Rate = Decimal("0.0025")
    liquidate_confidence: Rate = Decimal("0.01")
    jump_band: Rate = Decimal("0.02")
    minute_band: Rate = Decimal("0.1")
    price_source: Literal["signed", "pyth", "anchored"] = "signed"
    pyth_feed: str = Field("", pattern=r"^([0-9a-f]{64})?$")

    @model_validator(mode="after")
    def _has_its_feed(self) -> Self:
        if (self.price_source == "signed") == bool(self.pyth_feed):
            raise ValueError("pyth_feed names the feed of a pyth or anchored market, and of no signed one")
        return self


class MarketFile(_Strict):
    """The whole file."""

    exchange: ExchangeEntry
    collaterals: list[CollateralEntry] = Field(min_length=1, max_length=8)
    markets: list[MarketEntry] = Field(min_length=1, max_length=64)


def default_market_file() -> Path:
    """`markets.toml` of the working directory, else the checkout's."""
    if DEFAULT_FILE.exists():
        return DEFAULT_FILE
    return Path(__file__).resolve().parents[3] / DEFAULT_FILE


def read_market_file(path: Path) -> MarketFile:
    """Read and check ``path``. Raises MarketFileError."""
    return _read(path, MarketFile)


def read_market_entry(path: Path) -> MarketEntry:
    """Read and check a file that holds one market's entry alone. Raises MarketFileError."""
    return _read(path, MarketEntry)


def _read(path: Path, kind: type[T]) -> T:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text())
    except OSError as error:
        raise MarketFileError(f"cannot read {path}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise MarketFileError(f"{path} is not TOML: {error}") from error
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise MarketFileError(f"{path}: {where} is {first['input']!r}: {said(first)}") from error
