"""Is the gateway alive, are its dependencies, and how fresh is what it shows."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.service import paused_words, status_word
from quantdesk.gateway.exchange.state import ExchangeState
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.status.schemas import Dependency, Health, Ready
from quantdesk.gateway.stream.schemas import FeedStatus, StatusData

CHECK_S = 2.0
INDEXER_SILENT_MS = 5_000
Check = Callable[[], Awaitable[str | None]]
"""None when the dependency answers, else why not."""
REQUIRED: frozenset[str] = frozenset({"store", "rpc", "exchange", "bus", "indexer"})
"""MIKEY may be away while trading goes on."""
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _State:
    reason: str | None
    since_ms: int


class StatusService:
    """Asks each dependency on a cadence and at `/ready`; the indexer is judged by when it last spoke."""

    def __init__(
        self,
        checks: dict[str, Check],
        *,
        state: ExchangeState,
        board: Board,
        metrics: Metrics,
        clock: ClockMs,
    ) -> None:
        self._checks = {**checks, "indexer": self._indexer}
        self._state = state
        self._board = board
        self._metrics = metrics
        self._clock = clock
        self._started_ms = clock()
        self._states: dict[str, _State] = {}
        self._rpc_ms: int | None = None
        self._version = version("quantdesk")

    def health(self) -> Health:
        """Alive."""
        return Health(status="ok", version=self._version, started_ms=self._started_ms)

    async def ready(self) -> Ready:
        """Ask every dependency now."""
        await self._ask_all()
        report = self._dependencies()
        return Ready(ready=all(each.ok for each in report if each.name in REQUIRED), dependencies=report)

    async def run(self) -> None:
        """Ask on a cadence until cancelled."""
        while True:
            await self._ask_all()
            await asyncio.sleep(CHECK_S)

    async def _ask_all(self) -> None:
        await asyncio.gather(*(self._ask(name, check) for name, check in self._checks.items()))

    async def _ask(self, name: str, check: Check) -> None:
        began = time.perf_counter()
        try:
            reason = await asyncio.wait_for(check(), CHECK_S)
        except TimeoutError:
            reason = f"no answer within {CHECK_S:g} s"
        if name == "rpc":
            self._rpc_ms = round((time.perf_counter() - began) * 1_000) if reason is None else None
        before = self._states.get(name)
        if before is None or (before.reason is None) != (reason is None):
            self._states[name] = _State(reason, self._clock())
            if reason is not None:
                _log.warning("dependency away", dependency=name, reason=reason)
            elif before is not None:
                _log.info("dependency back", dependency=name)
        else:
            before.reason = reason

    def _dependencies(self) -> list[Dependency]:
        return [
            Dependency(name=name, ok=state.reason is None, reason=state.reason, since_ms=state.since_ms)
            for name, state in sorted(self._states.items())
        ]

    def report(self) -> StatusData:
        """The `status` channel's object."""
        board, now = self._board, self._clock()
        feeds = []
        for live in board.markets():
            newest = live.prices[-1] if live.prices else None
            feeds.append(
                FeedStatus(
                    market=live.symbol,
                    feed=newest.feed if newest else None,
                    published_ms=newest.published_ms if newest else None,
                    age_ms=max(0, now - newest.published_ms) if newest else None,
                )
            )
        view = self._state.last
        chain = view.exchange if view else None
        paused = paused_words(chain, now // 1_000) if chain else []
        return StatusData(
            server_ms=now,
            slot=board.slot,
            event_seq=str(board.event_seq),
            chain_age_ms=max(0, now - board.slot_seen_ms) if board.slot_seen_ms else 0,
            indexer_lag_ms=board.indexer_lag_ms,
            rpc_ms=self._rpc_ms,
            exchange=status_word(chain, paused) if chain else None,
            paused=paused,
            deficit=usdc(chain.deficit) if chain else None,
            withdraw_rest_until_ms=chain.withdraw_rest_until * 1_000 or None if chain else None,
            feed=board.feed,
            feeds=feeds,
            dependencies=self._dependencies(),
        )

    async def _indexer(self) -> str | None:
        seen = self._board.indexer_seen_ms
        if seen is None:
            return "has not spoken since this gateway started"
        silent = self._clock() - seen
        return None if silent < INDEXER_SILENT_MS else f"silent for {silent // 1_000} s"

    def metrics(self) -> bytes:
        """Prometheus text."""
        return self._metrics.render()
