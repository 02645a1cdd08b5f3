"""Takes the bus in: keeps the board, publishes to topics. One task a subject; each survives everything.

After a `Resync` (the bus was away, or this reader was too slow) every part is read anew from its source and
followers get a snapshot, so that nobody shows what is no longer true.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState
from quantdesk.gateway.markets import repository
from quantdesk.gateway.markets.board import Board, LiveMarket
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.problems import Problem
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.stream.channels import Channels
from quantdesk.infra.bus import BadMessage, Bus, BusAway, NoAnswer, Resync
from quantdesk.infra.bus.messages import (
    CHAIN_EVENTS_SUBJECT,
    STATUS_SUBJECT,
    AccountChanged,
    BookDelta,
    Candle,
    ChainEvent,
    ChainFill,
    IndexerStatus,
    LiquidationStep,
    MarketState,
    Message,
    Price,
    SnapshotRequest,
    book_snapshot_subject,
)

M = TypeVar("M", bound=Message)
_log = structlog.get_logger(__name__)
RETRY_S = 0.5
SNAPSHOT_RETRY_S = 0.25
_ADMIN_EVENTS = frozenset(
    {
        "ExchangeInitialised",
        "ExchangeOpened",
        "CollateralAdded",
        "MarketCreated",
        "AccountGrown",
        "AuthoritiesSet",
        "PauseSet",
        "ChangeQueued",
        "ChangeApplied",
        "MarketStatusSet",
        "UnknownEvent",
    }
)
EventListener = Callable[[ChainEvent], None]


class Intake:
    """Everything that comes from the bus."""

    def __init__(
        self,
        *,
        bus: Bus,
        board: Board,
        channels: Channels,
        state: ExchangeState,
        stored: Stored,
        clock: ClockMs,
        metrics: Metrics,
    ) -> None:
        self._bus = bus
        self._board = board
        self._channels = channels
        self._state = state
        self._stored = stored
        self._clock = clock
        self._metrics = metrics
        self._wanting_book: set[str] = set()
        self._want_book = asyncio.Event()
        self.on_event: list[EventListener] = []

    async def run(self) -> None:
        """Follow every subject until cancelled."""
        async with asyncio.TaskGroup() as group:
            for coroutine in (
                self._follow("prices.*", Price, self._price),
                self._follow("market.*", MarketState, self._market, self._load_states),
                self._follow("fills.*", ChainFill, self._fill, self._reload_trades),
                self._follow("liquidations.*", LiquidationStep, self._channels.liquidations.publish_step),
                self._follow("candles.*", Candle, self._candle, self._channels.candles.reload),
                self._follow("book.*", BookDelta, self._book, self._resync_books),
                self._follow("account.*", AccountChanged, self._account, self._channels.accounts.reload),
                self._follow(CHAIN_EVENTS_SUBJECT, ChainEvent, self._event, self._forget_state),
                self._follow(STATUS_SUBJECT, IndexerStatus, self._status),
                self._fetch_books(),
            ):
                group.create_task(coroutine)

    async def _follow(
        self,
        pattern: str,
        kind: type[M],
        take: Callable[[M], Awaitable[None]],
        reload: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        subscription = await self._bus.subscribe(pattern, kind)
        must_reload = reload is not None
        while True:
            try:
                if must_reload and reload is not None:
                    await reload()
                    must_reload = False
                async for item in subscription:
                    if isinstance(item, Resync):
                        self._metrics.resyncs.inc()
                        must_reload = reload is not None
                        break
                    await take(item.message)
                else:
                    return
            except Problem as problem:
                _log.warning("intake waits", subject=pattern, reason=problem.detail)
                await asyncio.sleep(RETRY_S)
            except Exception:  # noqa: BLE001 - logged; one bad message must not stop the subject
                _log.exception("message not taken", subject=pattern)
                must_reload = reload is not None
                await asyncio.sleep(RETRY_S)

    async def _price(self, price: Price) -> None:
        if self._board.market(price.symbol).take_price(price):
            self._channels.prices.publish(price)

    async def _market(self, state: MarketState) -> None:
        live = self._board.market(state.symbol)
        if live.take_state(state):
            self._board.saw_event(state.event_seq)
            self._channels.tickers.touch(state.symbol)
            self._channels.accounts.mark_moved()

    async def _load_states(self) -> None:
        async with self._stored.read() as connection:
            rows = await repository.states(connection)
        for row in rows:
            live = self._board.market(row.symbol)
            live.last_ms = row.last_ms
            if row.index is not None:
                live.take_state(_state_of(row))
            self._board.saw_event(row.event_seq)
            self._board.saw_slot(row.slot, self._clock())
        self._channels.tickers.touch_all()

    async def _fill(self, fill: ChainFill) -> None:
        live = self._board.market(fill.symbol)
        live.last_ms = max(live.last_ms or 0, fill.ts_ms)
        await self._channels.trades.publish(fill)
        await self._channels.liquidations.publish(fill)
        self._channels.tickers.touch(fill.symbol)

    async def _reload_trades(self) -> None:
        await self._channels.trades.reload()
        await self._channels.liquidations.reload()

    async def _candle(self, candle: Candle) -> None:
        self._board.market(candle.symbol).take_candle(candle)
        await self._channels.candles.publish(candle)

    async def _book(self, delta: BookDelta) -> None:
        live = self._board.market(delta.symbol)
        if not delta.snapshot and live.book.is_old(delta):
            return
        if not live.book.apply(delta, self._clock()):
            self._want(delta.symbol)
            return
        self._board.saw_slot(delta.slot, self._clock())
        await self._channels.books.publish(live, delta)
        self._channels.tickers.touch(delta.symbol)

    def _want(self, symbol: str) -> None:
        self._wanting_book.add(symbol)
        self._want_book.set()

    async def _resync_books(self) -> None:
        view = await self._state.current()
        for market in view.exchange.markets:
            self._board.market(market.symbol).book.synced = False
            self._want(market.symbol)

    async def _fetch_books(self) -> None:
        while True:
            await self._want_book.wait()
            for symbol in sorted(self._wanting_book):
                try:
                    await self._fetch_book(symbol)
                except (BusAway, NoAnswer, BadMessage) as error:
                    _log.info("book not fetched yet", market=symbol, reason=str(error))
                    continue
                except Problem as problem:
                    _log.info("book not shown yet", market=symbol, reason=problem.detail)
                    continue
                except Exception:  # noqa: BLE001 - logged; one failed fetch must not stop the intake
                    _log.exception("book not fetched", market=symbol)
                    continue
                self._wanting_book.discard(symbol)
            if self._wanting_book:
                await asyncio.sleep(SNAPSHOT_RETRY_S)
            else:
                self._want_book.clear()

    async def _fetch_book(self, symbol: str) -> None:
        subject = book_snapshot_subject(symbol)
        snapshot = await self._bus.request(subject, SnapshotRequest(symbol=symbol), BookDelta)
        live: LiveMarket = self._board.market(symbol)
        if live.book.is_old(snapshot):
            return
        live.book.apply(snapshot, self._clock())
        await self._channels.books.publish(live, snapshot)

    async def _account(self, changed: AccountChanged) -> None:
        self._board.saw_slot(changed.slot, self._clock())
        await self._channels.accounts.changed(changed)

    async def _event(self, event: ChainEvent) -> None:
        self._board.saw_event(event.event_seq)
        self._board.saw_slot(event.slot, self._clock())
        if event.name in _ADMIN_EVENTS:
            self._state.forget()
        for listener in self.on_event:
            listener(event)

    async def _forget_state(self) -> None:
        self._state.forget()

    async def _status(self, status: IndexerStatus) -> None:
        now = self._clock()
        self._board.saw_slot(status.slot, now)
        self._board.saw_event(status.event_seq)
        self._board.indexer_lag_ms = status.lag_ms
        self._board.indexer_seen_ms = now


def _state_of(row: Any) -> MarketState:
    return MarketState(
        symbol=row.symbol,
        event_seq=row.event_seq,
        slot=row.slot,
        ts_ms=row.ts_ms,
        index=row.index,
        mark=row.mark or 0,
        confidence=row.confidence or 0,
        publish_ms=row.publish_ms or 0,
        best_bid=row.best_bid or 0,
        best_ask=row.best_ask or 0,
        last=row.last or 0,
        open_interest=row.open_interest or 0,
        funding_index=row.funding_index or 0,
        funding_rate=row.funding_rate or 0,
        next_rate=row.next_rate or 0,
    )
