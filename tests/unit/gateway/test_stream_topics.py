"""Sequence, merging and slow readers, without a socket."""

from __future__ import annotations

import json
import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdesk.gateway.problems import Problem
from quantdesk.gateway.stream.connection import Allowance, Connection
from quantdesk.gateway.stream.merging import (
    merge_account,
    merge_book,
    merge_candles,
    merge_latest,
    merge_liquidations,
    merge_trades,
)
from quantdesk.gateway.stream.protocol import text_frame
from quantdesk.gateway.stream.requests import decode, read, topic_key
from quantdesk.gateway.stream.topics import Topic, TopicKey


class FakeOutlet:
    """What a socket would have got."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.waiting = 0
        self.closed: int | None = None

    def write(self, frame: bytes) -> None:
        self.frames.append(frame)

    def waiting_bytes(self) -> int:
        return self.waiting

    def close(self, code: int, reason: str) -> None:
        self.closed = code

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(payload(frame)) for frame in self.frames]


def payload(frame: bytes) -> bytes:
    size = frame[1]
    return frame[2:] if size < 126 else frame[4:] if size == 126 else frame[10:]


def topic(keep: int = 10) -> Topic:
    return Topic(
        key=TopicKey("trades", market="SOL-PERP"),
        epoch="e1",
        merge=merge_trades,
        clock=lambda: 1_000,
        keep=keep,
        has_feed=True,
    )


def connection(outlet: FakeOutlet) -> Connection:
    return Connection(outlet=outlet, clock=lambda: 5_000, slow_bytes=100, allowance=Allowance(1, 2.0, 0))


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_what_the_protocol_says_at_each_length_form(size: int) -> None:
    frame = text_frame(b"x" * size)
    assert frame[0] == 0x81
    assert payload(frame) == b"x" * size
    if size >= 65_536:
        assert struct.unpack("!Q", frame[2:10]) == (size,)


def test_each_message_continues_the_last() -> None:
    made, outlet = topic(), FakeOutlet()
    connection(outlet).follow(made)
    for number in range(3):
        made.publish({"trades": [number]})
    assert [(m["prev_seq"], m["seq"]) for m in outlet.messages()] == [(0, 1), (1, 2), (2, 3)]
    assert {m["epoch"] for m in outlet.messages()} == {"e1"}


def test_what_a_reader_missed_comes_merged_newest_first() -> None:
    made = topic()
    for number in range(1, 5):
        made.publish({"trades": [number]})
    assert made.since(2) == {"trades": [4, 3]}
    assert made.since(4) == {"trades": []}


def test_what_is_no_longer_held_cannot_be_resumed() -> None:
    made = topic(keep=2)
    for number in range(1, 5):
        made.publish({"trades": [number]})
    assert made.since(1) is None
    assert made.since(99) is None
    assert made.since(2) == {"trades": [4, 3]}


def test_a_restart_sends_a_snapshot_and_forgets_the_past() -> None:
    made, outlet = topic(), FakeOutlet()
    connection(outlet).follow(made)
    made.publish({"trades": [1]})
    made.restart({"trades": []})
    message = outlet.messages()[-1]
    assert (message["snapshot"], message["prev_seq"], message["seq"]) == (True, 0, 2)
    assert made.since(1) is None


def test_a_slow_reader_is_owed_merged_updates_and_others_are_not_slowed() -> None:
    made, slow, quick = topic(), FakeOutlet(), FakeOutlet()
    lagging: set[Connection] = set()
    slow_connection = connection(slow)
    slow_connection.lagging = lagging
    slow_connection.follow(made)
    connection(quick).follow(made)
    slow.waiting = 101
    made.publish({"trades": [1]})
    made.publish({"trades": [2]})
    assert (len(slow.frames), len(quick.frames)) == (0, 2)
    assert lagging == {slow_connection}
    assert slow_connection.behind_since_ms == 5_000
    assert slow_connection.reached[made.key] == 0
    assert not slow_connection.has_caught_up()
    slow.waiting = 25
    assert slow_connection.has_caught_up()


def test_leaving_ends_updates() -> None:
    made, outlet = topic(), FakeOutlet()
    reader = connection(outlet)
    reader.follow(made)
    assert reader.leave(made.key)
    assert not reader.leave(made.key)
    made.publish({"trades": [1]})
    assert outlet.frames == []


levels = st.dictionaries(st.integers(1, 12), st.integers(0, 5), max_size=6)


def _apply(book: dict[str, dict[str, str]], update: Any) -> None:
    for side in ("bids", "asks"):
        for price, size in update[side]:
            if size == "0":
                book[side].pop(price, None)
            else:
                book[side][price] = size


def _wire(changes: dict[int, int]) -> list[tuple[str, str]]:
    return [(str(ticks), str(size)) for ticks, size in changes.items()]


@given(st.lists(st.tuples(levels, levels), max_size=8))
def test_a_merged_book_update_leaves_the_same_book_as_each_in_turn(steps: list[Any]) -> None:
    updates = [{"bids": _wire(bids), "asks": _wire(asks)} for bids, asks in steps]
    one_by_one: dict[str, dict[str, str]] = {"bids": {}, "asks": {}}
    at_once: dict[str, dict[str, str]] = {"bids": {}, "asks": {}}
    for update in updates:
        _apply(one_by_one, update)
    merged = merge_book(updates)
    _apply(at_once, merged)
    assert at_once == one_by_one
    assert [Decimal(p) for p, _ in merged["bids"]] == sorted(
        (Decimal(p) for p, _ in merged["bids"]), reverse=True
    )


def test_merged_candles_keep_the_newest_state_of_each_bucket() -> None:
    updates = [
        {"candles": [{"t_ms": 1, "c": "1"}]},
        {"candles": [{"t_ms": 1, "c": "2"}]},
        {"candles": [{"t_ms": 2, "c": "3"}]},
    ]
    assert merge_candles(updates) == {"candles": [{"t_ms": 2, "c": "3"}, {"t_ms": 1, "c": "2"}]}


def test_a_merged_account_keeps_every_fill_and_the_newest_state_of_each_order() -> None:
    def update(order: str | None, fill: str | None, accounts: Any = None) -> dict[str, Any]:
        identity = {"market": "SOL-PERP", "order_id": "1", "signature": "s", "created_ms": 1}
        return {
            "sub_accounts": accounts,
            "orders": [{**identity, "status": order}] if order else None,
            "fills": [fill] if fill else None,
            "transfers": None,
            "triggers": None,
            "liquidations": None,
        }

    merged = merge_account([update("open", None, ["a"]), update("filled", "f1"), update(None, "f2", ["b"])])
    assert merged["sub_accounts"] == ["b"]
    assert [order["status"] for order in merged["orders"]] == ["filled"]
    assert merged["fills"] == ["f2", "f1"]
    assert merged["transfers"] is None


def test_a_merged_account_keeps_every_step_and_the_newest_state_of_each_trigger() -> None:
    def update(status: str, step: str) -> dict[str, Any]:
        trigger = {"sub": 0, "id": "3", "signature": "s", "status": status}
        nothing = dict.fromkeys(("sub_accounts", "orders", "fills", "transfers"))
        return nothing | {"triggers": [trigger], "liquidations": [step]}

    merged = merge_account([update("waiting", "one"), update("executed", "two")])
    assert [each["status"] for each in merged["triggers"]] == ["executed"]
    assert merged["liquidations"] == ["two", "one"]


def test_merged_liquidations_keep_every_trade_and_every_step() -> None:
    updates = [{"trades": [1], "steps": []}, {"trades": [], "steps": [2]}, {"trades": [3], "steps": [4]}]
    assert merge_liquidations(updates) == {"trades": [3, 1], "steps": [4, 2]}
    assert merge_liquidations([]) == {"trades": [], "steps": []}


def test_nothing_new_of_a_whole_object_is_nothing() -> None:
    assert merge_latest([]) is None
    assert merge_latest([1, 2]) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "malformed"),
        ("[]", "malformed"),
        ('"x"', "malformed"),
        ('{"op":"subscribe","id":{}}', "malformed"),
        ('{"op":"fly"}', "malformed"),
        ('{"op":"ping","surprise":1}', "malformed"),
        ('{"op":"subscribe","channel":"nope"}', "unknown_channel"),
        ('{"op":"subscribe"}', "unknown_channel"),
        ('{"op":"subscribe","channel":"book"}', "malformed"),
        ('{"op":"subscribe","channel":"book","market":7}', "malformed"),
        ('{"op":"subscribe","channel":"candles","market":"SOL-PERP","resolution":"2m"}', "malformed"),
        ('{"op":"subscribe","channel":"liquidations"}', "malformed"),
        ('{"op":"subscribe","channel":"book","market":"SOL-PERP","from_seq":-1}', "malformed"),
    ],
)
def test_bad_input_on_the_socket_names_itself(text: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        topic_key(read(decode(text)[1]))
    assert caught.value.code == code


def test_candles_have_defaults_for_what_is_not_said() -> None:
    _, fields = decode('{"op":"subscribe","channel":"candles","market":"SOL-PERP"}')
    assert topic_key(read(fields)) == TopicKey("candles", market="SOL-PERP", resolution="1m", source="trade")


def test_a_client_may_send_two_seconds_worth_at_once_and_then_its_rate() -> None:
    allowance = Allowance(rate=2, tokens=4.0, at_ms=0)
    assert [allowance.take(0) for _ in range(5)] == [True] * 4 + [False]
    assert allowance.take(500)
    assert not allowance.take(500)
