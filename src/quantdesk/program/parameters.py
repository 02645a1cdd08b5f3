"""Parameters of the exchange in the units of people, and what a queued change would change of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quantdesk.program import changes
from quantdesk.program.changes import Change
from quantdesk.program.layouts import Collateral, Exchange, Market
from quantdesk.program.layouts.exchange import MARKET_STATUS, FeeTier
from quantdesk.program.records import CollateralParams, FeeTierParams, MarginTierParams, MarketParams

MILLION = 1_000_000
SOURCES = ("signed", "pyth", "anchored")
COLLATERAL_STATUS = ("unused", "active", "withdraw_only")
NEVER_FULL = 2**64 - 1
"""``up_to`` of a last margin step and ``min_volume`` of an unused fee tier in the Exchange account."""
MOST_NOTIONAL = 2**53
"""``up_to`` of a last margin step as changes hold it."""


@dataclass(frozen=True)
class Unit:
    """A way to write a number: ``scale`` program units in one of what people write. ``what`` says it."""

    name: str
    what: str
    scale: Decimal = Decimal(1)

    def text(self, value: int) -> str:
        """The exact decimal, as the API writes it."""
        return _plain(f"{Decimal(value) / self.scale:f}")

    def show(self, value: int) -> str:
        """The value as a person reads it."""
        if self.name == "rate":
            return f"{_plain(f'{Decimal(value) / 10_000:,f}')} %"
        suffix = "" if self.name == "count" else self.name
        return f"{_plain(f'{Decimal(value) / self.scale:,f}')} {suffix}".rstrip()


RATE = Unit("rate", "a rate such as 5% or 0.05", Decimal(MILLION))
USDC = Unit("USDC", "an amount of USDC", Decimal(MILLION))
DURATION = Unit("s", "a time such as 600, 10m, 12h or 2d")
MILLISECONDS = Unit("ms", "milliseconds")
COUNT = Unit("count", "a whole number")


def base(lots_per_base: int, symbol: str = "") -> Unit:
    """Sizes in base units of a market."""
    return Unit(symbol, "a size in base units", Decimal(lots_per_base))


def tokens(decimals: int, symbol: str = "") -> Unit:
    """Amounts of a collateral."""
    return Unit(symbol, "an amount of the token", Decimal(10) ** decimals)


MARKET: Mapping[str, Unit] = {
    "maintenance_fraction": RATE,
    "profit_weight": RATE,
    "surcharge_start": RATE,
    "surcharge_rate": RATE,
    "mark_band": RATE,
    "trade_band": RATE,
    "vesting_s": DURATION,
    "funding_cap": RATE,
    "interest": RATE,
    "liquidation_fee": RATE,
    "impact_notional": USDC,
    "min_order_notional": USDC,
    "insurance_budget": USDC,
    "open_max_age_ms": MILLISECONDS,
    "liquidate_max_age_ms": MILLISECONDS,
    "open_confidence": RATE,
    "liquidate_confidence": RATE,
    "jump_band": RATE,
    "minute_band": RATE,
}
"""Parameters of a market that may change, but for its margin steps and the sizes below."""
SIZES = ("oi_cap", "max_position")
COLLATERAL: Mapping[str, Unit] = {
    "max_age_s": DURATION,
    "initial_weight": RATE,
    "maintenance_weight": RATE,
    "convert_discount_min": RATE,
    "convert_discount_max": RATE,
}
AMOUNTS = ("deposit_cap", "bucket_capacity", "bucket_refill")
EXCHANGE: Mapping[str, Unit] = {
    "timelock_s": DURATION,
    "min_slot_equity": USDC,
    "client_data_limit": COUNT,
}


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter's value: an integer of the program with its unit, or a word without one."""

    raw: int | str
    unit: Unit | None = None

    @property
    def text(self) -> str:
        """The exact decimal, or the word."""
        return self.unit.text(int(self.raw)) if self.unit else str(self.raw)

    @property
    def words(self) -> str:
        """As a person reads it."""
        return self.unit.show(int(self.raw)) if self.unit else str(self.raw)


Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Difference:
    """One parameter that a change changes; None on the side that does not have it."""

    parameter: str
    before: Value | None
    after: Value | None


def differences(exchange: Exchange, change: Change) -> list[Difference]:
    """What ``change`` would change of ``exchange`` as it is; parameters that stay are left out."""
    before, after = _sides(exchange, change)
    names = [*before, *(name for name in after if name not in before)]
    rows = [Difference(name, before.get(name), after.get(name)) for name in names]
    return [row for row in rows if row.before != row.after]


def subject(exchange: Exchange, change: Change) -> str:
    """What a change is about: a market's symbol, ``collateral 0``, ``fees`` or ``exchange``."""
    match change:
        case changes.NewMarket(params=params):
            return params.name
        case changes.MarketChange() | changes.PriceSourceChange() | changes.StatusChange():
            return exchange.markets[change.market].symbol
        case changes.CollateralChange(collateral=index):
            return f"collateral {index}"
        case changes.NewCollateral(mint=mint):
            return f"collateral {mint}"
        case changes.FeesChange():
            return "fees"
        case _:
            return "exchange"


def _sides(exchange: Exchange, change: Change) -> tuple[Values, Values]:
    match change:
        case changes.MarketChange(market=index, params=params):
            return market_values(params_of(exchange.markets[index])), market_values(params)
        case changes.NewMarket(params=params):
            fixed = {name: Value(getattr(params, name), COUNT) for name in ("tick_size", "lots_per_base")}
            return {}, fixed | market_values(params) | _source_values(params)
        case changes.PriceSourceChange(market=index):
            return _source_values(exchange.markets[index]), _source_values(change)
        case changes.FeesChange(tiers=tiers):
            used = [tier for tier in exchange.fee_tiers if tier.min_volume != NEVER_FULL]
            wanted = [tier for number, tier in enumerate(tiers) if number == 0 or tier.min_volume]
            return _fee_values(used), _fee_values(wanted)
        case changes.CollateralChange(collateral=index, params=params, status=status):
            known = exchange.collaterals[index]
            before = collateral_values(collateral_params_of(known), known.decimals)
            after = collateral_values(params, known.decimals)
            before["status"] = Value(COLLATERAL_STATUS[known.status])
            after["status"] = Value(COLLATERAL_STATUS[status])
            return before, after
        case _:
            return _further_sides(exchange, change)


def _further_sides(exchange: Exchange, change: Change) -> tuple[Values, Values]:
    match change:
        case changes.NewCollateral(params=params):
            return {}, collateral_values(params, 0)
        case changes.StatusChange(market=index, status=status):
            present = Value(exchange.markets[index].status_name)
            return {"status": present}, {"status": Value(MARKET_STATUS[status])}
        case changes.ExchangeChange():
            return exchange_values(exchange), exchange_values(change)
        case changes.GuardianChange(guardian=guardian):
            return {"guardian": Value(str(exchange.guardian))}, {"guardian": Value(str(guardian))}
    raise AssertionError(f"{type(change).__name__} has no words")


def params_of(market: Market) -> MarketParams:
    """A market's parameters as they are, in the form that changes take. The last step has no end on chain."""
    used = [MarginTierParams(tier.up_to, tier.rate) for tier in market.tiers if tier.up_to != NEVER_FULL]
    used.append(MarginTierParams(MOST_NOTIONAL, market.tiers[-1].rate))
    same = {
        name: getattr(market, name)
        for name in MarketParams.__struct_fields__
        if name not in ("symbol", "tiers", "reference_price", "oi_cap")
    }
    return MarketParams(
        symbol=market.symbol.encode().ljust(16, b"\0"),
        tiers=used + [MarginTierParams(0, 0)] * (4 - len(used)),
        reference_price=market.index_price,
        oi_cap=market.later_oi_cap or market.oi_cap,
        **same,
    )


def collateral_params_of(collateral: Collateral) -> CollateralParams:
    """A collateral's parameters as they are."""
    return CollateralParams(
        **{name: getattr(collateral, name) for name in CollateralParams.__struct_fields__}
    )


def market_values(params: MarketParams) -> dict[str, Value]:
    """A market's parameters; the last margin step has no ``up_to``."""
    size = base(params.lots_per_base, params.name.removesuffix("-PERP"))
    values = dict(_margin_values(params.tiers))
    values |= {name: Value(getattr(params, name), size) for name in SIZES}
    return values | {name: Value(getattr(params, name), unit) for name, unit in MARKET.items()}


def _margin_values(tiers: list[MarginTierParams]) -> Iterator[tuple[str, Value]]:
    for number, tier in enumerate((each for each in tiers if each.up_to), 1):
        yield f"initial_margin_{number}", Value(tier.rate, RATE)
        if tier.up_to != MOST_NOTIONAL:
            yield f"initial_margin_{number}_up_to", Value(tier.up_to, USDC)


def collateral_values(params: CollateralParams, decimals: int) -> dict[str, Value]:
    """A collateral's parameters; ``decimals`` are its token's."""
    amount = tokens(decimals)
    values = {name: Value(getattr(params, name), unit) for name, unit in COLLATERAL.items()}
    values |= {name: Value(getattr(params, name), amount) for name in AMOUNTS}
    return values | {"feed_id": Value(params.feed_id.hex())}


def exchange_values(of: Exchange | changes.ExchangeChange) -> dict[str, Value]:
    """The exchange's own parameters."""
    return {name: Value(getattr(of, name), unit) for name, unit in EXCHANGE.items()}


def _source_values(of: Market | MarketParams | changes.PriceSourceChange) -> dict[str, Value]:
    return {
        "source": Value(SOURCES[of.source]),
        "price_authority": Value(str(of.price_authority)),
        "feed_id": Value(of.feed_id.hex()),
    }


def _fee_values(tiers: Sequence[FeeTier | FeeTierParams]) -> dict[str, Value]:
    values = {}
    for number, tier in enumerate(tiers, 1):
        values[f"tier_{number}_min_volume"] = Value(tier.min_volume, USDC)
        values[f"tier_{number}_maker"] = Value(tier.maker, RATE)
        values[f"tier_{number}_taker"] = Value(tier.taker, RATE)
    return values


def _plain(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
