"""The steps of liquidation as a keeper takes them: which of them an account needs now, and in which markets.

A step is one instruction about an account in one market. The program checks everything again: what is
proposed here may be refused, and ``Rests`` keeps a refused step from being tried at once again.
Source of the order: program.md, "Liquidation waterfall".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from solders.instruction import Instruction

from quantdesk.domain.margin import Standing, maintenance_margin
from quantdesk.keepers.rests import Rests
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import Exchange, Position, Slot

PPM = 1_000_000
NO_BID_S = 5
"""After a liquidation that found nobody, taking over is open this many seconds later."""


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


def obstacle(slot: Slot, exchange: Exchange, now_s: float) -> str | None:
    """The program's error name for what stands in the way in any of an account's markets, or None."""
    if exchange.resume_at > now_s:
        return "MatchingPaused"
    for position in slot.positions:
        market = exchange.markets[position.market]
        if now_s * 1_000 - market.publish_ms > market.liquidate_max_age_ms:
            return "PriceStale"
        if market.confidence * PPM > market.index_price * market.liquidate_confidence:
            return "PriceUncertain"
    return None


@dataclass(frozen=True, slots=True)
class Act:
    """One step about one account in one market; some have ``lots`` (at most) and ``ticks`` (at worst)."""

    step: Step
    market: int
    slot: int
    generation: int
    lots: int = field(default=0, compare=False)
    ticks: int = field(default=0, compare=False)

    def instruction(self, venue: Addresses, keeper: TraderKey) -> Instruction:
        """Signed by ``keeper``."""
        return self.step.build(venue, keeper, self)


Build = Callable[[Addresses, TraderKey, Act], Instruction]
Markets = Callable[[Troubled, Exchange, float], list[int]]


@dataclass(frozen=True, slots=True)
class Step:
    """``markets``: where an account in trouble needs the step (at a Unix time), most urgent first;
    nowhere for what is not about one.

    ``everywhere``: in all of them at once, else in the first that does not rest. ``trades``: of use only when
    it fills something. ``assumes``: the keeper takes the position upon itself, as far as it has room.
    """

    name: str
    build: Build
    markets: Markets = lambda _account, _exchange, _now_s: []
    everywhere: bool = False
    trades: bool = False
    assumes: bool = False


@dataclass(slots=True)
class Room:
    """Notional that the keeper may still take upon itself, quote atoms."""

    atoms: int

    def take(self, base: int, price: int) -> int:
        """How many lots of a position fit; they are taken."""
        lots = min(abs(base), max(0, self.atoms) // max(1, price))
        self.atoms -= lots * price
        return lots


def _to_cancel(account: Troubled, _exchange: Exchange, _now_s: float) -> list[int]:
    """Under maintenance wherever orders rest; above it only where they add to the exposure."""
    return [
        position.market
        for position in account.slot.positions
        if (account.liquidatable and position.bid_orders + position.ask_orders > 0)
        or _exposure(position) > abs(position.base)
    ]


def _to_reduce(account: Troubled, exchange: Exchange, _now_s: float) -> list[int]:
    """Under maintenance, the position that takes most margin first."""
    return _held(account, exchange) if account.liquidatable else []


def _to_take_over(account: Troubled, exchange: Exchange, now_s: float) -> list[int]:
    """Under two thirds of maintenance, or where the book had no bid for 5 s; while equity pays for it."""
    standing = account.standing
    if not account.liquidatable or standing.equity <= 0:
        return []
    is_late = 3 * standing.equity < 2 * standing.maintenance
    return [market for market in _held(account, exchange) if is_late or _has_waited(exchange, market, now_s)]


def _to_resolve(account: Troubled, exchange: Exchange, _now_s: float) -> list[int]:
    """Under 0, where insurance has most left for the position's market; without a position, anywhere."""
    if account.standing.equity >= 0 or any(account.slot.collaterals):
        return []
    held = _held(account, exchange)
    payers = (
        [market for market in held if insured(exchange, market)] if held else range(len(exchange.markets))
    )
    return sorted(payers, key=lambda market: insured(exchange, market), reverse=True)


def _to_deleverage(account: Troubled, exchange: Exchange, _now_s: float) -> list[int]:
    """Without equity, where insurance pays nothing (more)."""
    equity = account.standing.equity
    if equity > 0:
        return []
    return [market for market in _held(account, exchange) if equity == 0 or not insured(exchange, market)]


def insured(exchange: Exchange, market: int) -> int:
    """What insurance can pay for a market now, quote atoms."""
    known = exchange.markets[market]
    return min(exchange.insurance, max(0, known.insurance_budget - known.insurance_paid))


def _held(account: Troubled, exchange: Exchange) -> list[int]:
    """Markets with a position, the largest maintenance margin first."""

    def margin(position: Position) -> int:
        market = exchange.markets[position.market]
        return maintenance_margin(market.parameters, position.base, market.mark_price)

    held = [position for position in account.slot.positions if position.base]
    return [position.market for position in sorted(held, key=margin, reverse=True)]


def _has_waited(exchange: Exchange, market: int, now_s: float) -> bool:
    since = exchange.markets[market].no_bid_since
    return since != 0 and now_s - since >= NO_BID_S


def _exposure(position: Position) -> int:
    return max(abs(position.base + position.bid_lots), abs(position.base - position.ask_lots))


def _about(build: Callable[[Addresses, TraderKey, int, int, int], Instruction]) -> Build:
    return lambda venue, keeper, act: build(venue, keeper, act.market, act.slot, act.generation)


def _take_over(venue: Addresses, keeper: TraderKey, act: Act) -> Instruction:
    return instructions.take_over(venue, keeper, act.market, act.slot, act.generation, lots=act.lots)


FORCE_CANCEL = Step("force_cancel", _about(instructions.force_cancel), _to_cancel, everywhere=True)
LIQUIDATE = Step("liquidate", _about(instructions.liquidate), _to_reduce, trades=True)
TAKE_OVER = Step("take_over", _take_over, _to_take_over, assumes=True)
RESOLVE_BANKRUPTCY = Step("resolve_bankruptcy", _about(instructions.resolve_bankruptcy), _to_resolve)
AUTO_DELEVERAGE = Step("auto_deleverage", _about(instructions.auto_deleverage), _to_deleverage)
WATERFALL: tuple[Step, ...] = (FORCE_CANCEL, LIQUIDATE, TAKE_OVER, RESOLVE_BANKRUPTCY, AUTO_DELEVERAGE)


def due(account: Troubled, exchange: Exchange, rests: Rests, now_s: float, room: Room) -> list[Act]:
    """What to do about ``account`` now, in the waterfall's order; what is assumed is taken off ``room``."""
    acts: list[Act] = []
    for step in WATERFALL:
        wanted = [
            Act(step, market, account.index, account.slot.generation)
            for market in step.markets(account, exchange, now_s)
        ]
        free = [
            act
            for act in wanted
            if rests.over(act, now_s) and exchange.markets[act.market].resume_at <= now_s
        ]
        chosen = free if step.everywhere else free[:1]
        acts += [_sized(act, account, exchange, room) for act in chosen] if step.assumes else chosen
    return [act for act in acts if act.lots or not act.step.assumes]


def _sized(act: Act, account: Troubled, exchange: Exchange, room: Room) -> Act:
    position = account.slot.position(act.market)
    base = position.base if position is not None else 0
    return replace(act, lots=room.take(base, exchange.markets[act.market].mark_price))


def batches(acts: Sequence[Act], most: int) -> list[Sequence[Act]]:
    """Up to ``most`` acts a transaction, the order kept."""
    return [acts[start : start + most] for start in range(0, len(acts), most)]
