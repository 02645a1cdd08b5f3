"""Commands about money between sub-accounts, the ledger slot, and what a position is worth as money."""

from __future__ import annotations

from typing import Annotated

import typer

from quantdesk.cli.output import JsonFlag
from quantdesk.cli.session import GatewayOption, SubOption, WalletOption, run_with_client
from quantdesk.cli.trading import PANEL, report

MarketArgument = Annotated[str, typer.Argument(help="Such as SOL-PERP.")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    for command in (transfer, realize, park, activate, settle):
        app.command(rich_help_panel=PANEL)(command)


def transfer(
    to_sub: Annotated[int, typer.Argument(min=0, max=255, help="Sub-account that gets the money.")],
    amount: str,
    asset: str = "USDC",
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Move money to another sub-account of the wallet."""
    sent = run_with_client(lambda client: client.transfer(to_sub, amount, asset), gateway, wallet, sub=sub)
    report(sent, as_json)


def realize(
    market: MarketArgument,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Turn a position's profit into balance without closing it; it vests before it can be withdrawn."""
    report(run_with_client(lambda client: client.realize(market.upper()), gateway, wallet, sub=sub), as_json)


def park(
    gateway: GatewayOption = None, wallet: WalletOption = None, sub: SubOption = 0, as_json: JsonFlag = False
) -> None:
    """Give the ledger slot up, without positions and orders; the money is parked."""
    report(run_with_client(lambda client: client.park(), gateway, wallet, sub=sub), as_json)


def activate(
    gateway: GatewayOption = None, wallet: WalletOption = None, sub: SubOption = 0, as_json: JsonFlag = False
) -> None:
    """Take a ledger slot with the parked money; a deposit does so by itself."""
    report(run_with_client(lambda client: client.activate(), gateway, wallet, sub=sub), as_json)


def settle(
    market: MarketArgument,
    gateway: GatewayOption = None,
    wallet: WalletOption = None,
    sub: SubOption = 0,
    as_json: JsonFlag = False,
) -> None:
    """Cancel orders, then close positions, of a market that settles, until it is settled. Anyone may."""
    sent = run_with_client(lambda client: client.settle_slots(market.upper()), gateway, wallet, sub=sub)
    report(sent, as_json)
