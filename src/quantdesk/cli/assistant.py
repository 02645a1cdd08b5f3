"""`quantdesk ask "..."`: words to MIKEY, and the ticket that comes back."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdesk.cli.output import EXIT_REFUSED, JsonFlag, print_json
from quantdesk.cli.session import GatewayOption, WalletOption, run_with_client
from quantdesk.sdk.client import Client
from quantdesk.sdk.models import Parsed, Sent


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(rich_help_panel="Trading")(ask)


def ask(
    words: Annotated[str, typer.Argument(help='Such as "long 2 sol at market".')],
    yes: Annotated[bool, typer.Option("--yes", help="Confirm the ticket without asking.")] = False,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask MIKEY; a ticket is shown first and only signed when you confirm it."""

    async def work(client: Client) -> tuple[Parsed, list[Sent]]:
        parsed = await client.ask(words)
        if parsed.ticket_id is None or (as_json and not yes):
            return parsed, []
        if not yes:
            print(parsed.text)
            typer.confirm("Sign and send?", abort=True)
        return parsed, await client.confirm(parsed)

    parsed, sent = run_with_client(work, gateway, wallet)
    if as_json:
        print_json({"parsed": parsed, "sent": sent})
    elif sent:
        for each in sent:
            print(f"{each.state} in slot {each.slot}: {each.signature}")
    else:
        print(parsed.text)
        for choice in parsed.choices:
            print(f"  - {choice}")
    if parsed.kind == "refused":
        raise typer.Exit(EXIT_REFUSED)
