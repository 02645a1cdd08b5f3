"""One wallet: sub-accounts valued now, and its history."""

from collections.abc import Sequence

from quantdesk.gateway import paging
from quantdesk.gateway.accounts import repository, views
from quantdesk.gateway.accounts.holdings import Holdings, from_rows
from quantdesk.gateway.accounts.schemas import (
    Account,
    FillList,
    FundingPaymentList,
    LiquidationStepList,
    Margin,
    SubAccount,
    TransferList,
)
from quantdesk.gateway.accounts.valuation import AccountValue, MarketPrices, value
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.markets.repository import known_since
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored


class AccountService:
    """Reads accounts; values them with the newest marks."""

    def __init__(
        self, state: ExchangeState, board: Board, stored: Stored, freshness: Freshness, clock: ClockMs
    ) -> None:
        self._state = state
        self._board = board
        self._stored = stored
        self._fresh = freshness
        self._clock = clock

    def prices(self, view: ExchangeView) -> dict[int, MarketPrices]:
        """Every market's prices now."""
        return {
            market.index: views.prices_of(market, self._board.market(market.symbol).state)
            for market in view.exchange.markets
        }

    def valued(self, view: ExchangeView, holdings: Holdings) -> AccountValue:
        """A sub-account at the present marks."""
        return value(holdings, self.prices(view), view.exchange.collaterals, self._clock() // 1_000)

    def margin(self, view: ExchangeView, holdings: Holdings) -> Margin:
        """Its margin numbers for a before or after."""
        return views.margin_view(self.valued(view, holdings), views.taker_rate(view.exchange))

    async def holdings(self, wallet: str) -> list[Holdings]:
        """Every sub-account of a wallet as indexed."""
        return from_rows(await repository.wallet_rows(self._stored, wallet))

    def sub_accounts(self, view: ExchangeView, wallet: str, holdings: Sequence[Holdings]) -> list[SubAccount]:
        """Sub-accounts as the wire shows them."""
        owner = parse_key(wallet)
        venue = self._state.addresses
        rate = views.taker_rate(view.exchange)
        return [
            views.sub_account_view(
                self.valued(view, each), str(venue.trader(owner, each.sub)), view.assets, rate, each.ts_ms
            )
            for each in holdings
        ]

    async def account(self, wallet: str, sub: int | None, min_slot: int | None) -> Account:
        """The wallet's sub-accounts; none when it never opened one."""
        parse_key(wallet)
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        held = [each for each in await self.holdings(wallet) if sub is None or each.sub == sub]
        return Account(
            wallet=wallet,
            sub_accounts=self.sub_accounts(view, wallet, held),
            event_seq=str(self._board.event_seq),
            feed=self._board.feed,
            **self._fresh.stamp(),
        )

    async def fills(
        self, wallet: str, market: str | None, sub: int | None, page: PageQuery, min_slot: int | None
    ) -> FillList:
        """The wallet's fills. A self-trade is two items, so a page may hold more than `limit`."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.fill_rows(
                connection, wallet, market=index, sub=sub, page=page, after=after
            )
            since = await known_since(connection, "fills")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.fill_index))
        items = []
        for row in shown:
            found = view.market_at(row.market)
            if found is not None:
                items += views.fill_views(found.parameters, row, wallet)
        if sub is not None:
            items = [item for item in items if item.sub == sub]
        return FillList(
            wallet=wallet,
            items=items,
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.feed,
            **self._fresh.stamp(),
        )

    async def funding(
        self, wallet: str, market: str | None, sub: int | None, page: PageQuery, min_slot: int | None
    ) -> FundingPaymentList:
        """Funding settled into the wallet's balances."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.funding_rows(
                connection, wallet, market=index, sub=sub, page=page, after=after
            )
            since = await known_since(connection, "funding_payments")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.sub * 65_536 + row.market))
        known = [(view.market_at(row.market), row) for row in shown]
        return FundingPaymentList(
            wallet=wallet,
            items=[views.funding_view(each.parameters, row) for each, row in known if each is not None],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.feed,
            **self._fresh.stamp(),
        )

    async def transfers(
        self, wallet: str, sub: int | None, page: PageQuery, min_slot: int | None
    ) -> TransferList:
        """Deposits and withdrawals."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.transfer_rows(connection, wallet, sub, page, after)
            since = await known_since(connection, "transfers")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.sub))
        return TransferList(
            wallet=wallet,
            items=[views.transfer_view(view.assets, row) for row in shown],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.feed,
            **self._fresh.stamp(),
        )

    async def liquidations(
        self, wallet: str, sub: int | None, page: PageQuery, min_slot: int | None
    ) -> LiquidationStepList:
        """Steps of liquidation without the book that the wallet was part of."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.liquidation_rows(connection, wallet, sub, page, after)
            since = await known_since(connection, "liquidations")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.step_index))
        known = [(view.market_at(row.market), row) for row in shown]
        return LiquidationStepList(
            wallet=wallet,
            items=[views.liquidation_view(each.parameters, row) for each, row in known if each is not None],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.feed,
            **self._fresh.stamp(),
        )
