"""Relayed transactions and the events of a transaction in the store."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.infra.store.database import Store
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


async def add(connection: AsyncConnection, store: Store, relayed: Relayed) -> bool:
    """Take a transaction over; False when it was before."""
    statement = store.insert_once(relayed_transactions).values(
        signature=relayed.signature,
        fee_payer=relayed.fee_payer,
        wire=relayed.wire,
        blockhash=relayed.blockhash,
        last_valid_block_height=relayed.last_valid_block_height,
        state="sent",
        build_id=relayed.build_id,
        sends=1,
        created_ms=relayed.created_ms,
        updated_ms=relayed.created_ms,
    )
    return (await connection.execute(statement)).rowcount == 1


async def find(connection: AsyncConnection, signature: str) -> Row[Any] | None:
    """One relayed transaction."""
    statement = select(relayed_transactions).where(relayed_transactions.c.signature == signature)
    return (await connection.execute(statement)).first()


async def unfinished(connection: AsyncConnection) -> list[Row[Any]]:
    """Transactions whose fate was not known when the gateway stopped."""
    statement = select(relayed_transactions).where(relayed_transactions.c.state.in_(OPEN_STATES))
    return list((await connection.execute(statement)).all())


async def finish(
    connection: AsyncConnection,
    signature: str,
    state: str,
    *,
    slot: int | None,
    error: str | None,
    now_ms: int,
) -> None:
    """Note a transaction's fate."""
    await connection.execute(
        update(relayed_transactions)
        .where(relayed_transactions.c.signature == signature)
        .values(state=state, slot=slot, error=error, updated_ms=now_ms)
    )


async def events_of(connection: AsyncConnection, signature: str) -> list[Row[Any]]:
    """Indexed events of a transaction, in order."""
    statement = (
        select(chain_events).where(chain_events.c.signature == signature).order_by(chain_events.c.event_seq)
    )
    return list((await connection.execute(statement)).all())
