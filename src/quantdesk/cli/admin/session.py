"""What the commands of `quantdesk admin` share: their options, and a connection with the key that signs."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from quantdesk.bootstrap.market_file import MarketFileError
from quantdesk.cli.admin.office import Office
from quantdesk.cli.admin.units import WordsInvalid
from quantdesk.cli.output import EXIT_UNREACHABLE, EXIT_USAGE, complain

Result = TypeVar("Result")

RpcOption = Annotated[str | None, typer.Option("--rpc", help="Solana JSON-RPC; default: this machine's.")]
KeyOption = Annotated[
    Path | None, typer.Option("--key", help="Key file that signs; default: the box's admin key.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Simulate and show; sign nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def run(work: Callable[[Office], Awaitable[Result]], rpc: str | None, key: Path | None) -> Result:
    """Let ``work`` act on the exchange of the settings; mistakes become a sentence and an exit code."""
    from quantdesk.bootstrap import compose
    from quantdesk.bootstrap.deployment import venue
    from quantdesk.bootstrap.settings import load_settings
    from quantdesk.infra.solana import NodeAway, SolanaRpc

    settings = load_settings()
    path = key or settings.data_dir / "keys" / "admin.json"

    async def session() -> Result:
        async with SolanaRpc(rpc or compose.rpc_url(settings)) as client:
            return await work(Office(client, venue(settings), path))

    try:
        return asyncio.run(session())
    except (WordsInvalid, MarketFileError, tomllib.TOMLDecodeError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except NodeAway as error:
        complain(f"{error}; is it running? `quantdesk doctor` says what is")
        raise typer.Exit(EXIT_UNREACHABLE) from None
