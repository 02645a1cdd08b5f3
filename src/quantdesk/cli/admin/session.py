"""What the commands of `quantdesk admin` share: their options, and a connection with the key that signs."""

from __future__ import annotations

import asyncio
import inspect
import tomllib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from quantdesk.bootstrap.market_file import MarketFileError
from quantdesk.cli.admin.office import Manner, Office
from quantdesk.cli.admin.units import WordsInvalid
from quantdesk.cli.output import EXIT_UNREACHABLE, EXIT_USAGE, JsonFlag, complain

Work = Callable[..., Awaitable[None]]
"""A command: its first parameter is the office, the others are its own arguments and options."""

READING: dict[str, tuple[Any, Any]] = {
    "rpc": (
        Annotated[str | None, typer.Option("--rpc", help="Solana JSON-RPC; default: this machine's.")],
        None,
    ),
    "as_json": (JsonFlag, False),
}
SIGNING: dict[str, tuple[Any, Any]] = READING | {
    "key": (
        Annotated[
            Path | None, typer.Option("--key", help="Key file that signs; default: the box's admin key.")
        ],
        None,
    ),
    "dry_run": (Annotated[bool, typer.Option("--dry-run", help="Simulate and show; sign nothing.")], False),
    "yes": (Annotated[bool, typer.Option("--yes", help="Do not ask.")], False),
}
"""Option -> its type and default, the same on every command."""


def command(admin: typer.Typer, name: str, work: Work, *, signs: bool = True) -> None:
    """Add ``work`` to ``admin`` as the command ``name``, with the options of those that sign or only read."""
    options = SIGNING if signs else READING
    _, *own = inspect.signature(work, eval_str=True).parameters.values()
    added = [
        inspect.Parameter(option, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for option, (kind, default) in options.items()
    ]

    def run(**given: Any) -> None:
        chosen = {option: given.pop(option) for option in options}
        manner = Manner(chosen.get("dry_run", False), chosen.get("yes", False), chosen["as_json"])
        _open(lambda office: work(office, **given), chosen["rpc"], chosen.get("key"), manner)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own] + added
    run.__doc__ = work.__doc__
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    admin.command(name)(run)


def _open(
    work: Callable[[Office], Awaitable[None]], rpc: str | None, key: Path | None, manner: Manner
) -> None:
    """Let ``work`` act on the exchange of the settings; mistakes become a sentence and an exit code."""
    from quantdesk.bootstrap import compose
    from quantdesk.bootstrap.deployment import venue
    from quantdesk.bootstrap.settings import load_settings
    from quantdesk.infra.solana import NodeAway, SolanaRpc

    settings = load_settings()
    path = key or settings.data_dir / "keys" / "admin.json"

    async def session() -> None:
        async with SolanaRpc(rpc or compose.rpc_url(settings)) as client:
            await work(Office(client, venue(settings), path, manner))

    try:
        asyncio.run(session())
    except (WordsInvalid, MarketFileError, tomllib.TOMLDecodeError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_USAGE) from None
    except NodeAway as error:
        complain(f"{error}; is it running? `quantdesk doctor` says what is")
        raise typer.Exit(EXIT_UNREACHABLE) from None
