"""Run the tests of a folder, its subfolders two at a time: they mostly wait, for servers and for blocks.

    python tools/by_folder.py tests/integration

Each subfolder is a pytest of its own, whose output is printed when it ends. Tests take free ports and
temporary folders, so that two runs do not meet. The exit code is 1 where any failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

AT_ONCE = 2
SLOWEST_FIRST = ("keepers", "gateway", "localnet", "cli", "program")
"""Begun in this order, the others after them by name, so that no long one is left alone at the end."""


def _order(name: str) -> tuple[int, str]:
    return (SLOWEST_FIRST.index(name) if name in SLOWEST_FIRST else len(SLOWEST_FIRST), name)


def _run(folder: Path) -> tuple[int, float, str]:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, time.monotonic() - began, done.stdout


def main() -> int:
    root = Path(sys.argv[1])
    folders = sorted({found.relative_to(root).parts[0] for found in root.rglob("test_*.py")})
    if not folders or any(name.endswith(".py") for name in folders):
        print(f"{root}: every test belongs into a subfolder, found {', '.join(folders) or 'none'}")
        return 2
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = {pool.submit(_run, root / name): name for name in sorted(folders, key=_order)}
        for each in as_completed(begun):
            code, seconds, said = each.result()
            print(f"== {root / begun[each]} ({seconds:.0f} s)\n{said}", flush=True)
            if code:
                failed.append(begun[each])
    if failed:
        print(f"failed: {', '.join(sorted(failed))}")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
