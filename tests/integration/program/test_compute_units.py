"""No instruction costs more than its budget, nor 3 % more than the committed table."""

from __future__ import annotations

import importlib.util
import json

from integration.program.exchange import machine
from integration.program.vm import PROGRAM_BYTES, ROOT


def test_no_instruction_passes_its_budget_or_the_table_by_three_percent() -> None:
    spec = importlib.util.spec_from_file_location("compute_units", ROOT / "benches" / "compute_units.py")
    assert spec is not None
    assert spec.loader is not None
    machine()
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    units = bench.measure()
    table = json.loads(bench.TABLE.read_text())
    assert bench.problems(units, table) == []
    assert set(units) == set(table)


LARGEST_PROGRAM = 250_000
"""Bytes. How the program stays under it: decision 2."""


def test_the_program_does_not_grow_past_its_limit() -> None:
    assert PROGRAM_BYTES.stat().st_size <= LARGEST_PROGRAM
