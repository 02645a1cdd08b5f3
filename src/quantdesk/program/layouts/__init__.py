"""The program's accounts, decoded: whole tables by one ``numpy.frombuffer``, single records as typed values.

Numbers are the program's own units (see ``quantdesk.domain.units``). Field names are the IDL's; what each
means is documented there. ``reserved`` fields are left out.
"""

from __future__ import annotations

from quantdesk.program.layouts.book import Book, Order
from quantdesk.program.layouts.exchange import (
    EXCHANGE_VERSION,
    MARKET_STATUS,
    Collateral,
    Exchange,
    FeeTier,
    MarginTier,
    Market,
)
from quantdesk.program.layouts.ledger import NO_MARKET, Ledger, Position, Slot, decode_slot, slot_range
from quantdesk.program.layouts.reading import READY, is_ready
from quantdesk.program.layouts.trader import NO_SLOT, Delegate, Trader, Trigger

__all__ = [
    "EXCHANGE_VERSION",
    "MARKET_STATUS",
    "NO_MARKET",
    "NO_SLOT",
    "READY",
    "Book",
    "Collateral",
    "Delegate",
    "Exchange",
    "FeeTier",
    "Ledger",
    "MarginTier",
    "Market",
    "Order",
    "Position",
    "Slot",
    "Trader",
    "Trigger",
    "decode_slot",
    "is_ready",
    "slot_range",
]
