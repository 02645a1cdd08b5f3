"""The commands about changes that wait out the timelock: queue, list, apply, cancel, create-market."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from quantdesk.bootstrap.errors import ServiceRefused
from quantdesk.bootstrap.market_file import read_market_entry
from quantdesk.bootstrap.parameters import market_params
from quantdesk.cli.admin import proposals, units
from quantdesk.cli.admin.office import Office
from quantdesk.cli.admin.proposals import Words, rows_of
from quantdesk.cli.admin.session import command
from quantdesk.cli.admin.units import WordsInvalid
from quantdesk.cli.output import print_json, print_table
from quantdesk.program import instructions
from quantdesk.program.changes import Change, GuardianChange, NewMarket, QueuedChange, kind_of
from quantdesk.program.layouts import Exchange


class Kind(StrEnum):
    """What a queued change is about."""

    MARKET = "market"
    PRICE_SOURCE = "price-source"
    FEES = "fees"
    COLLATERAL = "collateral"
    NEW_MARKET = "new-market"
    NEW_COLLATERAL = "new-collateral"
    STATUS = "status"
    EXCHANGE = "exchange"
    GUARDIAN = "guardian"


SUBJECTS = {Kind.FEES: 0, Kind.EXCHANGE: 0, Kind.NEW_MARKET: 0, Kind.STATUS: 2}
"""How many words a kind takes before name=value; one where it is not here."""


def register(admin: typer.Typer) -> None:
    """Add the commands to ``admin``."""
    command(admin, "queue", queue)
    command(admin, "list", list_changes, signs=False)
    command(admin, "apply", apply)
    command(admin, "cancel", cancel)
    command(admin, "create-market", create_market)
    command(admin, "add-collateral", add_collateral)


async def queue(
    office: Office,
    kind: Annotated[Kind, typer.Argument(help="What to change.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="A market, collateral, mint, status or address where the kind needs one, then name=value: "
            "initial_margin=5%, min_order_notional=20, vesting_s=10m."
        ),
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="TOML or JSON with the same names.")] = None,
) -> None:
    """Queue a change; it may be applied once the timelock is over."""
    subjects = [each for each in words or [] if "=" not in each]
    pairs = dict(each.split("=", 1) for each in words or [] if "=" in each)

    given = (_file_words(file) if file and kind is not Kind.NEW_MARKET else {}) | pairs
    exchange = await office.exchange()
    change = await _change(office, exchange, kind, subjects, given, file)
    seq = exchange.change_seq + 1
    wanted = instructions.queue_change(office.venue, office.key, office.key, seq, change)
    due = int(time.time()) + (exchange.timelock_s if exchange.opened else 0)
    rows = [*rows_of(exchange, change), ("may be applied", "-", units.moment(due))]
    await office.act([wanted], *rows)


async def _change(
    office: Office, exchange: Exchange, kind: Kind, subjects: list[str], given: Words, file: Path | None
) -> Change:
    wanted = SUBJECTS.get(kind, 1)
    if len(subjects) != wanted:
        raise WordsInvalid(f"{kind} takes {wanted} word(s) before name=value, got {subjects}")
    first, last = (subjects[0], subjects[-1]) if subjects else ("", "")
    decimals = await _decimals(office, first) if kind is Kind.NEW_COLLATERAL else 0
    makers: dict[Kind, Callable[[], Change]] = {
        Kind.MARKET: lambda: proposals.market_change(exchange, first, given),
        Kind.PRICE_SOURCE: lambda: proposals.price_source(exchange, first, given),
        Kind.FEES: lambda: proposals.fees(given),
        Kind.COLLATERAL: lambda: proposals.collateral_change(exchange, first, given),
        Kind.NEW_MARKET: lambda: _new_market(given, file),
        Kind.NEW_COLLATERAL: lambda: proposals.new_collateral(first, decimals, given),
        Kind.STATUS: lambda: proposals.status_change(exchange, first, last),
        Kind.EXCHANGE: lambda: proposals.exchange_change(exchange, given),
        Kind.GUARDIAN: lambda: GuardianChange(proposals.key("guardian", first)),
    }
    return makers[kind]()


def _new_market(given: Words, file: Path | None) -> NewMarket:
    """A market from a file with one entry as in `markets.toml`."""
    if file is None or "authority" not in given:
        raise WordsInvalid("new-market takes --file (an entry as in markets.toml) and authority=ADDRESS")
    return NewMarket(market_params(read_market_entry(file), proposals.key("authority", given["authority"])))


async def create_market(
    office: Office,
    file: Annotated[Path, typer.Option("--file", help="The entry that was queued, as in markets.toml.")],
    authority: Annotated[str, typer.Option(help="Signs the market's prices.")],
) -> None:
    """Create a market and its book, exactly as an applied `queue new-market` allows."""
    params = _new_market({"authority": authority}, file).params
    market = len((await office.exchange()).markets)
    wanted = instructions.create_market(office.venue, office.key, office.key, market, params)
    await office.act([wanted])
    if not office.manner.dry_run:
        await office.grow_book(market)


async def add_collateral(
    office: Office,
    mint: Annotated[str, typer.Argument(help="The token's mint.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(help="The name=value pairs that were queued."),
    ] = None,
) -> None:
    """Add a collateral and its vault, exactly as an applied `queue new-collateral` allows."""
    pairs = dict(_pair(each) for each in words or [])
    change = proposals.new_collateral(mint, await _decimals(office, mint), pairs)
    wanted = instructions.add_collateral(office.venue, office.key, office.key, change.mint, change.params)
    await office.act([wanted])


def _pair(word: str) -> tuple[str, str]:
    name, sign, value = word.partition("=")
    if not sign:
        raise WordsInvalid(f"{word!r} is no parameter: write name=value, such as deposit_cap=1000")
    return name, value


async def _decimals(office: Office, mint: str) -> int:
    found = (await office.rpc.get_account(proposals.key("mint", mint))).value
    if found is None or len(found.bytes) < 82:
        raise WordsInvalid(f"{mint} is no token mint")
    return found.bytes[44]


async def list_changes(office: Office) -> None:
    """The changes that wait, with what each would change."""
    exchange, waiting = await office.exchange(), await office.queued()
    now = int(time.time())
    if office.manner.as_json:
        print_json([_object(exchange, each, now) for each in waiting])
        return
    rows = [
        (each.seq, name, before, after, _state(exchange, each, now))
        for each in waiting
        for name, before, after in rows_of(exchange, each.change) or [("nothing", "-", "-")]
    ]
    print_table(("change", "parameter", "before", "after", "state"), rows, "no change waits")


async def apply(office: Office, seq: Annotated[int, typer.Argument(help="Number of the change.")]) -> None:
    """Apply a change that is due. Any key may."""
    waiting, exchange = await office.change(seq), await office.exchange()
    wanted = instructions.apply_change(office.venue, seq, waiting.payer)
    try:
        await office.act([wanted])
    except ServiceRefused as error:
        if "ChangeNotDue" not in str(error):
            raise
        due = units.moment(waiting.due(exchange))
        raise ServiceRefused(f"{error}\n  change: {seq}\n  expected: {due} or later") from None


async def cancel(office: Office, seq: Annotated[int, typer.Argument(help="Number of the change.")]) -> None:
    """Drop a queued change: admin or guardian, anyone once it has expired."""
    waiting = await office.change(seq)
    wanted = instructions.cancel_change(office.venue, office.key, seq, waiting.payer)
    gone = [(name, after, "dropped") for name, _, after in rows_of(await office.exchange(), waiting.change)]
    await office.act([wanted], *gone)


def _object(exchange: Exchange, each: QueuedChange, now: int) -> dict[str, Any]:
    rows = rows_of(exchange, each.change)
    changes = [{"parameter": name, "before": before, "after": after} for name, before, after in rows]
    state = _state(exchange, each, now)
    return {"seq": each.seq, "kind": kind_of(each.change), "state": state, "changes": changes}


def _state(exchange: Exchange, each: QueuedChange, now: int) -> str:
    """Due, waiting or expired by this machine's clock; the chain's decides."""
    words = {
        "due": "may be applied",
        "expired": "expired",
        "waiting": f"due {units.moment(each.due(exchange))}",
    }
    return words[each.state(exchange, now)]


def _file_words(path: Path) -> dict[str, str]:
    """The names and values of a TOML or JSON file, as they would be typed."""
    text = path.read_text()
    found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    return {name: str(value) for name, value in found.items()}
