"""How a run's exchange is set up, and how wild it is: a few by name, any number within the bounds."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

USDC = 1_000_000
NO_TIERS = [{"min_volume": 0, "maker": 0, "taker": 0}] * 7


def fees(maker: int, taker: int) -> list[dict[str, int]]:
    """One fee tier, in millionths."""
    return [{"min_volume": 0, "maker": maker, "taker": taker}, *NO_TIERS]


def tiers(*steps: tuple[int, int]) -> list[dict[str, int]]:
    """Margin tiers: whole USDC up to, rate in millionths."""
    used = [{"up_to": up_to * USDC, "rate": rate} for up_to, rate in steps]
    return used + [{"up_to": 0, "rate": 0}] * (4 - len(used))


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
    """Changes of add_usdc."""
    owners: int = 8
    funds: tuple[int, ...] = (60, 300, 3_000, 50_000)
    """Whole USDC that a trader begins with."""
    move: float = 0.002
    """Relative change of a price from one update to the next."""
    jump: float = 0.03
    """The same, now and then."""
    spread: float = 0.004
    """How far from the index orders lie."""
    sizes: tuple[int, ...] = (20, 200, 2_000, 20_000)
    """Whole USDC of an order."""


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
NAMED = [PLAIN, CROWDED, DEEP, RISKY, MANY]


def drawn(draw: random.Random) -> Setting:
    """Parameters anywhere within the compiled bounds."""
    tiers_of_fees = draw.choice([fees(-20, 500), fees(0, 0), fees(200, 999), fees(-500, 500)])
    return Setting(
        "drawn",
        [market(draw, tiers_of_fees[0]["taker"]) for _ in range(draw.randrange(1, 4))],
        slots=draw.choice([12, 24, 40]),
        min_slot_equity=draw.choice([1, 5 * USDC, 20 * USDC]),
        fee_tiers=tiers_of_fees,
        usdc=draw.choice([{}, {"bucket_capacity": 500 * USDC, "bucket_refill": USDC, "deposit_cap": 10**12}]),
        owners=draw.randrange(4, 12),
        move=draw.choice([0.001, 0.004, 0.01]),
        jump=draw.choice([0.03, 0.15]),
        spread=draw.choice([0.0005, 0.003, 0.02]),
    )


def market(draw: random.Random, taker: int) -> dict[str, Any]:
    """One market's parameters; the fees of closing are under the maintenance rate."""
    initial = draw.choice([10_000, 20_000, 50_000, 200_000, 1_000_000])
    fraction = draw.choice([100_000, 500_000, 666_667, 900_000])
    maintenance = initial * fraction // 1_000_000
    room = maintenance - taker - 1
    widest = min(initial - maintenance, maintenance // 2)
    band = draw.choice([widest, max(1, widest // 2)])
    price = draw.choice([100_000, 1_234_567, 99_999_999])
    rates = [initial, min(1_000_000, initial * 2), min(1_000_000, initial * 3)]
    steps = list(zip([2_000, 30_000, 10**6], rates, strict=True))[: draw.randrange(1, 4)]
    return {
        "reference_price": price,
        "tick_size": draw.choice([price // 10_000, -(-price // 50_000), -(-price // 100_000)]),
        "book_capacity": draw.choice([5, 24, 64]),
        "tiers": tiers(*steps),
        "maintenance_fraction": fraction,
        "profit_weight": draw.choice([0, 500_001, 1_000_000]),
        "oi_cap": draw.choice([10**7, 20 * 10**6 // (price // 10_000)]),
        "surcharge_start": draw.choice([0, 500_000, 1_000_000]),
        "surcharge_rate": draw.choice([0, 77_777, 1_000_000]),
        "max_position": draw.choice([2**53 // price, 10**6, 10**11 // price]),
        "mark_band": band,
        "trade_band": draw.choice([max(band, 2_000), max(band, 50_000), 500_000]),
        "vesting_s": draw.choice([60, 600, 86_400]),
        "funding_cap": draw.choice([1, 5_000, 40_000]),
        "interest": draw.choice([-1_000, 0, 100, 1_000]),
        "liquidation_fee": draw.choice([0, room // 2, room]),
        "impact_notional": draw.choice([10 * USDC, 500 * USDC]),
        "min_order_notional": draw.choice([USDC, 10 * USDC]),
        "open_max_age_ms": draw.choice([1_000, 10_000, 60_000]),
        "liquidate_max_age_ms": draw.choice([60_000, 600_000]),
        "open_confidence": draw.choice([1_000, 2_500]),
        "liquidate_confidence": draw.choice([2_500, 100_000]),
        "jump_band": draw.choice([1_000, 20_000, 500_000]),
        "minute_band": draw.choice([1_000, 20_000, 500_000]),
    }
