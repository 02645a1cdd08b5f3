"""`python -m quantdesk.localnet`: a localnet on its own, without the rest of QuantDesk."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from quantdesk.infra.telemetry import configure_logging
from quantdesk.localnet.app import serve
from quantdesk.localnet.config import LocalnetConfig
from quantdesk.localnet.errors import LocalnetError


def parse_arguments(arguments: list[str]) -> LocalnetConfig:
    """The configuration that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m quantdesk.localnet", description=__doc__)
    parser.add_argument("--data-dir", type=Path, required=True, help="where the chain is kept")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8899, help="JSON-RPC over HTTP")
    parser.add_argument("--ws-port", type=int, default=None, help="pubsub over WebSocket (default: port + 1)")
    parser.add_argument("--clock", choices=("real", "manual"), default="real")
    parser.add_argument("--max-database-bytes", type=int, default=None, help="quota on the database file")
    parser.add_argument(
        "--snapshot-every", type=int, default=10_000, help="log entries between two snapshots"
    )
    asked = parser.parse_args(arguments)
    return LocalnetConfig(**vars(asked))


async def run(config: LocalnetConfig) -> None:
    """Serve until SIGINT or SIGTERM, then write a last snapshot and end."""
    serving = asyncio.ensure_future(serve(config))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when stopped, 1 when it could not run; the reason goes to stderr."""
    config = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    configure_logging("localnet")
    try:
        import uvloop

        uvloop.run(run(config))
    except LocalnetError as error:
        sys.stderr.write(f"localnet: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
