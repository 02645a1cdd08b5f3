"""Realised profit that may not leave yet: locked x max(0, T - dt) / T + p; losses eat it first."""

from __future__ import annotations

from model.exact import ceil
from model.state import Slot


def locked(slot: Slot, unix: int) -> int:
    """What has not vested, rounded up."""
    passed = max(0, unix - slot.locked_at)
    if passed >= slot.locked_for:
        return 0
    return ceil(slot.locked, slot.locked_for - passed, slot.locked_for)


def realise(slot: Slot, profit: int, period: int, unix: int) -> None:
    """A profit starts the period anew, with the longer of the market's and the time left; a loss keeps it."""
    if profit == 0 or (profit < 0 and slot.locked == 0):
        return
    still = locked(slot, unix)
    left = max(0, slot.locked_for - max(0, unix - slot.locked_at)) if still else 0
    slot.locked_at = unix
    slot.locked_for = max(period, left) if profit > 0 else left
    slot.locked = max(0, still + profit) if slot.locked_for or profit < 0 else 0
