"""What must hold after every instruction, computed from the raw accounts with numpy and exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from integration.program import idl
from integration.program.exchange import ASK, HEADER_BYTES, Exchange

MICRO = 1_000_000


@cache
def dtype(name: str) -> np.dtype[Any]:
    """The numpy layout of a struct of the IDL (no padding)."""
    fields = idl.types()[name]["fields"]
    return np.dtype([(field["name"], *_column(field["type"])) for field in fields])


def _column(kind: Any) -> tuple[Any, ...]:
    if isinstance(kind, str):
        if kind == "pubkey":
            return ("V32",)
        width = {"8": "1", "16": "2", "32": "4", "64": "8"}[kind[1:]]
        return (f"<{kind[0]}{width}",)
    if "array" in kind:
        of, count = kind["array"]
        inner = _column(of)
        return (inner[0], (count, *inner[1])) if len(inner) > 1 else (inner[0], (count,))
    return (dtype(kind["defined"]["name"]),)


@dataclass
class Books:
    """The raw accounts of an exchange, viewed."""

    exchange: Any
    slots: Any
    """Active slots' records."""
    indexes: list[int]
    books: list[tuple[Any, Any, Any]]
    """Header, bids, asks (worst first) of each market."""
    traders: list[Any]
    vault: int


def read(exchange: Exchange) -> Books:
    """View everything."""
    vm = exchange.vm
    state = np.frombuffer(vm.data(exchange.address), dtype("Exchange"), 1, 8)[0]
    ledger = vm.data(exchange.ledger)
    header = np.frombuffer(ledger, dtype("Ledger"), 1, 8)[0]
    slots = np.frombuffer(ledger, dtype("Slot"), int(header["high_water"]), HEADER_BYTES["Ledger"])
    indexes = [index for index in range(len(slots)) if slots[index]["flags"] & 1]
    assert len(indexes) == header["active"] == state["active_slots"]
    books = [_book(vm.data(exchange.book(market))) for market in range(int(state["market_count"]))]
    accounts = [vm.data(trader.address) for trader in exchange.traders]
    traders = [np.frombuffer(data, dtype("Trader"), 1, 8)[0] for data in accounts if data]
    return Books(state, slots, indexes, books, traders, exchange.tokens(exchange.vault))


def _book(data: bytes) -> tuple[Any, Any, Any]:
    header = np.frombuffer(data, dtype("Book"), 1, 8)[0]
    at, capacity = HEADER_BYTES["Book"], int(header["capacity"])
    bids = np.frombuffer(data, dtype("Order"), int(header["bid_count"]), at)
    asks = np.frombuffer(data, dtype("Order"), int(header["ask_count"]), at + 32 * capacity)
    return header, bids, asks


def check(exchange: Exchange) -> Books:
    """Every invariant; AssertionError names the one that broke."""
    books = read(exchange)
    _money_is_accounted_for(books)
    for market in range(len(books.books)):
        _positions_sum_to_zero(books, market)
        _funding_is_zero_sum(books, market)
        _book_is_sorted(books, market)
        _totals_are_those_of_the_book(books, market)
    return books


def _positions(books: Books, market: int) -> list[tuple[int, Any]]:
    found = []
    for index in books.indexes:
        for position in books.slots[index]["positions"]:
            if position["market"] == market:
                found.append((index, position))
    return found


def _money_is_accounted_for(books: Books) -> None:
    state, collateral = books.exchange, books.exchange["collaterals"][0]
    balances = sum(int(books.slots[index]["usdc"]) for index in books.indexes)
    quote = sum(
        int(position["quote"])
        for market in range(len(books.books))
        for _, position in _positions(books, market)
    )
    parked = sum(int(trader["parked"][0]) + int(trader["executor_fees"]) for trader in books.traders)
    pools = sum(int(market["funding_pool"]) for market in state["markets"][: len(books.books)])
    negative = sum(-min(0, int(books.slots[index]["usdc"])) for index in books.indexes)
    held = int(state["insurance"]) + int(state["fees_collected"]) - int(state["deficit"])
    assert parked == collateral["total_parked"], "parked"
    assert quote == state["open_quote"], ("open quote", quote, int(state["open_quote"]))
    assert negative == state["negative_usdc"], "negative USDC"
    accounted = balances + quote + parked + pools + held
    assert accounted == collateral["total_deposits"], ("money", accounted, int(collateral["total_deposits"]))
    assert books.vault >= collateral["total_deposits"], "vault"


def _positions_sum_to_zero(books: Books, market: int) -> None:
    bases = [int(position["base"]) for _, position in _positions(books, market)]
    stored = books.exchange["markets"][market]
    assert sum(bases) == 0, ("base", market, bases)
    long = sum(base for base in bases if base > 0)
    assert long == stored["open_long"] == stored["open_short"], ("open interest", long)


def _funding_is_zero_sum(books: Books, market: int) -> None:
    stored = books.exchange["markets"][market]
    index = int(stored["funding_index"])
    positions = _positions(books, market)
    owed = sum(Fraction(int(p["base"]) * (index - int(p["funding_index"])), MICRO) for _, p in positions)
    assert int(stored["funding_pool"]) + owed >= 0, ("funding", market)


def _book_is_sorted(books: Books, market: int) -> None:
    header, bids, asks = books.books[market]
    stored = books.exchange["markets"][market]
    bid_keys = [(int(one["ticks"]), -int(one["seq"])) for one in bids]
    ask_keys = [(-int(one["ticks"]), -int(one["seq"])) for one in asks]
    assert bid_keys == sorted(bid_keys), "bids"
    assert ask_keys == sorted(ask_keys), "asks"
    assert all(one["lots"] > 0 for side in (bids, asks) for one in side), "empty order"
    assert all(int(one["seq"]) < ASK for one in bids), "side bit of a bid"
    assert all(int(one["seq"]) >= ASK for one in asks), "side bit of an ask"
    best_bid = (int(bids[-1]["ticks"]), int(bids[-1]["lots"])) if len(bids) else (0, 0)
    best_ask = (int(asks[-1]["ticks"]), int(asks[-1]["lots"])) if len(asks) else (0, 0)
    assert (int(stored["best_bid_ticks"]), int(stored["best_bid_lots"])) == best_bid, ("cached bid", best_bid)
    assert (int(stored["best_ask_ticks"]), int(stored["best_ask_lots"])) == best_ask, ("cached ask", best_ask)
    assert not (best_bid[0] and best_ask[0]) or best_bid[0] < best_ask[0], ("crossed", best_bid, best_ask)
    assert header["market"] == market


def _totals_are_those_of_the_book(books: Books, market: int) -> None:
    _, bids, asks = books.books[market]
    expected: dict[int, list[int]] = {}
    ids: set[tuple[int, int]] = set()
    for at, side in enumerate((bids, asks)):
        for one in side:
            totals = expected.setdefault(int(one["slot"]), [0, 0, 0, 0])
            totals[2 * at] += 1
            totals[2 * at + 1] += int(one["lots"])
            key = (int(one["slot"]), int(one["client_id"]))
            assert not key[1] or key not in ids, ("client id", key)
            ids.add(key)
    stored = {}
    for index, position in _positions(books, market):
        assert int(books.slots[index]["market_bitmap"]) >> market & 1, "bitmap"
        totals = [int(position[name]) for name in ("bid_orders", "bid_lots", "ask_orders", "ask_lots")]
        assert any(totals) or position["base"] != 0, ("empty position", index, market)
        if any(totals):
            stored[index] = totals
    assert stored == expected, ("resting totals", stored, expected)
