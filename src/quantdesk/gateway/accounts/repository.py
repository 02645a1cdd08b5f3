"""One wallet in the store: accounts, balances, positions, fills, funding, transfers. Program integers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway.requests import PageQuery
from quantdesk.infra.store.tables import (
    accounts,
    balances,
    fills,
    funding_payments,
    liquidations,
    positions,
    transfers,
)

# Made once: the account channel runs these at every change of a wallet; making one costs as much as a read.
_OF_WALLET: BindParameter[str] = bindparam("wallet")
_SINCE: BindParameter[int] = bindparam("since")
_OPENED = (
    select(accounts)
    .where(accounts.c.wallet == _OF_WALLET, accounts.c.state != "closed")
    .order_by(accounts.c.sub)
)
_HELD = select(balances).where(balances.c.wallet == _OF_WALLET)
_STANDING = select(positions).where(positions.c.wallet == _OF_WALLET).order_by(positions.c.market)
_FILLS_SINCE = (
    select(fills)
    .where(or_(fills.c.maker_wallet == _OF_WALLET, fills.c.taker_wallet == _OF_WALLET))
    .where(fills.c.event_seq > _SINCE)
    .order_by(fills.c.event_seq.desc(), fills.c.fill_index.desc())
)
_TRANSFERS_SINCE = (
    select(transfers)
    .where(transfers.c.wallet == _OF_WALLET, transfers.c.event_seq > _SINCE)
    .order_by(transfers.c.event_seq.desc())
)


_LIQUIDATIONS_SINCE = (
    select(liquidations)
    .where(liquidations.c.wallet == _OF_WALLET, liquidations.c.event_seq > _SINCE)
    .order_by(liquidations.c.event_seq.desc(), liquidations.c.step_index.desc())
)


@dataclass(frozen=True, slots=True)
class WalletRows:
    """Everything that makes the sub-accounts of one wallet."""

    accounts: list[Row[Any]]
    balances: list[Row[Any]]
    positions: list[Row[Any]]


async def wallet_rows(connection: AsyncConnection, wallet: str) -> WalletRows:
    """Open sub-accounts with their balances and positions."""
    of_wallet = {"wallet": wallet}
    return WalletRows(
        list((await connection.execute(_OPENED, of_wallet)).all()),
        list((await connection.execute(_HELD, of_wallet)).all()),
        list((await connection.execute(_STANDING, of_wallet)).all()),
    )


async def fill_rows(
    connection: AsyncConnection,
    wallet: str,
    *,
    market: int | None,
    sub: int | None,
    page: PageQuery,
    after: tuple[int, ...] | None,
) -> list[Row[Any]]:
    """Fills in which the wallet was maker or taker; a self-trade shows as both."""
    maker = fills.c.maker_wallet == wallet
    taker = fills.c.taker_wallet == wallet
    if sub is not None:
        maker = and_(maker, fills.c.maker_sub == sub)
        taker = and_(taker, fills.c.taker_sub == sub)
    statement = select(fills).where(or_(maker, taker))
    if market is not None:
        statement = statement.where(fills.c.market == market)
    if after is not None:
        seq, index = after
        statement = statement.where(
            or_(fills.c.event_seq < seq, and_(fills.c.event_seq == seq, fills.c.fill_index < index))
        )
    statement = _within(statement, fills.c.ts_ms, page)
    statement = statement.order_by(fills.c.event_seq.desc(), fills.c.fill_index.desc())
    return list((await connection.execute(statement.limit(page.limit + 1))).all())


async def fills_since(connection: AsyncConnection, wallet: str, event_seq: int) -> list[Row[Any]]:
    """Fills after an event, newest first."""
    return list((await connection.execute(_FILLS_SINCE, {"wallet": wallet, "since": event_seq})).all())


async def funding_rows(
    connection: AsyncConnection,
    wallet: str,
    *,
    market: int | None,
    sub: int | None,
    page: PageQuery,
    after: tuple[int, ...] | None,
) -> list[Row[Any]]:
    """Settled funding."""
    table = funding_payments
    statement = select(table).where(table.c.wallet == wallet)
    if market is not None:
        statement = statement.where(table.c.market == market)
    if sub is not None:
        statement = statement.where(table.c.sub == sub)
    if after is not None:
        seq, place = after
        number = table.c.sub * 65_536 + table.c.market
        statement = statement.where(
            or_(table.c.event_seq < seq, and_(table.c.event_seq == seq, number < place))
        )
    statement = _within(statement, table.c.ts_ms, page)
    statement = statement.order_by(table.c.event_seq.desc(), table.c.sub.desc(), table.c.market.desc())
    return list((await connection.execute(statement.limit(page.limit + 1))).all())


async def transfer_rows(
    connection: AsyncConnection,
    wallet: str,
    sub: int | None,
    page: PageQuery,
    after: tuple[int, ...] | None,
) -> list[Row[Any]]:
    """Deposits, withdrawals and transfers; one between own sub-accounts is two rows of one event."""
    statement = select(transfers).where(transfers.c.wallet == wallet)
    if sub is not None:
        statement = statement.where(transfers.c.sub == sub)
    if after is not None:
        seq, last_sub = after
        statement = statement.where(
            or_(transfers.c.event_seq < seq, and_(transfers.c.event_seq == seq, transfers.c.sub < last_sub))
        )
    statement = _within(statement, transfers.c.ts_ms, page)
    statement = statement.order_by(transfers.c.event_seq.desc(), transfers.c.sub.desc())
    return list((await connection.execute(statement.limit(page.limit + 1))).all())


async def liquidation_rows(
    connection: AsyncConnection, wallet: str, sub: int | None, page: PageQuery, after: tuple[int, ...] | None
) -> list[Row[Any]]:
    """The last steps of liquidation, in which the wallet was in trouble or on the other side."""
    table = liquidations
    statement = select(table).where(table.c.wallet == wallet)
    if sub is not None:
        statement = statement.where(table.c.sub == sub)
    if after is not None:
        seq, index = after
        statement = statement.where(
            or_(table.c.event_seq < seq, and_(table.c.event_seq == seq, table.c.step_index < index))
        )
    statement = _within(statement, table.c.ts_ms, page)
    statement = statement.order_by(table.c.event_seq.desc(), table.c.step_index.desc())
    return list((await connection.execute(statement.limit(page.limit + 1))).all())


async def transfers_since(connection: AsyncConnection, wallet: str, event_seq: int) -> list[Row[Any]]:
    """Transfers after an event, newest first."""
    return list((await connection.execute(_TRANSFERS_SINCE, {"wallet": wallet, "since": event_seq})).all())


async def liquidations_since(connection: AsyncConnection, wallet: str, event_seq: int) -> list[Row[Any]]:
    """Steps of liquidation after an event, newest first."""
    found = await connection.execute(_LIQUIDATIONS_SINCE, {"wallet": wallet, "since": event_seq})
    return list(found.all())


def _within(statement: Select[Any], column: Any, page: PageQuery) -> Select[Any]:
    if page.start_ms is not None:
        statement = statement.where(column >= page.start_ms)
    if page.end_ms is not None:
        statement = statement.where(column < page.end_ms)
    return statement
