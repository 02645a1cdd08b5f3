"""The client turns the gateway's words into exact values and typed errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from quantdesk.sdk import Client, QuantDeskError, RateLimited, Refused, Unreachable, Wallet

TICKER = {
    "symbol": "SOL-PERP", "feed": "replay", "bid": "142.30", "bid_size": "5", "ask": None, "ask_size": None,
    "last": "142.31", "mark": "142.305", "index": "142.3", "funding_rate_1h": "0.0000125", "next_rate": None,
    "open_interest": "12", "volume_24h": "345.6",
}  # fmt: skip


def _client(answer: Callable[[httpx.Request], httpx.Response]) -> Client:
    http = httpx.AsyncClient(base_url="http://gateway", transport=httpx.MockTransport(answer))
    return Client("http://gateway", Wallet(), http=http)


def _problem(status: int, code: str, detail: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": detail, "status": status}, headers=headers)


async def test_prices_are_exact_decimals_and_unknown_is_none() -> None:
    async with _client(lambda request: httpx.Response(200, json=TICKER)) as client:
        ticker = await client.ticker("SOL-PERP")
    assert (ticker.bid, ticker.ask, ticker.feed) == (Decimal("142.30"), None, "replay")


async def test_a_problem_becomes_a_refusal_with_its_stable_code() -> None:
    async with _client(lambda request: _problem(404, "unknown_market", "no market 'DOGE-PERP'")) as client:
        with pytest.raises(Refused, match="no market 'DOGE-PERP'") as caught:
            await client.ticker("DOGE-PERP")
    assert (caught.value.code, caught.value.status) == ("unknown_market", 404)


async def test_too_many_requests_say_how_long_to_wait() -> None:
    answer = _problem(429, "rate_limited", "too many", **{"Retry-After": "3"})
    async with _client(lambda request: answer) as client:
        with pytest.raises(RateLimited) as caught:
            await client.tickers()
    assert caught.value.retry_after_s == 3


async def test_a_dead_gateway_is_unreachable_and_named() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("connection refused", request=request)

    async with _client(refuse) as client:
        with pytest.raises(Unreachable, match=r"GET http://gateway/v1/tickers: connection refused"):
            await client.tickers()


async def test_an_answer_that_is_not_a_problem_is_shown_not_swallowed() -> None:
    async with _client(lambda request: httpx.Response(502, text="<html>bad gateway")) as client:
        with pytest.raises(Refused, match="HTTP 502: '<html>bad gateway'"):
            await client.tickers()


async def test_a_float_is_refused_where_money_is_meant() -> None:
    async with _client(lambda request: httpx.Response(200, json={})) as client:
        with pytest.raises(QuantDeskError, match=r"0\.1 is a float"):
            await client.deposit(0.1)  # type: ignore[arg-type]


async def test_what_is_no_number_is_refused_before_it_is_sent() -> None:
    async with _client(lambda request: httpx.Response(200, json={})) as client:
        with pytest.raises(QuantDeskError, match="'two' is no number"):
            await client.deposit("two")


async def test_what_the_program_would_refuse_is_refused_unsigned_with_its_remedy() -> None:
    error = {
        "code": "InsufficientMargin",
        "message": "too much",
        "field": "size",
        "value": "9",
        "expected": "8",
    }
    built = {
        "id": "1", "transaction": "", "signers": [], "fee_payer": "", "instructions": [], "blockhash": "",
        "simulation": {"ok": False, "error": error}, "last_valid_block_height": 1,
    }  # fmt: skip
    async with _client(lambda request: httpx.Response(200, json=built)) as client:
        with pytest.raises(Refused, match="InsufficientMargin: too much") as caught:
            await client.place("SOL-PERP", "buy", 9)
    assert (caught.value.field, caught.value.value, caught.value.expected) == ("size", "9", "8")


async def test_numbers_leave_as_plain_text_without_an_exponent() -> None:
    seen: dict[str, Any] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen.update(json.loads(request.content))
        return _problem(422, "stop_here", "enough seen")

    async with _client(answer) as client:
        with pytest.raises(Refused):
            await client.preview("BTC-PERP", "buy", Decimal("1E-4"), price=Decimal("1E+5"), client_id=7)
    assert (seen["size"], seen["price"], seen["client_id"], seen["type"]) == (
        "0.0001",
        "100000",
        "7",
        "limit",
    )


async def test_a_sign_in_message_for_another_wallet_is_not_signed() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200, json={"message": "sign in as someone else", "input": {}})

    async with _client(answer) as client:
        with pytest.raises(QuantDeskError, match="does not name this wallet"):
            await client.sign_in()
    assert paths == ["/v1/auth/nonce"]


async def test_a_client_without_a_wallet_reads_but_does_not_sign() -> None:
    http = httpx.AsyncClient(
        base_url="http://gateway",
        transport=httpx.MockTransport(lambda request: httpx.Response(200, json=TICKER)),
    )
    async with Client("http://gateway", http=http) as client:
        assert (await client.ticker("SOL-PERP")).symbol == "SOL-PERP"
        with pytest.raises(QuantDeskError, match="needs a wallet"):
            await client.deposit(1)
