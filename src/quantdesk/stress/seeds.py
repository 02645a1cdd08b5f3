"""One scenario with several seeds: how far what was found hangs on the crowd that a seed draws.

Each seed runs in a process of its own, as many at once as there are cores.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from decimal import Decimal

import msgspec

from quantdesk.domain.units import decimal_text
from quantdesk.stress.errors import ScenarioInvalid
from quantdesk.stress.report import Report
from quantdesk.stress.run import Run, Series
from quantdesk.stress.scenario import Scenario

MOST_SEEDS = 100

Say = Callable[[int, int], None]
"""Told (seeds done, all seeds)."""


class Spread(msgspec.Struct, frozen=True):
    """One figure over all seeds: a count, or USDC as exact text. ``median``: of two, the higher."""

    figure: str
    lowest: str
    median: str
    highest: str
    highest_seed: int


class SeedsReport(msgspec.Struct, frozen=True):
    """What every seed found, and how it spreads. ``worst_seed``: whose losses were the worst for others."""

    seeds: list[int]
    spreads: list[Spread]
    worst_seed: int
    reports: list[Report]


def seeds_of(text: str) -> list[int]:
    """``1-8`` or ``3,5,9``. Raises ``ScenarioInvalid``."""
    try:
        seeds = [seed for part in text.split(",") for seed in _range(part)]
    except ValueError:
        raise ScenarioInvalid(f"seeds are {text!r}; write a range such as 1-8, or 3,5,9") from None
    if len(set(seeds)) != len(seeds) or not 2 <= len(seeds) <= MOST_SEEDS:
        raise ScenarioInvalid(f"seeds are {text!r}; it takes 2 to {MOST_SEEDS} different ones")
    return seeds


def _range(part: str) -> Sequence[int]:
    low, dash, high = part.partition("-")
    return range(int(low), int(high if dash else low) + 1)[: MOST_SEEDS + 1]


def play_seeds(scenario: Scenario, seeds: Sequence[int], say: Say) -> tuple[SeedsReport, Series]:
    """Run every seed. The report, and the series of its worst seed. Raises what a run raises."""
    played = dict(_played(scenario, seeds, say))
    reports = [played[seed][0] for seed in seeds]
    worst = max(reports, key=_losses).seed
    spreads = [_spread(figure, reports, value) for figure, value in FIGURES.items()]
    return SeedsReport(list(seeds), spreads, worst, reports), played[worst][1]


def _played(
    scenario: Scenario, seeds: Sequence[int], say: Say
) -> Iterator[tuple[int, tuple[Report, Series]]]:
    workers = min(len(seeds), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        found = {pool.submit(_play, replace(scenario, seed=seed)): seed for seed in seeds}
        try:
            for done, each in enumerate(as_completed(found), 1):
                yield found[each], each.result()
                say(done, len(seeds))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _play(scenario: Scenario) -> tuple[Report, Series]:
    run = Run(scenario)
    gc.freeze()  # what was made so far stays: collections need not walk it again and again
    return run.play(), run.series


def _stage(name: str, field: str) -> Callable[[Report], Decimal]:
    def value(report: Report) -> Decimal:
        return Decimal(getattr(next(each for each in report.stages if each.stage == name), field))

    return value


FIGURES: dict[str, Callable[[Report], Decimal]] = {
    "liquidated accounts": lambda report: Decimal(report.liquidated_accounts),
    "liquidated into the book": _stage("liquidate", "moved"),
    "taken over": _stage("take_over", "moved"),
    "bankrupt accounts": lambda report: Decimal(report.losses.bankrupt_accounts),
    "insurance received": lambda report: Decimal(report.insurance.received),
    "insurance paid for bankrupt": lambda report: Decimal(report.insurance.paid_to_bankrupt),
    "most bad debt open at once": lambda report: Decimal(report.losses.worst_open),
    "bad debt open at the end": lambda report: Decimal(report.losses.open),
    "deleveraged accounts": lambda report: Decimal(report.losses.deleveraged_accounts),
    "taken by deleveraging": lambda report: Decimal(report.losses.deleveraged_loss),
    "worst loss of an innocent account": lambda report: Decimal(report.losses.worst_innocent_loss),
}
"""What is compared between seeds; accounts are counted, the rest is USDC."""


def _spread(figure: str, reports: Sequence[Report], value: Callable[[Report], Decimal]) -> Spread:
    values = [value(report) for report in reports]
    lowest, median, highest = min(values), statistics.median_high(values), max(values)
    seed = reports[values.index(highest)].seed
    return Spread(figure, decimal_text(lowest), decimal_text(median), decimal_text(highest), seed)


def _losses(report: Report) -> tuple[Decimal, ...]:
    """What others bear, the gravest first: innocent accounts, debt that nobody paid, insurance."""
    names = ("worst loss of an innocent account", "bad debt open at the end", "insurance paid for bankrupt")
    return tuple(FIGURES[name](report) for name in (*names, "most bad debt open at once"))
