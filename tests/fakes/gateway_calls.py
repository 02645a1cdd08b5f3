"""Bytes of the instructions that the fake gateway builds: the program's own discriminators and layouts."""

from __future__ import annotations

import hashlib
import struct
from decimal import Decimal
from typing import Any

from fakes.gateway_market import FakeMarket

LIMIT, POST_ONLY, TAKING = 0, 1, 3


def encode(name: str, body: dict[str, Any], markets: dict[str, FakeMarket]) -> bytes:
    """Instruction data of `/v1/tx/{name}`; only what the terminal asks for."""
    called = name.replace("-", "_")
    head = hashlib.sha256(f"global:{called}".encode()).digest()[:8]
    if called in {"deposit", "withdraw"}:
        return head + struct.pack("<BQ", 0, int(Decimal(body["amount"]) * 1_000_000))
    market = markets[body.get("market") or "SOL-PERP"]
    if called == "cancel_order":
        return head + struct.pack("<HIQ", market.index, 1, int(body["order_id"]))
    if called == "cancel_all":
        return head + struct.pack("<HB", market.index, 0)
    taking = body["type"] == "market" or body.get("time_in_force") in {"ioc", "fok"}
    kind = POST_ONLY if body.get("post_only") == "reject" else TAKING if taking else LIMIT
    price = Decimal(body["price"]) if body.get("price") else market.price
    lots = int(Decimal(body["size"]) * market.lots_per_base)
    return head + struct.pack(
        "<HBBBBIIIBIQQQ",
        market.index,
        body["side"] == "sell",
        kind,
        body.get("reduce_only", False),
        0,
        int(price / market.tick),
        lots,
        0,
        0,
        0,
        0,
        0,
        0,
    )
