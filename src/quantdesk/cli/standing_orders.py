"""Commands about what goes on while one is away: stops, take-profits, keys that trade for the wallet."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated, Any

import typer

from quantdesk.cli.output import JsonFlag, print_json, print_table
from quantdesk.cli.session import GatewayOption, OwnerOption, SubOption, WalletOption, run_with_client
from quantdesk.cli.trading import PANEL, Side, Status, report

HOUR_MS = 3_600_000


class Kind(StrEnum):
    STOP = "stop"
    TAKE_PROFIT = "take_profit"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    triggers = typer.Typer(help="Stop and take-profit orders.", no_args_is_help=True)
    triggers.command("place")(place)
    triggers.command("cancel")(cancel)
    triggers.command("list")(list_triggers)
    app.add_typer(triggers, name="trigger", rich_help_panel=PANEL)
    delegates = typer.Typer(help="Keys that may trade for the wallet.", no_args_is_help=True)
    delegates.command("set")(set_delegate)
    delegates.command("revoke")(revoke)
    delegates.command("list")(list_delegates)
    app.add_typer(delegates, name="delegate", rich_help_panel=PANEL)


def place(
    kind: Kind,
    side: Annotated[Side, typer.Argument(help="sell closes a long, buy a short.")],
    size: Annotated[str, typer.Argument(help="Base units, such as 2 or 0.05.")],
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    at: Annotated[str, typer.Option("--at", help="Mark price at which it fires.")],
    price: Annotated[str | None, typer.Option(help="Limit price; without one: at market.")] = None,
    cancels: Annotated[str | None, typer.Option(help="Id of the trigger that goes when this fires.")] = None,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Let an order wait for the mark price; it only shrinks the open position and dies with it."""
    fields: dict[str, Any] = {"price": price, "cancels": cancels}
    sent = run_with_client(
        lambda client: client.place_trigger(market.upper(), kind.value, side.value, size, at, **fields),
        gateway,
        wallet,
        owner,
        sub,
    )
    report(sent, as_json)


def cancel(
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    trigger_id: Annotated[str | None, typer.Option("--id", help="One; else all of the market.")] = None,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Cancel one trigger, or all of a market."""
    sent = run_with_client(
        lambda client: client.cancel_trigger(market.upper(), trigger_id), gateway, wallet, owner
    )
    report(sent, as_json)


def list_triggers(
    status: Status = Status.OPEN,
    market: Annotated[str | None, typer.Option(help="Only this market.")] = None,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    owner: OwnerOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List what waits for the mark price, or what fired or ended (--status closed), newest first."""
    symbol = market.upper() if market else None
    found = run_with_client(lambda client: client.triggers(status.value, symbol), gateway, wallet, owner)
    if as_json:
        print_json(found)
        return
    names: tuple[str, ...] = ("id", "market", "kind", "side", "size", "trigger_price", "price", "cancels")
    if status is not Status.OPEN:
        names = (*names[:-1], "status", "reason", "filled", "average_price")
    empty = "no trigger waits" if status is Status.OPEN else "no trigger yet"
    print_table(names, [tuple(each[name] for name in names) for each in found], empty)


def set_delegate(
    delegate: Annotated[str, typer.Argument(help="The key that may trade.")],
    max_order: Annotated[str, typer.Option(help="Largest order, USDC.")],
    max_position: Annotated[str, typer.Option(help="Largest position with its orders, USDC.")],
    daily: Annotated[str, typer.Option(help="Notional a day (UTC), USDC.")],
    hours: Annotated[int, typer.Option(min=1, help="Until it expires.")] = 24,
    market: Annotated[list[str] | None, typer.Option(help="Only these; may be repeated.")] = None,
    reduce_only: Annotated[bool, typer.Option("--reduce-only", help="Only reduce positions.")] = False,
    can_transfer: Annotated[
        bool, typer.Option("--can-transfer", help="May move money between own sub-accounts.")
    ] = False,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a key trade for the wallet within limits. It can never withdraw."""
    limits: dict[str, Any] = {
        "max_order_notional": max_order,
        "max_position_notional": max_position,
        "daily_notional": daily,
        "markets": [each.upper() for each in market] if market else None,
        "reduce_only": reduce_only,
        "can_transfer": can_transfer,
    }
    expires_at_ms = time.time_ns() // 1_000_000 + hours * HOUR_MS
    sent = run_with_client(
        lambda client: client.set_delegate(delegate, expires_at_ms, **limits), gateway, wallet
    )
    report(sent, as_json)


def revoke(
    delegate: Annotated[str, typer.Argument(help="The key.")],
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a key's rights away."""
    report(run_with_client(lambda client: client.revoke_delegate(delegate), gateway, wallet), as_json)


def list_delegates(
    gateway: GatewayOption = None, wallet: WalletOption = None, as_json: JsonFlag = False
) -> None:
    """List who may trade for the wallet."""
    found = run_with_client(lambda client: client.delegates(), gateway, wallet)
    if as_json:
        print_json(found)
        return
    limits = ("max_order_notional", "max_position_notional", "daily_notional", "used_today")
    rows = [
        (
            each["delegate"],
            "expired" if each["expired"] else "yes",
            " ".join(each["markets"]),
            *(each[name] for name in limits),
        )
        for each in found
    ]
    print_table(("delegate", "may trade", "markets", *limits), rows, "nobody else may trade")
