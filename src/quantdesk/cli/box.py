"""Commands about the whole box: up, reset, doctor."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer

from quantdesk.bootstrap.settings import load_settings
from quantdesk.cli.output import EXIT_REFUSED, EXIT_UNREACHABLE, JsonFlag, complain, print_json

DataDirOption = Annotated[Path | None, typer.Option("--data-dir", help="Where everything is kept.")]
OffsetOption = Annotated[int | None, typer.Option("--port-offset", help="Moves every port of the box.")]
PANEL = "The box"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(rich_help_panel=PANEL)(up)
    app.command(rich_help_panel=PANEL)(reset)
    app.command(rich_help_panel=PANEL)(doctor)
    app.command(rich_help_panel=PANEL)(deploy)


def up(
    data_dir: DataDirOption = None,
    port_offset: OffsetOption = None,
    feed: Annotated[str | None, typer.Option(help="auto, live, replay or simulated.")] = None,
    host: Annotated[str | None, typer.Option(help="Address that the HTTP services bind to.")] = None,
) -> None:
    """Start the whole exchange and stay until Ctrl-C."""
    from quantdesk.bootstrap.data_dir import DataDir, DataDirError
    from quantdesk.bootstrap.deployment import DeploymentError
    from quantdesk.bootstrap.ports import PortTaken
    from quantdesk.bootstrap.processes import MissingBroker
    from quantdesk.bootstrap.supervisor import PartGaveUp
    from quantdesk.bootstrap.up import Box

    settings = load_settings(data_dir=data_dir, port_offset=port_offset, feed=feed, host=host)
    try:
        data = DataDir(settings.data_dir).open()
        with data.lock():
            asyncio.run(Box(settings, data, lambda text: print(text, flush=True)).run())
    except (DataDirError, PortTaken, MissingBroker, DeploymentError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_REFUSED) from None
    except (PartGaveUp, TimeoutError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_UNREACHABLE) from None


def reset(
    data_dir: DataDirOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete this box's chain, store, keys and logs, to begin anew (asks first)."""
    from quantdesk.bootstrap.data_dir import DataDir, DataDirError

    root = load_settings(data_dir=data_dir).data_dir.absolute()
    if not (root / "version").exists():
        print(f"{root} holds no QuantDesk data: nothing to reset")
        return
    try:
        with DataDir(root).lock():
            if not yes:
                print(
                    f"This deletes the chain, the store, the logs and all keys in {root}. There is no undo."
                )
                typer.confirm("Delete them?", abort=True)
            shutil.rmtree(root)
    except DataDirError as error:
        complain(str(error))
        raise typer.Exit(EXIT_REFUSED) from None
    print("done: the next `make run` makes a new exchange")


def deploy(
    data_dir: DataDirOption = None, port_offset: OffsetOption = None, as_json: JsonFlag = False
) -> None:
    """Put the program and the exchange of markets.toml on a running chain, whatever of them is missing.

    On this machine's localnet all of it; on another cluster (QUANTDESK_RPC_URL) the exchange must exist.
    """
    from quantdesk.bootstrap.data_dir import DataDir
    from quantdesk.bootstrap.deployment import DeploymentError, prepare_exchange
    from quantdesk.infra.solana import NodeAway

    settings = load_settings(data_dir=data_dir, port_offset=port_offset)
    data = DataDir(settings.data_dir).open()
    say = (lambda _: None) if as_json else print
    try:
        with data.lock():
            facts = asyncio.run(prepare_exchange(settings, data, say))
    except DeploymentError as error:
        complain(str(error))
        away = isinstance(error.__cause__, NodeAway)
        raise typer.Exit(EXIT_UNREACHABLE if away else EXIT_REFUSED) from None
    if as_json:
        print_json(facts)
        return
    print(f"program  {facts.program_id}")
    print(f"exchange {facts.exchange}")
    print(f"markets  {', '.join(market.symbol for market in facts.markets)}")


def doctor(as_json: JsonFlag = False) -> None:
    """Check every dependency and say how to mend each."""
    from quantdesk.bootstrap.doctor import examine

    checks = asyncio.run(examine(load_settings()))
    if as_json:
        print_json(checks)
    else:
        for check in checks:
            print(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<10} {check.found}")
            if not check.ok:
                print(f"                  fix: {check.fix}")
    if not all(check.ok for check in checks):
        raise typer.Exit(EXIT_UNREACHABLE)
