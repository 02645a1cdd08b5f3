"""The engine that needs no key: the grammar."""

from __future__ import annotations

import time
from collections import deque

from quantdesk.mikey.grammar import Outcome, View, parse
from quantdesk.mikey.models.port import EngineState

REMEMBERED = 1_000


class DeterministicEngine:
    """Rules alone: exact, free, and the same answer every time."""

    def __init__(self) -> None:
        self._calls = 0
        self._latencies_ms: deque[float] = deque(maxlen=REMEMBERED)

    async def read(self, text: str, view: View, now_ms: int) -> Outcome:
        """The grammar's outcome."""
        began = time.perf_counter()
        outcome = parse(text, view, now_ms)
        self._latencies_ms.append((time.perf_counter() - began) * 1_000)
        self._calls += 1
        return outcome

    def state(self) -> EngineState:
        """Never unavailable, never costs anything."""
        latencies = sorted(self._latencies_ms)
        return EngineState(
            provider="quantdesk",
            model="grammar",
            tasks=("parse", "chat"),
            available=True,
            calls=self._calls,
            failures=0,
            latency_p50_ms=_quantile(latencies, 50),
            latency_p99_ms=_quantile(latencies, 99),
            cost_usd="0",
        )


def _quantile(ordered: list[float], percent: int) -> float | None:
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 3)
