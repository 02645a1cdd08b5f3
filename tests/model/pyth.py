"""Prices from accounts of Pyth: of markets, as the anchor of signed ones, and of collaterals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model import prices
from model.bounds import ANCHORED, SIGNED
from model.exact import ceil, floor, require
from model.layout import Record
from model.state import Call, Event, State, instruction

ANCHOR = 32
WIDEST_OF_COLLATERAL = 10_000


def read(account: Mapping[str, Any], feed: bytes) -> None:
    """What the account says is a positive, fully verified price of the feed."""
    require(account["kind"] == "price", "WrongAccountKind")
    require(account["signatures"] is None, "PriceNotVerified")
    require(account["feed_id"] == feed, "WrongFeed")
    require(account["price"] > 0, "PriceNotPositive")


def scaled(account: Mapping[str, Any], power: int, divisor: int) -> Record:
    """The price x 10^``power`` / ``divisor``, rounded down, and its confidence, rounded up."""
    power += account["exponent"]
    require(abs(power) <= 19, "ParameterOutOfBounds")
    times, by = (1, 10**-power * divisor) if power < 0 else (10**power, divisor)
    require(by < 2**64, "ArithmeticOverflow")
    require(abs(account["publish_time"] * 1_000) < 2**63, "PriceInFuture")
    require(account["price"] * times < 2**64, "ArithmeticOverflow")
    require(account["confidence"] * times < 2**64, "ArithmeticOverflow")
    price, wide = floor(account["price"], times, by), ceil(account["confidence"], times, by)
    return Record(price=price, confidence=wide, publish_ms=1_000 * account["publish_time"])


@instruction
def update_price_pyth(state: State, call: Call) -> Event:
    """A market's price, or the anchor of its signed prices."""
    require(call.pyth["owned"], "WrongAccountOwner")
    market = state.market(call.market)
    require(market.source != SIGNED, "PriceSourceMismatch")
    read(call.pyth, market.feed_id)
    update = scaled(call.pyth, 6, market.lots_per_base)
    prices.check(market, update, call)
    anchors = market.source == ANCHORED
    newest = market.anchor_ms if anchors else market.publish_ms
    require(update.publish_ms > newest, "PriceNotNewer")
    if anchors:
        market.anchor_price, market.anchor_confidence = update.price, update.confidence
        market.anchor_ms = update.publish_ms
        flags = ANCHOR
    else:
        flags = prices.post(market, update, call)
    return "PricesUpdated", {"prices": [prices.record(market, flags)]}


@instruction
def update_collateral_price(state: State, call: Call) -> Event:
    """Quote atoms for a million of a token's smallest units."""
    require(call.pyth["owned"], "WrongAccountOwner")
    known = state.collateral(call.args["collateral"])
    require(known.kind == 1, "PriceSourceMismatch")
    read(call.pyth, known.feed_id)
    update = scaled(call.pyth, 12 - known.decimals, 1)
    prices.check_published(update, 1_000 * known.max_age_s, WIDEST_OF_COLLATERAL, call)
    require(update.publish_ms > known.publish_ms, "PriceNotNewer")
    flags = prices.PENDING if prices.waits(known, known.price, update, call) else prices.ACCEPTED
    if flags == prices.ACCEPTED:
        known.__dict__.update(update.__dict__)
        known.posted_slot = call.slot
    told = {name: getattr(known, name) for name in ("price", "confidence", "publish_ms")}
    return "CollateralPriceUpdated", {"collateral": call.args["collateral"], "flags": flags} | told
