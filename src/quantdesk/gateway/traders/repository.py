"""Triggers of a wallet in the store, newest first."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway import paging
from quantdesk.gateway.requests import PageQuery
from quantdesk.infra.store.tables import triggers

# Made once: the account channel runs these at every change of a wallet (`Store.read_all`).
_OF_WALLET = (
    select(triggers).where(triggers.c.wallet == bindparam("wallet")).order_by(triggers.c.event_seq.desc())
)
LIVE = _OF_WALLET.where(triggers.c.live)
"""Triggers of `wallet` that may still fire: 16 a sub-account at most."""
CHANGED_SINCE = _OF_WALLET.where(triggers.c.updated_event_seq > bindparam("since"))
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
    statement = paging.newest_first(statement, page, after, triggers.c.event_seq, at=triggers.c.created_ms)
    return list((await connection.execute(statement)).all())


def over(now_s: int) -> ColumnElement[bool]:
    """Whose time is over, though nobody cleared it away yet."""
    return and_(not_(triggers.c.expires_at.is_(None)), triggers.c.expires_at <= now_s)
