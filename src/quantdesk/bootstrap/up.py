"""Brings the whole box up: checks, chain, exchange, services, and the address when the terminal is ready."""

from __future__ import annotations

import asyncio
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from quantdesk.bootstrap import processes
from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.bootstrap.deployment import prepare_exchange
from quantdesk.bootstrap.ports import Ports, require_free
from quantdesk.bootstrap.settings import Settings
from quantdesk.bootstrap.supervisor import Part, Supervisor
from quantdesk.infra.store import migrate

Say = Callable[[str], None]
OPEN_FILES = 16_384


class Box:
    """One exchange on this machine, from an open data directory to a ready terminal."""

    def __init__(self, settings: Settings, data: DataDir, say: Say) -> None:
        self._settings = settings
        self._data = data
        self._say = say
        self._ports = Ports(settings.port_offset)
        self._began = time.monotonic()

    async def run(self) -> None:
        """Start everything and stay until SIGINT or SIGTERM. Raises what a part could not recover from."""
        require_free(self._settings.host, self._ports)
        _allow_open_files()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for what in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(what, stop.set)
        settings = self._settings
        async with Supervisor(
            self._data.logs, settings.log_bytes, settings.log_files, self._say
        ) as supervisor:
            working = asyncio.ensure_future(self._start_and_watch(supervisor))
            stopping = asyncio.ensure_future(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if working.done():
                working.result()
            working.cancel()
            self._say("stopping ...")
        self._say("stopped; nothing was lost: `make run` goes on from here")

    async def _start_and_watch(self, supervisor: Supervisor) -> None:
        watching = asyncio.ensure_future(supervisor.wait())
        starting = asyncio.ensure_future(self._start(supervisor))
        done, _ = await asyncio.wait({watching, starting}, return_when=asyncio.FIRST_COMPLETED)
        if watching in done:
            starting.cancel()
        else:
            try:
                starting.result()
            finally:
                if not starting.exception():
                    await watching
        await watching

    async def _start(self, supervisor: Supervisor) -> None:
        ports, settings = self._ports, self._settings
        migrating = asyncio.ensure_future(migrate(database_url(settings, self._data)))
        ingestion = self._service("ingestion", ports.ingestion)
        if not settings.bus_url:
            await self._step(supervisor, processes.broker(self._data, ports))
        if not settings.rpc_url:
            await self._step(
                supervisor, processes.service("localnet", settings, f"http://127.0.0.1:{ports.rpc}")
            )
        await migrating
        await supervisor.launch(ingestion)
        await prepare_exchange(settings, self._data, self._say)
        parts = [
            self._service("indexer", ports.indexer),
            self._service("mikey", ports.mikey),
            self._service("gateway", ports.gateway),
            self._service("keepers", ports.keepers),
        ]
        for part in parts:
            await supervisor.launch(part)
        for part in (ingestion, *parts):
            await supervisor.wait_ready(part, within_s=60)
            self._say(f"{part.name:<10} ready  {self._seconds()}")
        self._announce()

    async def _step(self, supervisor: Supervisor, part: Part) -> None:
        await supervisor.start(part)
        self._say(f"{part.name:<10} ready  {self._seconds()}")

    def _service(self, name: str, port: int) -> Part:
        return processes.service(name, self._settings, f"http://127.0.0.1:{port}/ready")

    def _seconds(self) -> str:
        return f"{time.monotonic() - self._began:5.1f} s"

    def _announce(self) -> None:
        terminal = self._settings.public_url or f"http://localhost:{self._ports.terminal}"
        self._say(f"\n  QuantDesk is ready after {self._seconds().strip()}:  {terminal}\n")
        self._say(
            f"API http://localhost:{self._ports.gateway}/v1   logs {_shown(self._data.logs)}   Ctrl-C stops"
        )


def database_url(settings: Settings, data: DataDir) -> str:
    """The store's SQLAlchemy URL."""
    return settings.database_url or f"sqlite+aiosqlite:///{data.store}"


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _allow_open_files() -> None:
    """1,000 sockets and more need more files than a shell's default of 1,024 (macOS: 256)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
