"""Orders of a wallet in the store, newest first."""

from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway import paging
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored
from quantdesk.infra.store.tables import orders

MAX_OPEN = 8 * 2 * 64


def _of(wallet: str, market: int | None, sub: int | None) -> Select[Any]:
    statement = select(orders).where(orders.c.wallet == wallet)
    if market is not None:
        statement = statement.where(orders.c.market == market)
    if sub is not None:
        statement = statement.where(orders.c.sub == sub)
    return statement.order_by(orders.c.event_seq.desc(), orders.c.order_index.desc())


# Made once: the account channel runs these at every change of a wallet (`Store.read_all`).
_OF_WALLET = (
    select(orders)
    .where(orders.c.wallet == bindparam("wallet"))
    .order_by(orders.c.event_seq.desc(), orders.c.order_index.desc())
)
OPEN = _OF_WALLET.where(orders.c.status == "open")
"""Every open order of `wallet`."""
CHANGED_SINCE = _OF_WALLET.where(orders.c.updated_event_seq > bindparam("since"))
"""Orders of `wallet` that an event after `since` touched."""


async def page_of(
    connection: AsyncConnection,
    wallet: str,
    *,
    status: str,
    market: int | None,
    sub: int | None,
    page: PageQuery,
    after: tuple[int, ...] | None,
) -> list[Row[Any]]:
    """One page and one row more."""
    statement = _of(wallet, market, sub)
    if status == "open":
        statement = statement.where(orders.c.status == "open")
    elif status == "closed":
        statement = statement.where(orders.c.status != "open")
    key = (orders.c.event_seq, orders.c.order_index)
    statement = paging.newest_first(statement, page, after, *key, at=orders.c.created_ms)
    return list((await connection.execute(statement)).all())


async def all_open(stored: Stored, wallet: str) -> list[Row[Any]]:
    """Every open order (bounded by the program: 64 a side, market and sub-account)."""
    (found,) = await stored.read_all((OPEN, {"wallet": wallet}))
    return found


async def by_id(
    connection: AsyncConnection, wallet: str, order_id: str, market: int | None
) -> list[Row[Any]]:
    """Orders with this id: one a market at most."""
    statement = _of(wallet, market, None).where(orders.c.order_id == order_id)
    return list((await connection.execute(statement)).all())


async def by_client_id(
    connection: AsyncConnection, wallet: str, client_id: str, market: int | None, sub: int | None
) -> Row[Any] | None:
    """The newest order with this client id."""
    statement = _of(wallet, market, sub).where(orders.c.client_id == client_id).limit(1)
    found: Row[Any] | None = (await connection.execute(statement)).first()
    return found
