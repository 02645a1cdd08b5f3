"""How commands print: tables for people, JSON for programs, complaints on standard error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

EXIT_REFUSED, EXIT_USAGE, EXIT_UNREACHABLE = 1, 2, 3

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def complain(text: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"quantdesk: {text}\n")


def print_json(value: Any) -> None:
    """``value`` as indented JSON."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """A plain table; numbers right-aligned, ``empty`` where there is no row."""
    if not rows:
        print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, column in enumerate(columns):
        numeric = all(_is_number(row[index]) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", no_wrap=True)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 160, highlight=False).print(table)


def _is_number(cell: Any) -> bool:
    return cell is None or str(cell).lstrip("+-").replace(".", "", 1).replace(",", "").rstrip("%").isdigit()
