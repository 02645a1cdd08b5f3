"""State from the accounts themselves, for when the node no longer has the events that led to it.

What is taken over: markets, traders, balances, positions. Their history, and orders that rest since before,
are "unknown before" and ``history_bounds`` says so.
"""

from __future__ import annotations

from quantdesk.indexer.placed import Changes, PlacedEvent, Row
from quantdesk.indexer.state import IndexState
from quantdesk.infra.solana import AnswerMalformed, SolanaRpc
from quantdesk.infra.store import tables
from quantdesk.program import base58
from quantdesk.program.addresses import Addresses
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.events import UnknownEvent
from quantdesk.program.idl import idl
from quantdesk.program.layouts import Exchange, Ledger, Slot, Trader

BOUNDED = (
    tables.chain_events,
    tables.orders,
    tables.fills,
    tables.liquidations,
    tables.triggers,
    tables.funding_payments,
    tables.funding_rates,
    tables.transfers,
    tables.candles,
    tables.prices,
)


async def read_snapshot(rpc: SolanaRpc, venue: Addresses, state: IndexState, until: int | None) -> Changes:
    """Rows as of the accounts now, stamped with ``until``: the event before the first that is at hand.

    None stamps the exchange's last event. Later events overwrite the rows. Raises any ``SolanaError``.
    """
    answer = await rpc.get_accounts([venue.exchange, venue.ledger], "confirmed")
    exchange_account, ledger_account = answer.value
    if exchange_account is None or ledger_account is None:
        raise AnswerMalformed("the exchange's accounts are not on this chain")
    exchange, ledger = Exchange.decode(exchange_account.bytes), Ledger.decode(ledger_account.bytes)
    traders = await _traders(rpc, venue)
    slot = answer.context.slot
    now_s = await rpc.get_block_time(slot) or 0
    seq = exchange.event_seq if until is None else until
    changes = Changes(last=PlacedEvent(UnknownEvent(seq, slot, now_s), b"", slot, "", ""))
    stamp: Row = {"event_seq": seq, "slot": slot, "ts_ms": now_s * 1_000}
    for market in exchange.markets:
        if market.index not in state.markets:
            known = {"market": market.index, "symbol": market.symbol, "book": str(market.book)}
            steps = {"lots_per_base": market.lots_per_base, "tick_size": market.tick_size}
            changes.put(tables.market_states, _nothing_known() | known | steps | stamp)
    for trader in traders:
        _put_trader(changes, stamp, trader, ledger.slot(trader.slot_index) if trader.active else None)
    for table in BOUNDED:
        bound = {"name": table.name, "since_ms": now_s * 1_000, "since_event_seq": seq + 1}
        changes.put(tables.history_bounds, bound)
    return changes


async def _traders(rpc: SolanaRpc, venue: Addresses) -> list[Trader]:
    kind = base58.encode(bytes(idl().accounts_by_name["Trader"].discriminator))
    of_kind = {"memcmp": {"offset": 0, "bytes": kind}}
    of_exchange = {"memcmp": {"offset": _exchange_offset(), "bytes": str(venue.exchange)}}
    found = await rpc.get_program_accounts(venue.program, [of_kind, of_exchange], commitment="confirmed")
    return [Trader.decode(each.account.bytes) for each in found]


def _exchange_offset() -> int:
    fields = account_dtype("Trader").fields
    assert fields is not None
    return int(fields["exchange"][1])


def _nothing_known() -> Row:
    return {column.name: None for column in tables.market_states.columns if column.nullable}


def _put_trader(changes: Changes, stamp: Row, trader: Trader, seat: Slot | None) -> None:
    who: Row = {"wallet": str(trader.owner), "sub": trader.sub}
    when = {"event_seq": stamp["event_seq"], "slot": stamp["slot"]}
    place: Row = {"slot_index": trader.slot_index, "generation": trader.generation}
    if seat is not None:
        changes.put(tables.traders, who | place | {"event_seq": stamp["event_seq"]})
    account = {
        "state": "active" if seat is not None else "opened",
        "opened_ms": trader.created * 1_000,
        "updated_ms": stamp["ts_ms"],
    }
    empty: Row = {"slot_index": None, "generation": None}
    changes.put(tables.accounts, who | account | when | (place if seat is not None else empty))
    held = [seat.usdc, *seat.collaterals] if seat is not None else [0] * len(trader.parked)
    for collateral, (amount, parked) in enumerate(zip(held, trader.parked, strict=True)):
        if collateral and not (amount or parked):
            continue
        vesting = {"locked": 0, "locked_at": 0, "locked_for": 0}
        if seat is not None and collateral == 0:
            vesting = {"locked": seat.locked, "locked_at": seat.locked_at, "locked_for": seat.locked_for}
        amounts = {"collateral": collateral, "amount": amount, "parked": parked}
        changes.put(tables.balances, who | amounts | vesting | stamp)
    for position in seat.positions if seat is not None else ():
        fields = {name: getattr(position, name) for name in _POSITION}
        changes.put(tables.positions, who | fields | stamp)


_POSITION = (
    "market",
    "base",
    "quote",
    "entry_quote",
    "funding_index",
    "bid_lots",
    "ask_lots",
    "bid_orders",
    "ask_orders",
)
