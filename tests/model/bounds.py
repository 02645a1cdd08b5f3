"""Compiled bounds of what an admin may set: nothing outside of them can be queued or applied."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from model.exact import LARGEST_NOTIONAL, MILLION, require
from model.layout import Record

DAY_S = 86_400
HOUR_S = 3_600
NOBODY = bytes(32)
LARGEST_TIMELOCK_S = 28 * DAY_S
LARGEST_SLOT_EQUITY = 10**9
MOST_SLOTS, MOST_MARKETS, MOST_COLLATERALS = 8_000, 64, 5
SIGNED, PYTH, ANCHORED = 0, 1, 2

SIZES = {
    "profit_weight": (0, MILLION),
    "maintenance_fraction": (100_000, 900_000),
    "oi_cap": (1, (2**63 - 1) // 100_000_000),
    "surcharge_start": (0, MILLION),
    "surcharge_rate": (0, MILLION),
    "min_order_notional": (1_000_000, 10**9),
    "vesting_s": (60, 7 * DAY_S),
    "funding_cap": (1, 40_000),
    "interest": (-1_000, 1_000),
    "open_max_age_ms": (1_000, 60_000),
    "open_confidence": (1, 50_000),
    "jump_band": (1_000, 500_000),
    "minute_band": (1_000, 500_000),
}
"""Least and largest of what stands alone."""


def within(holds: bool) -> None:
    """ParameterOutOfBounds unless it holds."""
    require(holds, "ParameterOutOfBounds")


def used(rows: list[Mapping[str, int]], mark: str) -> int:
    """Entries in use: the first, and those after it until one whose ``mark`` is 0."""
    count = 1
    while count < len(rows) and rows[count][mark] > 0:
        count += 1
    return count


def fee_tiers(tiers: list[dict[str, int]]) -> list[Record]:
    """Rising volumes, no rebate over the smallest taker fee; as stored: an unused tier is out of reach."""
    count = used(tiers, "min_volume")
    volumes = [tier["min_volume"] for tier in tiers[:count]]
    good = volumes[0] == 0 and all(one < other for one, other in pairwise(volumes))
    good &= all(tier["taker"] <= 10_000 and tier["maker"] <= 10_000 for tier in tiers[:count])
    good &= min(tier["maker"] for tier in tiers[:count]) + min(tier["taker"] for tier in tiers[:count]) >= 0
    within(good and not any(any(tier.values()) for tier in tiers[count:]))
    unused = [{"min_volume": 2**64 - 1, "maker": 0, "taker": 10_000}] * (len(tiers) - count)
    return [Record(**tier) for tier in tiers[:count] + unused]


def exchange(terms: Mapping[str, Any]) -> None:
    """Of a new exchange."""
    within(bytes(terms["guardian"]) != NOBODY and terms["timelock_s"] <= LARGEST_TIMELOCK_S)
    within(1 <= terms["min_slot_equity"] <= LARGEST_SLOT_EQUITY)
    within(1 <= terms["slot_capacity"] <= MOST_SLOTS)
    fee_tiers(terms["fee_tiers"])


def collateral(index: int, params: Mapping[str, Any], decimals: int) -> None:
    """USDC weighs in full; what else there is weighs less, and a conversion never costs margin."""
    if index == 0:
        within(decimals == 6 and bytes(params["feed_id"]) == NOBODY)
        within(params["initial_weight"] == params["maintenance_weight"] == MILLION)
    else:
        within(decimals <= 9 and bytes(params["feed_id"]) != NOBODY)
        within(1 <= params["max_age_s"] <= HOUR_S)
        within(1_000 <= params["jump_band"] <= 500_000)
        within(params["initial_weight"] <= params["maintenance_weight"] < MILLION)
        within(params["convert_discount_min"] <= params["convert_discount_max"] <= 50_000)
        within(params["maintenance_weight"] + params["convert_discount_max"] <= MILLION)
    within(params["deposit_cap"] > 0)


def source(kind: int, authority: bytes, feed: bytes) -> None:
    """A signed price has a signer, one of Pyth or anchored by it a feed."""
    within(kind <= ANCHORED)
    within(kind == PYTH or bytes(authority) != NOBODY)
    within(kind == SIGNED or bytes(feed) != NOBODY)


def market(params: Mapping[str, Any]) -> None:
    """Of a new market."""
    text, _, rest = bytes(params["symbol"]).partition(b"\0")
    within(len(text) > 0 and all(33 <= byte <= 126 for byte in text) and not any(rest))
    source(params["source"], params["price_authority"], params["feed_id"])
    within(1 <= params["book_capacity"] <= 2_048)
    within(params["lots_per_base"] > 0 and params["tick_size"] > 0)
    within(100_000 <= params["reference_price"] <= 100_000_000)
    within(10_000 <= params["reference_price"] // params["tick_size"] <= 100_000)
    limits(params, params["reference_price"])


def limits(params: Mapping[str, Any], price: int) -> None:
    """Of what may change later, at a price in quote atoms per lot."""
    for name, (least, largest) in SIZES.items():
        within(least <= params[name] <= largest)
    tiers = params["tiers"]
    count = used(tiers, "up_to")
    for one, other in pairwise(tiers[:count]):
        within(one["up_to"] < other["up_to"] and one["rate"] <= other["rate"])
    within(not any(tier["up_to"] or tier["rate"] for tier in tiers[count:]))
    within(tiers[0]["up_to"] > 0 and tiers[0]["rate"] >= 10_000)
    within(tiers[count - 1]["rate"] <= MILLION and tiers[count - 1]["up_to"] <= LARGEST_NOTIONAL)
    within(1 <= params["max_position"] <= LARGEST_NOTIONAL // price)
    within(params["min_order_notional"] <= params["impact_notional"] <= 10**12)
    within(params["open_max_age_ms"] <= params["liquidate_max_age_ms"] <= 600_000)
    within(params["open_confidence"] <= params["liquidate_confidence"] <= 100_000)
    initial = tiers[0]["rate"]
    maintenance = initial * params["maintenance_fraction"] // MILLION
    within(0 < params["mark_band"] <= min(initial - maintenance, maintenance // 2))
    within(params["mark_band"] <= params["trade_band"] <= 500_000)
