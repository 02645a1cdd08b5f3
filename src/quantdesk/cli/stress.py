"""The command of the stress lab."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from quantdesk.cli.output import EXIT_REFUSED, EXIT_USAGE, JsonFlag, complain, print_json
from quantdesk.cli.stress_output import show, show_seeds

if TYPE_CHECKING:
    from quantdesk.stress.report import Report
    from quantdesk.stress.scenario import Cut, Scenario

PANEL = "Risk"
STEPS_SAID_EVERY_S = 10.0


def register(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command(rich_help_panel=PANEL)(stress)


def stress(
    prices: Annotated[list[Path], typer.Option(help="Parquet file: ts_ms, open, high, low, close.")],
    market: Annotated[list[str], typer.Option(help="The market of the --prices at the same place.")],
    traders: Annotated[int, typer.Option(help="How many traders.")] = 500,
    leverage: Annotated[str, typer.Option(help="One number, or a range such as 3-20.")] = "3-20",
    makers: Annotated[int, typer.Option(help="How many market makers.")] = 5,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same report. Default: 1.")] = None,
    seeds: Annotated[
        str | None,
        typer.Option(help="Several seeds, 1-8 or 3,5,9: prints lowest, median and highest of each figure."),
    ] = None,
    delay: Annotated[float, typer.Option(help="Seconds from what a keeper sees to what it does.")] = 1.0,
    merge: Annotated[int, typer.Option(help="Makes one candle of so many: a long history in less time.")] = 1,
    amplify: Annotated[float, typer.Option(help="Multiplies every log return of the history.")] = 1.0,
    stake: Annotated[int, typer.Option(help="Median deposit of a trader, USDC.")] = 1_000,
    depth: Annotated[int, typer.Option(help="What a maker quotes on each side, USDC.")] = 200_000,
    backstop: Annotated[int, typer.Option(help="What the liquidator may take positions over with, USDC.")] = (
        1_000_000
    ),
    long_share: Annotated[float, typer.Option(help="Share of the traders who would rather buy.")] = 0.55,
    insurance: Annotated[int, typer.Option(help="Insurance fund at the start, USDC.")] = 0,
    since: Annotated[datetime | None, typer.Option("--from", help="Begin at this time, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="End before this time, UTC.")] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="[MARKET.]NAME=VALUE: a parameter of markets.toml, or initial_margin."),
    ] = None,
    markets_file: Annotated[
        Path | None, typer.Option(help="Market parameters. Default: markets.toml.")
    ] = None,
    as_json: JsonFlag = False,
    plot: Annotated[Path | None, typer.Option(help="Write a picture of the run: PNG.")] = None,
) -> None:
    """Run the real program along a price history, and say who was liquidated and who paid.

    Several markets: repeat --prices and --market, in pairs.
    """
    from quantdesk.bootstrap.market_file import MarketFileError
    from quantdesk.bootstrap.program_file import ProgramFileError
    from quantdesk.stress.errors import SetUpFailed, StressError
    from quantdesk.stress.scenario import Crowd, Cut, leverage_range
    from quantdesk.stress.seeds import seeds_of

    if len(prices) != len(market):
        raise typer.BadParameter(f"{len(prices)} --prices and {len(market)} --market: they come in pairs")
    if seed is not None and seeds is not None:
        raise typer.BadParameter(f"--seed {seed} and --seeds {seeds}: give one of them")
    if plot is not None:
        _require_picture(plot)
    try:
        crowd = Crowd(traders, leverage_range(leverage), makers, stake, depth, backstop, long_share, delay)
        scenario = _scenario(
            list(zip(prices, market, strict=True)),
            setting or [],
            markets_file,
            Cut(_ms(since), _ms(until), merge),
            {"crowd": crowd, "amplify": amplify, "insurance": insurance, "seed": 1 if seed is None else seed},
        )
        if seeds is None:
            _run(scenario, as_json, plot)
        else:
            _run_seeds(scenario, seeds_of(seeds), as_json, plot)
    except (SetUpFailed, ProgramFileError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_REFUSED) from None
    except (StressError, MarketFileError) as error:
        complain(str(error))
        raise typer.Exit(EXIT_USAGE) from None


def _require_picture(path: Path) -> None:
    """That a picture can be written there, said before a long run and not after it."""
    folder = path.absolute().parent
    if path.suffix.lower() != ".png":
        raise typer.BadParameter(f"--plot {path}: the picture is a PNG; write {path.with_suffix('.png')}")
    if not folder.is_dir():
        raise typer.BadParameter(f"--plot {path}: there is no folder {path.parent}")
    if not os.access(folder, os.W_OK):
        raise typer.BadParameter(f"--plot {path}: the folder {path.parent} is not writable")


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.replace(tzinfo=UTC).timestamp() * 1_000)


def _scenario(
    pairs: list[tuple[Path, str]],
    settings: list[str],
    markets_file: Path | None,
    cut: Cut,
    rest: dict[str, Any],
) -> Scenario:
    from quantdesk.bootstrap.market_file import default_market_file, read_market_file
    from quantdesk.stress.scenario import History, Scenario, override, require_used, source_name

    file = read_market_file(markets_file or default_market_file())
    entries, histories = [], []
    for path, symbol in pairs:
        entries.append(override(file, symbol, settings))
        histories.append(History(source_name(path), cut.of(path)))
    require_used(entries, settings)
    return Scenario(file, tuple(entries), tuple(histories), **rest)


def _run(scenario: Scenario, as_json: bool, plot: Path | None) -> None:
    from quantdesk.stress.plot import draw
    from quantdesk.stress.run import Run

    began = time.perf_counter()
    run = Run(scenario)
    gc.freeze()  # what was made so far stays: collections need not walk it again and again
    report = _played(run.play)
    seconds = time.perf_counter() - began
    if as_json:
        print_json({"report": report, "seconds": round(seconds, 1)})
    else:
        show(report, seconds)
    if plot is not None:
        draw(report, run.series, plot)
        sys.stderr.write(f"picture: {plot}\n")
    _require_whole([report])


def _run_seeds(scenario: Scenario, seeds: list[int], as_json: bool, plot: Path | None) -> None:
    from quantdesk.stress.plot import draw
    from quantdesk.stress.seeds import play_seeds

    began = time.perf_counter()
    found, series = play_seeds(scenario, seeds, _say_each("seeds"))
    seconds = time.perf_counter() - began
    worst = next(report for report in found.reports if report.seed == found.worst_seed)
    if as_json:
        print_json({"report": found, "seconds": round(seconds, 1)})
    else:
        show_seeds(found, seconds)
    if plot is not None:
        draw(worst, series, plot)
        sys.stderr.write(f"picture of seed {worst.seed}, the worst for others: {plot}\n")
    _require_whole(found.reports)


def _require_whole(reports: list[Report]) -> None:
    if any(report.conservation.broken for report in reports):
        complain("an invariant broke: this is a defect of the program or of the lab; see `broken`")
        raise typer.Exit(EXIT_REFUSED)


def _played(play: Callable[[Callable[[int, int], None]], Report]) -> Report:
    """Play with a bar on a terminal, with a line now and then elsewhere; both on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        return play(_say_now_and_then())
    columns = (TextColumn("{task.completed}/{task.total} steps"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)
        return play(lambda done, steps: progress.update(task, completed=done, total=steps))


def _say_now_and_then() -> Callable[[int, int], None]:
    said = time.perf_counter()

    def say(done: int, steps: int) -> None:
        nonlocal said
        if time.perf_counter() - said > STEPS_SAID_EVERY_S:
            said = time.perf_counter()
            sys.stderr.write(f"{done} of {steps} steps ({100 * done // steps} %)\n")

    return say


def _say_each(what: str) -> Callable[[int, int], None]:
    return lambda done, of: print(f"{done} of {of} {what}", file=sys.stderr, flush=True)
