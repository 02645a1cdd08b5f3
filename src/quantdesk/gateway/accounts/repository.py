"""One wallet in the store: accounts, balances, positions, fills, funding, transfers. Program integers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway.orders.repository import CHANGED_SINCE as ORDERS_SINCE
from quantdesk.gateway.orders.repository import OPEN
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.traders.repository import CHANGED_SINCE as TRIGGERS_SINCE
from quantdesk.gateway.traders.repository import LIVE
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
"""Fills, transfers, and steps of liquidation, of `recent`."""

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
_LIQUIDATIONS = (
    select(liquidations)
    .where(liquidations.c.wallet == _OF_WALLET)
    .order_by(liquidations.c.event_seq.desc(), liquidations.c.step_index.desc())
)
_RECENT_FILLS = _FILLS.limit(RECENT)
_RECENT_TRANSFERS = _TRANSFERS.limit(RECENT)
_RECENT_LIQUIDATIONS = _LIQUIDATIONS.limit(RECENT)
_FILLS_SINCE = _FILLS.where(fills.c.event_seq > _SINCE)
_TRANSFERS_SINCE = _TRANSFERS.where(transfers.c.event_seq > _SINCE)
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
        newest = [row.event_seq for row in (*rows, *self.fills[:1], *self.transfers[:1])]
        newest += [row.event_seq for row in self.liquidations[:1]]
        newest += [row.updated_event_seq for row in (*self.orders, *self.triggers)]
        return max(map(int, newest), default=0)


async def wallet_rows(stored: Stored, wallet: str) -> WalletRows:
    """Open sub-accounts with their balances and positions."""
    of_wallet = {"wallet": wallet}
    return WalletRows(*await stored.read_all(*((each, of_wallet) for each in _STATE)))


async def recent(stored: Stored, wallet: str) -> WalletReading:
    """The wallet with its open orders and live triggers, and the last RECENT of each history."""
    history = (OPEN, _RECENT_FILLS, _RECENT_TRANSFERS, LIVE, _RECENT_LIQUIDATIONS)
    found = await stored.read_all(*((each, {"wallet": wallet}) for each in (*_STATE, *history)))
    return WalletReading(WalletRows(*found[:3]), *found[3:])


async def changes_since(
    stored: Stored, wallet: str, event_seq: int, rare_since: int | None = None
) -> WalletReading:
    """The wallet with the orders, fills and transfers that events after `event_seq` touched.

    Triggers and steps of liquidation that events after `rare_since` touched; without it none are read.
    """
    values = {"wallet": wallet, "since": event_seq}
    steps = [(each, values) for each in (*_STATE, ORDERS_SINCE, _FILLS_SINCE, _TRANSFERS_SINCE)]
    if rare_since is not None:
        rare = {"wallet": wallet, "since": rare_since}
        steps += [(TRIGGERS_SINCE, rare), (_LIQUIDATIONS_SINCE, rare)]
    found = await stored.read_all(*steps)
    opened, held, standing, orders, made, moved, *rarely = found
    triggers, steps_of = rarely or ([], [])
    return WalletReading(WalletRows(opened, held, standing), orders, made, moved, triggers, steps_of)


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


def _within(statement: Select[Any], column: Any, page: PageQuery) -> Select[Any]:
    if page.start_ms is not None:
        statement = statement.where(column >= page.start_ms)
    if page.end_ms is not None:
        statement = statement.where(column < page.end_ms)
    return statement
