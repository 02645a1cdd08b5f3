"""The one interface of every engine.

A language model writes the same command language that users write; its words go through the same grammar
and can
gain nothing by it. It never sees a key, never names the account and never signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from quantdesk.mikey.grammar.outcome import Outcome
from quantdesk.mikey.grammar.view import View


@dataclass(frozen=True, slots=True)
class EngineState:
    """What ``GET /models`` shows of one engine. Latencies in milliseconds, None before the first call."""

    provider: str
    model: str
    tasks: tuple[str, ...]
    available: bool
    calls: int
    failures: int
    latency_p50_ms: float | None
    latency_p99_ms: float | None
    cost_usd: str


class Engine(Protocol):
    """From a text to its meaning."""

    async def read(self, text: str, view: View, now_ms: int) -> Outcome:
        """The meaning of ``text``."""
        ...

    def state(self) -> EngineState:
        """How it has done so far."""
        ...
