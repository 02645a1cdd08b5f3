"""`make soak SEED=1 COUNT=100000`: random sequences on seeds one after another, until COUNT instructions ran.

Prints what was done; where the two implementations disagree or an invariant breaks, the shortest script that
still does, as a test to be kept in ``test_found.py``.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from model.run import Run, Tally, fails, smaller
from model.unwind import unwind

LENGTH = 4_000
"""Instructions of a world before the next seed's begins."""


def main() -> int:
    """Exit code: 0 when both agreed throughout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=100_000, help="instructions in all")
    parser.add_argument("--length", type=int, default=LENGTH, help="instructions of a world")
    wanted = parser.parse_args()
    total, seed, began = Tally(), wanted.seed, time.monotonic()
    while (done := total.outcomes.total()) < wanted.count:
        run = Run(seed)
        try:
            while run.tally.outcomes.total() < min(wanted.length, wanted.count - done):
                run.step()
            unwind(run)
        except AssertionError as error:
            print(f"seed {seed}, setting {run.world.setting.name}, step {len(run.script)}: {error}")
            if fails(run.world.setting, run.script) is None:
                return 1  # The replay holds: what is wrong is who could not leave.
            script = smaller(run.world.setting, run.script)
            print(f"{len(script)} steps that still fail ({fails(run.world.setting, script)}):")
            print(f"SETTING = {run.world.setting}")
            print("SCRIPT = [\n    " + ",\n    ".join(map(str, script)) + ",\n]")
            return 1
        total.join(run.tally)
        print(f"seed {seed} ({run.world.setting.name}): {run.tally.line()}", flush=True)
        seed += 1
    print(f"seeds {wanted.seed} to {seed - 1} in {time.monotonic() - began:.0f} s: {total.line()}")
    for (name, error), count in sorted(total.outcomes.items()):
        print(f"  {name:22} {error:28} {count:9,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
