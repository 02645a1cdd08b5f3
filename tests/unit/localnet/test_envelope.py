"""The JSON-RPC envelope, as strict as a Solana node's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Chain


def request(**changes: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "getHealth", **changes}).encode()


async def test_a_call_is_answered_with_its_id(chain: Chain) -> None:
    for identifier in (1, 0, "abc", None, 2**64 - 1):
        answer = await chain.body(request(id=identifier))
        assert answer == {"jsonrpc": "2.0", "result": "ok", "id": identifier}


async def test_a_notification_is_not_answered(chain: Chain) -> None:
    assert await chain.body(b'{"jsonrpc": "2.0", "method": "getHealth"}') is None
    assert await chain.body(b'{"jsonrpc": "2.0", "method": "noSuchMethod"}') is None


async def test_an_empty_batch_and_one_of_notifications_are_not_answered(chain: Chain) -> None:
    assert await chain.body(b"[]") is None
    assert await chain.body(b'[{"jsonrpc": "2.0", "method": "getHealth"}]') is None


async def test_a_batch_is_answered_in_order_without_its_notifications(chain: Chain) -> None:
    note = b'{"jsonrpc": "2.0", "method": "getHealth"}'
    answers = await chain.body(
        b"[" + request(id=7) + b"," + note + b"," + request(id=8, method="nope") + b"]"
    )
    assert [answer["id"] for answer in answers] == [7, 8]
    assert answers[1]["error"] == {"code": -32601, "message": "Method not found"}


@pytest.mark.parametrize("identifier", [-1, 1.5, True, {}, [], 2**64])
async def test_an_impossible_id_is_a_parse_error(chain: Chain, identifier: Any) -> None:
    answer = await chain.body(request(id=identifier))
    assert answer == {"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": None}


@pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe"])
async def test_what_is_not_json_is_a_parse_error(chain: Chain, body: bytes) -> None:
    assert (await chain.body(body))["error"]["code"] == -32700


@pytest.mark.parametrize(
    "body",
    [
        request(extra=1),
        b'{"id": 1, "method": "getHealth"}',
        request(jsonrpc="1.0"),
        request(method=5),
        request(params="text"),
    ],
)
async def test_a_malformed_request_is_invalid(chain: Chain, body: bytes) -> None:
    answer = await chain.body(body)
    assert answer["error"] == {"code": -32600, "message": "Invalid request"}
    assert answer["id"] == 1


async def test_a_request_that_is_no_object_is_invalid(chain: Chain) -> None:
    assert (await chain.body(b"5"))["error"]["code"] == -32600


async def test_admin_methods_are_refused_to_the_untrusted(chain: Chain) -> None:
    answer = await chain.body(request(method="surfnet_pauseClock"), is_trusted=False)
    assert answer["error"]["code"] == -32600
    assert "this machine" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("getBalance", []),
        ("getBalance", [5]),
        ("getBalance", ["not a key"]),
        ("getBalance", ["1111111111111111111111111111111111111111111111111111111111"]),
        ("getAccountInfo", ["11111111111111111111111111111111", {"encoding": "base85"}]),
        ("getAccountInfo", ["11111111111111111111111111111111", {"commitment": "sure"}]),
        ("getAccountInfo", ["11111111111111111111111111111111", 7]),
        ("getMultipleAccounts", ["11111111111111111111111111111111"]),
        ("getMultipleAccounts", [["11111111111111111111111111111111"] * 101]),
        (
            "getProgramAccounts",
            ["11111111111111111111111111111111", {"filters": [{"memcmp": {"offset": 1}}]}],
        ),
        ("getProgramAccounts", ["11111111111111111111111111111111", {"filters": [{"dataSize": 1}] * 5}]),
        ("getSignatureStatuses", [["abc"]]),
        ("getSlotLeaders", [0, 5_001]),
        ("getMinimumBalanceForRentExemption", [-1]),
        ("getTransaction", ["1" * 64, {"commitment": "processed"}]),
        ("sendTransaction", ["nonsense!"]),
        ("sendTransaction", ["A" * 1_700, {"encoding": "base64"}]),
        ("sendTransaction", ["AAAA", {"encoding": "base64"}]),
        ("sendTransaction", ["AAAA", {"encoding": "json"}]),
        ("simulateTransaction", ["AAAA", {"encoding": "base64"}]),
    ],
)
async def test_bad_parameters_are_refused_and_explained(chain: Chain, method: str, params: list[Any]) -> None:
    error = await chain.error(method, *params)
    assert error["code"] == -32602
    assert len(error["message"]) > 10
