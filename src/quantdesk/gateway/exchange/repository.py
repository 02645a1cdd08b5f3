"""Who queued which change of the exchange's rules, from the stored events."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.infra.store.tables import chain_events
from quantdesk.program.events import ChangeQueued, decode_payload

_QUEUED = (
    # As text, so that the partial index of these events is used.
    select(chain_events.c.payload).where(text("name = 'ChangeQueued'")).order_by(chain_events.c.event_seq)
)


async def queued_by(connection: AsyncConnection, numbers: Iterable[int]) -> dict[int, str]:
    """Change number -> who queued it, of those whose event is stored."""
    wanted = set(numbers)
    if not wanted:
        return {}
    payloads = (await connection.execute(_QUEUED)).scalars()
    events = [decode_payload("ChangeQueued", payload) for payload in payloads]
    return {
        each.change_seq: str(each.by)
        for each in events
        if isinstance(each, ChangeQueued) and each.change_seq in wanted
    }
