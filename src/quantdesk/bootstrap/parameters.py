"""`markets.toml` in the program's own units. What does not come out whole is refused, never rounded."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from solders.pubkey import Pubkey

from quantdesk.bootstrap.market_file import FeeTier, MarginTier, MarketEntry, MarketFileError
from quantdesk.program.parameters import SOURCES
from quantdesk.program.records import CollateralParams, FeeTierParams, MarginTierParams, MarketParams

MILLION = 1_000_000
QUOTE_ATOMS = 1_000_000
FEE_TIERS, MARGIN_TIERS = 8, 4
NO_FEED = bytes(32)


def _whole(value: Decimal, what: str) -> int:
    if value != value.to_integral_value():
        raise MarketFileError(f"{what} is {value} in the program's units; it must be a whole number")
    return int(value)


def rate(value: Decimal, what: str) -> int:
    """A fraction in 1e-6."""
    return _whole(value * MILLION, what)


def quote(value: Decimal, what: str) -> int:
    """USDC in quote atoms."""
    return _whole(value * QUOTE_ATOMS, what)


def fee_tiers(tiers: Sequence[FeeTier]) -> list[FeeTierParams]:
    """The tiers and, behind them, empty ones."""
    given = [
        FeeTierParams(quote(t.min_volume, "min_volume"), rate(t.maker, "maker"), rate(t.taker, "taker"))
        for t in tiers
    ]
    return given + [FeeTierParams(0, 0, 0)] * (FEE_TIERS - len(given))


def margin_tiers(tiers: Sequence[MarginTier]) -> list[MarginTierParams]:
    """The tiers; missing ones repeat the last."""
    given = [MarginTierParams(quote(t.up_to, "up_to"), rate(t.rate, "rate")) for t in tiers]
    return given + [given[-1]] * (MARGIN_TIERS - len(given))


def usdc() -> CollateralParams:
    """USDC: worth one, no cap, no outflow limit on a new exchange."""
    return CollateralParams(
        feed_id=NO_FEED,
        max_age_s=0,
        initial_weight=MILLION,
        maintenance_weight=MILLION,
        convert_discount_min=0,
        convert_discount_max=0,
        deposit_cap=2**63 - 1,
        bucket_capacity=0,
        bucket_refill=0,
    )


def market_params(entry: MarketEntry, price_authority: Pubkey) -> MarketParams:
    """One market; its prices are signed by ``price_authority`` unless they come from Pyth."""
    lot = Decimal(1) / entry.lots_per_base
    reference = _whole(entry.reference_price * QUOTE_ATOMS * lot, f"{entry.symbol} reference_price per lot")

    def lots(notional: Decimal) -> int:
        return int(notional * QUOTE_ATOMS // reference)

    def in_rate(name: str) -> int:
        return rate(getattr(entry, name), f"{entry.symbol} {name}")

    def in_quote(name: str) -> int:
        return quote(getattr(entry, name), f"{entry.symbol} {name}")

    return MarketParams(
        symbol=entry.symbol.encode().ljust(16, b"\0"),
        price_authority=price_authority,
        feed_id=bytes.fromhex(entry.pyth_feed) or NO_FEED,
        source=SOURCES.index(entry.price_source),
        book_capacity=entry.book_capacity,
        lots_per_base=entry.lots_per_base,
        tick_size=_whole(entry.tick * QUOTE_ATOMS * lot, f"{entry.symbol} tick per lot"),
        reference_price=reference,
        tiers=margin_tiers(entry.margin_tiers),
        maintenance_fraction=in_rate("maintenance_fraction"),
        profit_weight=in_rate("profit_weight"),
        oi_cap=lots(entry.open_interest_cap),
        surcharge_start=in_rate("surcharge_start"),
        surcharge_rate=in_rate("surcharge_rate"),
        max_position=lots(entry.max_position),
        mark_band=in_rate("mark_band"),
        trade_band=in_rate("trade_band"),
        vesting_s=entry.vesting_s,
        funding_cap=in_rate("funding_cap_per_hour"),
        interest=in_rate("interest_8h"),
        liquidation_fee=in_rate("liquidation_fee"),
        impact_notional=in_quote("impact_notional"),
        min_order_notional=in_quote("min_order_notional"),
        insurance_budget=in_quote("insurance_budget"),
        open_max_age_ms=entry.open_max_age_ms,
        liquidate_max_age_ms=entry.liquidate_max_age_ms,
        open_confidence=in_rate("open_confidence"),
        liquidate_confidence=in_rate("liquidate_confidence"),
        jump_band=in_rate("jump_band"),
        minute_band=in_rate("minute_band"),
    )
