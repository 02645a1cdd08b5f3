"""The mark: median of index, index + EMA(150 s) of the book's distance, and median(bid, ask, last trade).

Before a book or a price changes, what held until now is added to the average and to funding.
"""

from __future__ import annotations

from model import funding
from model.bounds import ANCHORED
from model.exact import MILLION, clamp, floor, middle, toward_zero
from model.layout import Record
from model.state import Call

SETTLING = 4
EMA_S = 150
LONGEST_STEP_S = 3_600
TRADE_COUNTS_S = 60
ANCHOR_AGE_MS = 60_000
ANCHOR_BAND = 20_000


def is_anchored(market: Record, call: Call) -> bool:
    """Whether the index may open risk: a signed one that has an anchor must be near it."""
    return market.source != ANCHORED or near_anchor(market, market.index_price, call)


def near_anchor(market: Record, price: int, call: Call) -> bool:
    """Within 2 % and the confidence of a Pyth price of the last minute."""
    reach = floor(market.anchor_price, ANCHOR_BAND, MILLION) + market.anchor_confidence
    young = 1_000 * call.unix - market.anchor_ms <= ANCHOR_AGE_MS
    return young and abs(price - market.anchor_price) <= reach


def band(market: Record) -> int:
    """How far the mark may be from the index."""
    return floor(market.index_price, market.mark_band, MILLION)


def catch_up(market: Record, call: Call) -> None:
    """Adds what held since the last time; nothing twice within a second, nothing before a first price."""
    if call.unix <= market.sampled_at or market.index_price == 0:
        return
    distance, premium = sample(market)
    step = min(call.unix - market.sampled_at, LONGEST_STEP_S)
    market.premium_ema += toward_zero(distance - market.premium_ema, step, EMA_S + step)
    if market.settlement_price == 0:
        funding.accrue(market, premium, market.sampled_at, call.unix)
    fresh = 1_000 * call.unix - market.publish_ms <= market.liquidate_max_age_ms
    if market.status == SETTLING and fresh:
        seconds = min(call.unix - market.sampled_at, max(0, 3_600 - market.settlement_seconds))
        market.settlement_sum += market.index_price * seconds
        market.settlement_seconds += seconds
    market.sampled_at = call.unix


def sample(market: Record) -> tuple[int, int]:
    """Distance of the impact mid, micro quote atoms; premium, millionths; neither of a thin or wide book."""
    bid, ask, index, most = market.impact_bid, market.impact_ask, market.index_price, band(market)
    if not bid or not ask or ask - bid > 2 * most:
        return 0, 0
    distance = clamp((bid + ask) // 2 - index, -most, most) * MILLION
    over, under = max(0, bid - index), max(0, index - ask)
    return distance, toward_zero(over - under, MILLION, index)


def refresh(market: Record, call: Call) -> None:
    """Computes the mark."""
    index = market.index_price
    if index == 0:
        return
    averaged = index + toward_zero(market.premium_ema, 1, MILLION)
    bid = market.best_bid_ticks * market.tick_size or index
    ask = market.best_ask_ticks * market.tick_size or index
    fresh = call.unix - market.last_trade_at <= TRADE_COUNTS_S
    last = market.last_trade if market.last_trade and fresh else index
    most = band(market)
    market.mark_price = clamp(middle(index, averaged, middle(bid, ask, last)), index - most, index + most)
