"""What each channel sends: the board, the store and the bus as the wire's objects."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState
from quantdesk.gateway.markets import views
from quantdesk.gateway.markets.board import Board, LiveMarket
from quantdesk.gateway.markets.service import MarketService
from quantdesk.gateway.problems import DependencyAway, Problem
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.status.service import StatusService
from quantdesk.gateway.stream import merging
from quantdesk.gateway.stream.accounts import AccountChannel
from quantdesk.gateway.stream.hub import Hub
from quantdesk.gateway.stream.topics import Data, Topic, TopicKey
from quantdesk.infra.bus.messages import BookDelta, Candle, ChainFill, LiquidationStep, Price

RECENT_TRADES = 100
RECENT_PRICES = 100
RECENT_CANDLES = 500
TICKER_S = 0.1
STATUS_S = 1.0
_FIRST_PAGE = PageQuery(limit=RECENT_TRADES, cursor=None, start_ms=None, end_ms=None)
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ChannelContext:
    """What channels share."""

    hub: Hub
    board: Board
    state: ExchangeState
    markets: MarketService
    clock: ClockMs

    async def check_market(self, key: TopicKey) -> None:
        """Raise Problem for an unknown market."""
        (await self.state.current()).market(key.market or "")

    def stamp(self, topic: Topic) -> None:
        """Set what the topic's next message says about its moment."""
        topic.stamp.slot = self.board.slot
        market = topic.key.market
        topic.stamp.feed = self.board.market(market).feed if market else self.board.feed


class MarketChannel:
    """Base of channels with one topic a market."""

    permanent = True
    has_feed = True

    def __init__(self, context: ChannelContext) -> None:
        self.context = context

    async def check(self, key: TopicKey) -> None:
        """Raise Problem for an unknown market."""
        await self.context.check_market(key)


class BookChannel(MarketChannel):
    """`book`: numbered by the book account itself."""

    merge = staticmethod(merging.merge_book)

    async def publish(self, live: LiveMarket, delta: BookDelta) -> None:
        """Send a delta, or everything when the book was read anew."""
        topic = self.context.hub.topic(TopicKey("book", market=live.symbol))
        self.context.stamp(topic)
        topic.stamp.slot = delta.slot
        continues = not delta.snapshot and topic.epoch == delta.epoch and topic.seq == delta.prev_seq
        parameters = (await self.context.state.current()).market(live.symbol).parameters
        if continues:
            topic.publish(_book_data(parameters, delta.bids, delta.asks), seq=delta.seq)
        else:
            data = _book_data(parameters, live.book.sorted_bids(), live.book.sorted_asks())
            topic.restart(data, epoch=live.book.epoch, seq=live.book.seq)

    async def snapshot(self, topic: Topic) -> Data:
        """Every level."""
        symbol = topic.key.market or ""
        parameters = (await self.context.state.current()).market(symbol).parameters
        book = self.context.board.market(symbol).book
        if not book.synced:
            raise DependencyAway(
                f"The book of {symbol} is not known yet: the indexer has not sent it.",
                code="dependency_away",
                dependency="indexer",
                retry_after_ms=1_000,
            )
        self.context.stamp(topic)
        topic.epoch, topic.seq = book.epoch, book.seq
        return _book_data(parameters, book.sorted_bids(), book.sorted_asks())


def _book_data(parameters: Any, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> Data:
    return {
        "bids": views.levels_view(parameters, sorted(bids, reverse=True)),
        "asks": views.levels_view(parameters, sorted(asks)),
    }


class TradeChannel(MarketChannel):
    """`trades`: the tape; the last ones are held so that a snapshot needs no store."""

    merge = staticmethod(merging.merge_trades)
    name = "trades"
    liquidations = False

    def __init__(self, context: ChannelContext) -> None:
        super().__init__(context)
        self._recent: dict[str, deque[dict[str, Any]]] = {}
        self._newest: dict[str, tuple[int, int]] = {}

    async def publish(self, fill: ChainFill) -> None:
        """Send one fill, once."""
        key = (fill.event_seq, fill.fill_index)
        if key <= self._newest.get(fill.symbol, (0, -1)):
            return
        self._newest[fill.symbol] = key
        market = (await self.context.state.current()).market(fill.symbol)
        trade = _plain(views.trade_message(market.parameters, fill))
        self._of(fill.symbol).appendleft(trade)
        self.send(fill.symbol, fill.slot, self.update(trade))

    def send(self, symbol: str, slot: int, data: Data) -> None:
        """Publish what happened in ``slot``."""
        topic = self.context.hub.topic(TopicKey(self.name, market=symbol))
        self.context.stamp(topic)
        topic.stamp.slot = slot
        topic.publish(data)

    def update(self, trade: dict[str, Any]) -> Data:
        """One trade as an update's data."""
        return {"trades": [trade]}

    def recent(self, symbol: str) -> Data:
        """What is held, as a snapshot's data."""
        return {"trades": list(self._of(symbol))}

    async def reload(self) -> None:
        """Read the last trades of every market anew."""
        for market in (await self.context.state.current()).exchange.markets:
            found = await self.context.markets.trades(
                market.symbol, _FIRST_PAGE, None, liquidations=self.liquidations
            )
            trades = [_plain(trade) for trade in found.items]
            self._recent[market.symbol] = deque(trades, maxlen=RECENT_TRADES)
            if found.items:
                seq, index = found.items[0].id.split("-")
                self._newest[market.symbol] = (int(seq), int(index))
            topic = self.context.hub.topic(TopicKey(self.name, market=market.symbol))
            self.context.stamp(topic)
            topic.restart(self.recent(market.symbol))

    async def snapshot(self, topic: Topic) -> Data:
        """The last trades."""
        self.context.stamp(topic)
        return self.recent(topic.key.market or "")

    def _of(self, symbol: str) -> deque[dict[str, Any]]:
        return self._recent.setdefault(symbol, deque(maxlen=RECENT_TRADES))


class LiquidationChannel(TradeChannel):
    """`liquidations`: the trades of the tape whose taker a keeper sold, and the steps that left no trade."""

    merge = staticmethod(merging.merge_liquidations)
    name = "liquidations"
    liquidations = True

    def __init__(self, context: ChannelContext) -> None:
        super().__init__(context)
        self._steps: dict[str, deque[dict[str, Any]]] = {}
        self._newest_step: dict[str, tuple[int, int]] = {}

    async def publish_step(self, step: LiquidationStep) -> None:
        """Send one step, once."""
        key = (step.event_seq, step.step_index)
        if key <= self._newest_step.get(step.symbol, (0, -1)):
            return
        self._newest_step[step.symbol] = key
        market = (await self.context.state.current()).market(step.symbol)
        shown = _plain(views.liquidation_row(market.parameters, step))
        self._steps_of(step.symbol).appendleft(shown)
        self.send(step.symbol, step.slot, {"trades": [], "steps": [shown]})

    async def reload(self) -> None:
        """Read the last trades and steps of every market anew."""
        for market in (await self.context.state.current()).exchange.markets:
            found = await self.context.markets.liquidations(market.symbol, _FIRST_PAGE, None)
            steps = [_plain(step) for step in found.items]
            self._steps[market.symbol] = deque(steps, maxlen=RECENT_TRADES)
            if steps:
                seq, index = steps[0]["id"].split("-")
                self._newest_step[market.symbol] = (int(seq), int(index))
        await super().reload()

    def update(self, trade: dict[str, Any]) -> Data:
        """One trade as an update's data."""
        return {"trades": [trade], "steps": []}

    def recent(self, symbol: str) -> Data:
        """What is held, as a snapshot's data."""
        return super().recent(symbol) | {"steps": list(self._steps_of(symbol))}

    def _steps_of(self, symbol: str) -> deque[dict[str, Any]]:
        return self._steps.setdefault(symbol, deque(maxlen=RECENT_TRADES))

    async def publish(self, fill: ChainFill) -> None:
        """Send the fill if it is of a liquidation."""
        if fill.liquidation:
            await super().publish(fill)


class TickerChannel(MarketChannel):
    """`ticker`: the whole object, at most ten times a second."""

    merge = staticmethod(merging.merge_latest)

    def __init__(self, context: ChannelContext) -> None:
        super().__init__(context)
        self._touched: set[str] = set()

    def touch(self, symbol: str) -> None:
        """Something of the ticker changed."""
        self._touched.add(symbol)

    def touch_all(self) -> None:
        """Everything may have changed."""
        self._touched |= {live.symbol for live in self.context.board.markets()}

    async def run(self) -> None:
        """Send what was touched, on a cadence."""
        while True:
            await asyncio.sleep(TICKER_S)
            touched, self._touched = self._touched, set()
            for symbol in touched:
                topic = self.context.hub.topic(TopicKey("ticker", market=symbol))
                if not topic.readers:
                    continue
                try:
                    data = await self.snapshot(topic)
                except Problem as problem:
                    _log.info("ticker waits", market=symbol, reason=problem.detail)
                    continue
                topic.publish(data)

    async def snapshot(self, topic: Topic) -> Data:
        """The present numbers."""
        market = (await self.context.state.current()).market(topic.key.market or "")
        ticker = _plain(await self.context.markets.ticker_of(market))
        self.context.stamp(topic)
        return ticker


class CandleChannel(MarketChannel):
    """`candles`: buckets as they grow; topics exist only while somebody looks."""

    permanent = False
    merge = staticmethod(merging.merge_candles)

    async def publish(self, candle: Candle) -> None:
        """Send one bucket's new state."""
        key = TopicKey("candles", market=candle.symbol, resolution=candle.resolution, source=candle.source)
        topic = self.context.hub.existing(key)
        if topic is None:
            return
        market = (await self.context.state.current()).market(candle.symbol)
        self.context.stamp(topic)
        topic.publish({"candles": [_plain(views.candle_message(market.parameters, candle))]})

    async def reload(self) -> None:
        """Send fresh snapshots to everyone who follows candles."""
        for live in self.context.board.markets():
            live.candles.clear()
        for topic in self.context.hub.topics_of("candles"):
            topic.restart(await self.snapshot(topic))

    async def snapshot(self, topic: Topic) -> Data:
        """The last buckets."""
        key = topic.key
        candles = await self.context.markets.recent_candles(
            key.market or "", key.resolution or "", key.source or "", RECENT_CANDLES
        )
        self.context.stamp(topic)
        return {"candles": [_plain(candle) for candle in candles]}


class PriceChannel(MarketChannel):
    """`prices`: index prices with their sources."""

    merge = staticmethod(merging.merge_prices)

    def publish(self, price: Price) -> None:
        """Send one price."""
        topic = self.context.hub.topic(TopicKey("prices", market=price.symbol))
        self.context.stamp(topic)
        topic.publish({"prices": [_plain(views.index_price(price))]})

    async def snapshot(self, topic: Topic) -> Data:
        """The last prices that this gateway saw."""
        self.context.stamp(topic)
        prices = list(self.context.board.market(topic.key.market or "").prices)[-RECENT_PRICES:]
        return {"prices": [_plain(views.index_price(price)) for price in reversed(prices)]}


class StatusChannel:
    """`status`: how the exchange is, once a second."""

    permanent = True
    has_feed = True
    merge = staticmethod(merging.merge_latest)

    def __init__(self, context: ChannelContext, status: StatusService) -> None:
        self.context = context
        self._status = status

    async def check(self, key: TopicKey) -> None:
        """There is one such topic."""

    async def snapshot(self, topic: Topic) -> Data:
        """The present status."""
        self.context.stamp(topic)
        return _plain(self._status.report())

    async def run(self) -> None:
        """Send it on a cadence while somebody listens."""
        topic = self.context.hub.topic(TopicKey("status"))
        while True:
            await asyncio.sleep(STATUS_S)
            if topic.readers:
                topic.publish(await self.snapshot(topic))


@dataclass(slots=True)
class Channels:
    """Every channel of the socket."""

    books: BookChannel
    trades: TradeChannel
    liquidations: LiquidationChannel
    tickers: TickerChannel
    candles: CandleChannel
    prices: PriceChannel
    accounts: AccountChannel
    status: StatusChannel

    def register(self, hub: Hub) -> None:
        """Serve them all."""
        hub.add_source("book", self.books)
        hub.add_source("trades", self.trades)
        hub.add_source("liquidations", self.liquidations)
        hub.add_source("ticker", self.tickers)
        hub.add_source("candles", self.candles)
        hub.add_source("prices", self.prices)
        hub.add_source("account", self.accounts)
        hub.add_source("status", self.status)


def _plain(model: Any) -> dict[str, Any]:
    fields: dict[str, Any] = model.model_dump()
    return fields
