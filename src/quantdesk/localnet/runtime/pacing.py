"""When the open slot closes: 400 ms of wall time, whatever the machine did meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from quantdesk.localnet.config import SLOT_MS


@dataclass(slots=True)
class SlotPacer:
    """Ties slots to wall time: `anchor_slot` opened at `anchor_ms` (Unix milliseconds).

    A machine that slept, or a localnet that was stopped, skips the slots of that time, as a cluster does when
    nobody leads. A wall clock that is set back changes nothing until it has caught up.
    """

    anchor_slot: int
    anchor_ms: int

    def due_slot(self, now_ms: int) -> int:
        """The slot that should be open at `now_ms`."""
        return self.anchor_slot + max(now_ms - self.anchor_ms, 0) // SLOT_MS

    def wait_ms(self, open_slot: int, now_ms: int) -> int:
        """Milliseconds until `open_slot` should close; 0 when it should have."""
        closes_at = self.anchor_ms + (open_slot + 1 - self.anchor_slot) * SLOT_MS
        return max(closes_at - now_ms, 0)

    def rebase(self, slot: int, now_ms: int) -> None:
        """From now on count from `slot`, open at `now_ms`."""
        self.anchor_slot = slot
        self.anchor_ms = now_ms
