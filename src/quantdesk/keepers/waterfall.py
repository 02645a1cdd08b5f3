"""The steps of liquidation as a keeper takes them: which of them an account needs now, and in which markets.

A step is one instruction about an account in one market. The program checks everything again: what is
proposed here may be refused, and ``Rests`` keeps a refused step from being tried at once again.
Source of the order: program.md, "Liquidation waterfall".
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from solders.instruction import Instruction

from quantdesk.domain.margin import Standing, maintenance_margin
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import Exchange, Position, Slot

PPM = 1_000_000


def account_key(index: int, standing: Standing) -> tuple[int, bool]:
    """What an account rests under: another once maintenance margin is no longer met."""
    return index, standing.equity < standing.maintenance


@dataclass(frozen=True, slots=True)
class Troubled:
    """An account under half-way between maintenance and initial margin."""

    index: int
    slot: Slot
    standing: Standing

    @property
    def liquidatable(self) -> bool:
        """Whether maintenance margin is not met."""
        return self.standing.equity < self.standing.maintenance

    @property
    def key(self) -> tuple[int, bool]:
        """See ``account_key``."""
        return account_key(self.index, self.standing)

    def obstacle(self, exchange: Exchange, now_s: float) -> str | None:
        """The program's error name for what stands in the way in any of its markets, or None."""
        if exchange.resume_at > now_s:
            return "MatchingPaused"
        for position in self.slot.positions:
            market = exchange.markets[position.market]
            if now_s * 1_000 - market.publish_ms > market.liquidate_max_age_ms:
                return "PriceStale"
            if market.confidence * PPM > market.index_price * market.liquidate_confidence:
                return "PriceUncertain"
        return None


@dataclass(frozen=True, slots=True)
class Act:
    """One step about one account in one market."""

    step: Step
    market: int
    slot: int
    generation: int

    def instruction(self, venue: Addresses, keeper: TraderKey) -> Instruction:
        """Signed by ``keeper``."""
        return self.step.build(venue, keeper, self.market, self.slot, self.generation)


class Build(Protocol):
    """Makes the instruction of a step."""

    def __call__(
        self, venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int, /
    ) -> Instruction: ...


@dataclass(frozen=True, slots=True)
class Step:
    """``markets``: where an account needs the step, most urgent first; ``everywhere``: in all of them at
    once, else in the first that does not rest.
    """

    name: str
    build: Build
    markets: Callable[[Troubled, Exchange], list[int]]
    everywhere: bool = False


def _to_cancel(account: Troubled, exchange: Exchange) -> list[int]:
    """Under maintenance wherever orders rest; above it only where they add to the exposure."""
    return [
        position.market
        for position in account.slot.positions
        if (account.liquidatable and position.bid_orders + position.ask_orders > 0)
        or _exposure(position) > abs(position.base)
    ]


def _to_reduce(account: Troubled, exchange: Exchange) -> list[int]:
    """Under maintenance, the position that takes most margin first."""
    if not account.liquidatable:
        return []

    def margin(position: Position) -> int:
        market = exchange.markets[position.market]
        return maintenance_margin(market.parameters, position.base, market.mark_price)

    held = [position for position in account.slot.positions if position.base]
    return [position.market for position in sorted(held, key=margin, reverse=True)]


def _exposure(position: Position) -> int:
    return max(abs(position.base + position.bid_lots), abs(position.base - position.ask_lots))


FORCE_CANCEL = Step("force_cancel", instructions.force_cancel, _to_cancel, everywhere=True)
LIQUIDATE = Step("liquidate", instructions.liquidate, _to_reduce)
WATERFALL: tuple[Step, ...] = (FORCE_CANCEL, LIQUIDATE)


@dataclass(slots=True)
class Rests:
    """Until when a thing is left alone: ``first_s``, then twice as long with each refusal, to ``most_s``."""

    first_s: float = 0.5
    most_s: float = 8.0
    _until: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def over(self, what: Hashable, now: float) -> bool:
        """Whether it may be tried (again)."""
        return now >= self._until.get(what, (0.0, 0.0))[0]

    def refused(self, what: Hashable, now: float) -> None:
        """There was nothing to gain: wait, twice as long as the last time."""
        _, last = self._until.get(what, (0.0, 0.0))
        self.hold(what, now, min(self.most_s, last * 2) if last else self.first_s)

    def hold(self, what: Hashable, now: float, pause_s: float) -> None:
        """Wait that long."""
        self._until[what] = (now + pause_s, pause_s)

    def done(self, what: Hashable) -> None:
        """It was of use: no need to wait."""
        self._until.pop(what, None)

    def forget(self, now: float) -> None:
        """Drop what has been over for so long that it is another story."""
        self._until = {what: rest for what, rest in self._until.items() if now - rest[0] < 4 * self.most_s}


def due(account: Troubled, exchange: Exchange, rests: Rests, now_s: float) -> list[Act]:
    """What to do about ``account`` now, in the waterfall's order."""
    acts: list[Act] = []
    for step in WATERFALL:
        wanted = [
            Act(step, market, account.index, account.slot.generation)
            for market in step.markets(account, exchange)
        ]
        free = [
            act
            for act in wanted
            if rests.over(act, now_s) and exchange.markets[act.market].resume_at <= now_s
        ]
        acts += free if step.everywhere else free[:1]
    return acts


def batches(acts: Sequence[Act], most: int) -> list[Sequence[Act]]:
    """Up to ``most`` acts a transaction, the order kept."""
    return [acts[start : start + most] for start in range(0, len(acts), most)]
