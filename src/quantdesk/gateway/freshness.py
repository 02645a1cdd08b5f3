"""Which slot a reply shows and how old that is; waiting for a slot that a caller has seen already."""

import asyncio
from typing import TypedDict

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.problems import DependencyAway

_POLL_S = 0.005


class StampFields(TypedDict):
    """The fields of `Stamped`."""

    slot: int
    age_ms: int


class Freshness:
    """Reads the board's slot."""

    def __init__(self, board: Board, clock: ClockMs, wait_ms: int) -> None:
        self._board = board
        self._clock = clock
        self._wait_ms = wait_ms

    async def reach(self, min_slot: int | None) -> None:
        """Return once the index has `min_slot`. Raises DependencyAway (`index_behind`) after the wait."""
        if min_slot is None:
            return
        deadline = self._clock() + self._wait_ms
        while self._board.slot < min_slot:
            if self._clock() >= deadline:
                raise DependencyAway(
                    f"The index is at slot {self._board.slot}, before {min_slot}.",
                    code="index_behind",
                    dependency="indexer",
                    field="min_slot",
                    value=min_slot,
                    expected=f"at most {self._board.slot}, or later",
                    retry_after_ms=1_000,
                )
            await asyncio.sleep(_POLL_S)

    def stamp(self) -> StampFields:
        """`slot` and `age_ms` of what is known now."""
        seen = self._board.slot_seen_ms
        return {"slot": self._board.slot, "age_ms": max(0, self._clock() - seen) if seen else 0}
