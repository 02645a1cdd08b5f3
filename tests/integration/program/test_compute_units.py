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


def test_the_program_is_under_250_kilobytes() -> None:
    assert PROGRAM_BYTES.stat().st_size <= 330_000
