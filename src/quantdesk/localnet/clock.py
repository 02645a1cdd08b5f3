"""The clock of the chain: closes slots on time, or when an admin says so."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal, Protocol

from quantdesk.localnet.config import SLOT_MS
from quantdesk.localnet.runtime.bank import Bank
from quantdesk.localnet.runtime.pacing import SlotPacer


class Closes(Protocol):
    """Who closes blocks for the clock."""

    @property
    def bank(self) -> Bank:
        """The bank of now."""

    @property
    def is_accepting(self) -> bool:
        """Whether the log still takes entries."""

    def close_block(self, next_slot: int, unix_time: int) -> None:
        """Close the open block and open `next_slot` at `unix_time` (seconds)."""


def wall_ms() -> int:
    """Unix milliseconds of the machine."""
    return time.time_ns() // 1_000_000


class ChainClock:
    """Chain time is wall time, or ahead of it by what admins travelled; paused or manual it stands still."""

    def __init__(
        self,
        chain: Closes,
        mode: Literal["real", "manual"],
        *,
        paused: bool,
        now: Callable[[], int] = wall_ms,
    ) -> None:
        """Slots missed while stopped are skipped; a chain ahead of the wall clock goes on from there."""
        self._chain = chain
        self._now = now
        self._mode = mode
        self.paused = paused
        self._changed = asyncio.Event()
        chain_ms = chain.bank.unix_time * 1000
        self._ahead_ms = chain_ms - now() if self._stands else max(chain_ms - now(), 0)
        self._standing_ms = chain_ms
        self._pacer = SlotPacer(chain.bank.slot, min(chain_ms, now()))

    @property
    def _stands(self) -> bool:
        return self.paused or self._mode == "manual"

    async def run(self) -> None:
        """Close slots on time, for ever. With a manual or paused clock, wait."""
        while True:
            if self._stands or not self._chain.is_accepting:
                self._changed.clear()
                await self._changed.wait()
                continue
            await asyncio.sleep(self.close_what_is_due() / 1000)

    def close_what_is_due(self) -> int:
        """Close the open slot if its time is over; milliseconds until the next one is due."""
        now = self._now()
        due = self._pacer.due_slot(now)
        if due > self._chain.bank.slot:
            self._chain.close_block(due, (now + self._ahead_ms) // 1000)
        wait = self._pacer.wait_ms(self._chain.bank.slot, now)
        if wait > SLOT_MS:  # the wall clock was set back: count from here, chain time waits for it
            self._pacer.rebase(self._chain.bank.slot, now)
            wait = SLOT_MS
        return wait

    def chain_ms(self) -> int:
        """The chain's time in Unix milliseconds; never behind the open block's."""
        moving = self._standing_ms if self._stands else self._now() + self._ahead_ms
        return max(moving, self._chain.bank.unix_time * 1000)

    def advance(self, slots: int) -> None:
        """Close `slots` blocks, 400 ms of chain time each, as fast as it goes."""
        start, start_ms = self._chain.bank.slot, self.chain_ms()
        for count in range(1, slots + 1):
            self._chain.close_block(start + count, (start_ms + count * SLOT_MS) // 1000)
        self.set_time(start_ms + slots * SLOT_MS)

    def travel(self, slot: int, unix_ms: int) -> None:
        """Close the open block and go on at `slot` and `unix_ms` (Unix milliseconds), both later than now."""
        self._chain.close_block(slot, unix_ms // 1000)
        self.set_time(unix_ms)

    def pause(self, paused: bool) -> None:
        """Stand still from now on, or move again from here."""
        chain_ms = self.chain_ms()
        self.paused = paused
        self.set_time(chain_ms)

    def set_time(self, unix_ms: int) -> None:
        """The chain's time is `unix_ms` now, and the open slot has just begun."""
        now = self._now()
        self._ahead_ms = unix_ms - now
        self._standing_ms = unix_ms
        self._pacer.rebase(self._chain.bank.slot, now)
        self._changed.set()
