"""Relayed transactions and the events of a transaction in the store."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway.stored import Stored
from quantdesk.infra.store.tables import chain_events, relayed_transactions

OPEN_STATES = ("sent", "processed", "unknown")
UNSENT = "unsent"
"""The node refused it before it left: nothing was broadcast, the same bytes may be sent again."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """A transaction that this exchange took over."""

    signature: str
    fee_payer: str
    wire: bytes
    blockhash: str
    last_valid_block_height: int
    build_id: str | None
    created_ms: int


# Made once: these run at every relayed transaction (`Store.read_all`, `Store.write_all`).
_FOUND = select(relayed_transactions).where(relayed_transactions.c.signature == bindparam("signature"))
_EVENTS = (
    select(chain_events)
    .where(chain_events.c.signature == bindparam("signature"))
    .order_by(chain_events.c.event_seq)
)
_FINISHED = (
    update(relayed_transactions)
    .where(relayed_transactions.c.signature == bindparam("of_signature"))
    .values(
        state=bindparam("state"),
        slot=bindparam("slot"),
        error=bindparam("error"),
        updated_ms=bindparam("updated_ms"),
    )
)


async def add(stored: Stored, relayed: Relayed) -> bool:
    """Take a transaction over; False when it was before."""
    row = {
        "signature": relayed.signature,
        "fee_payer": relayed.fee_payer,
        "wire": relayed.wire,
        "blockhash": relayed.blockhash,
        "last_valid_block_height": relayed.last_valid_block_height,
        "state": "sent",
        "build_id": relayed.build_id,
        "sends": 1,
        "created_ms": relayed.created_ms,
        "updated_ms": relayed.created_ms,
    }
    (added,) = await stored.write_all((stored.store.insert_once(relayed_transactions), row))
    return added == 1


async def find(stored: Stored, signature: str) -> tuple[Row[Any] | None, list[Row[Any]]]:
    """One relayed transaction, and the indexed events of it in order, at one moment."""
    of_signature = {"signature": signature}
    found, events = await stored.read_all((_FOUND, of_signature), (_EVENTS, of_signature))
    return found[0] if found else None, events


async def unfinished(connection: AsyncConnection) -> list[Row[Any]]:
    """Transactions whose fate was not known when the gateway stopped."""
    statement = select(relayed_transactions).where(relayed_transactions.c.state.in_(OPEN_STATES))
    return list((await connection.execute(statement)).all())


async def finish(
    stored: Stored, signature: str, state: str, *, slot: int | None, error: str | None, now_ms: int
) -> None:
    """Note a transaction's fate."""
    fate = {"of_signature": signature, "state": state, "slot": slot, "error": error, "updated_ms": now_ms}
    await stored.write_all((_FINISHED, fate))
