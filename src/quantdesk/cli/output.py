"""How commands print: tables for people, JSON for programs, complaints on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from quantdesk.sdk.errors import Refused

EXIT_REFUSED, EXIT_USAGE, EXIT_UNREACHABLE = 1, 2, 3

PYDANTIC_PREFIX = "Value error, "
"""Begins what Typer says of a choice that there is not: pydantic's word for Python's exception."""


class Commands(TyperGroup):
    """A group whose usage errors begin with what was wrong."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        """See Typer's; the root's own options are read here."""
        with _plainly():
            return super().make_context(*args, **options)

    def invoke(self, ctx: Any) -> Any:
        """See Typer's; every command below is read here."""
        with _plainly():
            return super().invoke(ctx)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except typer.BadParameter as error:
        error.message = error.message.removeprefix(PYDANTIC_PREFIX)
        raise


JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def complain(text: str) -> None:
    """One sentence on standard error."""
    sys.stderr.write(f"quantdesk: {text}\n")


def explained(error: Refused) -> str:
    """A refusal, and on lines of their own the field with its value and what would be right."""
    said = error.detail
    if error.expected is not None:
        said = said.removesuffix(f": {error.value}; expected {error.expected}")
    lines = [f"{error.code}: {said}"]
    if error.field is not None:
        shown = "nothing" if error.value is None else error.value
        lines.append(f"  {error.field}: {shown}")
    if error.expected is not None and error.expected not in said:
        lines.append(f"  expected: {error.expected}")
    others = [each for each in error.problem.get("errors", []) if each["field"] != error.field]
    lines += [f"  {each['field']}: {each['value']}: {each['detail']}" for each in others]
    return "\n".join(lines)


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
