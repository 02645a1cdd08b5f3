"""A Trader account: where the slot is, what is parked, who may act."""

from __future__ import annotations

from dataclasses import dataclass

from solders.pubkey import Pubkey

from quantdesk.program.layouts.reading import account_record, read

NO_SLOT = 65_535
"""``slot_index`` of a trader without a slot."""


@dataclass(frozen=True, slots=True)
class Delegate:
    """A key that may trade for the owner; notionals in quote atoms."""

    key: Pubkey
    expires: int
    market_bitmap: int
    max_order: int
    max_position: int
    daily_limit: int
    daily_used: int
    day: int
    flags: int


@dataclass(frozen=True)
class Trader:
    """A Trader account: where the slot is, what is parked, who may act."""

    exchange: Pubkey
    owner: Pubkey
    sub: int
    active: int
    slot_index: int
    generation: int
    parked: tuple[int, ...]
    delegates: tuple[Delegate, ...]
    created: int

    @classmethod
    def decode(cls, data: bytes) -> Trader:
        """From account bytes. Raises ``AccountInvalid``."""
        return read(cls, account_record("Trader", data))
