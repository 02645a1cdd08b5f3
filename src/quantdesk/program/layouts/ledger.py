"""The Ledger account: one slot per active trader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from solders.pubkey import Pubkey

from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.layouts.reading import Records, account_record, read, table

NO_MARKET = 255
"""``market`` of a position entry that is free."""


@dataclass(frozen=True, slots=True)
class Position:
    """One position of a slot with its resting-order totals."""

    market: int
    bid_orders: int
    ask_orders: int
    flags: int
    epoch: int
    base: int
    quote: int
    entry_quote: int
    funding_index: int
    bid_lots: int
    ask_lots: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One trader's margin state; ``positions`` without the free entries."""

    owner: Pubkey
    generation: int
    sub: int
    flags: int
    market_bitmap: int
    usdc: int
    locked: int
    locked_at: int
    locked_for: int
    last_active: int
    cancel_after_slot: int
    nonce: int
    collaterals: tuple[int, ...]
    positions: tuple[Position, ...]

    @property
    def active(self) -> bool:
        """Whether a trader sits here."""
        return bool(self.flags & 1)

    def position(self, market: int) -> Position | None:
        """The position in ``market``, or None."""
        return next((each for each in self.positions if each.market == market), None)


class Ledger:
    """The Ledger account: ``slots`` is the whole table as a structured array (shape: slots ever used)."""

    def __init__(self, header: Any, slots: Records) -> None:
        self.header = header
        self.slots = slots

    @classmethod
    def decode(cls, data: bytes) -> Ledger:
        """From account bytes. Raises ``AccountInvalid``."""
        header = account_record("Ledger", data)
        count = int(header["high_water"])
        return cls(header, table("Slot", data, account_dtype("Ledger").itemsize, count))

    @staticmethod
    def slots_used(data: bytes) -> int:
        """How many slots were ever used, by the account's first bytes. Raises ``AccountInvalid``."""
        return int(account_record("Ledger", data)["high_water"])

    @property
    def capacity(self) -> int:
        """Slots that the account has room for."""
        return int(self.header["capacity"])

    @property
    def active(self) -> int:
        """Slots in use."""
        return int(self.header["active"])

    def slot(self, index: int) -> Slot:
        """The slot ``index``; a never used one is all zero."""
        if index >= len(self.slots):
            return decode_slot(bytes(struct_dtype("Slot").itemsize))
        return _slot(self.slots[index])

    def find(self, owner: Pubkey, sub: int = 0) -> int | None:
        """Index of the active slot of ``owner`` and ``sub``, or None."""
        same = (self.slots["owner"] == np.void(bytes(owner))) & (self.slots["sub"] == sub)
        found = np.flatnonzero(same & (self.slots["flags"] & 1 == 1))
        return int(found[0]) if len(found) else None


def decode_slot(data: bytes) -> Slot:
    """One Ledger slot from its own bytes (a ``dataSlice`` of the Ledger)."""
    return _slot(table("Slot", data, 0, 1)[0])


def slot_range(index: int) -> tuple[int, int]:
    """Offset and length of slot ``index`` in the Ledger account."""
    size = struct_dtype("Slot").itemsize
    return account_dtype("Ledger").itemsize + index * size, size


def _slot(record: Any) -> Slot:
    used = (
        int(np.count_nonzero(record["positions"]["market"] != NO_MARKET)) if int(record["flags"]) & 1 else 0
    )
    slot = read(Slot, record, {"positions": 0})
    if not used:
        return slot
    entries = record["positions"]
    chosen = entries[entries["market"] != NO_MARKET]
    return read(Slot, record, {"positions": 0}, positions=tuple(read(Position, each) for each in chosen))
