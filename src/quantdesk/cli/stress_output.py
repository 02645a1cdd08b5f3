"""How a report of the stress lab is printed for people."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quantdesk.cli.output import print_table

if TYPE_CHECKING:
    from quantdesk.stress.report import Report
    from quantdesk.stress.seeds import SeedsReport


def _show_head(report: Report, seeds: str, instructions: int, seconds: float) -> None:
    print(
        f"{_when(report.from_ms)} to {_when(report.to_ms)}: {report.steps:,} prices, "
        f"{report.traders} traders, {report.makers} makers, {seeds}\n"
        f"{instructions:,} instructions in {seconds:.1f} s ({instructions / seconds:,.0f} a second)\n"
    )


def show(report: Report, seconds: float) -> None:
    """One run."""
    _show_head(report, f"seed {report.seed}", report.instructions, seconds)
    rows: list[tuple[Any, ...]] = [
        (m.symbol, m.first_price, m.lowest_price, m.highest_price, m.last_price, _money(m.most_open_interest))
        for m in report.markets
    ]
    print_table(("market", "first", "lowest", "highest", "last", "most open interest"), rows, "")
    print()
    rows = [(s.stage, *_stage(s)) for s in report.stages]
    print_table(("stage", "accounts", "steps", "moved", "found nobody", "refused"), rows, "")
    _show_losses(report)
    print_table(
        ("instruction", "count", "mean units", "p99", "most"),
        [(u.instruction, f"{u.count:,}", f"{u.mean:,}", f"{u.p99:,}", f"{u.most:,}") for u in report.units],
        "",
    )
    if report.refusals:
        print()
        refused = [(r.instruction, r.error, f"{r.count:,}") for r in report.refusals]
        print_table(("refused", "why", "count"), refused, "")


def show_seeds(found: SeedsReport, seconds: float) -> None:
    """What the runs of several seeds have in common, and how far each figure spreads."""
    instructions = sum(each.instructions for each in found.reports)
    _show_head(found.reports[0], f"{len(found.seeds)} seeds", instructions, seconds)
    rows = [
        (
            each.figure,
            *map(_figure, (each.lowest, each.median, each.highest)),
            each.highest_seed if each.lowest != each.highest else "",
        )
        for each in found.spreads
    ]
    print_table(("over all seeds", "lowest", "median", "highest", "of seed"), rows, "")
    checks = sum(each.conservation.checks for each in found.reports)
    print(f"\nconservation: {checks:,} checks, {_broken(found.reports)}")


def _broken(reports: list[Report]) -> str:
    found = [each for report in reports for each in report.conservation.broken]
    return "all hold" if not found else f"{len(found)} BROKEN: {found[0]}"


def _stage(stage: Any) -> tuple[Any, ...]:
    if not stage.on_chain:
        return ("", "", "not in this program", "", "")
    moved = f"{stage.moved} orders" if stage.stage == "force_cancel" else _money(stage.moved)
    counts = (stage.accounts, stage.landed, stage.found_nobody, stage.refused)
    accounts, landed, nobody, refused = (f"{count:,}" for count in counts)
    return (accounts, landed, moved, nobody, refused)


def _show_losses(report: Report) -> None:
    found, fund, checked = report.losses, report.insurance, report.conservation
    rows = [
        ("liquidated accounts", f"{report.liquidated_accounts:,}"),
        ("insurance at first / received / paid / at last", " / ".join(map(_money, _fund(fund)))),
        ("bankrupt accounts", f"{found.bankrupt_accounts:,}"),
        ("bad debt open at the end", _money(found.open)),
        ("most bad debt open at once", _money(found.worst_open)),
        ("deficit on chain", _money(found.deficit)),
        ("deleveraged accounts", f"{found.deleveraged_accounts:,}"),
        ("what deleveraging took from them", _money(found.deleveraged_loss)),
        ("worst loss of an innocent account", _money(found.worst_innocent_loss)),
        ("conservation", f"{checked.checks:,} checks, {_broken([report])}"),
    ]
    print()
    for name, value in rows:
        print(f"{name:<48} {value}")
    print()


def _fund(fund: Any) -> tuple[str, ...]:
    return (fund.at_first, fund.received, fund.paid, fund.at_last)


def _money(text: str) -> str:
    return f"{Decimal(text):,.2f} USDC"


def _figure(text: str) -> str:
    """A count or an amount, to the whole; what is there is never shown as nothing."""
    value = Decimal(text)
    return "<1" if 0 < value < 1 else f"{value:,.0f}"


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1_000, UTC).strftime("%Y-%m-%d %H:%M")
