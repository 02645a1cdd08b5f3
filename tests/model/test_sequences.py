"""20,000 random instructions to program and model: equal state, events, errors; all invariants."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

import requires
from integration.program import idl
from integration.program.vm import PROGRAM_BYTES
from model.plan import ACTIONS
from model.run import Run, Tally
from model.settings import CROWDED, NAMED, drawn
from model.state import RULES
from model.unwind import unwind

SEEDS, LENGTH = 10, 2_000
TALLIES: dict[int, Tally] = {}
"""What each seed's run did."""


@pytest.fixture(autouse=True)
def _built() -> None:
    if not PROGRAM_BYTES.exists():
        requires.missing("onchain/bin/quantdesk.so is not built (onchain/build.sh)")


@pytest.mark.parametrize("seed", range(SEEDS))
def test_program_and_model_agree_after_every_instruction_and_everyone_can_leave(seed: int) -> None:
    run = Run(seed)
    while run.tally.outcomes.total() < LENGTH:
        run.step()
    unwind(run)
    TALLIES[seed] = run.tally


def test_the_sequences_reach_every_instruction_and_most_refusals() -> None:
    total = Tally()
    for seed in range(SEEDS):
        if seed not in TALLIES:
            pytest.skip("needs the whole file's run")
        total.join(TALLIES[seed])
    assert total.outcomes.total() >= SEEDS * LENGTH
    succeeded = {name for (name, error), count in total.outcomes.items() if error == "ok"}
    assert succeeded == set(RULES)
    assert total.fills > 1_000, total.fills
    assert total.removed > 1_500, total.removed
    assert len(total.errors) > 45, sorted(total.errors)


def test_every_instruction_has_a_rule_and_an_action() -> None:
    assert set(ACTIONS) == set(RULES) == set(idl.instructions())


# -- the same actions, chosen by hypothesis, which leaves out the steps that a failure does not need --------

SEED = st.integers(0, 2**32 - 1)


class Sequences(RuleBasedStateMachine):
    """An exchange of a drawn setting; one rule an instruction."""

    run: Run

    @initialize(seed=SEED)
    def begin(self, seed: int) -> None:
        """An exchange with its first traders."""
        draw = random.Random(seed)
        self.run = Run(0, draw.choice([*NAMED, CROWDED, drawn(draw)]), draw)

    def teardown(self) -> None:
        """Every account once more, whole."""
        if hasattr(self, "run"):
            self.run.world.compare_everything()


def _sending(name: str) -> Callable[..., None]:
    def send(self: Any, seed: int) -> None:
        self.run.draw = self.run.plan.draw = random.Random(seed)
        self.run.step(name)

    return send


for _name, (_weight, _) in ACTIONS.items():
    for _copy in range(max(1, _weight // 100)):
        _rule = rule(seed=SEED)(_sending(_name))
        setattr(Sequences, f"{_name}_{_copy}", _rule)

TestSequences = Sequences.TestCase
TestSequences.settings = settings(
    max_examples=20,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    print_blob=bool(os.environ.get("CI")),
)
