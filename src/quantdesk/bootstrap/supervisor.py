"""Starts the parts of the box, keeps them alive, and ends them all together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.handlers
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MAX_CRASHES = 5
CRASH_WINDOW_S = 60.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 8.0
STOP_GRACE_S = 8.0
TAIL_LINES = 15


class PartGaveUp(RuntimeError):
    """A part crashed too often: carries its name and the end of its log."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the box: ``ready`` is polled until it answers True."""

    name: str
    command: tuple[str, ...]
    ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Running:
    part: Part
    log: logging.Handler
    crashes: deque[float] = field(default_factory=deque)
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=TAIL_LINES))
    process: asyncio.subprocess.Process | None = None
    keeper: asyncio.Task[None] | None = None
    restarts: int = 0


class Supervisor:
    """Parts in their own process groups, each with a rotating log, restarted with backoff.

    A part that crashes more than five times in a minute stops the whole box: PartGaveUp.
    """

    def __init__(
        self, logs: Path, log_bytes: int, log_files: int, say: Callable[[str], None] = lambda text: None
    ) -> None:
        self._logs = logs
        self._log_bytes = log_bytes
        self._log_files = log_files
        self._say = say
        self._running: dict[str, _Running] = {}
        self._guard: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._gave_up: asyncio.Future[PartGaveUp] | None = None

    async def __aenter__(self) -> Supervisor:
        self._gave_up = asyncio.get_running_loop().create_future()
        self._guard = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "quantdesk.bootstrap.guard",
            stdin=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, part: Part, ready_within_s: float = 60.0) -> None:
        """Start ``part`` and wait until it is ready. Raises PartGaveUp or TimeoutError."""
        await self.launch(part)
        await self.wait_ready(part, ready_within_s)

    async def launch(self, part: Part) -> None:
        """Start ``part`` and keep it alive from now on, without waiting for it."""
        log = logging.handlers.RotatingFileHandler(
            self._logs / f"{part.name}.log", maxBytes=self._log_bytes, backupCount=self._log_files - 1
        )
        running = _Running(part, log)
        self._running[part.name] = running
        await self._spawn(running)
        running.keeper = asyncio.create_task(self._keep(running), name=f"keep {part.name}")

    async def wait_ready(self, part: Part, within_s: float) -> None:
        """Wait until ``part`` answers ready. Raises PartGaveUp or TimeoutError with its log's end."""
        deadline = time.monotonic() + within_s
        while not await part.ready():
            if self._gave_up is not None and self._gave_up.done():
                raise self._gave_up.result()
            if time.monotonic() > deadline:
                raise TimeoutError(
                    f"{part.name} was not ready within {within_s:.0f} s\n{self._end_of(part.name)}"
                )
            await asyncio.sleep(0.05)

    async def wait(self) -> None:
        """Run until a part gives up: raises PartGaveUp."""
        if self._gave_up is None:
            raise RuntimeError("the supervisor was not entered")
        raise await asyncio.shield(self._gave_up)

    async def stop(self) -> None:
        """End every part, newest first: SIGTERM, then SIGKILL after a grace period."""
        self._stopping = True
        for running in reversed(self._running.values()):
            await self._end(running)
            running.log.close()
        self._running.clear()
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            await self._guard.wait()
            self._guard = None

    def pids(self) -> dict[str, int]:
        """Part -> pid, of those that run now."""
        return {name: r.process.pid for name, r in self._running.items() if r.process is not None}

    def restarts(self) -> dict[str, int]:
        """Part -> how often it was restarted."""
        return {name: running.restarts for name, running in self._running.items()}

    async def _spawn(self, running: _Running) -> None:
        running.process = await asyncio.create_subprocess_exec(
            *running.part.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **running.part.environment},
            start_new_session=True,
            limit=1 << 20,
        )
        await self._tell_guard(f"+{running.process.pid}\n")

    async def _tell_guard(self, line: str) -> None:
        if self._guard is None or self._guard.stdin is None:
            return
        with contextlib.suppress(ConnectionError):  # a dead guard must not take the box down with it
            self._guard.stdin.write(line.encode())
            await self._guard.stdin.drain()

    async def _keep(self, running: _Running) -> None:
        pause = FIRST_PAUSE_S
        while True:
            born = time.monotonic()
            code = await self._follow(running)
            if self._stopping:
                return
            now = time.monotonic()
            if now - born > CRASH_WINDOW_S:
                pause = FIRST_PAUSE_S
            running.crashes.append(now)
            while running.crashes and now - running.crashes[0] > CRASH_WINDOW_S:
                running.crashes.popleft()
            if len(running.crashes) > MAX_CRASHES:
                self._give_up(running, code)
                return
            self._say(f"{running.part.name} ended with {_reason(code)}; restarting in {pause:.2g} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)
            running.restarts += 1
            await self._spawn(running)

    def _give_up(self, running: _Running, code: int) -> None:
        if self._gave_up is not None and not self._gave_up.done():
            self._gave_up.set_result(
                PartGaveUp(
                    f"{running.part.name} crashed {len(running.crashes)} times in a minute "
                    f"(last with {_reason(code)})\n{self._end_of(running.part.name)}"
                )
            )

    def _end_of(self, name: str) -> str:
        lines = "\n".join(f"    {line}" for line in self._running[name].tail)
        return f"  the end of {self._logs / (name + '.log')}:\n{lines or '    (empty)'}"

    async def _follow(self, running: _Running) -> int:
        process = running.process
        if process is None or process.stdout is None:
            raise RuntimeError(f"{running.part.name} has no process to follow")
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line over the limit: asyncio dropped it, the next one is whole
                continue
            if not line:
                break
            text = line.decode(errors="replace").rstrip("\n")
            running.tail.append(text)
            running.log.emit(logging.LogRecord(running.part.name, logging.INFO, "", 0, text, None, None))
        code = await process.wait()
        await self._tell_guard(f"-{process.pid}\n")
        return code

    async def _end(self, running: _Running) -> None:
        process = running.process
        if process is not None and process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(asyncio.shield(process.wait()), STOP_GRACE_S)
            except TimeoutError:
                self._say(f"{running.part.name} did not stop within {STOP_GRACE_S:.0f} s; killing it")
                _signal_group(process.pid, signal.SIGKILL)
                await process.wait()
        if running.keeper is not None:
            running.keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running.keeper


def _signal_group(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, what)


def _reason(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
