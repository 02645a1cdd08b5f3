"""The trigger keeper: fires stops and take-profits that the mark has reached, and clears away what is dead.

Dead are triggers whose position was closed or turned (their owners get the fee back) and resting orders past
their expiry. Nothing is kept: every round begins with the chain.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog
from solders.instruction import Instruction

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.infra.solana import TransactionFailed
from quantdesk.keepers.account import Seat, TraderAccount
from quantdesk.keepers.chain import ChainView, Picture, equity
from quantdesk.keepers.config import Role, TriggerConfig
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.rests import Rests
from quantdesk.keepers.role import Duty
from quantdesk.keepers.sender import Sender
from quantdesk.program.instructions import MAX_BATCH, TraderKey, execute_trigger, prune_expired
from quantdesk.program.layouts import Book, Order, Trader, Trigger
from quantdesk.program.records import OrderFlag

MOST_UNITS = 600_000
ORDINARY = {
    "MarketNotActive",
    "MatchingPaused",
    "MatchLimitReached",
    "MinimumFillNotReached",
    "PriceStale",
    "PriceUncertain",
    "StaleGeneration",
    "TriggerNotFound",
    "TriggerNotReached",
}
"""What the program may well answer: another was first, the price moved back, nobody is there to trade."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A trigger to execute: entry ``index`` of ``trader``; ``dead`` when it is only to be cleared away."""

    trader: TraderKey
    index: int
    market: int
    dead: bool


def due(traders: Sequence[Trader], picture: Picture, now_s: float) -> Iterator[Due]:
    """What can be executed now: what the mark has reached, and what died."""
    markets = picture.exchange.markets
    for trader in traders:
        slot = picture.ledger.slot(trader.slot_index)
        if not trader.active or not slot.active or slot.generation != trader.generation:
            continue
        for index, trigger in trader.waiting():
            dead = is_dead(trigger, now_s) or not trigger.bound_to(slot.position(trigger.market))
            if dead or trigger.reached(markets[trigger.market].mark_price):
                yield Due(TraderKey(trader.owner, trader.sub), index, trigger.market, dead)


def is_dead(trigger: Trigger, now_s: float) -> bool:
    """Whether its time is over."""
    return trigger.expires != 0 and trigger.expires <= now_s


def is_expired(order: Order, cancel_after_slot: int, slot: int, now_s: float) -> bool:
    """Whether a resting order is past its expiry or its owner's dead-man switch."""
    if order.flags & OrderFlag.EXPIRES_AT_SLOT and order.expiry <= slot:
        return True
    if order.flags & OrderFlag.EXPIRES_AT_TIME and order.expiry <= now_s:
        return True
    return 0 < cancel_after_slot < slot


class TriggerKeeper:
    """Acts with one key for whoever placed a trigger; its slot earns the fees."""

    def __init__(self, config: TriggerConfig, view: ChainView, sender: Sender, measures: Measures) -> None:
        self._config = config
        self._view = view
        self._sender = sender
        self._measures = measures
        self._account = TraderAccount(view, sender, config.deposit_usdc * ATOMS_PER_USDC)
        self._rests = Rests()
        self._traders: list[Trader] = []
        self._scanned = self._pruned = float("-inf")
        self.duty = Duty(Role.TRIGGER, measures)

    async def run(self) -> None:
        """Fire for ever."""
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
        """Look at every trigger once and fire what is due, living ones first."""
        await self._scan()
        picture, now_s = await self._view.picture(), time.time()
        self._check_seat(seat, picture)
        self._rests.forget(now_s)
        free = [each for each in due(self._traders, picture, now_s) if self._rests.over(each, now_s)]
        free.sort(key=lambda each: each.dead)
        for each in free[: self._config.most_fired]:
            await self._execute(each, seat)
        if time.monotonic() - self._pruned > self._config.prune_s:
            self._pruned = time.monotonic()
            await self._prune(picture)
        self.duty.acting()

    def _check_seat(self, seat: Seat, picture: Picture) -> None:
        slot = picture.ledger.slot(seat.slot)
        self._account.require(slot, seat)
        self._measures.equity.labels(Role.TRIGGER).set(equity(slot, picture.exchange) / ATOMS_PER_USDC)

    async def _scan(self) -> None:
        if time.monotonic() - self._scanned < self._config.scan_s:
            return
        self._scanned = time.monotonic()
        self._traders = [each for each in await self._view.traders() if each.waiting()]
        self._measures.triggers.set(sum(len(each.waiting()) for each in self._traders))

    async def _execute(self, what: Due, seat: Seat) -> None:
        key = TraderKey(what.trader.owner, what.trader.sub, self._account.key.owner)
        asked = execute_trigger(
            self._view.venue, key, what.market, what.index, slot=seat.slot, generation=seat.generation
        )
        outcome = await self._send([asked])
        self._measures.fired.labels(outcome or ("buried" if what.dead else "fired")).inc()
        if outcome is not None:
            self._rests.refused(what, time.time())
            return
        self._rests.hold(what, time.time(), self._config.scan_s)  # until the next scan shows what is left
        _log.info(
            "trigger executed", owner=str(key.owner), index=what.index, market=what.market, dead=what.dead
        )

    async def _send(self, instructions: list[Instruction]) -> str | None:
        """Rehearse and send; the program's error name when it would refuse."""
        rehearsal = await self._sender.rehearse(instructions, MOST_UNITS)
        failure = rehearsal.failure
        if failure is None:
            units = rehearsal.limit(MOST_UNITS)
            self._measures.sent.labels(Role.TRIGGER).inc()
            try:
                await self._sender.settle(instructions, units, skip_preflight=True)
            except TransactionFailed as error:
                failure = self._sender.failure(error.err)
            else:
                return None
        if failure.name not in ORDINARY:
            self._measures.failed.labels(Role.TRIGGER, failure.name).inc()
            _log.warning("refused", error=failure.name, reason=failure.message)
        return failure.name

    async def _prune(self, picture: Picture) -> None:
        """Take up to 16 expired orders out of each book."""
        slot, now_s = await self._view.rpc.get_slot(), time.time()
        for market in picture.exchange.markets:
            account = (await self._view.rpc.get_account(self._view.venue.book(market.index))).value
            if account is None:
                continue
            expired = _expired(Book.decode(account.bytes), picture, slot, now_s)
            if not expired:
                continue
            outcome = await self._send(
                [prune_expired(self._view.venue, self._account.key, market.index, expired)]
            )
            if outcome is None:
                self._measures.pruned.inc(len(expired))


def _expired(book: Book, picture: Picture, slot: int, now_s: float) -> list[OrderId]:
    found = []
    switches = picture.ledger.slots["cancel_after_slot"]
    for order in book.every():
        switch = int(switches[order.slot]) if order.slot < len(switches) else 0
        if is_expired(order, switch, slot, now_s):
            found.append(order.order_id)
    return found[:MAX_BATCH]
