"""Which published prices become the index: strictly newer ones; a jump waits to be confirmed."""

from __future__ import annotations

from model import funding, mark
from model.bounds import ANCHORED, PYTH
from model.exact import MILLION, clamp, floor, require
from model.layout import Record
from model.state import Call, Event, State, instruction

ACCEPTED, PENDING, NOT_NEWER, LIMITED, AFTER_GAP = 1, 2, 4, 8, 16
MINUTE_MS = 60_000
REDUCE_ONLY, ACTIVE = 3, 2


@instruction
def update_price(state: State, call: Call) -> Event:
    """Up to 16 prices signed by their markets' authority."""
    require(len(call.updates) <= 16, "TooManyUpdates")
    require(len(call.updates) > 0, "ZeroAmount")
    told = []
    for update in call.updates:
        market = state.market(update["market"])
        require(market.price_authority == call.signer, "NotAuthorised")
        told.append(record(market, publish(market, Record(**update), call)))
    return "PricesUpdated", {"prices": told}


def record(market: Record, flags: int) -> Record:
    """A market's prices as the event tells them."""
    return Record(
        market=market.index,
        index=market.index_price,
        mark=market.mark_price,
        confidence=market.confidence,
        publish_ms=market.publish_ms,
        flags=flags,
        funding_index=market.funding_index,
        funding_rate=market.funding_rate,
        next_rate=market.next_rate,
    )


def check(market: Record, update: Record, call: Call) -> None:
    """Whether a market could take such a price."""
    require(update.price <= 10**10, "ParameterOutOfBounds")
    check_published(update, market.liquidate_max_age_ms, market.liquidate_confidence, call)


def check_published(update: Record, oldest: int, widest: int, call: Call) -> None:
    """Positive, at most 3 s ahead and ``oldest`` ms old, its confidence at most ``widest`` millionths."""
    now_ms = 1_000 * call.unix
    require(update.price > 0, "PriceNotPositive")
    require(update.publish_ms <= now_ms + 3_000, "PriceInFuture")
    require(update.publish_ms >= now_ms - oldest, "PriceTooOld")
    require(update.confidence <= floor(update.price, widest, MILLION), "ConfidenceTooWide")


def publish(market: Record, update: Record, call: Call) -> int:
    """What becomes of one signed price: its flags."""
    require(market.source != PYTH, "PriceSourceMismatch")
    check(market, update, call)
    if update.publish_ms <= market.publish_ms:
        return NOT_NEWER
    return post(market, update, call)


def post(market: Record, update: Record, call: Call) -> int:
    """What becomes of a checked and newer price: its flags."""
    mark.catch_up(market, call)
    if waits(market, market.index_price, update, call):
        return PENDING
    return accept(market, update, call)


def near(price: int, other: int, band: int) -> bool:
    """Within a band, in millionths of the other price."""
    return abs(price - other) <= floor(other, band, MILLION)


def waits(row: Record, last: int, update: Record, call: Call) -> bool:
    """Whether a market's or collateral's price is held, as it jumped from the ``last`` one (0 is none).

    Not when it confirms the pending one, a second newer and in a later slot, nor the third time in a row.
    """
    jumped = last > 0 and not near(update.price, last, row.jump_band)
    if jumped and row.pending_price and near(update.price, row.pending_price, row.jump_band):
        newer = update.publish_ms >= row.pending_publish_ms + 1_000
        if not (newer and call.slot > row.pending_slot):
            return True
    elif jumped and row.pending_count < 2:
        row.pending_count += 1
        row.pending_price, row.pending_publish_ms = update.price, update.publish_ms
        row.pending_slot = call.slot
        return True
    row.pending_price = row.pending_publish_ms = row.pending_slot = row.pending_count = 0
    return False


def accept(market: Record, update: Record, call: Call) -> int:
    """The price becomes the index."""
    flags = ACCEPTED
    if market.index_price == 0:
        market.sampled_at = market.funding_at = call.unix
        market.funding_hour = call.unix // funding.HOUR
    elif update.publish_ms - market.publish_ms > MINUTE_MS and (
        market.best_bid_ticks or market.best_ask_ticks
    ):
        market.resume_at = call.unix + 60
        flags |= AFTER_GAP
    price = within_a_minutes_move(market, update, call)
    if price != update.price:
        flags |= LIMITED
    market.index_price, market.confidence, market.publish_ms = price, update.confidence, update.publish_ms
    market.posted_slot, market.posted_at = call.slot, call.unix
    if price < 5_000 and market.status == ACTIVE:
        market.status = REDUCE_ONLY
    mark.refresh(market, call)
    market.next_rate = funding.rate(market, funding.mean(market))
    return flags


def within_a_minutes_move(market: Record, update: Record, call: Call) -> int:
    """The price held within the band of the minute's first, as many bands as minutes passed without one.

    What Pyth says, or a signed price that is near what it says, is not held.
    """
    minutes = (update.publish_ms - market.minute_ms) // MINUTE_MS
    vouched = market.source == PYTH or (
        market.source == ANCHORED and mark.near_anchor(market, update.price, call)
    )
    if vouched or market.index_price == 0 or minutes > 60:
        market.minute_price, market.minute_ms = update.price, update.publish_ms
        return int(update.price)
    if minutes >= 1:
        market.minute_price, market.minute_ms = market.index_price, update.publish_ms
    anchor = market.minute_price
    reach = floor(anchor, market.minute_band, MILLION) * max(1, minutes)
    price = clamp(update.price, max(1, anchor - reach), anchor + reach)
    if minutes > 1:
        market.minute_price = price
    return price
