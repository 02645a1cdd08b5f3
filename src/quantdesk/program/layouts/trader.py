"""A Trader account: where the slot is, what is parked, who may act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from quantdesk.program.layouts.ledger import NO_MARKET, Position
from quantdesk.program.layouts.reading import account_record, read
from quantdesk.program.records import Side, TriggerKind

NOBODY = bytes(32)
DAY_S = 86_400
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

    def used_on(self, unix: int) -> int:
        """Notional of the day of ``unix`` that is used up, quote atoms."""
        return self.daily_used if self.day == unix // DAY_S else 0

    def trades_in(self, market: int) -> bool:
        """Whether its rights reach the market with this index."""
        return bool(self.market_bitmap >> market & 1)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A stop or take-profit order; ``market`` 255 is a free entry. Fields as in ``TriggerTerms``."""

    market: int
    kind: int
    side: int
    epoch: int
    trigger_price: int
    limit_ticks: int
    max_slippage: int
    lots: int
    executor_fee: int
    client_id: int
    expires: int
    pair: int

    def bound_to(self, position: Position | None) -> bool:
        """Whether ``position`` is the one that it was placed for and can shrink."""
        if position is None or position.epoch != self.epoch or not position.base:
            return False
        return (position.base < 0) == (self.side == Side.BID)

    def reached(self, mark: int) -> bool:
        """Whether the mark price (LotPrice) has reached it."""
        is_stop = self.kind in (TriggerKind.STOP_MARKET, TriggerKind.STOP_LIMIT)
        if is_stop == (self.side == Side.ASK):
            return mark <= self.trigger_price
        return mark >= self.trigger_price


FREE_DELEGATE = Delegate(Pubkey.default(), 0, 0, 0, 0, 0, 0, 0, 0)
FREE_TRIGGER = Trigger(NO_MARKET, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


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
    triggers: tuple[Trigger, ...]
    created: int

    def waiting(self) -> list[tuple[int, Trigger]]:
        """The triggers with their entries; free entries left out."""
        return [(index, each) for index, each in enumerate(self.triggers) if each.market != NO_MARKET]

    def granted(self) -> list[tuple[int, Delegate]]:
        """Who may trade, expired ones too, with their entries; free entries left out."""
        return [(index, each) for index, each in enumerate(self.delegates) if bytes(each.key) != NOBODY]

    @classmethod
    def decode(cls, data: bytes) -> Trader:
        """From account bytes. Raises ``AccountInvalid``."""
        record = account_record("Trader", data)
        return read(cls, record, delegates=_delegates(record), triggers=_triggers(record))


def _delegates(record: Any) -> tuple[Delegate, ...]:
    """All entries; the free ones, most of them nearly always, are one object: decoding each takes time."""
    entries = record["delegates"]
    keys = [bytes(key) for key in entries["key"]]
    return tuple(
        read(Delegate, entries[place]) if key != NOBODY else FREE_DELEGATE for place, key in enumerate(keys)
    )


def _triggers(record: Any) -> tuple[Trigger, ...]:
    entries = record["triggers"]
    markets = entries["market"].tolist()
    return tuple(
        read(Trigger, entries[place]) if market != NO_MARKET else FREE_TRIGGER
        for place, market in enumerate(markets)
    )
