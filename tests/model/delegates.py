"""Keys that act for an owner within limits: who may, and what counts against an entry."""

from __future__ import annotations

from typing import Any

from model import layout, money
from model.exact import notional, require
from model.layout import Record
from model.state import Call, Event, State, instruction

REDUCE_ONLY, TRANSFER = 1, 2
DAY_S = 86_400
NOBODY = bytes(32)


def acting(trader: Record, call: Call) -> int | None:
    """The entry by which the signer acts; None for the owner."""
    if trader.owner == call.signer:
        return None
    places = [place for place, entry in enumerate(trader.delegates) if entry.key == call.signer]
    require(bool(places) and call.signer != NOBODY, "NotAuthorised")
    expires = trader.delegates[places[0]].expires
    require(expires == 0 or call.unix < expires, "DelegateExpired")
    return places[0]


def changed(trader: Record, place: int, **fields: Any) -> None:
    """One entry with other values."""
    entry = trader.delegates[place].copy()
    entry.__dict__.update(fields)
    trader.delegates = [entry if at == place else one for at, one in enumerate(trader.delegates)]


def over(worth: int, limit: int) -> bool:
    """Above a limit, of which 0 is none."""
    return 0 < limit < worth


def charge(trader: Record, place: int, market: Record, sent: Record, unix: int) -> None:
    """An order, at its own price or the mark, whichever is higher, against each limit."""
    entry = trader.delegates[place]
    price = max(sent.ticks * market.tick_size, sent.price, market.mark_price)
    barred = (
        not entry.market_bitmap >> market.index & 1
        or (entry.flags & REDUCE_ONLY and not sent.reduce_only)
        or over(notional(sent.lots, price), entry.max_order)
    )
    day = unix // DAY_S
    used = (entry.daily_used if entry.day == day else 0) + notional(sent.used, price)
    require(not barred and not over(used, entry.daily_limit), "DelegateLimit")
    changed(trader, place, day=day, daily_used=used)


@instruction
def set_delegate(state: State, call: Call) -> Event:
    """Limits of a key, or its end when the time has passed; what it used today stays counted."""
    trader = money.own(state, call)
    terms = layout.record(call.terms)
    known = terms.flags & ~(REDUCE_ONLY | TRANSFER) == 0
    require(known and terms.delegate not in (trader.owner, NOBODY), "ParameterOutOfBounds")
    keys = [entry.key for entry in trader.delegates]
    there = terms.delegate in keys
    if terms.expires and terms.expires <= call.unix:
        if there:
            changed(trader, keys.index(terms.delegate), **layout.zero("Delegate").__dict__)
    else:
        require(there or NOBODY in keys, "TableFull")
        limits = {name: value for name, value in terms.__dict__.items() if name != "delegate"}
        changed(trader, keys.index(terms.delegate if there else NOBODY), key=terms.delegate, **limits)
    return "DelegateSet", {"owner": trader.owner, "sub": trader.sub, "terms": terms}
