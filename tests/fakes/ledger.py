"""Exchange and Ledger tables for tests of what reads them: the program's own layouts, values as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from fakes.accounts import account_bytes
from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.layouts import NO_MARKET, Exchange, MarginTier, Market

Fields = Mapping[str, Any]


def exchange_of(markets: Sequence[Fields], collaterals: Sequence[Fields] = (), **fields: Any) -> Exchange:
    """An open exchange; ``collaterals`` besides USDC; unnamed fields are 0."""
    raw = np.frombuffer(bytearray(account_bytes("Exchange", {})), account_dtype("Exchange"))
    raw["opened"], raw["market_count"], raw["collateral_count"] = 1, len(markets), 1 + len(collaterals)
    for name, value in fields.items():
        raw[name] = value
    for index, market in enumerate(markets):
        _fill(
            raw["markets"][0, index],
            {"index": index, "status": 2, "tick_size": 1, "lots_per_base": 100} | dict(market),
        )
    for index, collateral in enumerate(collaterals, 1):
        _fill(raw["collaterals"][0, index], collateral)
    return Exchange.decode(raw.tobytes())


def sol_market(**changes: Any) -> Market:
    """SOL-PERP at 140 with a trade band of 5 %; unnamed fields are 0."""
    fields: dict[str, Any] = dict.fromkeys(Market.__dataclass_fields__, 0)
    fields |= {
        "symbol": "SOL-PERP",
        "index": 2,
        "book": Pubkey.default(),
        "price_authority": Pubkey.default(),
        "status": 2,
        "lots_per_base": 100,
        "tick_size": 100,
        "tiers": (MarginTier(2**63, 50_000),) * 4,
        "maintenance_fraction": 500_000,
        "trade_band": 50_000,
        "index_price": 1_400_000,
        "mark_price": 1_400_000,
    }
    return Market(**(fields | changes))


def slots_of(count: int) -> npt.NDArray[Any]:
    """``count`` free slots."""
    slots = np.zeros(count, struct_dtype("Slot"))
    slots["positions"]["market"] = NO_MARKET
    return slots


def seat(slots: npt.NDArray[Any], index: int, positions: Sequence[Fields] = (), **fields: Any) -> None:
    """Put an active trader into slot ``index``; its owner is ``index`` + 1 in every byte unless given."""
    slot = slots[index]
    owner = np.void(bytes([(index + 1) % 256]) * 32)
    _fill(slot, {"owner": owner, "flags": 1, "generation": 1} | fields)
    for entry, position in zip(slot["positions"], positions, strict=False):
        _fill(entry, position)
        slot["market_bitmap"] |= np.uint64(1 << int(entry["market"]))


def ledger_bytes(slots: npt.NDArray[Any]) -> bytes:
    """A Ledger account that holds ``slots``, all of them used once."""
    return account_bytes("Ledger", {"capacity": len(slots), "high_water": len(slots)}, slots)


def _fill(record: Any, fields: Fields) -> None:
    for name, value in fields.items():
        if name == "tiers":
            for tier, given in zip(record["tiers"], value, strict=True):
                _fill(tier, given)
        else:
            record[name] = value
