"""Random sequences, seeded: to both implementations, and what failed made as short as it still fails."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from model.actions import (
    authority,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    traders,
    triggers,
    waterfall,
)
from model.compare import Different
from model.plan import ACTIONS, Plan
from model.settings import NAMED, USDC, Setting, drawn
from model.world import Seen, Step, World

DRAWN_FROM = (
    authority,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    traders,
    triggers,
    waterfall,
)
"""The files whose actions are in ACTIONS."""


@dataclass
class Tally:
    """What a run did."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Steps by instruction and error ("ok" without one)."""
    states: Counter[str] = field(default_factory=Counter)
    """Instructions that met a rare state, by its name."""
    fills: int = 0
    removed: int = 0

    def add(self, seen: Seen) -> None:
        """Counts a step."""
        self.outcomes[seen.step.name, seen.error or "ok"] += 1
        self.states.update(seen.states)
        if seen.event and seen.event[0] == "OrdersProcessed":
            self.fills += len(seen.event[1]["fills"])
            self.removed += len(seen.event[1]["removed"])

    def join(self, other: Tally) -> None:
        """Counts another run."""
        self.outcomes.update(other.outcomes)
        self.states.update(other.states)
        self.fills += other.fills
        self.removed += other.removed

    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        outcomes = {" ".join(key): count for key, count in self.outcomes.items()}
        return {
            "outcomes": outcomes,
            "states": dict(self.states),
            "fills": self.fills,
            "removed": self.removed,
        }

    @staticmethod
    def of(plain: Mapping[str, Any]) -> Tally:
        """The other way round."""
        pairs = [(key.split(" ", 1), count) for key, count in plain["outcomes"].items()]
        outcomes = Counter({(name, error): count for (name, error), count in pairs})
        return Tally(outcomes, Counter(plain["states"]), plain["fills"], plain["removed"])

    @property
    def succeeded(self) -> int:
        """Steps that did something."""
        return sum(count for (_, error), count in self.outcomes.items() if error == "ok")

    def line(self) -> str:
        """In one line."""
        steps, kinds = self.outcomes.total(), len(self.errors)
        return (
            f"{steps:,} instructions, {self.succeeded:,} succeeded, {self.fills:,} fills, "
            f"{self.removed:,} removals, {kinds} kinds of refusal"
        )

    @property
    def errors(self) -> Counter[str]:
        """Refusals by name."""
        found: Counter[str] = Counter()
        for (_, error), count in self.outcomes.items():
            if error != "ok":
                found[error] += count
        return found


class Run:
    """One world and a random choice at each step; ``script`` is all that was sent."""

    def __init__(self, seed: int, setting: Setting | None = None, draw: random.Random | None = None) -> None:
        self.draw = draw or random.Random(seed)
        if setting is None:
            setting = [*NAMED, drawn(self.draw), drawn(self.draw)][seed % (len(NAMED) + 2)]
        self.world = World(setting)
        self.plan = Plan(self.world, self.draw)
        self.script: list[Step] = []
        self.tally = Tally()
        for step in self.beginning():
            self.send(step)

    def beginning(self) -> list[Step]:
        """Prices, and an active trader for each owner."""
        now = self.world.clock[1]
        updates = [
            {"market": market, "price": price, "confidence": 0, "publish_ms": now * 1_000}
            for market, price in enumerate(self.plan.prices)
        ]
        steps = [Step("update_price", {"updates": updates}, signer="authority")]
        for owner in self.plan.owners:
            funds = self.draw.choice(self.world.setting.funds) * USDC
            steps += [
                Step("open_trader", {"sub": 0}, (owner, 0)),
                Step("deposit", {"collateral": 0, "amount": funds}, (owner, 0)),
                Step("activate", {}, (owner, 0)),
            ]
        return steps

    def send(self, step: Step) -> Seen:
        """One step to both."""
        self.script.append(step)
        seen = self.world.run(step)
        self.tally.add(seen)
        return seen

    def step(self, name: str | None = None) -> None:
        """One random instruction."""
        if name is None and self.plan.is_quiet() and self.plan.chance(0.5):
            name = "update_price"
        if name is None:
            names = list(ACTIONS)
            (name,) = self.draw.choices(names, [ACTIONS[one][0] for one in names])
        step = ACTIONS[name][1](self.plan)
        if step is not None:
            self.send(step)


def replay(setting: Setting, script: list[Step]) -> World:
    """A script from the beginning, in a world of its own."""
    world = World(setting)
    for step in script:
        world.run(step)
    world.compare_everything()
    return world


def fails(setting: Setting, script: list[Step]) -> str | None:
    """How the script fails."""
    try:
        replay(setting, script)
    except AssertionError as error:
        return f"{type(error).__name__}: {error}"
    return None


def smaller(
    setting: Setting,
    script: list[Step],
    still: Callable[[Setting, list[Step]], str | None] = fails,
    patience_s: float = 300,
) -> list[Step]:
    """As few steps of the script as still fail: halves, quarters ... single steps are left out in turn."""
    size, until = len(script), time.monotonic() + patience_s
    while size >= 1:
        at = 0
        while at < len(script):
            left_out, rest = script[at : at + size], script[at + size :]
            shorter = script[:at] + ([_later(left_out, rest[0]), *rest[1:]] if rest else [])
            if shorter and time.monotonic() < until and still(setting, shorter):
                script = shorter
            else:
                at += size
        size //= 2
    return script


def _later(left_out: list[Step], step: Step) -> Step:
    """The step with the time that passed in those left out before it."""
    slots = step.slots + sum(one.slots for one in left_out)
    seconds = step.seconds + sum(one.seconds for one in left_out)
    return replace(step, slots=slots, seconds=seconds)


__all__ = ["DRAWN_FROM", "Different", "Run", "Tally", "fails", "replay", "smaller"]
