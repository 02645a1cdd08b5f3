"""The commands that act at once: authorities, guardian, pauses, market status; and what there is."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated

import typer

from quantdesk.cli.admin import change_commands, proposals, units
from quantdesk.cli.admin.office import Manner, Office
from quantdesk.cli.admin.session import DryRun, KeyOption, RpcOption, Yes, run
from quantdesk.cli.output import JsonFlag, print_json, print_table
from quantdesk.program import instructions, parameters
from quantdesk.program.layouts import Exchange
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
    for command in (show, pause, unpause, guardian):
        admin.command()(command)
    admin.command("propose-authority")(propose_authority)
    admin.command("accept-authority")(accept_authority)
    admin.command("market-status")(market_status)
    change_commands.register(admin)
    app.add_typer(admin, name="admin", rich_help_panel=PANEL)


def show(rpc: RpcOption = None, as_json: JsonFlag = False) -> None:
    """Who governs, what is paused, the timelock, and every market's parameters."""

    async def work(office: Office) -> None:
        exchange = await office.exchange()
        facts = {
            "admin": str(exchange.admin),
            "pending admin": str(exchange.pending_admin) if any(bytes(exchange.pending_admin)) else "-",
            "guardian": str(exchange.guardian),
            "opened": "yes" if exchange.opened else "no",
            "paused": units.paused(exchange.paused),
            "withdrawals paused until": units.moment(exchange.withdrawals_paused_until),
            "timelock": parameters.DURATION.show(exchange.timelock_s),
            "last change": str(exchange.change_seq),
        }
        markets = {
            market.symbol: proposals.words_of(parameters.market_values(parameters.params_of(market)))
            | {"status": market.status_name, "source": parameters.SOURCES[market.source]}
            for market in exchange.markets
        }
        if as_json:
            print_json({"exchange": facts, "markets": markets})
            return
        print_table(("exchange", str(office.venue.exchange)), list(facts.items()), "")
        names = list(next(iter(markets.values()), {}))
        rows = [(name, *(words.get(name, "-") for words in markets.values())) for name in names]
        print_table(("parameter", *markets), rows, "no market")

    run(work, rpc, None)


def propose_authority(
    admin: Annotated[str, typer.Argument(help="The next admin's address, or `nobody`.")],
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Name the next admin, who has to accept."""
    address = "1" * 32 if admin == "nobody" else admin

    async def work(office: Office) -> None:
        wanted = instructions.propose_authority(office.venue, office.key, proposals.key("admin", address))
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def accept_authority(
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Become admin: sign with the key that was proposed."""

    async def work(office: Office) -> None:
        wanted = instructions.accept_authority(office.venue, office.key)
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def guardian(
    address: Annotated[str, typer.Argument(help="The next guardian's address.")],
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Replace the guardian, signed by the guardian; the admin of an open exchange queues it instead."""

    async def work(office: Office) -> None:
        wanted = instructions.set_guardian(office.venue, office.key, proposals.key("guardian", address))
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def pause(
    what: Annotated[list[What], typer.Argument(help="What to refuse from now on.")],
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Refuse something at once: admin or guardian. Withdrawals for three days of seven at most."""

    async def work(office: Office) -> None:
        bits = _paused_now(await office.exchange()) | sum(each.bit for each in set(what))
        wanted = instructions.set_pause(office.venue, office.key, bits)
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def unpause(
    what: Annotated[list[What], typer.Argument(help="What to allow again.")],
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Allow something again: the admin. Matching rests for a minute first."""

    async def work(office: Office) -> None:
        bits = _paused_now(await office.exchange()) & ~sum(each.bit for each in set(what))
        wanted = instructions.set_pause(office.venue, office.key, bits)
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def market_status(
    market: Annotated[str, typer.Argument(help="Such as SOL-PERP.")],
    status: Annotated[str, typer.Argument(help="post-only or reduce-only.")],
    rpc: RpcOption = None,
    key: KeyOption = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: JsonFlag = False,
) -> None:
    """Restrict a market at once: admin or guardian. Loosen or settle it with `queue status`."""
    word = status.replace("-", "_")

    async def work(office: Office) -> None:
        units.known(word, MARKET_STATUS)
        found = proposals.market_named(await office.exchange(), market)
        chosen = MarketStatus(MARKET_STATUS.index(word))
        wanted = instructions.set_market_status(office.venue, office.key, found.index, chosen)
        await office.act([wanted], Manner(dry_run, yes, as_json))

    run(work, rpc, key)


def _paused_now(exchange: Exchange) -> int:
    """Bits in force: a pause of withdrawals ends by itself."""
    over = time.time() >= exchange.withdrawals_paused_until
    return exchange.paused & ~(Pause.WITHDRAWALS if over else 0)
