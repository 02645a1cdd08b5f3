"""Tickets in the store. Consuming one is a single conditional update: of any number of tries one wins."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, update

from quantdesk.infra.store.database import Store
from quantdesk.infra.store.tables import tickets
from quantdesk.mikey.tickets.ticket import Band, Ticket


class TicketRepository:
    """Reads and writes the ``tickets`` table; MIKEY is its only writer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, ticket: Ticket) -> None:
        """Store a new ticket."""
        async with self._store.write() as connection:
            await connection.execute(
                self._store.insert(tickets).values(
                    ticket_id=ticket.ticket_id,
                    wallet=ticket.wallet,
                    sub=ticket.sub,
                    request=ticket.request,
                    actions=msgspec.json.encode(list(ticket.actions)).decode(),
                    content_sha256=ticket.content_sha256(),
                    band=msgspec.json.encode(ticket.band.as_json()).decode(),
                    state=ticket.state,
                    created_ms=ticket.created_ms,
                    expires_ms=ticket.expires_ms,
                )
            )

    async def find(self, ticket_id: str) -> Ticket | None:
        """The ticket as it stands."""
        async with self._store.read() as connection:
            row = (await connection.execute(select(tickets).where(tickets.c.ticket_id == ticket_id))).first()
        if row is None:
            return None
        return Ticket(
            ticket_id=row.ticket_id,
            wallet=row.wallet,
            sub=row.sub,
            request=row.request,
            actions=tuple(msgspec.json.decode(row.actions)),
            band=Band.from_json(msgspec.json.decode(row.band)),
            created_ms=row.created_ms,
            expires_ms=row.expires_ms,
            state=row.state,
        )

    async def consume(self, ticket_id: str, now_ms: int) -> bool:
        """Mark as confirmed if it is open and alive. True for exactly one caller, ever."""
        return await self._leave_open(ticket_id, now_ms, "confirmed")

    async def cancel(self, ticket_id: str, now_ms: int) -> bool:
        """Mark as cancelled if it is open."""
        return await self._leave_open(ticket_id, now_ms, "cancelled")

    async def _leave_open(self, ticket_id: str, now_ms: int, state: str) -> bool:
        alive = (tickets.c.ticket_id == ticket_id, tickets.c.state == "open", tickets.c.expires_ms > now_ms)
        confirmed_ms = now_ms if state == "confirmed" else None
        async with self._store.write() as connection:
            result = await connection.execute(
                update(tickets).where(*alive).values(state=state, confirmed_ms=confirmed_ms)
            )
        return result.rowcount == 1

    async def forget_before(self, created_ms: int) -> int:
        """Delete tickets made before ``created_ms``; how many."""
        async with self._store.write() as connection:
            result = await connection.execute(delete(tickets).where(tickets.c.created_ms < created_ms))
        return int(result.rowcount)
