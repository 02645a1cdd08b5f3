"""Triggers of a wallet in the store, newest first."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway.requests import PageQuery
from quantdesk.infra.store.tables import triggers

# Made once: the account channel runs these at changes of a wallet (`Store.read_all`).
LIVE = select(triggers).where(triggers.c.wallet == bindparam("wallet"), triggers.c.live)
"""Triggers of `wallet` that may still fire: 16 a sub-account at most."""
CHANGED_SINCE = (
    select(triggers)
    .where(triggers.c.wallet == bindparam("wallet"), triggers.c.updated_event_seq > bindparam("since"))
    .order_by(triggers.c.event_seq.desc())
)
"""Triggers of `wallet` that an event after `since` touched."""


async def ended(
    connection: AsyncConnection,
    wallet: str,
    *,
    market: int | None,
    sub: int | None,
    page: PageQuery,
    after: tuple[int, ...] | None,
    now_s: int,
) -> list[Row[Any]]:
    """One page and one row more of those that fired or ended; whose time is over has ended."""
    statement = select(triggers).where(
        triggers.c.wallet == wallet, or_(triggers.c.status != "waiting", over(now_s))
    )
    if market is not None:
        statement = statement.where(triggers.c.market == market)
    if sub is not None:
        statement = statement.where(triggers.c.sub == sub)
    if after is not None:
        statement = statement.where(triggers.c.event_seq < after[0])
    if page.start_ms is not None:
        statement = statement.where(triggers.c.created_ms >= page.start_ms)
    if page.end_ms is not None:
        statement = statement.where(triggers.c.created_ms < page.end_ms)
    statement = statement.order_by(triggers.c.event_seq.desc())
    return list((await connection.execute(statement.limit(page.limit + 1))).all())


def over(now_s: int) -> ColumnElement[bool]:
    """Whose time is over, though nobody cleared it away yet."""
    return and_(not_(triggers.c.expires_at.is_(None)), triggers.c.expires_at <= now_s)
