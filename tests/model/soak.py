"""`make soak SEED=1 COUNT=1000000 JOBS=2`: random sequences, a world a seed, until COUNT instructions ran.

With more than one job so many worlds run at a time. A line a seed goes to LOG, if one is named, with all that
its world did; seeds that LOG has are not run again. At the end, what was done by instruction, error and rare
state. Where the two implementations disagree or an invariant breaks, the shortest script that still does so,
as a test to be kept in ``test_found.py``.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from model.run import Run, Tally, fails, smaller
from model.unwind import unwind

LENGTH = 4_000
"""Instructions of a world before the next seed's begins."""


@dataclass(frozen=True)
class Done:
    """What a seed's world did, or how it failed."""

    seed: int
    setting: str
    tally: Tally
    failure: str | None = None


def one(seed: int, length: int) -> Done:
    """A world from its beginning until everyone has left it."""
    gc.set_threshold(100_000)
    run = Run(seed)
    name = run.world.setting.name
    try:
        while len(run.script) < length:
            run.step()
        unwind(run)
    except AssertionError as error:
        return Done(seed, name, run.tally, failure(run, error))
    return Done(seed, name, run.tally)


def failure(run: Run, error: AssertionError) -> str:
    """What failed, and the shortest script of it."""
    said = f"step {len(run.script)}: {type(error).__name__}: {error}"
    if fails(run.world.setting, run.script) is None:
        return said + "\nits replay holds: what is wrong is who could not leave"
    script = smaller(run.world.setting, run.script)
    lines = [
        f"{len(script)} steps that still fail ({fails(run.world.setting, script)}):",
        f"SETTING = {run.world.setting}",
        "SCRIPT = [",
        *(f"    {step}," for step in script),
        "]",
    ]
    return "\n".join([said, *lines])


def all_of(seeds: Iterator[int], count: int, length: int, jobs: int) -> Iterator[Done]:
    """Worlds one after another, ``jobs`` at a time, until ``count`` more instructions ran."""
    with ProcessPoolExecutor(jobs) as pool:
        running, done = set(), 0
        while done < count:
            while len(running) < jobs:
                running.add(pool.submit(one, next(seeds), length))
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                done += future.result().tally.outcomes.total()
                yield future.result()
        for future in running:
            yield future.result()


def report(total: Tally) -> Iterator[str]:
    """By instruction: sent, succeeded, and how often refused by which error; then by error alone."""
    for name in sorted({name for name, _ in total.outcomes}):
        mine = Counter({error: count for (one, error), count in total.outcomes.items() if one == name})
        refusals = ", ".join(f"{error} {count:,}" for error, count in mine.most_common() if error != "ok")
        yield f"  {name:24} {mine.total():9,} sent {mine['ok']:9,} succeeded; {refusals}"
    yield f"  {len(total.errors)} errors: " + ", ".join(
        f"{error} {n:,}" for error, n in total.errors.most_common()
    )
    yield "  states: " + ", ".join(f"{state} {count:,}" for state, count in sorted(total.states.items()))


def read(log: Path | None) -> dict[int, Tally]:
    """Seeds that a log has, with what they did."""
    if log is None or not log.exists():
        return {}
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return {line["seed"]: Tally.of(line["did"]) for line in lines}


def main() -> int:
    """Exit code: 0 when both agreed throughout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=100_000, help="instructions in all")
    parser.add_argument("--length", type=int, default=LENGTH, help="instructions of a world")
    parser.add_argument("--jobs", type=int, default=1, help="worlds at a time")
    parser.add_argument(
        "--log", type=Path, help="a line a seed; where it exists already, what is left is run"
    )
    wanted = parser.parse_args()
    total, began, known = Tally(), time.monotonic(), read(wanted.log)
    for tally in known.values():
        total.join(tally)
    left = (seed for seed in itertools.count(wanted.seed) if seed not in known)
    last = max(known, default=wanted.seed)
    for done in all_of(left, wanted.count - total.outcomes.total(), wanted.length, wanted.jobs):
        if done.failure:
            print(f"seed {done.seed} ({done.setting}), {done.failure}")
            return 1
        total.join(done.tally)
        last = max(last, done.seed)
        print(f"seed {done.seed} ({done.setting}): {done.tally.line()}", flush=True)
        if wanted.log:
            with wanted.log.open("a") as log:
                log.write(json.dumps({"seed": done.seed, "did": done.tally.plain()}) + "\n")
    print(f"seeds {wanted.seed} to {last} in {time.monotonic() - began:.0f} s: {total.line()}")
    print("\n".join(report(total)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
