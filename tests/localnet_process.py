"""A localnet of its own for a test: random ports, a temporary data directory, ended with the test."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

_START_SECONDS = 30.0


def free_port_pair() -> int:
    """A port that is free together with the one above it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


@dataclass
class LocalnetProcess:
    """A running localnet. `kill()` is SIGKILL; `start()` again takes up the same data directory and ports."""

    data_dir: Path
    port: int
    options: list[str] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    _ids: count[int] = field(default_factory=lambda: count(1))
    _client: httpx.AsyncClient | None = None

    @property
    def rpc_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port + 1}"

    @property
    def log_path(self) -> Path:
        return self.data_dir / "localnet.log"

    async def start(self) -> None:
        """Start and wait until it answers; an early end raises with what it said."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "quantdesk.localnet",
                "--data-dir",
                str(self.data_dir),
                "--port",
                str(self.port),
                *self.options,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=30)
        await self._wait_ready()

    async def _wait_ready(self) -> None:
        assert self.process is not None
        assert self._client is not None
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if self.process.returncode is not None:
                raise RuntimeError(
                    f"localnet ended with {self.process.returncode}: {self.log_path.read_text()[-3000:]}"
                )
            with contextlib.suppress(httpx.TransportError):
                if (await self._client.get(f"{self.rpc_url}/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.02)
        raise TimeoutError(
            f"localnet did not answer within {_START_SECONDS} s: {self.log_path.read_text()[-3000:]}"
        )

    async def kill(self) -> None:
        """SIGKILL, as the power does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, as `make run` does."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            os.kill(self.process.pid, number)
            await self.process.wait()

    async def close(self) -> None:
        """End the process and the client."""
        await self.stop()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def call(self, method: str, *params: Any) -> Any:
        """The whole answer to a call, `error` or `result`."""
        assert self._client is not None
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        return (await self._client.post(self.rpc_url, json=body)).json()

    async def rpc(self, method: str, *params: Any) -> Any:
        """The result of a call; an error answer raises."""
        answer = await self.call(method, *params)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]


@contextlib.asynccontextmanager
async def localnet(*options: str, data_dir: Path | None = None) -> AsyncIterator[LocalnetProcess]:
    """A localnet in a subprocess, e.g. `async with localnet("--clock", "manual") as net:`."""
    with tempfile.TemporaryDirectory(prefix="quantdesk-localnet-") as made:
        net = LocalnetProcess(data_dir or Path(made), free_port_pair(), list(options))
        try:
            await net.start()
            yield net
        finally:
            await net.close()
