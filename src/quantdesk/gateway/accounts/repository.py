"""One wallet in the store: accounts, balances, positions, fills, funding, transfers. Program integers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway import paging
from quantdesk.gateway.orders.repository import CHANGED_SINCE, OPEN
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.traders import repository as trigger_rows
from quantdesk.infra.store.tables import (
    accounts,
    balances,
    fills,
    funding_payments,
    liquidations,
    positions,
    transfers,
)

RECENT = 100
"""Fills, transfers and steps of liquidation of `recent`, of each."""

# Made once: the account channel runs these at every change of a wallet (`Store.read_all`).
_OF_WALLET: BindParameter[str] = bindparam("wallet")
_SINCE: BindParameter[int] = bindparam("since")
_STATE = (
    select(accounts)
    .where(accounts.c.wallet == _OF_WALLET, accounts.c.state != "closed")
    .order_by(accounts.c.sub),
    select(balances).where(balances.c.wallet == _OF_WALLET),
    select(positions).where(positions.c.wallet == _OF_WALLET).order_by(positions.c.market),
)
_FILLS = (
    select(fills)
    .where(or_(fills.c.maker_wallet == _OF_WALLET, fills.c.taker_wallet == _OF_WALLET))
    .order_by(fills.c.event_seq.desc(), fills.c.fill_index.desc())
)
_TRANSFERS = (
    select(transfers)
    .where(transfers.c.wallet == _OF_WALLET)
    .order_by(transfers.c.event_seq.desc(), transfers.c.sub.desc())
)
_RECENT_FILLS = _FILLS.limit(RECENT)
_RECENT_TRANSFERS = _TRANSFERS.limit(RECENT)
_FILLS_SINCE = _FILLS.where(fills.c.event_seq > _SINCE)
_TRANSFERS_SINCE = _TRANSFERS.where(transfers.c.event_seq > _SINCE)
_LIQUIDATIONS = (
    select(liquidations)
    .where(liquidations.c.wallet == _OF_WALLET)
    .order_by(liquidations.c.event_seq.desc(), liquidations.c.step_index.desc())
)
_RECENT_LIQUIDATIONS = _LIQUIDATIONS.limit(RECENT)
_LIQUIDATIONS_SINCE = _LIQUIDATIONS.where(liquidations.c.event_seq > _SINCE)


@dataclass(frozen=True, slots=True)
class WalletRows:
    """Everything that makes the sub-accounts of one wallet."""

    accounts: list[Row[Any]]
    balances: list[Row[Any]]
    positions: list[Row[Any]]


@dataclass(frozen=True, slots=True)
class WalletReading:
    """One wallet at one moment: its sub-accounts, and part of its history, newest first."""

    rows: WalletRows
    orders: list[Row[Any]]
    fills: list[Row[Any]]
    transfers: list[Row[Any]]
    triggers: list[Row[Any]]
    liquidations: list[Row[Any]]

    @property
    def event_seq(self) -> int:
        """The newest event that shows in it."""
        rows = (*self.rows.accounts, *self.rows.balances, *self.rows.positions)
        history = (*self.fills[:1], *self.transfers[:1], *self.liquidations[:1])
        newest = [row.event_seq for row in (*rows, *history)]
        newest += [row.updated_event_seq for row in (*self.orders, *self.triggers)]
        return max(map(int, newest), default=0)


async def wallet_rows(stored: Stored, wallet: str) -> WalletRows:
    """Open sub-accounts with their balances and positions."""
    of_wallet = {"wallet": wallet}
    return WalletRows(*await stored.read_all(*((each, of_wallet) for each in _STATE)))


async def recent(stored: Stored, wallet: str) -> WalletReading:
    """The wallet with its open orders, its live triggers and the last RECENT of what happened to it."""
    history = (OPEN, _RECENT_FILLS, _RECENT_TRANSFERS, trigger_rows.LIVE, _RECENT_LIQUIDATIONS)
    return await _reading(stored, {"wallet": wallet}, history)


async def changes_since(stored: Stored, wallet: str, event_seq: int) -> WalletReading:
    """The wallet with the orders, fills and whatever else events after `event_seq` touched."""
    history = (CHANGED_SINCE, _FILLS_SINCE, _TRANSFERS_SINCE, trigger_rows.CHANGED_SINCE, _LIQUIDATIONS_SINCE)
    return await _reading(stored, {"wallet": wallet, "since": event_seq}, history)


async def _reading(stored: Stored, values: dict[str, Any], history: tuple[Select[Any], ...]) -> WalletReading:
    found = await stored.read_all(*((each, values) for each in (*_STATE, *history)))
    return WalletReading(WalletRows(*found[:3]), *found[3:])


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
    key = (fills.c.event_seq, fills.c.fill_index)
    statement = paging.newest_first(statement, page, after, *key, at=fills.c.ts_ms)
    return list((await connection.execute(statement)).all())


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
    key = (table.c.event_seq, table.c.sub * 65_536 + table.c.market)
    statement = paging.newest_first(statement, page, after, *key, at=table.c.ts_ms)
    return list((await connection.execute(statement)).all())


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
    key = (transfers.c.event_seq, transfers.c.sub)
    statement = paging.newest_first(statement, page, after, *key, at=transfers.c.ts_ms)
    return list((await connection.execute(statement)).all())


async def liquidation_rows(
    connection: AsyncConnection, wallet: str, sub: int | None, page: PageQuery, after: tuple[int, ...] | None
) -> list[Row[Any]]:
    """The last steps of liquidation, in which the wallet was in trouble or on the other side."""
    table = liquidations
    statement = select(table).where(table.c.wallet == wallet)
    if sub is not None:
        statement = statement.where(table.c.sub == sub)
    key = (table.c.event_seq, table.c.step_index)
    statement = paging.newest_first(statement, page, after, *key, at=table.c.ts_ms)
    return list((await connection.execute(statement)).all())
