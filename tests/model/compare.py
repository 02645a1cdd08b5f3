"""Every byte of the program's accounts against the model's rows.

A row is compared when the model touched it or when its bytes changed; what neither did is as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from integration.program import idl
from integration.program.exchange import HEADER_BYTES
from model import layout
from model.orders import expires, flags
from model.report import seq
from model.state import NO_MARKET, POSITIONS, Book, Order, Slot, State

TAG = 8
SLOT, ORDER, MARKET, COLLATERAL, POSITION = (
    idl.size_of(name) for name in ("Slot", "Order", "Market", "Collateral", "Position")
)
COLLATERALS_AT = TAG + layout.offset("Exchange", "collaterals")
FULL = TAG + idl.size_of("Exchange")
MARKETS_AT = TAG + layout.offset("Exchange", "markets")
POSITIONS_AT = layout.offset("Slot", "positions")
PLACE_OF_POSITIONS = layout.place("Slot", "positions")
SLOT_HEAD = layout.packer("Slot", 0, PLACE_OF_POSITIONS)
SLOT_TAIL = layout.packer("Slot", PLACE_OF_POSITIONS + 1)
EXCHANGE_HEAD = layout.packer("Exchange", 0, layout.place("Exchange", "collaterals"))
pack_position = layout.packer("Position")
pack_order = layout.packer("Order")


class Different(AssertionError):
    """The program's state is not the model's: account, row, and each field with both values."""


@cache
def tag(name: str) -> bytes:
    """An account's discriminator."""
    return idl.discriminator("account", name)


@cache
def order_bytes(order: Order) -> bytes:
    """A resting order as the book holds it."""
    return pack_order(
        layout.Record(
            ticks=order.ticks,
            lots=order.lots,
            seq=seq(order.side, order.number),
            client_id=order.client_id,
            expiry=order.dies_at_slot or order.dies_at_time,
            slot=order.owner,
            flags=flags(order, expires(order)),
            ledger=0,
        )
    )


def read_order(data: bytes) -> Order:
    """The other way round."""
    row = layout.decode("Order", data)
    ask = row.seq >= 2**63
    return Order(
        side="Ask" if ask else "Bid",
        ticks=row.ticks,
        number=row.seq - 2**63 if ask else row.seq,
        lots=row.lots,
        owner=row.slot,
        client_id=row.client_id,
        dies_at_slot=row.expiry if row.flags & 2 else 0,
        dies_at_time=row.expiry if row.flags & 4 else 0,
        reduce_only=bool(row.flags & 1),
        post_only=bool(row.flags & 8),
    )


# -- where rows lie in their accounts ---------------------------------------------------------


def exchange_regions(data: bytes) -> Iterator[tuple[tuple[str, Any], int, int]]:
    """Rows of the exchange's account with their first and last byte, as far as it has grown."""
    yield ("exchange", 0), 0, COLLATERALS_AT
    if len(data) < FULL:
        yield ("rest", 0), COLLATERALS_AT, len(data)
        return
    for index in range((MARKETS_AT - COLLATERALS_AT) // COLLATERAL):
        yield (
            ("collateral", index),
            COLLATERALS_AT + index * COLLATERAL,
            COLLATERALS_AT + (index + 1) * COLLATERAL,
        )
    for index in range((len(data) - MARKETS_AT) // MARKET):
        yield ("market", index), MARKETS_AT + index * MARKET, MARKETS_AT + (index + 1) * MARKET


def ledger_regions(data: bytes) -> Iterator[tuple[tuple[str, Any], int, int]]:
    """Rows of the ledger's account."""
    first = HEADER_BYTES["Ledger"]
    yield ("ledger", 0), 0, first
    count = (len(data) - first) // SLOT
    for index in range(count):
        yield ("slot", index), first + index * SLOT, first + (index + 1) * SLOT
    yield ("rest", 0), first + count * SLOT, len(data)


def exchange_bytes(state: State, data: bytes) -> bytes:
    """The account of the exchange with the model's head and collaterals instead of its own."""
    written = bytearray(data)
    written[:COLLATERALS_AT] = tag("Exchange") + EXCHANGE_HEAD(state.rows["exchange", 0])
    for index, row in state.all("collateral"):
        at = COLLATERALS_AT + index * COLLATERAL
        written[at : at + COLLATERAL] = layout.packer("Collateral")(row)
    return bytes(written)


REGIONS = {"exchange": exchange_regions, "ledger": ledger_regions}


def check(state: State, key: tuple[str, Any], data: bytes) -> None:
    """A row's bytes against the model's row.

    Raises: Different.
    """
    kind, name = key
    row = state.rows.get(key)
    if row is None:
        left = state.rows.get(("leave", key))
        require_equal(f"{kind} {name}", None, data, (left.data if left else b"").ljust(len(data), b"\0"))
    elif kind == "slot":
        check_slot(name, row, data)
    elif kind == "book":
        check_book(name, row, data)
    elif kind == "exchange":
        require_equal(kind, "Exchange", data, tag("Exchange") + EXCHANGE_HEAD(row), TAG)
    else:
        struct = "QueuedChange" if kind == "change" else kind.capitalize()
        front = tag(struct) if struct in ("Ledger", "Trader", "QueuedChange") else b""
        require_equal(f"{kind} {name}", struct, data, front + layout.packer(struct)(row), len(front))


def require_equal(what: str, struct: str | None, data: bytes, expected: bytes, skip: int = 0) -> None:
    """Raises Different with the fields that differ."""
    if data == expected:
        return
    if struct is None or len(data) != len(expected):
        raise Different(f"{what}: program {data.hex()}, model {expected.hex()}")
    padding = bytes(idl.size_of(struct))
    found = idl.decode_struct(struct, data[skip:] + padding)
    wanted = idl.decode_struct(struct, expected[skip:] + padding)
    raise Different(f"{what}: {differences(found, wanted)}")


def differences(found: Any, wanted: Any, path: str = "") -> str:
    """Every field in which two decoded structs differ."""
    if isinstance(found, dict) and found.keys() == wanted.keys():
        parts = [differences(found[key], wanted[key], f"{path}.{key}") for key in found]
        return "; ".join(part for part in parts if part)
    if isinstance(found, list) and len(found) == len(wanted):
        pairs = zip(found, wanted, strict=True)
        parts = [differences(one, other, f"{path}[{at}]") for at, (one, other) in enumerate(pairs)]
        return "; ".join(part for part in parts if part)
    return "" if found == wanted else f"{path.lstrip('.')}: program {found}, model {wanted}"


def check_slot(index: int, slot: Slot, data: bytes) -> None:
    """Positions may lie in any entry; a free entry is told by its market alone."""
    positions_end = POSITIONS_AT + POSITIONS * POSITION
    slot.market_bitmap = sum(1 << market for market in slot.positions)
    what = f"slot {index}"
    require_equal(what, "Slot", data[:POSITIONS_AT], SLOT_HEAD(slot))
    if data[positions_end:] != SLOT_TAIL(slot):
        raise Different(f"{what}: bytes after its positions")
    if not slot.active:
        require_equal(
            f"{what}, free, positions", None, data[POSITIONS_AT:positions_end], bytes(POSITIONS * POSITION)
        )
        return
    found = {}
    for at in range(POSITIONS_AT, positions_end, POSITION):
        if data[at] != NO_MARKET:
            found[data[at]] = data[at : at + POSITION]
    if found.keys() != slot.positions.keys():
        raise Different(f"{what}: positions in {sorted(found)}, model in {sorted(slot.positions)}")
    for market, position in slot.positions.items():
        require_equal(f"{what} market {market}", "Position", found[market], pack_position(position))


def check_book(market: int, book: Book, data: bytes) -> None:
    """Header and the orders in use; what lies behind them is what moved away."""
    book.bid_count, book.ask_count = len(book.bids), len(book.asks)
    first = HEADER_BYTES["Book"]
    require_equal(f"book {market}", "Book", data[:first], tag("Book") + layout.packer("Book")(book), TAG)
    for at, orders in ((first, book.bids), (first + book.capacity * ORDER, book.asks)):
        expected = b"".join(map(order_bytes, reversed(orders)))
        if data[at : at + len(expected)] != expected:
            raise Different(f"book {market}: {_orders(data, at, orders)}")


def _orders(data: bytes, at: int, orders: list[Order]) -> str:
    found = [read_order(data[at + ORDER * place :][:ORDER]) for place in range(len(orders))][::-1]
    place = next(place for place, pair in enumerate(zip(found, orders, strict=True)) if pair[0] != pair[1])
    return f"order {place} from the best: program {found[place]}, model {orders[place]}"
