"""What the indexer remembers between events: enough to turn each event into whole, absolute rows.

It is read from the store at the start and moves with every event; it never holds what the store does not.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from quantdesk.domain.candles import Candle, Resolution
from quantdesk.indexer.placed import Row


@dataclass(frozen=True, slots=True)
class Holder:
    """Who sits in a Ledger slot."""

    wallet: str
    sub: int


UNKNOWN_HOLDER = Holder("unknown", 0)
"""A slot whose activation lies before our history (see ``history_bounds``)."""

SlotKey = tuple[int, int]
"""(slot index, generation)"""
OrderKey = tuple[int, str]
"""(market, order id)"""
CandleKey = tuple[int, str, Resolution]
"""(market, source, resolution)"""


@dataclass(slots=True)
class IndexState:
    """``cursor``: sequence of the last event indexed; 0 before the first."""

    cursor: int = 0
    published: int = 0
    slot: int = 0
    traders: dict[SlotKey, Holder] = field(default_factory=dict)
    occupants: dict[int, int] = field(default_factory=dict)
    """Ledger slot -> its newest generation: fills name makers by slot alone."""
    accounts: dict[tuple[str, int], Row] = field(default_factory=dict)
    balances: dict[tuple[str, int, int], Row] = field(default_factory=dict)
    markets: dict[int, Row] = field(default_factory=dict)
    open_orders: dict[OrderKey, Row] = field(default_factory=dict)
    live_triggers: defaultdict[Holder, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    """Of each holder the triggers that may still fire, by their entry in the Trader account."""
    candles: dict[CandleKey, Candle] = field(default_factory=dict)
    funding: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Market -> (hour_ms, rate) last written."""

    def holder(self, slot_index: int, generation: int) -> Holder:
        """Who sits (or sat) there."""
        return self.traders.get((slot_index, generation), UNKNOWN_HOLDER)

    def holder_now(self, slot_index: int) -> Holder:
        """Who sits there at the event being applied."""
        return self.holder(slot_index, self.occupants.get(slot_index, -1))

    def seat(self, slot_index: int, generation: int, holder: Holder) -> None:
        """A slot was taken."""
        self.traders[slot_index, generation] = holder
        self.occupants[slot_index] = max(generation, self.occupants.get(slot_index, generation))
