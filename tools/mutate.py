"""Breaks the engine in small ways and sees whether its tests notice.

python tools/mutate.py [--every N] [--file matching.rs] [--at margin.rs:162 ...] [--out FILE]

Each mutant changes one operator, rounding or bound on one line of matching, margin, funding or liquidation
in a copy of the workspace and runs the engine's tests there. Those that no test notices survive: a test is
missing, or the change makes no difference.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = Path("onchain/engine/src")
FILES = ("trading/matching.rs", "margin.rs", "funding.rs", "trading/liquidation.rs")
SWAPS = [
    (" < ", " <= "),
    (" <= ", " < "),
    (" > ", " >= "),
    (" >= ", " > "),
    (" == ", " != "),
    (" != ", " == "),
    (" + ", " - "),
    (" - ", " + "),
    (" += ", " -= "),
    (" -= ", " += "),
    (" && ", " || "),
    (" || ", " && "),
    ("Rounding::Up", "Rounding::Down"),
    ("Rounding::Down", "Rounding::Up"),
    (".min(", ".max("),
    (".max(", ".min("),
]
STAGES = (
    ["--lib", "--test", "matching", "--test", "margins", "--test", "liquidations", "--test", "rounding"],
    ["--tests"],
)
"""Test targets in the order in which they most likely notice."""
LONGEST_S = 300
"""A run longer than this hangs, which is noticed."""


@dataclass(frozen=True)
class Mutant:
    """One change: characters ``start`` to ``end`` of a line, counted from 0, become ``new``."""

    file: str
    line: int
    start: int
    end: int
    new: str


def mutants(file: str) -> Iterator[Mutant]:
    """Every change of the file's code; its comments and its own tests are left alone."""
    for number, line in enumerate((ROOT / SOURCE / file).read_text().splitlines()):
        if line.startswith("#[cfg(test)]"):
            return
        code = line.split("//")[0]
        for old, new in SWAPS:
            for found in re.finditer(re.escape(old), code):
                yield Mutant(file, number, found.start(), found.end(), new)


def tests_notice(folder: Path) -> str:
    """``caught``, ``survived`` or ``invalid`` for a change that does not compile."""
    environment = {**os.environ, "PROPTEST_CASES": "32", "CARGO_TERM_COLOR": "never"}
    for stage in STAGES:
        command = [
            "cargo",
            "test",
            "--quiet",
            "--locked",
            "--offline",
            "--package",
            "quantdesk-engine",
            *stage,
        ]
        try:
            done = subprocess.run(
                command,
                cwd=folder / "onchain",
                env=environment,
                capture_output=True,
                text=True,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "caught"
        if done.returncode:
            return "invalid" if "could not compile" in done.stderr else "caught"
    return "survived"


def copy_to(folder: Path) -> None:
    """The workspace and the vectors that its tests read."""
    skip = shutil.ignore_patterns("target", ".toolchain", "bin")
    shutil.copytree(ROOT / "onchain", folder / "onchain", ignore=skip)
    shutil.copytree(ROOT / "tests" / "vectors", folder / "tests" / "vectors")


def run(chosen: list[Mutant], out: Path | None) -> int:
    """Runs them one by one; 1 when any survived."""
    counts = {"caught": 0, "survived": 0, "invalid": 0}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_to(folder)
        if tests_notice(folder) != "survived":
            raise SystemExit("the tests fail without any change")
        for number, mutant in enumerate(chosen, 1):
            path = folder / SOURCE / mutant.file
            original = path.read_text()
            lines = original.splitlines(keepends=True)
            old = lines[mutant.line]
            lines[mutant.line] = old[: mutant.start] + mutant.new + old[mutant.end :]
            path.write_text("".join(lines))
            verdict = tests_notice(folder)
            path.write_text(original)
            counts[verdict] += 1
            told = f"{verdict} {mutant.file}:{mutant.line + 1} {lines[mutant.line].strip()}"
            print(f"{number}/{len(chosen)} {told}", flush=True)
            if out is not None and verdict == "survived":
                with out.open("a") as file:
                    file.write(told + "\n")
    print(counts)
    return 1 if counts["survived"] else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--every", type=int, default=1, help="take every N-th mutant alone")
    parser.add_argument("--file", help="end of one file's name")
    parser.add_argument("--at", nargs="*", help="the mutants of these lines alone")
    parser.add_argument("--out", type=Path, help="where survivors are appended")
    options = parser.parse_args()
    files = [file for file in FILES if not options.file or file.endswith(options.file)]
    every = [mutant for file in files for mutant in mutants(file)]
    if options.at:
        every = [one for one in every if any(f"{one.file}:{one.line + 1}".endswith(at) for at in options.at)]
    return run(every[:: options.every], options.out)


if __name__ == "__main__":
    raise SystemExit(main())
