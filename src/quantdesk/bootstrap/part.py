"""Runs one service in this process: ``python -m quantdesk.bootstrap.part gateway``.

The supervisor and the command line both come through here. SIGTERM and SIGINT end the service cleanly.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop

from quantdesk.bootstrap.data_dir import DataDirError
from quantdesk.bootstrap.errors import ServiceRefused
from quantdesk.bootstrap.settings import Settings, SettingsError, load_settings
from quantdesk.infra.telemetry import configure_logging

SERVICES = ("localnet", "indexer", "ingestion", "keepers", "mikey", "gateway")


def service(name: str, settings: Settings) -> Coroutine[Any, Any, None]:
    """The service called ``name``, composed from ``settings`` and ready to be awaited.

    Only that service is imported: a process pays for nothing that it does not run.
    """
    from quantdesk.bootstrap import compose

    make = getattr(compose, name, None) if name in SERVICES else None
    if make is None:
        raise SettingsError(f"no service is called {name!r}; there are {', '.join(SERVICES)}")
    made: Coroutine[Any, Any, None] = make(settings)
    return made


async def _until_told_to_stop(running: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(running)
    loop = asyncio.get_running_loop()
    for what in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(what, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def run(name: str, settings: Settings) -> None:
    """Run the service until a signal ends it. Its own errors come through."""
    configure_logging(name, settings.log_level)
    uvloop.run(_until_told_to_stop(service(name, settings)))


def main() -> int:
    """Command line of one part; exit code 1 for what its user can mend, 2 for a wrong name or setting."""
    try:
        run(sys.argv[1] if len(sys.argv) > 1 else "", load_settings())
    except SettingsError as error:
        sys.stderr.write(f"quantdesk: {error}\n")
        return 2
    except (ServiceRefused, DataDirError) as error:
        sys.stderr.write(f"quantdesk {sys.argv[1]}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
