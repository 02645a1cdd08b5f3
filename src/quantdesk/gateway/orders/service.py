"""Orders of one wallet."""

from typing import Any

from sqlalchemy import Row

from quantdesk.gateway import paging
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.markets.repository import known_since
from quantdesk.gateway.orders import repository
from quantdesk.gateway.orders.schemas import Order, OrderList, OrderReply
from quantdesk.gateway.orders.views import order_view
from quantdesk.gateway.problems import Conflict, NotFound
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored


class OrderService:
    """Reads orders."""

    def __init__(self, state: ExchangeState, board: Board, stored: Stored, freshness: Freshness) -> None:
        self._state = state
        self._board = board
        self._stored = stored
        self._fresh = freshness

    async def orders(
        self,
        wallet: str,
        *,
        status: str,
        market: str | None,
        sub: int | None,
        page: PageQuery,
        min_slot: int | None,
    ) -> OrderList:
        """One page of orders. Raises NotFound for an unknown market."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.page_of(
                connection, wallet, status=status, market=index, sub=sub, page=page, after=after
            )
            since = await known_since(connection, "orders")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.order_index))
        return OrderList(
            wallet=wallet,
            items=orders_of(view, shown),
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.feed,
            **self._fresh.stamp(),
        )

    async def by_id(self, wallet: str, order_id: str, market: str | None, min_slot: int | None) -> OrderReply:
        """One order. Raises NotFound, Conflict (`ambiguous_order`)."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        async with self._stored.read() as connection:
            rows = await repository.by_id(connection, wallet, order_id, index)
        if not rows:
            raise _unknown("order_id", order_id)
        if len({row.market for row in rows}) > 1:
            symbols = ", ".join(order.market for order in orders_of(view, rows))
            raise Conflict(
                f"Several markets have an order {order_id} of this wallet: say which with `market`.",
                code="ambiguous_order",
                field="order_id",
                value=order_id,
                expected=f"market is one of {symbols}",
            )
        return self._reply(view, rows[0])

    async def by_client_id(
        self, wallet: str, client_id: str, market: str | None, sub: int | None, min_slot: int | None
    ) -> OrderReply:
        """The newest order with that client id. Raises NotFound."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        async with self._stored.read() as connection:
            row = await repository.by_client_id(connection, wallet, client_id, index, sub)
        if row is None:
            raise _unknown("client_id", client_id)
        return self._reply(view, row)

    def _reply(self, view: ExchangeView, row: Row[Any]) -> OrderReply:
        (order,) = orders_of(view, [row])
        fields = order.model_dump()
        fields |= self._fresh.stamp()
        return OrderReply(**fields, order_slot=order.slot, feed=self._board.market(order.market).feed)


def orders_of(view: ExchangeView, rows: list[Row[Any]]) -> list[Order]:
    """Rows of markets that the exchange has."""
    made = []
    for row in rows:
        market = view.market_at(row.market)
        if market is not None:
            made.append(order_view(market.parameters, row))
    return made


def _unknown(field: str, value: str) -> NotFound:
    return NotFound(
        f"This wallet has no order with {field} {value}.",
        code="unknown_order",
        field=field,
        value=value,
    )
