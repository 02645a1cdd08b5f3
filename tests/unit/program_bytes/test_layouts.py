"""The layouts derived from the IDL are those that the Rust compiler made."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from solders.pubkey import Pubkey

from fakes.accounts import account_bytes, book_bytes
from golden import golden
from quantdesk.domain.orders import ASK_BIT, OrderId, Side
from quantdesk.domain.units import Ticks
from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.idl import idl
from quantdesk.program.layouts import Book, Exchange, Ledger, Trader, decode_slot, is_ready, slot_range

LAYOUTS = golden("layouts")
ACCOUNTS = {each["name"] for each in LAYOUTS["accounts"]}


def known_dtype(name: str) -> np.dtype[Any]:
    return account_dtype(name) if name in ACCOUNTS else struct_dtype(name)


@pytest.mark.parametrize("struct", LAYOUTS["structs"], ids=lambda struct: struct["name"])
def test_every_field_lies_where_rust_put_it(struct: dict[str, Any]) -> None:
    dtype = known_dtype(struct["name"])
    assert dtype.fields is not None
    mine = {name: (field[1], field[0].itemsize) for name, field in dtype.fields.items()}
    # The IDL leaves the discriminator out of the Header; here it stands before it.
    theirs = {each["name"]: (each["offset"], each["bytes"]) for each in struct["fields"]}
    if struct["name"] in ACCOUNTS:
        assert mine.pop("discriminator") == (0, 8)
        mine["header"] = (0, mine["header"][1] + 8)
    if struct["name"] == "Header":
        theirs = {
            name: (offset - 8, size) for name, (offset, size) in theirs.items() if name != "discriminator"
        }
    assert mine == theirs


@pytest.mark.parametrize("kind", ["accounts", "events", "instructions"])
def test_discriminators_are_the_programs(kind: str) -> None:
    mine = {each.name: bytes(each.discriminator).hex() for each in getattr(idl(), kind)}
    assert mine == {each["name"]: each["discriminator"] for each in LAYOUTS[kind]}


@pytest.mark.parametrize("sample", golden("samples"), ids=lambda sample: sample["type"])
def test_a_struct_written_by_rust_reads_back(sample: dict[str, Any]) -> None:
    record = np.frombuffer(bytes.fromhex(sample["hex"]), struct_dtype(sample["type"]), 1)[0]
    assert {name: int(record[name]) for name in sample["values"]} == {
        name: int(value) for name, value in sample["values"].items()
    }


def test_a_book_is_read_best_price_first_and_summed_by_level() -> None:
    bids = [(99, 5, 3), (99, 1, 4), (97, 2, 1)]
    asks = [(101, 7, ASK_BIT | 2), (103, 8, ASK_BIT | 5)]
    book = Book.decode(book_bytes(bids, asks))
    assert book.levels(Side.BUY) == [(99, 6), (97, 2)]
    assert book.levels(Side.SELL, 1) == [(101, 7)]
    assert book.best(Side.BUY) == (99, 6)
    assert book.update_seq == 9


def test_an_order_is_found_by_its_id_and_by_its_owner() -> None:
    book = Book.decode(book_bytes([(99, 5, 3)], [(101, 7, ASK_BIT | 2)]))
    found = book.order(OrderId(Ticks(101), ASK_BIT | 2))
    assert found is not None
    assert found.lots == 7
    assert book.order(OrderId(Ticks(101), ASK_BIT | 3)) is None
    assert [order.ticks for order in book.orders_of(0)] == [99, 101]


def test_an_empty_book_has_no_levels() -> None:
    book = Book.decode(book_bytes([], []))
    assert book.levels(Side.BUY) == []
    assert book.best(Side.SELL) is None


def test_a_slot_shows_its_used_positions_and_is_found_by_owner() -> None:
    owner = Pubkey.from_bytes(bytes(range(32)))
    slots = np.zeros(3, struct_dtype("Slot"))
    slots["positions"]["market"] = 255
    slots[2]["owner"] = np.void(bytes(owner))
    slots[2]["flags"], slots[2]["sub"], slots[2]["usdc"] = 1, 4, -5
    slots[2]["positions"][3]["market"], slots[2]["positions"][3]["base"] = 7, -12
    data = account_bytes("Ledger", {"high_water": 3, "capacity": 10}, slots)
    ledger = Ledger.decode(data)
    assert ledger.find(owner, 4) == 2
    assert ledger.find(owner, 0) is None
    slot = ledger.slot(2)
    assert (slot.owner, slot.usdc, slot.active) == (owner, -5, True)
    assert [(each.market, each.base) for each in slot.positions] == [(7, -12)]
    offset, size = slot_range(2)
    assert decode_slot(data[offset : offset + size]) == slot
    assert ledger.slot(9).active is False


def test_an_exchange_lists_only_the_markets_and_collaterals_in_use() -> None:
    markets = np.zeros(64, struct_dtype("Market"))
    markets[0]["symbol"] = np.frombuffer(b"SOL-PERP".ljust(16, b"\0"), "u1")
    markets[0]["lots_per_base"], markets[0]["tick_size"], markets[0]["status"] = 100, 100, 2
    exchange = Exchange.decode(
        account_bytes("Exchange", {"market_count": 1, "event_seq": 3, "markets": markets})
    )
    assert [market.symbol for market in exchange.markets] == ["SOL-PERP"]
    assert exchange.collaterals == ()
    market = exchange.market("SOL-PERP")
    assert market.status_name == "active"
    assert market.parameters.ticks("142.31") == 14_231
    with pytest.raises(KeyError):
        exchange.market("DOGE-PERP")


def test_a_trader_says_where_its_slot_is() -> None:
    trader = Trader.decode(
        account_bytes("Trader", {"slot_index": 5, "generation": 2, "active": 1, "parked": 9})
    )
    assert (trader.slot_index, trader.generation, trader.parked) == (5, 2, (9, 9, 9, 9, 9))


def test_bytes_of_another_account_are_refused() -> None:
    ledger = account_bytes("Ledger", {})
    with pytest.raises(AccountInvalid, match="discriminator"):
        Book.decode(ledger + bytes(10_000))
    with pytest.raises(AccountInvalid, match="bytes are no Trader"):
        Trader.decode(ledger[:50])
    with pytest.raises(AccountInvalid, match="hold no"):
        Book.decode(book_bytes([], [])[:-1])


def test_an_account_that_still_grows_is_not_ready() -> None:
    grown = account_bytes("Book", {})
    growing = bytearray(grown)
    growing[10] = 0
    assert is_ready(grown)
    assert not is_ready(bytes(growing))
    assert not is_ready(b"")
