"""Deltas of a book add up to the book."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from fakes.book_reader import BookReader
from quantdesk.indexer.books import BookState
from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.layouts import Book

Levels = dict[int, int]


def book(update_seq: int, bids: Levels, asks: Levels) -> Book:
    header: Any = np.zeros(1, account_dtype("Book"))[0]
    header["update_seq"], header["capacity"] = update_seq, 100
    sides = []
    for levels, reverse in ((bids, True), (asks, False)):
        orders = np.zeros(len(levels), struct_dtype("Order"))
        for index, (ticks, lots) in enumerate(sorted(levels.items(), reverse=reverse)):
            orders[index]["ticks"], orders[index]["lots"] = ticks, lots
        sides.append(orders)
    return Book(header, *sides)


def test_a_reader_of_deltas_has_the_book_after_each_of_them() -> None:
    chance, state, reader = random.Random(2), BookState("SOL-PERP"), BookReader()
    bids: Levels = {}
    asks: Levels = {}
    for seq in range(1, 300):
        for side, low in ((bids, 100), (asks, 120)):
            ticks = low + chance.randrange(15)
            if side.pop(ticks, None) is None or chance.random() < 0.5:
                side[ticks] = chance.randrange(1, 50)
        delta = state.move(seq, book(seq * 2, bids, asks))
        assert delta is not None
        reader.take(delta)
        assert (reader.bids, reader.asks) == (bids, asks)


def test_the_first_message_is_the_whole_book() -> None:
    state = BookState("SOL-PERP")
    delta = state.move(7, book(3, {99: 1}, {101: 2}))
    assert delta is not None
    assert (delta.snapshot, delta.seq, delta.slot, delta.bids, delta.asks) == (
        True,
        3,
        7,
        [(99, 1)],
        [(101, 2)],
    )


def test_an_unchanged_book_says_nothing() -> None:
    state = BookState("SOL-PERP")
    state.move(7, book(3, {99: 1}, {}))
    assert state.move(8, book(3, {99: 1}, {})) is None
    assert state.slot == 8


def test_a_book_that_went_back_in_time_begins_a_new_epoch() -> None:
    state = BookState("SOL-PERP")
    first = state.move(7, book(5, {99: 1}, {}))
    forked = state.move(8, book(4, {98: 1}, {}))
    assert first is not None
    assert forked is not None
    assert forked.snapshot
    assert forked.epoch != first.epoch


def test_an_answer_older_than_what_is_known_is_ignored() -> None:
    state = BookState("SOL-PERP")
    state.move(7, book(5, {99: 1}, {}))
    assert state.move(6, book(4, {98: 1}, {})) is None
    assert state.bids == {99: 1}
