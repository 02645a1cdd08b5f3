"""Changes that wait out the timelock, what a market allows, and the end of one."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from integration.program import idl
from integration.program.exchange import HEADER_BYTES
from model import layout, money
from model.exact import MILLION, floor, refuse, require
from model.layout import Record
from model.matching import settle, settle_funding
from model.state import Call, Event, State, instruction
from model.venue import Venue

POST_ONLY, ACTIVE, REDUCE_ONLY, SETTLING, SETTLED = 1, 2, 3, 4, 5
DAY_S = 86_400
GRACE_S = 7 * DAY_S
HOUR_S = 3_600
AT_ONCE = 16
NOBODY = bytes(32)


def change_bytes(change: Mapping[str, Any]) -> bytes:
    """A change in borsh."""
    return idl.encode({"defined": {"name": "Change"}}, change)


@instruction
def queue_change(state: State, call: Call) -> Event:
    """The admin announces a change, whose form is checked now."""
    exchange = state.exchange
    require(exchange.admin == call.signer, "NotAuthorised")
    require(call.seq == exchange.change_seq + 1, "WrongAddress")
    perform(state, call.change, call, commit=False)
    exchange.change_seq = call.seq
    data = change_bytes(call.change)
    row = layout.zero("QueuedChange")
    row.header = Record(
        layout_version=1, status=1, bump=state.use("bump", ("change", call.seq)).bump, stride=0
    )
    row.exchange, row.seq, row.queued_at = bytes(state.use("address").key), call.seq, call.unix
    row.eta, row.payer = call.unix + exchange.timelock_s, bytes(state.use("address").payer)
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


def due(state: State, row: Record) -> int:
    """A timelock after it was queued, and after withdrawals were last paused."""
    exchange = state.exchange
    return int(max(row.eta, max(row.queued_at, exchange.withdrawals_paused_until) + exchange.timelock_s))


@instruction
def apply_change(state: State, call: Call) -> Event:
    """Anyone makes a change that is due, within seven days."""
    row = queued(state, call)
    require(not money.withdrawals_paused(state, call.unix), "Paused")
    require(call.unix >= due(state, row), "ChangeNotDue")
    require(call.unix <= due(state, row) + GRACE_S, "ChangeExpired")
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
    ((kind, to),) = change.items()
    exchange = state.exchange
    if kind == "Fees":
        stored = fee_tiers(to["tiers"])
        for market in (row for _, row in state.all("market") if row.status < SETTLING):
            require(closing_frees_margin(market, to["tiers"]), "FeesExceedMaintenance")
        if commit:
            exchange.fee_tiers = stored
    elif kind == "Status":
        market = trading(state, to["market"])
        require(POST_ONLY <= to["status"] <= SETTLING, "ParameterOutOfBounds")
        if commit:
            set_status(market, to["status"], call)
    elif kind == "Exchange":
        ledger = HEADER_BYTES["Ledger"] + exchange.slot_capacity * idl.size_of("Slot")
        bounded = HOUR_S <= to["timelock_s"] <= 28 * DAY_S and 1 <= to["min_slot_equity"] <= 10**9
        require(bounded and to["client_data_limit"] >= ledger, "ParameterOutOfBounds")
        if commit:
            exchange.__dict__.update(to)
    else:
        assert kind == "Guardian", kind
        guardian = bytes(to["guardian"])
        require(guardian != NOBODY, "ParameterOutOfBounds")
        if commit:
            exchange.guardian = guardian


def fee_tiers(tiers: list[dict[str, int]]) -> list[Record]:
    """Rising volumes, no rebate over the smallest taker fee; unused tiers are out of reach."""
    used = 1
    while used < len(tiers) and tiers[used]["min_volume"] > 0:
        used += 1
    volumes = [tier["min_volume"] for tier in tiers[:used]]
    good = volumes[0] == 0 and all(one < other for one, other in pairwise(volumes))
    good &= all(tier["taker"] <= 10_000 and tier["maker"] <= 10_000 for tier in tiers[:used])
    good &= min(tier["maker"] for tier in tiers[:used]) + min(tier["taker"] for tier in tiers[:used]) >= 0
    require(good and not any(any(tier.values()) for tier in tiers[used:]), "ParameterOutOfBounds")
    unused = [{"min_volume": 2**64 - 1, "maker": 0, "taker": 10_000}] * (len(tiers) - used)
    return [Record(**tier) for tier in tiers[:used] + unused]


def closing_frees_margin(market: Record, tiers: list[dict[str, int]]) -> bool:
    """Whether the fees of a liquidation against the book are under the maintenance rate that it frees."""
    rate = floor(market.tiers[0].rate, market.maintenance_fraction, MILLION)
    return market.liquidation_fee + max(tier["taker"] for tier in tiers) < rate


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
    require(stricter.get(status, False), "ExchangeAlreadyOpen")
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
