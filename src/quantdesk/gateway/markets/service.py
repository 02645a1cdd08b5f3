"""Public market data: parameters from the chain, live numbers from the board, history from the store."""

from dataclasses import dataclass

from quantdesk.domain.units import Rounding, Ticks
from quantdesk.gateway import paging
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets import repository, views
from quantdesk.gateway.markets.board import Board, LiveMarket
from quantdesk.gateway.markets.repository import DayStats
from quantdesk.gateway.markets.schemas import (
    BookReply,
    Candle,
    CandleList,
    FundingRateList,
    IndexPriceList,
    MarketLiquidationList,
    MarketList,
    MarketReply,
    Ticker,
    TickerList,
    TickerReply,
    TradeList,
)
from quantdesk.gateway.problems import DependencyAway
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.wire import RESOLUTION_MS, CandleSource, Resolution
from quantdesk.program.layouts import Market as ChainMarket

DAY_STATS_MS = 5_000
"""How long a market without fills keeps its 24 hours' numbers."""
TRADED_DAY_STATS_MS = 500
"""How long one with newer fills keeps them."""


@dataclass(frozen=True, slots=True)
class _Day:
    """24 hours' numbers, when they were read and up to which trade."""

    read_ms: int
    last_ms: int | None
    stats: DayStats


class MarketService:
    """Answers about markets."""

    def __init__(
        self, state: ExchangeState, board: Board, stored: Stored, freshness: Freshness, clock: ClockMs
    ) -> None:
        self._state = state
        self._board = board
        self._stored = stored
        self._fresh = freshness
        self._clock = clock
        self._days: dict[int, _Day] = {}

    async def list_markets(self, min_slot: int | None) -> MarketList:
        """Every market."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        items = [views.market_view(market) for market in view.exchange.markets]
        return MarketList(items=items, slot=view.slot, age_ms=max(0, self._clock() - view.seen_ms))

    async def market(self, symbol: str, min_slot: int | None) -> MarketReply:
        """One market. Raises NotFound."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        market = views.market_view(view.market(symbol, "symbol"))
        age = max(0, self._clock() - view.seen_ms)
        return MarketReply(**market.model_dump(), slot=view.slot, age_ms=age)

    async def tickers(self, min_slot: int | None) -> TickerList:
        """Every ticker."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        items = [await self.ticker_of(view, market) for market in view.exchange.markets]
        return TickerList(items=items, next_cursor=None, feed=self._board.feed, **self._fresh.stamp())

    async def ticker(self, symbol: str, min_slot: int | None) -> TickerReply:
        """One ticker. Raises NotFound."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        found = await self.ticker_of(view, view.market(symbol, "symbol"))
        return TickerReply.model_validate({**found.model_dump(), **self._fresh.stamp()})

    async def ticker_of(self, view: ExchangeView, market: ChainMarket) -> Ticker:
        """The present numbers of a market."""
        live = self._board.market(market.symbol)
        day = await self._day(market.index, live)
        return views.ticker_view(view.exchange, market, live, day, self._clock())

    async def _day(self, market: int, live: LiveMarket) -> DayStats:
        now = self._clock()
        cached = self._days.get(market)
        if cached is not None:
            has_traded = live.last_ms != cached.last_ms
            if now - cached.read_ms < (TRADED_DAY_STATS_MS if has_traded else DAY_STATS_MS):
                return cached.stats
        last_ms = live.last_ms
        async with self._stored.read() as connection:
            stats = await repository.day_stats(connection, market, now)
        self._days[market] = _Day(now, last_ms, stats)
        return stats

    async def book(self, symbol: str, depth: int, grouping: str | None, min_slot: int | None) -> BookReply:
        """Levels of a book. Raises NotFound, PriceInvalid (grouping off the step), DependencyAway."""
        await self._fresh.reach(min_slot)
        market = (await self._state.current()).market(symbol, "symbol")
        parameters = market.parameters
        width = Ticks(1) if grouping is None else parameters.ticks(grouping, Rounding.EXACT)
        live = self._synced(symbol)
        bids = views.grouped(live.book.sorted_bids(), width, up=False, depth=depth)
        asks = views.grouped(live.book.sorted_asks(), width, up=True, depth=depth)
        stamp = self._fresh.stamp()
        stamp["slot"] = max(stamp["slot"], live.book.slot)
        return BookReply(
            symbol=symbol,
            epoch=live.book.epoch,
            seq=live.book.seq,
            grouping=parameters.price_text(width),
            bids=views.levels_view(parameters, bids),
            asks=views.levels_view(parameters, asks),
            feed=live.feed,
            **stamp,
        )

    def _synced(self, symbol: str) -> LiveMarket:
        live = self._board.market(symbol)
        if not live.book.synced:
            raise DependencyAway(
                f"The book of {symbol} is not known yet: the indexer has not sent it.",
                code="indexer_away",
                dependency="indexer",
                retry_after_ms=1_000,
            )
        return live

    async def trades(
        self, symbol: str, page: PageQuery, min_slot: int | None, *, liquidations: bool = False
    ) -> TradeList:
        """The tape, or only the liquidations on it."""
        await self._fresh.reach(min_slot)
        market = (await self._state.current()).market(symbol, "symbol")
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.trades(connection, market.index, page, after, liquidations=liquidations)
            since = await repository.known_since(connection, "fills")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.fill_index))
        return TradeList(
            symbol=symbol,
            items=[views.trade_row(market.parameters, row) for row in shown],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.market(symbol).feed,
            **self._fresh.stamp(),
        )

    async def liquidations(self, symbol: str, page: PageQuery, min_slot: int | None) -> MarketLiquidationList:
        """Steps of liquidation that are not on the tape."""
        await self._fresh.reach(min_slot)
        market = (await self._state.current()).market(symbol, "symbol")
        after = paging.decode(page.cursor, 2)
        async with self._stored.read() as connection:
            rows = await repository.losses(connection, market.index, page, after)
            since = await repository.known_since(connection, "liquidations")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq, row.step_index))
        return MarketLiquidationList(
            symbol=symbol,
            items=[views.liquidation_row(market.parameters, row) for row in shown],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.market(symbol).feed,
            **self._fresh.stamp(),
        )

    async def candles(
        self,
        symbol: str,
        *,
        resolution: Resolution,
        source: CandleSource,
        page: PageQuery,
        min_slot: int | None,
    ) -> CandleList:
        """Candles, the live bucket included."""
        await self._fresh.reach(min_slot)
        market = (await self._state.current()).market(symbol, "symbol")
        after = paging.decode(page.cursor, 1)
        async with self._stored.read() as connection:
            rows = await repository.candle_rows(
                connection,
                market.index,
                source=source,
                resolution=resolution,
                page=page,
                after=after,
            )
            since = await repository.known_since(connection, "candles")
        now, length = self._clock(), RESOLUTION_MS[resolution]
        shown, following = paging.cut(rows, page, lambda row: (row.t_ms,))
        items = [views.candle_row(market.parameters, row, length, now) for row in shown]
        return CandleList(
            symbol=symbol,
            resolution=resolution,
            source=source,
            items=items,
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.market(symbol).feed,
            **self._fresh.stamp(),
        )

    async def recent_candles(self, symbol: str, resolution: str, source: str, limit: int) -> list[Candle]:
        """The last buckets, newest first, as the store and the bus know them together."""
        market = (await self._state.current()).market(symbol)
        page = PageQuery(limit=limit, cursor=None, start_ms=None, end_ms=None)
        async with self._stored.read() as connection:
            rows = await repository.candle_rows(
                connection,
                market.index,
                source=source,
                resolution=resolution,
                page=page,
                after=None,
            )
        now, length = self._clock(), RESOLUTION_MS[resolution]
        found = {row.t_ms: views.candle_row(market.parameters, row, length, now) for row in rows}
        for candle in self._board.market(symbol).candles.get((resolution, source), []):
            found[candle.t_ms] = views.candle_message(market.parameters, candle)
        return [found[t_ms] for t_ms in sorted(found, reverse=True)[:limit]]

    async def funding(self, symbol: str, page: PageQuery, min_slot: int | None) -> FundingRateList:
        """Hourly rates."""
        await self._fresh.reach(min_slot)
        market = (await self._state.current()).market(symbol, "symbol")
        after = paging.decode(page.cursor, 1)
        async with self._stored.read() as connection:
            rows = await repository.funding_rows(connection, market.index, page, after)
            hours = [row.hour_ms for row in rows]
            marks = await repository.hour_opens(connection, market.index, "mark", hours)
            indices = await repository.hour_opens(connection, market.index, "index", hours)
            since = await repository.known_since(connection, "funding_rates")
        shown, following = paging.cut(rows, page, lambda row: (row.hour_ms,))
        made = [
            views.funding_row(market.parameters, row, marks.get(row.hour_ms), indices.get(row.hour_ms))
            for row in shown
        ]
        return FundingRateList(
            symbol=symbol,
            items=[item for item in made if item is not None],
            next_cursor=following,
            unknown_before_ms=since,
            feed=self._board.market(symbol).feed,
            **self._fresh.stamp(),
        )

    async def index_prices(self, symbol: str, page: PageQuery, min_slot: int | None) -> IndexPriceList:
        """Index prices that this gateway saw since it started, newest first."""
        await self._fresh.reach(min_slot)
        (await self._state.current()).market(symbol, "symbol")
        live = self._board.market(symbol)
        after = paging.decode(page.cursor, 1)
        end = min(each for each in (page.end_ms, after[0] if after else None, 2**62) if each is not None)
        chosen = [
            price
            for price in reversed(live.prices)
            if price.published_ms < end and price.published_ms >= (page.start_ms or 0)
        ]
        shown, following = paging.cut(chosen, page, lambda price: (price.published_ms,))
        return IndexPriceList(
            symbol=symbol,
            items=[views.index_price(price) for price in shown],
            next_cursor=following,
            unknown_before_ms=live.prices[0].published_ms if live.prices else self._clock(),
            feed=live.feed,
            **self._fresh.stamp(),
        )
