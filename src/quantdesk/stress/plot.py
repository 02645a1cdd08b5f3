"""One picture of a run: prices, what was liquidated, open interest, and who is left with the losses."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from quantdesk.stress.report import Report
from quantdesk.stress.run import Series
from quantdesk.stress.venue import ATOMS

BINS = 120
INCHES, DPI = (11.0, 9.0), 110
STAGES = {
    "liquidate": ("liquidated into the book", "#4c78a8"),
    "take_over": ("taken over", "#f2a541"),
    "auto_deleverage": ("deleveraged", "#c8453b"),
}
"""Stages that move positions: label and colour."""


def draw(report: Report, series: Series, path: Path) -> None:
    """Write the picture as PNG. Raises OSError where ``path`` cannot be written."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    prices, steps, interest, losses = figure.subplots(
        4, 1, sharex=True, gridspec_kw={"height_ratios": [3, 2, 1.5, 2]}
    )
    times = [_time(ms) for ms in series.ts_ms]
    _prices(prices, times, report, series)
    _steps(steps, report, series)
    interest.plot(times, _usdc(series.open_interest), color="#54865b", linewidth=1.2)
    _losses(losses, times, series)
    for axes, label in zip(
        (prices, steps, interest, losses),
        (_price_label(report), "USDC per bin", "open interest, USDC", "USDC"),
        strict=True,
    ):
        _dress(axes, label)
    figure.align_ylabels()
    figure.suptitle(_title(report), fontsize=11)
    figure.savefig(path, format="png")


def _time(ms: int) -> Any:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def _usdc(atoms: list[int]) -> Any:
    return np.array(atoms, float) / ATOMS


def _dress(axes: Any, label: str) -> None:
    axes.set_ylabel(label)
    axes.grid(visible=True, color="#e5e5e5", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.01)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 0.98), fontsize=8, frameon=False, ncols=4)


def _price_label(report: Report) -> str:
    return "price, USDC" if len(report.markets) == 1 else "price, % since the start"


def _prices(axes: Any, times: list[Any], report: Report, series: Series) -> None:
    """One market: its price and the index. Several: each as a change since the start."""
    prices, index = np.array(series.price), np.array(series.index)
    if len(report.markets) == 1:
        axes.plot(times, prices[:, 0], color="#222222", linewidth=1.2, label=report.markets[0].symbol)
        axes.plot(times, index[:, 0], color="#c8453b", linewidth=0.8, linestyle=":", label="index on chain")
        return
    for number, market in enumerate(report.markets):
        change = (prices[:, number] / market.first_price - 1) * 100
        axes.plot(times, change, linewidth=1.2, label=market.symbol)


def _steps(axes: Any, report: Report, series: Series) -> None:
    """Notional that left accounts in trouble, by the step that took it."""
    edges = np.linspace(report.from_ms, report.to_ms + 1, BINS + 1)
    middles = [_time(int(ms)) for ms in (edges[:-1] + edges[1:]) / 2]
    width = (report.to_ms - report.from_ms) / BINS / 86_400_000
    below = np.zeros(BINS)
    for stage, (label, colour) in STAGES.items():
        found = [(step.at_ms, moved) for step, moved in series.steps if step.stage == stage]
        if not found:
            continue
        moments, moved = zip(*found, strict=True)
        held, _ = np.histogram(np.minimum(moments, report.to_ms), bins=edges, weights=np.array(moved) / ATOMS)
        axes.bar(middles, held, width=width, bottom=below, color=colour, label=label)
        below += held


def _losses(axes: Any, times: list[Any], series: Series) -> None:
    axes.plot(times, _usdc(series.insurance), color="#4c78a8", linewidth=1.2, label="insurance")
    axes.plot(times, _usdc(series.missing), color="#c8453b", linewidth=1.2, label="open bad debt")
    axes.plot(times, _usdc(series.deficit), color="#222222", linewidth=1.2, label="deficit on chain")


def _title(report: Report) -> str:
    symbols = ", ".join(market.symbol for market in report.markets)
    low, high = report.leverage
    return (
        f"{symbols}: {report.traders} traders at {low:g}x to {high:g}x, {report.makers} makers, "
        f"keepers after {report.delay_s:g} s, moves x {report.amplify:g}, seed {report.seed}"
    )
