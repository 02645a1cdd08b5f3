"""The socket as clients see it: sequences, resume, slow readers, bad input, foreign pages."""

from __future__ import annotations

import asyncio
import json
import socket
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from gateway_ground import GatewayGround, Trader, next_message
from quantdesk.gateway.stream.schemas import ChannelMessage
from quantdesk.gateway.stream.topics import TopicKey

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOL_BOOK = {"op": "subscribe", "id": 1, "channel": "book", "market": "SOL-PERP"}
CHANNELS: list[dict[str, Any]] = [
    {"channel": "book", "market": "SOL-PERP"},
    {"channel": "trades", "market": "SOL-PERP"},
    {"channel": "liquidations", "market": "SOL-PERP"},
    {"channel": "ticker", "market": "SOL-PERP"},
    {"channel": "candles", "market": "SOL-PERP", "resolution": "1s", "source": "index"},
    {"channel": "prices", "market": "SOL-PERP"},
    {"channel": "status"},
]


@pytest.mark.parametrize("request_fields", CHANNELS, ids=lambda each: each["channel"])
async def test_every_channel_begins_with_a_flagged_snapshot(
    ground: GatewayGround, request_fields: dict[str, Any]
) -> None:
    async with ground.connect() as ws:
        await ws.send(json.dumps({"op": "subscribe", "id": "a", **request_fields}))
        message = await next_message(ws, op="subscribed")
    ChannelMessage.model_validate(message)
    assert (message["id"], message["snapshot"], message["prev_seq"]) == ("a", True, 0)


async def test_a_book_followed_by_its_deltas_is_the_book(ground: GatewayGround, maker: Trader) -> None:
    async with ground.connect() as ws:
        await ws.send(json.dumps(SOL_BOOK))
        message = await next_message(ws, op="subscribed")
        book = {side: dict(map(tuple, message["data"][side])) for side in ("bids", "asks")}
        last = message["seq"]
        await maker.do("place-order", market="SOL-PERP", side="buy", size="1", price="111")
        await maker.do("place-order", market="SOL-PERP", side="buy", size="2", price="111")
        await maker.do("cancel-all", market="SOL-PERP")
        sizes = []
        while "0" not in sizes:
            message = await next_message(ws, op="update", channel="book")
            assert (message["prev_seq"], message["epoch"]) == (last, message["epoch"])
            last = message["seq"]
            sizes += [size for price, size in message["data"]["bids"] if price == "111"]
            for side in ("bids", "asks"):
                for price, size in message["data"][side]:
                    book[side].pop(price, None) if size == "0" else book[side].update({price: size})
    assert sizes == ["1", "3", "0"]
    rest = (await ground.client.get("/v1/markets/SOL-PERP/book?depth=500")).json()
    assert (rest["seq"], rest["epoch"]) == (last, message["epoch"])
    assert dict(map(tuple, rest["bids"])) == book["bids"]
    assert dict(map(tuple, rest["asks"])) == book["asks"]


async def test_a_reader_resumes_where_it_was_or_gets_a_snapshot(ground: GatewayGround, maker: Trader) -> None:
    async with ground.connect() as ws:
        await ws.send(json.dumps(SOL_BOOK))
        first = await next_message(ws, op="subscribed")
    await maker.do("place-order", market="SOL-PERP", side="buy", size="1", price="112")
    await maker.do("cancel-all", market="SOL-PERP")
    await asyncio.sleep(0.1)
    async with ground.connect() as ws:
        again = {**SOL_BOOK, "from_seq": first["seq"], "epoch": first["epoch"]}
        await ws.send(json.dumps(again))
        resumed = await next_message(ws, op="subscribed")
        assert (resumed["snapshot"], resumed["prev_seq"]) == (False, first["seq"])
        assert resumed["seq"] > first["seq"] + 1
        assert ["112", "0"] in resumed["data"]["bids"]
        for stale in (
            {"from_seq": first["seq"], "epoch": "another"},
            {"from_seq": 10**9, "epoch": first["epoch"]},
        ):
            await ws.send(json.dumps({**SOL_BOOK, **stale}))
            assert (await next_message(ws, op="subscribed"))["snapshot"] is True


async def test_an_account_is_told_its_orders_fills_and_positions(
    ground: GatewayGround, maker: Trader, taker: Trader
) -> None:
    async with ground.connect() as ws:
        await ws.send(json.dumps({"op": "subscribe", "id": 1, "channel": "account", "wallet": taker.wallet}))
        first = await next_message(ws, op="subscribed")
        ChannelMessage.model_validate(first)
        known = {each["id"] for each in first["data"]["fills"]}
        await maker.do("place-order", market="SOL-PERP", side="sell", size="1", price="140.2")
        await taker.do("place-order", market="SOL-PERP", side="buy", size="1", type="market")
        last = first["seq"]
        while True:
            message = await next_message(ws, op="update", channel="account")
            ChannelMessage.model_validate(message)
            assert message["prev_seq"] == last
            last = message["seq"]
            if message["data"]["fills"]:
                break
    (fill,) = message["data"]["fills"]
    assert fill["id"] not in known
    rest = (await ground.client.get(f"/v1/accounts/{taker.wallet}/fills?limit=1")).json()["items"]
    assert fill == rest[0]
    assert message["data"]["orders"][0]["status"] == "filled"
    assert message["data"]["sub_accounts"][0]["positions"]


@pytest.mark.parametrize(
    ("text", "code", "request_id"),
    [
        ("{", "malformed", None),
        ("[1]", "malformed", None),
        ('{"op":"fly","id":7}', "malformed", 7),
        ('{"op":"subscribe","id":8,"channel":"book","market":"DOGE-PERP"}', "unknown_market", 8),
        ('{"op":"subscribe","id":9,"channel":"account","wallet":"x"}', "malformed", 9),
        ('{"op":"unsubscribe","id":10,"channel":"status"}', "not_subscribed", 10),
        ('{"op":"auth","id":11,"token":"x"}', "token_invalid", 11),
        (b"\x00\x01", "malformed", None),
    ],
)
async def test_a_malformed_frame_gets_an_error_with_its_id_and_the_socket_lives(
    ground: GatewayGround, text: str | bytes, code: str, request_id: int | None
) -> None:
    async with ground.connect() as ws:
        await ws.send(text)
        message = await next_message(ws, op="error")
        assert (message["code"], message["id"]) == (code, request_id)
        await ws.send('{"op":"ping","id":"p"}')
        pong = await next_message(ws, op="pong")
    assert pong["id"] == "p"
    assert abs(pong["server_ms"] - ground.gateway.clock()) < 5_000


async def test_a_frame_over_the_limit_closes_with_1009(ground: GatewayGround) -> None:
    async with ground.connect() as ws:
        await ws.send("x" * 20_000)
        with pytest.raises(ConnectionClosedError) as caught:
            await ws.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}], ids=["page", "sandboxed"]
)
async def test_a_foreign_page_cannot_open_a_socket(ground: GatewayGround, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with ground.connect(additional_headers=headers):
            pass
    assert caught.value.response.status_code == 403
    assert json.loads(caught.value.response.body)["code"] == "foreign_origin"


async def test_our_own_page_can_open_a_socket(ground: GatewayGround) -> None:
    async with ground.connect(additional_headers={"Origin": ground.url}) as ws:
        await ws.send('{"op":"ping"}')
        await next_message(ws, op="pong")


async def test_too_many_messages_are_refused_and_the_socket_lives(ground: GatewayGround) -> None:
    async with ground.connect() as ws:
        for number in range(150):
            await ws.send(json.dumps({"op": "ping", "id": number}))
        assert (await next_message(ws, op="error"))["code"] == "too_many_requests"
        await asyncio.sleep(0.1)
        await ws.send('{"op":"ping","id":"still"}')
        assert (await next_message(ws, op="pong", id="still"))["id"] == "still"


def _narrow_socket(ground: GatewayGround) -> socket.socket:
    """A connection whose kernel takes little, so that what is not read stays with the gateway."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    made.connect(("127.0.0.1", ground.port))
    return made


async def _read_all(reader: ClientConnection, within_s: float) -> None:
    async with asyncio.timeout(within_s):
        while True:
            await reader.recv()


async def test_a_slow_reader_is_closed_with_4008_and_slows_nobody(ground: GatewayGround) -> None:
    topic = ground.gateway.hub.topic(TopicKey("trades", market="ETH-PERP"))
    request = json.dumps({"op": "subscribe", "id": 1, "channel": "trades", "market": "ETH-PERP"})
    narrow = _narrow_socket(ground)
    async with ground.connect() as quick, ground.connect(sock=narrow, max_queue=1) as slow:
        for each in (quick, slow):
            await each.send(request)
        await next_message(quick, op="subscribed")
        worst = 0.0
        loop = asyncio.get_running_loop()
        end = loop.time() + 2.5
        last = topic.seq
        while loop.time() < end:
            began = loop.time()
            topic.publish({"trades": [{"filler": "x" * 40_000}]})
            message = await next_message(quick, op="update")
            worst = max(worst, loop.time() - began)
            assert message["prev_seq"] == last
            last = message["seq"]
            await asyncio.sleep(0.02)
        with pytest.raises(ConnectionClosedError) as caught:
            await _read_all(slow, within_s=8)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4008
    assert worst < 1.0


async def test_a_reader_that_catches_up_gets_what_it_missed_merged(ground: GatewayGround) -> None:
    topic = ground.gateway.hub.topic(TopicKey("trades", market="BTC-PERP"))
    request = json.dumps({"op": "subscribe", "id": 1, "channel": "trades", "market": "BTC-PERP"})
    narrow = _narrow_socket(ground)
    async with ground.connect(sock=narrow, max_queue=1) as slow:
        await slow.send(request)
        last = (await next_message(slow, op="subscribed"))["seq"]
        for number in range(14):
            topic.publish({"trades": [{"number": number, "filler": "x" * 40_000}]})
        await asyncio.sleep(0.3)
        seen: list[int] = []
        steps: list[int] = []
        while len(seen) < 14:
            message = await next_message(slow, op="update")
            assert message["prev_seq"] == last
            steps.append(message["seq"] - last)
            last = message["seq"]
            seen += [trade["number"] for trade in reversed(message["data"]["trades"])]
    assert seen == list(range(14))
    assert max(steps) > 1
