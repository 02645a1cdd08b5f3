"""Changes that wait out the timelock, what a market allows, and the end of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from integration.program import idl
from model import bounds, layout, mark, money, setting_up
from model.exact import refuse, require
from model.layout import Record
from model.matching import settle, settle_funding
from model.state import LAYOUT_VERSION, Call, Event, State, instruction
from model.venue import Venue

POST_ONLY, ACTIVE, REDUCE_ONLY, SETTLING, SETTLED = 1, 2, 3, 4, 5
DAY_S = 86_400
GRACE_S = 7 * DAY_S
FIXED = ("symbol", "book_capacity", "lots_per_base", "tick_size", "price_authority", "source", "feed_id")
"""What a market is created with and keeps."""
HOUR_S = 3_600
AT_ONCE = 16


def change_bytes(change: Mapping[str, Any]) -> bytes:
    """A change in borsh."""
    return idl.encode({"defined": {"name": "Change"}}, change)


@instruction
def queue_change(state: State, call: Call) -> Event:
    """The admin announces a change, whose form is checked now."""
    exchange = state.exchange
    require(exchange.admin == call.signer, "NotAuthorised")
    require(("change", call.seq) not in state.rows, "AlreadyInitialised")
    require(call.seq == exchange.change_seq + 1, "WrongAddress")
    perform(state, call.change, call, commit=False)
    exchange.change_seq = call.seq
    data = change_bytes(call.change)
    row = layout.zero("QueuedChange")
    row.header = Record(
        layout_version=LAYOUT_VERSION, status=1, bump=state.use("bump", ("change", call.seq)).bump, stride=0
    )
    row.exchange, row.seq, row.queued_at = bytes(state.use("address").key), call.seq, call.unix
    row.eta, row.payer = call.unix + timelock(exchange), bytes(state.use("address").payer)
    row.length, row.payload = len(data), data.ljust(len(row.payload), b"\0")
    state.put("change", call.seq, row)
    told = {"change_seq": call.seq, "eta": row.eta, "by": call.signer, "change": call.change}
    return "ChangeQueued", told


def queued(state: State, call: Call) -> Record:
    """The change that the call names; where there is none the system program owns the account."""
    require(("change", call.change_seq) in state.rows, "WrongAccountOwner")
    row = state.use("change", call.change_seq)
    assert isinstance(row, Record)
    return row


def timelock(exchange: Record) -> int:
    """Seconds that a change waits: none before the exchange is open."""
    return int(exchange.timelock_s) if exchange.opened else 0


def due(state: State, row: Record) -> int:
    """A timelock after it was queued, and after withdrawals were last paused."""
    exchange = state.exchange
    return int(max(row.eta, max(row.queued_at, exchange.withdrawals_paused_until) + timelock(exchange)))


def require_due(state: State, row: Record, call: Call) -> None:
    """Within seven days of that, and not while withdrawals are paused; before opening at once."""
    if state.exchange.opened:
        require(not money.withdrawals_paused(state, call.unix), "Paused")
        require(call.unix >= due(state, row), "ChangeNotDue")
        require(call.unix <= due(state, row) + GRACE_S, "ChangeExpired")


@instruction
def apply_change(state: State, call: Call) -> Event:
    """Anyone makes a change that is due, within seven days."""
    row = queued(state, call)
    require_due(state, row, call)
    change = idl.decode({"defined": {"name": "Change"}}, idl.Cursor(row.payload))
    perform(state, change, call, commit=True)
    state.put("change", row.seq, None)
    return "ChangeApplied", {"change_seq": row.seq, "change": change}


@instruction
def cancel_change(state: State, call: Call) -> Event:
    """Admin and guardian drop a change; anyone does once it has expired."""
    row, exchange = queued(state, call), state.exchange
    expired = call.unix > due(state, row) + GRACE_S
    require(expired or call.signer in (exchange.admin, exchange.guardian), "NotAuthorised")
    state.put("change", row.seq, None)
    return "ChangeCancelled", {"change_seq": row.seq, "by": call.signer}


def perform(state: State, change: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Checks a change, and makes it."""
    ((kind, fields),) = layout.plain(layout.record(change)).items()
    CHANGES[kind](state, fields, call, commit)


def change_market(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Parameters of a market: neither its name, its steps, its book nor its price source."""
    market, params = trading(state, to["market"]), to["params"]
    for name in FIXED:
        bounds.within(params[name] == getattr(market, name))
    bounds.limits(params, max(1, market.index_price))
    setting_up.require_fees_below_maintenance(params, state.exchange.fee_tiers)
    if commit:
        mark.catch_up(market, call)
        first_cap = market.oi_cap if market.later_oi_cap else None
        setting_up.write_limits(market, params)
        if first_cap is not None:
            market.later_oi_cap, market.oi_cap = market.oi_cap, min(market.oi_cap, first_cap)
        mark.refresh(market, call)


def change_price_source(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Where a market's price comes from; what was pending is forgotten."""
    bounds.source(to["source"], to["price_authority"], to["feed_id"])
    market = trading(state, to["market"])
    if commit:
        for name in ("source", "price_authority", "feed_id"):
            setattr(market, name, to[name])
        market.pending_price = market.pending_count = 0


def change_fees(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Fee tiers."""
    stored = bounds.fee_tiers(to["tiers"])
    for _, market in state.all("market"):
        if market.status < SETTLING:
            fees = layout.plain(market)
            setting_up.require_fees_below_maintenance(fees, stored)
    if commit:
        state.exchange.fee_tiers = stored


def change_collateral(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Parameters of a collateral, and whether it is taken (1) or only given back (2)."""
    bounds.within(to["status"] in (1, 2))
    known = state.collateral(to["collateral"])
    bounds.collateral(to["collateral"], to["params"], known.decimals)
    if commit:
        known.__dict__.update(to["params"])
        known.status = to["status"]
        known.pending_price = known.pending_count = 0
        known.bucket_level = min(known.bucket_level, known.bucket_capacity)


def allow_market(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """A market that may then be created, exactly so."""
    index = setting_up.new_market(state, to["params"])
    if commit:
        setting_up.leave(state, ("market", index), setting_up.encoded("NewMarket", to))


def allow_collateral(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """A collateral that may then be added, exactly so; its decimals are looked at when it is."""
    index = setting_up.new_collateral(state, to["mint"])
    bounds.collateral(index, to["params"], 6)
    if commit:
        setting_up.leave(state, ("collateral", index), setting_up.encoded("NewCollateral", to))


def change_status(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """What a market allows."""
    market = trading(state, to["market"])
    bounds.within(POST_ONLY <= to["status"] <= SETTLING)
    if commit:
        set_status(market, to["status"], call)


def change_exchange(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Timelock, price of a slot, what clients load."""
    exchange = state.exchange
    bounds.within(HOUR_S <= to["timelock_s"] <= bounds.LARGEST_TIMELOCK_S)
    bounds.within(1 <= to["min_slot_equity"] <= bounds.LARGEST_SLOT_EQUITY)
    bounds.within(to["client_data_limit"] >= setting_up.ledger_bytes(exchange.slot_capacity))
    if commit:
        exchange.__dict__.update(to)


def change_guardian(state: State, to: Mapping[str, Any], call: Call, commit: bool) -> None:
    """Another guardian."""
    bounds.within(to["guardian"] != bounds.NOBODY)
    if commit:
        state.exchange.guardian = to["guardian"]


CHANGES: dict[str, Callable[[State, Mapping[str, Any], Call, bool], None]] = {
    "Market": change_market,
    "PriceSource": change_price_source,
    "Fees": change_fees,
    "Collateral": change_collateral,
    "NewMarket": allow_market,
    "NewCollateral": allow_collateral,
    "Status": change_status,
    "Exchange": change_exchange,
    "Guardian": change_guardian,
}


def trading(state: State, index: int) -> Record:
    """A market that trades, or could again."""
    market = state.market(index)
    require(POST_ONLY <= market.status <= REDUCE_ONLY, "MarketNotActive")
    return market


def set_status(market: Record, status: int, call: Call) -> None:
    """Settling needs a day's notice of reduce-only; active again begins with a minute's rest."""
    if status == SETTLING:
        noticed = market.status == REDUCE_ONLY and market.notice_at > 0
        require(noticed and call.unix - market.notice_at >= DAY_S, "NoticeTooShort")
        market.settlement_sum = market.settlement_seconds = 0
    elif status == ACTIVE:
        market.notice_at, market.resume_at = 0, call.unix + 60
    elif market.status != status or market.notice_at == 0:
        market.notice_at = call.unix
    market.status = status


@instruction
def set_market_status(state: State, call: Call) -> Event:
    """Admin or guardian restrict a market at once."""
    exchange = state.exchange
    require(call.signer in (exchange.admin, exchange.guardian), "NotAuthorised")
    names = ["Initialising", "PostOnly", "Active", "ReduceOnly", "Settling", "Settled"]
    market, status = trading(state, call.market), names.index(call.status)
    require(POST_ONLY <= status <= REDUCE_ONLY, "ParameterOutOfBounds")
    stricter = {
        POST_ONLY: market.status == ACTIVE,
        REDUCE_ONLY: market.status != REDUCE_ONLY or market.notice_at == 0,
    }
    require(not exchange.opened or stricter.get(status, False), "ExchangeAlreadyOpen")
    set_status(market, status, call)
    return "MarketStatusSet", {"market": call.market, "status": status, "by": call.signer}


@instruction
def settle_slots(state: State, call: Call) -> Event:
    """Orders go, then positions close at the hour's mean of the index; the last ends the market."""
    venue = Venue(state, call)
    market = venue.market
    if market.status != SETTLING:
        refuse("MarketNotActive")
    require(market.settlement_seconds >= HOUR_S, "SettlementTooEarly")
    if market.settlement_price == 0:
        market.settlement_price = max(1, market.settlement_sum // market.settlement_seconds)
        market.cursor = 0
    cleared = False
    for _ in range(32):
        for side in ("Bid", "Ask"):
            if venue.book.side(side):
                venue.remove(venue.book.side(side)[0], "settled")
                cleared = True
    if cleared:
        return venue.finish(11)
    transfers: list[Record] = []
    index, count = market.cursor, state.ledger.capacity
    while index < count and len(transfers) < AT_ONCE:
        if ("slot", index) in state.rows and venue.position(index) is not None:
            transfers.append(close(venue, index))
        index += 1
    market.cursor = index % count
    if index == count:
        market.status = SETTLED
    _, told = venue.finish(11)
    names = ("market", "touched", "market_after", "signer", "generation")
    fields: dict[str, Any] = {name: told[name] for name in names}
    return "PositionsTransferred", fields | {"kind": 2, "from_slot": venue.trader, "transfers": transfers}


def close(venue: Venue, index: int) -> Record:
    """One position at the settlement price."""
    slot, price = venue.state.slot(index), venue.market.settlement_price
    base = slot.positions[venue.index].base
    paid = settle_funding(venue, slot)
    pnl = settle(venue, index, -base, price, 0)
    venue.report.touch(index, paid)
    venue.forget_if_empty(index)
    side = 1 if base > 0 else 0
    told = {"slot": index, "generation": slot.generation, "side": side, "lots": abs(base)}
    return Record(price=price, from_pnl=0, pnl=pnl, **told)
