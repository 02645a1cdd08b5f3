"""One part of a box in a process of its own, as the supervisor runs it: to be killed by tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from nats_process import NatsProcess

BOX_PORTS = (3003, 3004, 8899, 8900)
MOST_OFFSET = 40_000


def free_offset() -> int:
    """A port offset at which the ports of these tests are free."""
    while True:
        with contextlib.ExitStack() as stack:
            probe = stack.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            offset = int(probe.getsockname()[1]) - BOX_PORTS[0]
            if not 0 < offset <= MOST_OFFSET:
                continue
            try:
                for port in BOX_PORTS[1:]:
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return offset


class PartProcess:
    """``python -m quantdesk.bootstrap.part NAME`` with the settings of one data directory."""

    def __init__(self, name: str, *, data_dir: Path, offset: int, nats: NatsProcess, **settings: str) -> None:
        self._name = name
        self._log = data_dir / f"{name}.test.log"
        self._environment = os.environ | {
            "QUANTDESK_DATA_DIR": str(data_dir),
            "QUANTDESK_PORT_OFFSET": str(offset),
            "QUANTDESK_BUS_URL": nats.url,
            "QUANTDESK_BUS_TOKEN": nats.token,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "quantdesk.bootstrap.part",
                self._name,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def end(self, number: signal.Signals) -> None:
        """Send ``number`` and wait."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, as the power does."""
        await self.end(signal.SIGKILL)

    def log(self) -> str:
        """What it said last."""
        return self._log.read_text()[-3000:]


@contextlib.asynccontextmanager
async def part(
    name: str, *, data_dir: Path, offset: int, nats: NatsProcess, **settings: str
) -> AsyncIterator[PartProcess]:
    """A started part; killed when the test ends."""
    process = PartProcess(name, data_dir=data_dir, offset=offset, nats=nats, **settings)
    await process.start()
    try:
        yield process
    finally:
        await process.kill()
