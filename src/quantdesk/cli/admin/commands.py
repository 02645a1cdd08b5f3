"""The commands that act at once: authorities, guardian, pauses, market status; and what there is."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

import typer

from quantdesk.cli.admin import change_commands, proposals, units
from quantdesk.cli.admin.office import Office
from quantdesk.cli.admin.session import command
from quantdesk.cli.output import print_json, print_table
from quantdesk.program import instructions, parameters
from quantdesk.program.addresses import token_account
from quantdesk.program.layouts.exchange import MARKET_STATUS
from quantdesk.program.records import MarketStatus, Pause

PANEL = "The box"


class What(StrEnum):
    """What a pause refuses."""

    TRADING = "trading"
    WITHDRAWALS = "withdrawals"
    ADMISSION = "admission"
    LIQUIDATION = "liquidation"

    @property
    def bit(self) -> int:
        """Its bit."""
        return int(getattr(Pause, self.name))


def register(app: typer.Typer) -> None:
    """Add `admin` and its commands to ``app``."""
    admin = typer.Typer(
        help="Govern the exchange: authorities, pauses, timelocked changes.", no_args_is_help=True
    )
    command(admin, "show", show, signs=False)
    command(admin, "pause", pause)
    command(admin, "unpause", unpause)
    command(admin, "guardian", guardian)
    command(admin, "propose-authority", propose_authority)
    command(admin, "accept-authority", accept_authority)
    command(admin, "market-status", market_status)
    command(admin, "sweep-fees", sweep_fees)
    command(admin, "insure", insure)
    change_commands.register(admin)
    app.add_typer(admin, name="admin", rich_help_panel=PANEL)


async def show(office: Office) -> None:
    """Who governs, what is paused, the timelock, and every market's parameters."""
    exchange = await office.exchange()
    facts = {
        "admin": str(exchange.admin),
        "pending admin": str(exchange.pending_admin) if any(bytes(exchange.pending_admin)) else "-",
        "guardian": str(exchange.guardian),
        "opened": "yes" if exchange.opened else "no",
        "paused": units.paused(exchange.pauses(time.time())),
        "withdrawals paused until": units.moment(exchange.withdrawals_paused_until),
        "timelock": parameters.DURATION.show(exchange.timelock_s),
        "last change": str(exchange.change_seq),
    }
    markets = {
        market.symbol: proposals.words_of(parameters.market_values(parameters.params_of(market)))
        | {"status": market.status_name, "source": parameters.SOURCES[market.source]}
        for market in exchange.markets
    }
    if office.manner.as_json:
        print_json({"exchange": facts, "markets": markets})
        return
    print_table(("exchange", str(office.venue.exchange)), list(facts.items()), "")
    names = list(dict.fromkeys(name for words in markets.values() for name in words))
    rows = [(name, *(words.get(name, "-") for words in markets.values())) for name in names]
    print_table(("parameter", *markets), rows, "no market")


async def propose_authority(
    office: Office, admin: Annotated[str, typer.Argument(help="The next admin's address, or `nobody`.")]
) -> None:
    """Name the next admin, who has to accept."""
    address = "1" * 32 if admin == "nobody" else admin
    wanted = instructions.propose_authority(office.venue, office.key, proposals.key("admin", address))
    await office.act([wanted])


async def accept_authority(office: Office) -> None:
    """Become admin: sign with the key that was proposed."""
    wanted = instructions.accept_authority(office.venue, office.key)
    await office.act([wanted])


async def guardian(
    office: Office, address: Annotated[str, typer.Argument(help="The next guardian's address.")]
) -> None:
    """Replace the guardian, signed by the guardian; the admin of an open exchange queues it instead."""
    wanted = instructions.set_guardian(office.venue, office.key, proposals.key("guardian", address))
    await office.act([wanted])


async def pause(
    office: Office, what: Annotated[list[What], typer.Argument(help="What to refuse from now on.")]
) -> None:
    """Refuse something at once: admin or guardian. Withdrawals for three days of seven at most."""
    bits = (await office.exchange()).pauses(time.time()) | sum(each.bit for each in set(what))
    wanted = instructions.set_pause(office.venue, office.key, bits)
    await office.act([wanted])


async def unpause(
    office: Office, what: Annotated[list[What], typer.Argument(help="What to allow again.")]
) -> None:
    """Allow something again: the admin. Matching rests for a minute first."""
    bits = (await office.exchange()).pauses(time.time()) & ~sum(each.bit for each in set(what))
    wanted = instructions.set_pause(office.venue, office.key, bits)
    await office.act([wanted])


async def market_status(
    office: Office,
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    status: Annotated[str, typer.Argument(help="post-only or reduce-only.")],
) -> None:
    """Restrict a market at once: admin or guardian. Loosen or settle it with `queue status`."""
    word = status.replace("-", "_")
    units.known(word, MARKET_STATUS)
    found = proposals.market_named(await office.exchange(), market)
    chosen = MarketStatus(MARKET_STATUS.index(word))
    wanted = instructions.set_market_status(office.venue, office.key, found.index, chosen)
    await office.act([wanted])


async def sweep_fees(
    office: Office,
    amount: Annotated[str, typer.Argument(help="USDC.")],
    to: Annotated[str | None, typer.Option(help="Wallet that gets them; default: the admin's.")] = None,
) -> None:
    """Take collected fees out to a wallet's own token account: the admin."""
    atoms = units.read(parameters.USDC, "amount", amount)
    mint = (await office.exchange()).collaterals[0].mint
    owner = proposals.key("to", to) if to else office.key
    made = instructions.create_token_account(office.key, owner, mint)
    swept = instructions.sweep_fees(office.venue, office.key, token_account(owner, mint), mint, atoms)
    await office.act([made, swept])


async def insure(office: Office, amount: Annotated[str, typer.Argument(help="USDC.")]) -> None:
    """Give to the insurance fund out of the key's own token account. Any key may; there is no way back."""
    atoms = units.read(parameters.USDC, "amount", amount)
    mint = (await office.exchange()).collaterals[0].mint
    made = instructions.create_token_account(office.key, office.key, mint)
    source = token_account(office.key, mint)
    given = instructions.deposit_insurance(office.venue, office.key, source, mint, atoms)
    await office.act([made, given])
