"""Random sequences, seeded: to both implementations, and what failed made as short as it still fails."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate
from typing import Any

from model.actions import (
    authority,
    collaterals,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    pyth,
    setting_up,
    traders,
    triggers,
    waterfall,
)
from model.bounds import PYTH
from model.compare import Different
from model.plan import ACTIONS, Plan
from model.settings import NAMED, USDC, Setting, coin_params, drawn, full_market, usdc_params
from model.state import EXCHANGE_VERSION
from model.world import Seen, Step, World, pyth_account

DRAWN_FROM = (
    authority,
    collaterals,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    pyth,
    setting_up,
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


BEFORE_OPENING = (
    *("init_exchange", "grow_account", "add_collateral", "create_market", "open_exchange"),
    *("propose_authority", "accept_authority", "set_guardian", "set_pause", "set_market_status"),
    *("queue_change", "queue_change", "apply_change", "apply_change", "cancel_change"),
    *("update_price", "update_price_pyth", "open_trader", "deposit"),
)
"""What is tried, now and then, while an exchange is being set up."""


def opening(world: World, plan: Plan) -> Iterator[Step]:
    """From nothing to an open exchange as its setting says."""
    state, setting = world.state, world.setting
    yield Step("init_exchange", setting_up.init_args(world), signer="admin")

    def admin() -> int | str:
        return world.who(state.rows["exchange", 0].admin)

    while state.rows["exchange", 0].header.status == 0:
        yield Step("grow_account", {"kind": "Exchange", "target": 0}, signer=admin())
    while state.rows["ledger", 0].header.status == 0:
        yield Step("grow_account", {"kind": "Ledger", "target": 0}, signer=admin())
    yield Step("add_collateral", {"params": usdc_params(**setting.usdc)}, signer=admin(), mint=0)
    for mint, changes in setting.coins.items():
        if bytes(world.mints[mint]) not in {row.mint for _, row in state.all("collateral")}:
            yield Step("add_collateral", {"params": coin_params(mint, **changes)}, signer=admin(), mint=mint)
    for number, changes in enumerate(setting.markets):
        symbol = f"M{number}-PERP".encode().ljust(16, b"\0")
        params = full_market(world.public("authority"), {"symbol": symbol} | changes)
        yield Step("create_market", {"market": plan.count(), "params": params}, signer=admin())
    for market, _ in list(state.all("book")):
        while state.rows["book", market].header.status == 0:
            yield Step("grow_account", {"kind": "Book", "target": 0}, signer=admin(), book=market)
    yield Step("open_exchange", {}, signer=admin())


def first_prices(world: World, plan: Plan) -> Iterator[Step]:
    """Of markets and collaterals."""
    now, signed = world.clock[1], {}
    for market, row in world.state.all("market"):
        price = world.references[market]
        if row.source:
            said = pyth_account(row.feed_id, price * row.lots_per_base, now, exponent=-6)
            yield Step("update_price_pyth", {"market": market}, signer=0, pyth=said)
        if row.source != PYTH:
            update = {"market": market, "price": price, "confidence": 0, "publish_ms": now * 1_000}
            signed.setdefault(row.price_authority, []).append(update)
    for who, updates in signed.items():
        yield Step("update_price", {"updates": updates[:16]}, signer=world.who(who))
    for index, row in world.state.all("collateral"):
        if index:
            said = pyth_account(row.feed_id, plan.coins[plan.mint(row.mint)], now)
            yield Step("update_collateral_price", {"collateral": index}, signer=0, pyth=said)


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
        for step in opening(self.world, self.plan):
            self.send(step)
            while self.plan.chance(0.3) and not self.opened:
                self.step(self.plan.choice(BEFORE_OPENING))
        exchange = self.world.state.rows["exchange", 0]
        if exchange.paused:
            self.send(Step("set_pause", {"paused": 0}, signer=self.world.who(exchange.admin)))
        for step in first_prices(self.world, self.plan):
            self.send(step)
        for step in self.first_traders():
            self.send(step)

    @property
    def opened(self) -> bool:
        """Whether the exchange is open."""
        return bool(self.world.state.rows["exchange", 0].opened)

    def first_traders(self) -> Iterator[Step]:
        """An active trader for each owner."""
        setting = self.world.setting
        for owner in self.plan.owners:
            funds = self.draw.choice(setting.funds) * USDC
            yield Step("open_trader", {"sub": 0}, (owner, 0))
            yield Step("deposit", {"collateral": 0, "amount": funds}, (owner, 0))
            yield Step("activate", {}, (owner, 0))
            for index, _ in list(self.world.state.all("collateral"))[1:]:
                amount = self.plan.amount(index, self.draw.choice(setting.coin_funds) * USDC)
                yield Step("deposit", {"collateral": index, "amount": amount}, (owner, 0))

    def send(self, step: Step) -> Seen:
        """One step to both."""
        self.script.append(step)
        seen = self.world.run(step)
        self.tally.add(seen)
        return seen

    def step(self, name: str | None = None) -> None:
        """One random instruction."""
        if name is None and self.plan.is_quiet() and self.plan.chance(0.35):
            name = self.plan.feeding()
        version = self.world.state.rows["exchange", 0].header.layout_version
        if name is None and version != EXCHANGE_VERSION and self.plan.chance(0.25):
            name = "migrate"
        if name is None and not self.plan.trading() and self.plan.chance(0.1):
            name = self.plan.choice(["queue_change", "apply_change"])
        if name is None and self.world.state.rows["exchange", 0].paused and self.plan.chance(0.05):
            name = "set_pause"
        if name is None:
            names, until = drawn_by_weight()
            (name,) = self.draw.choices(names, cum_weights=until)
        step = ACTIONS[name][1](self.plan)
        if step is not None:
            self.send(step)


@cache
def drawn_by_weight() -> tuple[list[str], list[int]]:
    """Names of the actions, and the sums of their weights up to each."""
    return list(ACTIONS), list(accumulate(weight for weight, _ in ACTIONS.values()))


def replay(setting: Setting, script: list[Step]) -> World:
    """A script from the beginning, in a world of its own."""
    world = World(setting)
    for step in script:
        world.run(step)
    world.compare_everything()
    return world


def fails(setting: Setting, script: list[Step]) -> str | None:
    """How the script fails, if only because what it needs was left out."""
    try:
        replay(setting, script)
    except (AssertionError, LookupError, StopIteration) as error:
        return f"{type(error).__name__}: {error}"
    return None


def smaller(
    setting: Setting,
    script: list[Step],
    how: Callable[[Setting, list[Step]], str | None] = fails,
    patience_s: float = 300,
) -> list[Step]:
    """As few steps of the script as still fail alike: halves, quarters ... single ones are left out."""
    size, until, wanted = len(script), time.monotonic() + patience_s, alike(how(setting, script))
    while size >= 1:
        at = 0
        while at < len(script):
            left_out, rest = script[at : at + size], script[at + size :]
            shorter = script[:at] + ([_later(left_out, rest[0]), *rest[1:]] if rest else [])
            if shorter and time.monotonic() < until and alike(how(setting, shorter)) == wanted:
                script = shorter
            else:
                at += size
        size //= 2
    return script


def alike(failure: str | None) -> str | None:
    """A failure without its step and its numbers."""
    return None if failure is None else re.sub(r"\d+", "", failure.rsplit("): ", 1)[-1])


def _later(left_out: list[Step], step: Step) -> Step:
    """The step with the time that passed in those left out before it."""
    slots = step.slots + sum(one.slots for one in left_out)
    seconds = step.seconds + sum(one.seconds for one in left_out)
    return replace(step, slots=slots, seconds=seconds)


__all__ = ["DRAWN_FROM", "Different", "Run", "Tally", "fails", "replay", "smaller"]
