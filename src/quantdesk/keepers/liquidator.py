"""The liquidator: values every account each round and takes the steps of liquidation where they are due.

It ends markets that settle, too: whoever may liquidate may do that.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Sequence
from typing import TypeGuard

import structlog
from solders.instruction import Instruction

from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.infra.solana import TransactionFailed
from quantdesk.keepers.account import Seat, TraderAccount
from quantdesk.keepers.chain import ChainView, Picture, equity
from quantdesk.keepers.config import LiquidatorConfig, Role
from quantdesk.keepers.converting import conversion, indebted, purse
from quantdesk.keepers.errors import NotLanding
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.rests import Rests
from quantdesk.keepers.role import Duty
from quantdesk.keepers.sender import Rehearsal, Sender
from quantdesk.keepers.settling import settling
from quantdesk.keepers.standings import Standings, standings
from quantdesk.keepers.unwinding import UnwindPlan, unwinding
from quantdesk.keepers.waterfall import (
    LIQUIDATE,
    Act,
    Room,
    Troubled,
    account_key,
    batches,
    due,
    obstacle,
)
from quantdesk.program.errors import Failure
from quantdesk.program.events import (
    BankruptcyResolved,
    CollateralConverted,
    Event,
    OrdersProcessed,
    PositionsTransferred,
)
from quantdesk.program.layouts import Exchange, Slot
from quantdesk.program.records import Pause, TradeKind, TransferKind

MOST_UNITS = 1_400_000
OBSTACLE_S = 1.0
"""An account whose prices are unfit is looked at again after so long."""
MOST_LEVERAGE = 2
"""Of what it took over, against its own equity."""
OUT_OF_UNITS = {"ComputationalBudgetExceeded", "ProgramFailedToComplete"}
NOTHING_FILLED = "NothingFilled"
ORDINARY = {
    "AccountHealthy",
    "AccountSolvent",
    "BelowMinimumNotional",
    "BookComesFirst",
    "ConversionNotDue",
    "ExceedsWithdrawable",
    "InsuranceExhausted",
    "InsuranceFirst",
    "InsufficientMargin",
    "MaintenanceBreach",
    "MarketNotActive",
    "MatchingPaused",
    "MatchLimitReached",
    "NoCounterparty",
    "NoPosition",
    "NotAuthorised",
    "OrderNotFound",
    "Paused",
    "PriceStale",
    "PriceUncertain",
    "SettlementTooEarly",
    "StaleGeneration",
    "ZeroAmount",
    "ZeroSize",
    NOTHING_FILLED,
}
"""What the program may well answer: another was first, the price moved on, the slot's share is used."""
_log = structlog.get_logger(__name__)


class Liquidator:
    """Acts with one key for whoever is in trouble. Keeps nothing: every round begins with the chain."""

    def __init__(self, config: LiquidatorConfig, view: ChainView, sender: Sender, measures: Measures) -> None:
        self._config = config
        self._view = view
        self._sender = sender
        self._measures = measures
        self._account = TraderAccount(view, sender, config.deposit_usdc * ATOMS_PER_USDC)
        self._rests = Rests()
        self._number = itertools.count()
        self.duty = Duty(Role.LIQUIDATOR, measures)

    async def run(self) -> None:
        """Liquidate for ever."""
        await self.duty.keep(self._watch)

    async def _watch(self) -> None:
        self._sender.forget_blockhash()
        seat = await self._account.ensure()
        while True:
            began = time.monotonic()
            seat = await self._account.renewed(seat)
            await self._round(seat)
            await asyncio.sleep(max(0.0, self._config.every_s - (time.monotonic() - began)))

    async def _round(self, seat: Seat) -> None:
        """Look at every account once and do what is due."""
        picture, now_s = await self._view.picture(), time.time()
        own = self._own_slot(seat, picture)
        self._rests.forget(now_s)
        found = self._value(picture, now_s)
        acts = self._convert(found, picture, now_s, own)
        acts += self._look(found, picture, now_s, self._room(own, picture.exchange))
        plan = UnwindPlan(self._config.unwind_usdc, self._config.unwind_ppm)
        acts += self._rested(unwinding(seat.slot, own, picture.exchange, plan), now_s)
        ending = self._rested(settling(seat.slot, own, picture.exchange), now_s)
        sharing = batches(acts, self._config.most_acts)
        alone = batches(ending, 1)  # sixteen positions a call: it neither waits for others nor delays them
        results = await asyncio.gather(
            *(self._take(batch, picture.exchange) for batch in [*sharing, *alone]),
            return_exceptions=True,
        )
        for error in results:
            if error is not None:
                raise error

    def _rested(self, acts: Sequence[Act], now_s: float) -> list[Act]:
        """Those that may be tried now."""
        return [act for act in acts if self._rests.over(act, now_s)]

    def _own_slot(self, seat: Seat, picture: Picture) -> Slot:
        slot = picture.ledger.slot(seat.slot)
        self._account.require(slot, seat)
        left = equity(slot, picture.exchange)
        self._measures.equity.labels(Role.LIQUIDATOR).set(left / ATOMS_PER_USDC)
        for market in picture.exchange.markets:
            position = slot.position(market.index)
            lots = position.base if position is not None else 0
            self._measures.position.labels(Role.LIQUIDATOR, market.symbol).set(lots)
        return slot

    def _room(self, own: Slot, exchange: Exchange) -> Room:
        """What may still be taken over."""
        most = min(self._config.inventory_usdc * ATOMS_PER_USDC, MOST_LEVERAGE * equity(own, exchange))
        held = sum(abs(each.base) * exchange.markets[each.market].mark_price for each in own.positions)
        return Room(max(0, most - held))

    def _convert(self, found: Standings, picture: Picture, now_s: float, own: Slot) -> list[Act]:
        """Collateral to buy: before anything else, since a bankruptcy is resolved only without any."""
        left = purse(own, picture.exchange, self._config.collateral_usdc * ATOMS_PER_USDC)
        acts: list[Act] = []
        for index in indebted(found, picture)[: self._config.most_accounts]:
            slot = picture.ledger.slot(index)
            if slot.owner != own.owner and obstacle(slot, picture.exchange, now_s) is None:
                act = conversion(index, picture, now_s, left)
                acts += [act] if act is not None and self._rests.over(act, now_s) else []
        return acts

    def _look(self, found: Standings, picture: Picture, now_s: float, room: Room) -> list[Act]:
        """What is due, for those first that lack most. Whoever cannot be helped rests, out of the way."""
        acts: list[Act] = []
        obstacles: list[str] = []
        helped = 0
        for index, standing in found.in_trouble():
            if not self._rests.over(account_key(index, standing), now_s):
                continue
            account = Troubled(index, picture.ledger.slot(index), standing)
            if account.slot.owner == self._account.key.owner:
                continue  # nobody may liquidate himself
            steps: list[Act] = []
            if (hindered := obstacle(account.slot, picture.exchange, now_s)) is not None:
                obstacles.append(hindered)
                self._rests.hold(account.key, now_s, OBSTACLE_S)
            elif steps := due(account, picture.exchange, self._rests, now_s, room):
                self._rests.done(account.key)
            else:
                self._rests.refused(account.key, now_s)
            acts += steps
            helped += bool(steps)
            if helped == self._config.most_accounts:
                break
        self._tell(picture, obstacles, is_well=helped > 0 or not any(found.counts().values()))
        return acts

    def _value(self, picture: Picture, now_s: float) -> Standings:
        began = time.perf_counter()
        found = standings(picture.ledger.slots, picture.exchange, int(now_s))
        self._measures.scan_s.observe(time.perf_counter() - began)
        for under, count in found.counts().items():
            self._measures.in_trouble.labels(under).set(count)
        return found

    def _tell(self, picture: Picture, obstacles: Sequence[str], *, is_well: bool) -> None:
        if picture.exchange.paused & Pause.LIQUIDATION:
            self.duty.waiting("the guardian has paused liquidation", "Paused")
        elif is_well:
            self.duty.acting()
        elif obstacles:
            self.duty.waiting(f"accounts in trouble cannot be helped: {obstacles[0]}", obstacles[0])

    # one transaction

    async def _take(self, acts: Sequence[Act], exchange: Exchange) -> None:
        """Rehearse ``acts``, leave out what would be refused, and send the rest as one transaction."""
        ready, rehearsal = await self._rehearse(list(acts))
        useful = [
            act
            for place, act in enumerate(ready)
            if self._is_useful(act, rehearsal.events.get(place), exchange)
        ]
        if not useful:
            return
        units = rehearsal.limit(MOST_UNITS) - next(self._number) % 1_000
        self._measures.sent.labels(Role.LIQUIDATOR).inc()
        try:
            events = await self._sender.settle_with_events(self._wire(useful), units, skip_preflight=True)
        except TransactionFailed as error:
            failure = self._sender.failure(error.err)
            self._refused(useful[self._blamed(failure, len(useful))], failure.name)
            return
        traded = {(event.market, event.taker_slot) for event in events if _fills(event)}
        for act in useful:
            if not act.step.trades or (act.market, act.slot) in traded:
                self._rests.done(act)
                self._measures.steps.labels(act.step.name, "done").inc()
        self._count(events, exchange)

    async def _rehearse(self, acts: list[Act]) -> tuple[list[Act], Rehearsal]:
        """The acts that succeed one after the other, and what they do. Raises NotLanding."""
        while acts:
            rehearsal = await self._sender.rehearse(self._wire(acts), MOST_UNITS)
            failure = rehearsal.failure
            if failure is None:
                return acts, rehearsal
            place = self._blamed(failure, len(acts))
            if failure.name in OUT_OF_UNITS and place > 0:
                acts = acts[:place]  # the others have their turn in the next round
                continue
            self._refused(acts.pop(place), failure.name)
        return [], Rehearsal(None, 0, {})

    def _blamed(self, failure: Failure, count: int) -> int:
        if failure.instruction is None or not 0 <= failure.instruction < count:
            raise NotLanding(failure.message)
        return failure.instruction

    def _refused(self, act: Act, error: str) -> None:
        self._rests.refused(act, time.time())
        self._measures.steps.labels(act.step.name, error).inc()
        if error not in ORDINARY:
            self._measures.failed.labels(Role.LIQUIDATOR, error).inc()
            _log.warning("step refused", step=act.step.name, market=act.market, slot=act.slot, error=error)

    def _is_useful(self, act: Act, events: list[Event] | None, exchange: Exchange) -> bool:
        """A liquidation that fills nothing is sent only to note since when nobody is there to trade with."""
        if not act.step.trades or any(_fills(event) for event in events or []):
            return True
        self._refused(act, NOTHING_FILLED)
        return act.step is LIQUIDATE and exchange.markets[act.market].no_bid_since == 0

    def _wire(self, acts: Sequence[Act]) -> list[Instruction]:
        return [act.instruction(self._view.venue, self._account.key) for act in acts]

    def _count(self, events: Sequence[Event], exchange: Exchange) -> None:
        for event in events:
            match event:
                case OrdersProcessed(kind=TradeKind.LIQUIDATE, fills=[_, *_]):
                    tick = exchange.markets[event.market].tick_size
                    quote = sum(fill.ticks * tick * fill.lots for fill in event.fills)
                    self._moved(LIQUIDATE.name, event.market, event.taker_slot, quote, exchange)
                case PositionsTransferred(kind=TransferKind.SETTLEMENT):
                    symbol = exchange.markets[event.market].symbol
                    _log.info("settled", market=symbol, positions=len(event.transfers))
                case PositionsTransferred():
                    step = TransferKind(event.kind).name.lower()
                    quote = sum(each.price * each.lots for each in event.transfers)
                    self._moved(step, event.market, event.from_slot, quote, exchange)
                case CollateralConverted():
                    worth = event.paid / ATOMS_PER_USDC
                    _log.info("converted", slot=event.debtor_slot, collateral=event.collateral, usdc=worth)
                case BankruptcyResolved():
                    paid, unpaid = event.paid / ATOMS_PER_USDC, event.unpaid / ATOMS_PER_USDC
                    _log.warning("bankruptcy", slot=event.from_slot, insurance_usdc=paid, deficit_usdc=unpaid)

    def _moved(self, step: str, market: int, slot: int, quote: int, exchange: Exchange) -> None:
        symbol = exchange.markets[market].symbol
        self._measures.liquidated.labels(step, symbol).inc(quote / ATOMS_PER_USDC)
        _log.info(step, market=symbol, slot=slot, usdc=quote // ATOMS_PER_USDC)


def _fills(event: Event) -> TypeGuard[OrdersProcessed]:
    return isinstance(event, OrdersProcessed) and bool(event.fills)
