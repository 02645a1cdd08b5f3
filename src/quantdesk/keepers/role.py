"""What every keeper has in common: it tries again for ever and says what it waits for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

from quantdesk.domain.errors import DomainError
from quantdesk.infra.bus import BusError
from quantdesk.infra.solana import PreflightFailed, SolanaError, TransactionFailed
from quantdesk.keepers.config import Role
from quantdesk.keepers.errors import KeeperError
from quantdesk.keepers.measures import Measures
from quantdesk.program.errors import BytesError, explain

BACKOFF_FIRST_S = 0.25
BACKOFF_MOST_S = 5.0
EXPECTED = (SolanaError, BusError, KeeperError, BytesError, DomainError, OSError)
"""Troubles of the world outside; anything else is our own fault and ends the process."""
_log = structlog.get_logger(__name__)


class Duty:
    """The state of one role that `/ready` shows, and its retry loop."""

    def __init__(self, role: Role, measures: Measures) -> None:
        self.role = role
        self._measures = measures
        self._trouble: str | None = "not started yet"
        measures.idle.labels(role).set(1)

    def trouble(self) -> str | None:
        """What the role waits for; None while it acts."""
        return self._trouble

    def acting(self) -> None:
        """All is well again."""
        if self._trouble is not None:
            _log.info("keeper acts", role=self.role)
            self._trouble = None
            self._measures.idle.labels(self.role).set(0)

    def waiting(self, reason: str, kind: str) -> None:
        """The role cannot act now. Logged when the kind of trouble changes."""
        if self._trouble is None or self._trouble.split(":", 1)[0] != kind:
            _log.warning("keeper waits", role=self.role, reason=reason)
        self._trouble = f"{kind}: {reason}"
        self._measures.idle.labels(self.role).set(1)

    async def keep(self, act: Callable[[], Awaitable[None]]) -> None:
        """Call ``act`` again and again; it returns only by raising."""
        attempt = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await act()
            except EXPECTED as error:
                kind, reason = described(error)
                self._measures.failed.labels(self.role, kind).inc()
                self.waiting(reason, kind)
            attempt = 1 if loop.time() - began > BACKOFF_MOST_S else attempt + 1
            await asyncio.sleep(backoff_s(attempt))


def described(error: BaseException) -> tuple[str, str]:
    """Kind and reason; a failed transaction by the program's own error name and message."""
    if isinstance(error, PreflightFailed | TransactionFailed):
        failure = explain(error.err)
        return failure.name, failure.message
    return type(error).__name__, str(error)


def backoff_s(attempt: int) -> float:
    """Seconds before try ``attempt`` + 1: doubling, capped, with jitter over the upper half."""
    ceiling = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** min(attempt - 1, 16))
    return ceiling * (0.5 + random.random() / 2)  # noqa: S311 - jitter needs no secrecy
