"""How a run's exchange is set up, and how wild it is: a few by name, any number within the bounds."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.program.exchange import market_params
from model.bounds import ANCHORED, PYTH, SIGNED

USDC = 1_000_000
DEAREST = 1_001
"""One more than the highest taker fee of those drawn."""
NO_TIERS = [{"min_volume": 0, "maker": 0, "taker": 0}] * 7


def fees(maker: int, taker: int) -> list[dict[str, int]]:
    """One fee tier, in millionths."""
    return [{"min_volume": 0, "maker": maker, "taker": taker}, *NO_TIERS]


def tiers(*steps: tuple[int, int]) -> list[dict[str, int]]:
    """Margin tiers: whole USDC up to, rate in millionths."""
    used = [{"up_to": up_to * USDC, "rate": rate} for up_to, rate in steps]
    return used + [{"up_to": 0, "rate": 0}] * (4 - len(used))


def feed(number: int) -> bytes:
    """A feed of Pyth."""
    return bytes([100 + number] * 32)


@dataclass(frozen=True)
class Setting:
    """Arguments of the set-up instructions, and the manners of the traders."""

    name: str
    markets: list[dict[str, Any]]
    """Changes of market_params, a market each."""
    slots: int = 24
    min_slot_equity: int = 5 * USDC
    fee_tiers: list[dict[str, int]] = field(default_factory=lambda: fees(-20, 500))
    usdc: dict[str, int] = field(default_factory=dict)
    """Changes of usdc_params."""
    coins: dict[int, dict[str, int]] = field(default_factory=dict)
    """Other collaterals: number of the mint (world.DECIMALS), and changes of coin_params."""
    owners: int = 8
    funds: tuple[int, ...] = (60, 300, 3_000, 50_000)
    """Whole USDC that a trader begins with."""
    coin_funds: tuple[int, ...] = (0, 0, 500)
    """Whole dollars of each other collateral that a trader begins with."""
    move: float = 0.002
    """Relative change of a price from one update to the next."""
    jump: float = 0.03
    """The same, now and then."""
    spread: float = 0.004
    """How far from the index orders lie."""
    sizes: tuple[int, ...] = (20, 200, 2_000, 20_000)
    """Whole USDC of an order."""
    floods: float = 0.03
    """How many batches are of sixteen of the smallest orders."""


PLAIN = Setting("plain", [{"book_capacity": 24, "vesting_s": 60}, {"book_capacity": 24, "oi_cap": 20_000}])
CROWDED = Setting(
    "crowded",
    [{"book_capacity": 6, "min_order_notional": USDC, "impact_notional": 100 * USDC}],
    slots=14,
    owners=12,
    spread=0.001,
    sizes=(1, 3, 20, 100),
)
DEEP = Setting(
    "deep",
    [{"book_capacity": 160, "min_order_notional": USDC, "impact_notional": 100 * USDC, "trade_band": 20_000}],
    owners=16,
    slots=40,
    spread=0.01,
    sizes=(4, 10, 40, 3_000),
    floods=0.6,
)
RISKY = Setting(
    "risky",
    [
        {"book_capacity": 32, "vesting_s": 300},
        {"book_capacity": 32, "tiers": tiers((5_000, 20_000)), "mark_band": 5_000},
    ],
    owners=10,
    funds=(60, 200, 1_000, 200_000),
    move=0.006,
    jump=0.08,
    spread=0.002,
    sizes=(200, 1_000, 3_000, 20_000),
)
MANY = Setting(
    "many",
    [
        {"book_capacity": 8, "reference_price": 100_000 * 3**power, "tick_size": 2 * 3**power}
        for power in (0, 1, 2, 3, 4, 5, 0, 1, 2, 3)
    ],
    owners=6,
)
BACKED = Setting(
    "backed",
    [
        {"book_capacity": 32, "vesting_s": 60, "mark_band": 3_000, "liquidation_fee": 2_000}
        | {"tiers": tiers((100_000, 20_000)), "maintenance_fraction": 600_000, "jump_band": 100_000},
    ],
    coins={1: {}, 3: {"initial_weight": 300_000, "maintenance_weight": 500_000, "max_age_s": 3_600}},
    funds=(20, 40, 400, 100_000),
    coin_funds=(0, 400, 2_000),
    move=0.006,
    jump=0.06,
    spread=0.002,
    sizes=(200, 1_000, 5_000, 20_000),
)
FED = Setting(
    "fed",
    [
        {"book_capacity": 24, "source": PYTH, "feed_id": feed(0)},
        {"book_capacity": 24, "source": ANCHORED, "feed_id": feed(1), "minute_band": 20_000},
        {"book_capacity": 24},
    ],
    coins={2: {"max_age_s": 120}},
    move=0.004,
)
NAMED = [PLAIN, CROWDED, DEEP, RISKY, MANY, BACKED, FED]


def drawn(draw: random.Random) -> Setting:
    """Parameters anywhere within the compiled bounds."""
    return Setting(
        "drawn",
        [market(draw) for _ in range(draw.randrange(1, 4))],
        slots=draw.choice([12, 24, 40]),
        min_slot_equity=draw.choice([1, 5 * USDC, 20 * USDC]),
        fee_tiers=draw.choice([fees(-20, 500), fees(0, 0), fees(200, 1_000), fees(-500, 500)]),
        coins={mint: coin(draw) for mint in draw.sample(range(1, 6), draw.choice([0, 0, 1, 2, 4]))},
        usdc=draw.choice([{}, {"bucket_capacity": 500 * USDC, "bucket_refill": USDC, "deposit_cap": 10**12}]),
        owners=draw.randrange(4, 12),
        move=draw.choice([0.001, 0.004, 0.01]),
        jump=draw.choice([0.03, 0.15]),
        spread=draw.choice([0.0005, 0.003, 0.02]),
    )


def usdc_params(**changes: Any) -> dict[str, Any]:
    """USDC without limits."""
    params = {"feed_id": bytes(32), "max_age_s": 0, "initial_weight": 10**6, "maintenance_weight": 10**6}
    params |= {"convert_discount_min": 0, "convert_discount_max": 0}
    params |= {"deposit_cap": 10**15, "bucket_capacity": 0, "bucket_refill": 0}
    return params | {"jump_band": 0} | changes


def coin_params(mint: int, **changes: Any) -> dict[str, Any]:
    """Another collateral: weights 80 % and 90 %, discount 0.5 % to 5 %, stale after a minute."""
    params = usdc_params() | {"feed_id": feed(50 + mint), "max_age_s": 60, "initial_weight": 800_000}
    params |= {"maintenance_weight": 900_000, "convert_discount_min": 5_000, "convert_discount_max": 50_000}
    return params | {"deposit_cap": 10**13, "jump_band": 50_000} | changes


def coin(draw: random.Random) -> dict[str, int]:
    """Changes of coin_params anywhere within the compiled bounds."""
    maintenance = draw.choice([0, 300_000, 900_000, 950_000])
    return {
        "max_age_s": draw.choice([1, 60, 3_600]),
        "jump_band": draw.choice([1_000, 50_000, 500_000]),
        "initial_weight": draw.choice([0, maintenance // 2, maintenance]),
        "maintenance_weight": maintenance,
        "convert_discount_min": draw.choice([0, 5_000]),
        "convert_discount_max": draw.choice([5_000, 50_000]),
        "deposit_cap": draw.choice([10**10, 10**13]),
        "bucket_capacity": draw.choice([0, 0, 10**9]),
        "bucket_refill": draw.choice([1, 10**6]),
    }


def full_market(authority: bytes, changes: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of a market, of which some differ from the usual."""
    return market_params(authority, **changes)  # type: ignore[arg-type]


def market(draw: random.Random) -> dict[str, Any]:
    """One market's parameters."""
    price = draw.choice([100_000, 1_234_567, 99_999_999])
    source = draw.choice([SIGNED, SIGNED, SIGNED, PYTH, ANCHORED])
    return limits(draw, price) | {
        "source": source,
        "feed_id": feed(draw.randrange(8)) if source else bytes(32),
        "lots_per_base": draw.choice([1, 100, 1_000_000]),
        "reference_price": price,
        "tick_size": draw.choice([price // 10_000, -(-price // 50_000), -(-price // 100_000)]),
        "book_capacity": draw.choice([5, 24, 64, 180]),
    }


def limits(draw: random.Random, price: int) -> dict[str, Any]:
    """What of it may change later, at a price in quote atoms per lot."""
    initial = draw.choice([10_000, 20_000, 50_000, 200_000, 1_000_000])
    # Where fees are no less than the maintenance rate, closing would cost more health than it frees.
    fraction = draw.choice([100_000 if initial > 10_000 else 400_000, 500_000, 666_667, 900_000])
    maintenance = initial * fraction // 1_000_000
    widest = min(initial - maintenance, maintenance // 2)
    band = draw.choice([widest, max(1, widest // 2)])
    rates = [initial, min(1_000_000, initial * 2), min(1_000_000, initial * 3)]
    steps = list(zip([2_000, 30_000, 10**6], rates, strict=True))[: draw.randrange(1, 4)]
    return {
        "tiers": tiers(*steps),
        "maintenance_fraction": fraction,
        "profit_weight": draw.choice([0, 500_001, 1_000_000]),
        "oi_cap": draw.choice([10**7, max(1, 20 * 10**10 // price)]),
        "surcharge_start": draw.choice([0, 500_000, 1_000_000]),
        "surcharge_rate": draw.choice([0, 77_777, 1_000_000]),
        "max_position": min(2**53 // price, draw.choice([2**53 // price, 10**6, max(1, 10**11 // price)])),
        "mark_band": band,
        "trade_band": draw.choice([max(band, 2_000), max(band, 50_000), 500_000]),
        "vesting_s": draw.choice([60, 600, 86_400]),
        "funding_cap": draw.choice([1, 5_000, 40_000]),
        "interest": draw.choice([-1_000, 0, 100, 1_000]),
        "liquidation_fee": draw.choice([0, (maintenance - DEAREST) // 2, maintenance - DEAREST]),
        "impact_notional": draw.choice([10 * USDC, 500 * USDC]),
        "min_order_notional": draw.choice([USDC, 10 * USDC]),
        "open_max_age_ms": draw.choice([1_000, 10_000, 60_000]),
        "liquidate_max_age_ms": draw.choice([60_000, 600_000]),
        "open_confidence": draw.choice([1_000, 2_500]),
        "liquidate_confidence": draw.choice([2_500, 100_000]),
        "jump_band": draw.choice([1_000, 20_000, 500_000]),
        "minute_band": draw.choice([1_000, 20_000, 500_000]),
    }
