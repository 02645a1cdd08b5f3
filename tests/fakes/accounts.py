"""Account bytes of the program with chosen fields, all else zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.idl import idl


def account_bytes(name: str, fields: dict[str, Any], *tables: Any) -> bytes:
    header = np.zeros(1, account_dtype(name))
    for field, value in fields.items():
        header[field] = value
    header["header"]["status"] = 1
    mark = bytes(idl().accounts_by_name[name].discriminator)
    return mark + header.tobytes()[8:] + b"".join(table.tobytes() for table in tables)


def book_bytes(
    bids: list[tuple[int, int, int]], asks: list[tuple[int, int, int]], capacity: int = 8
) -> bytes:
    """Orders as (ticks, lots, seq) with the best price first, as a reader thinks of them."""
    orders = np.zeros(2 * capacity, struct_dtype("Order"))
    for start, side in ((0, bids), (capacity, asks)):
        for index, (ticks, lots, seq) in enumerate(reversed(side)):
            orders[start + index]["ticks"], orders[start + index]["lots"] = ticks, lots
            orders[start + index]["seq"] = seq
    fields = {"capacity": capacity, "bid_count": len(bids), "ask_count": len(asks), "update_seq": 9}
    return account_bytes("Book", fields, orders)
