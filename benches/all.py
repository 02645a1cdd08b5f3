"""Run every benchmark and write docs/reference/benchmarks.md: what was measured, on what, against what."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reference" / "benchmarks.md"
ORDER = ("compute_units", "localnet", "click_to_fill", "fanout", "grammar", "stress", "box")


def processor() -> str:
    """The processor's name, as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def main() -> int:
    sections = [
        "# Benchmarks",
        "",
        "Written by `make bench`; every figure stands beside its baseline from the same run.",
        "",
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"{time.strftime('%Y-%m-%d', time.gmtime())}.",
    ]
    failed = []
    for name in ORDER:
        print(f"== {name}", flush=True)
        done = subprocess.run(
            [sys.executable, str(HERE / f"{name}.py")], capture_output=True, text=True, check=False
        )
        print(done.stdout, done.stderr if done.returncode else "", flush=True)
        if done.returncode:
            failed.append(name)
            sections += ["", f"**{name} missed its target or failed (exit {done.returncode}).**"]
        sections += ["", f"## {name.replace('_', ' ').capitalize()}", "", "```", done.stdout.rstrip(), "```"]
    PAGE.write_text("\n".join([*sections, ""]))
    if failed:
        print(f"missed or failed: {', '.join(failed)}; the page says so")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
