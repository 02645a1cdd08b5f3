"""Memory and processor use of the whole box with the feed running, per process, against the budget.

Also the time to ready: of the first start on an empty data directory, and of a later one.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from box import Box, running_box

SETTLE_S, MEASURE_S = 15.0, 30.0
MEMORY_BUDGET_MB, CORE_BUDGET, LATER_START_BUDGET_S = 1_200, 0.7, 20


def processes(box: Box) -> list[psutil.Process]:
    """Every process that the box started, itself included."""
    root = psutil.Process(box.process.pid)
    return [root, *root.children(recursive=True)]


def name_of(process: psutil.Process) -> str:
    """NAME of `python -m quantdesk.bootstrap.part NAME`, else the module or the program."""
    command = process.cmdline()
    if "-m" not in command:
        return Path(command[0]).name
    module = command[command.index("-m") + 1]
    return command[-1] if module == "quantdesk.bootstrap.part" else module


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        with running_box(Path(folder)):
            first = time.monotonic() - began
        began = time.monotonic()
        with running_box(Path(folder)) as box:
            later = time.monotonic() - began
            time.sleep(SETTLE_S)
            running = processes(box)
            before = {p.pid: sum(p.cpu_times()[:2]) for p in running}
            time.sleep(MEASURE_S)
            memory = core = 0.0
            print(f"{'process':<34}{'resident MB':>12}{'core':>8}")
            for process in running:
                resident = process.memory_info().rss / 1e6
                used = (sum(process.cpu_times()[:2]) - before[process.pid]) / MEASURE_S
                memory, core = memory + resident, core + used
                print(f"{name_of(process):<34}{resident:>12.0f}{used:>8.3f}")
    print(f"{'all':<34}{memory:>12.0f}{core:>8.3f}")
    print(f"{'budget':<34}{MEMORY_BUDGET_MB:>12}{CORE_BUDGET:>8}")
    print(f"{'ratio to budget':<34}{memory / MEMORY_BUDGET_MB:>12.2f}{core / CORE_BUDGET:>8.2f}")
    print(f"first start {first:.1f} s, later one {later:.1f} s to ready (budget {LATER_START_BUDGET_S} s)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
