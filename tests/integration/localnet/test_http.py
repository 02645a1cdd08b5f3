"""The HTTP side as a Solana node's: methods, types, sizes, keep-alive, pipelining, pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from localnet_process import free_port_pair
from quantdesk.localnet.app import serve
from quantdesk.localnet.config import LocalnetConfig

HEALTH = b'{"jsonrpc":"2.0","id":1,"method":"getHealth"}'
JSON = {"content-type": "application/json"}


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A localnet in this process, on free ports."""
    config = LocalnetConfig(tmp_path, port=free_port_pair(), clock="manual")
    ready = asyncio.Event()
    serving = asyncio.ensure_future(serve(config, ready))
    waiting = asyncio.ensure_future(ready.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert ready.is_set(), serving.exception()
    yield config.port
    serving.cancel()
    await asyncio.wait({serving})


@pytest.fixture
async def client(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client


async def raw(port: int, request: bytes) -> bytes:
    """Everything that comes back for raw bytes until the connection closes or falls silent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    received = b""
    try:
        while data := await asyncio.wait_for(reader.read(65_536), 0.3):
            received += data
    except TimeoutError:
        pass
    writer.close()
    return received


async def test_a_post_of_json_is_answered(client: httpx.AsyncClient) -> None:
    for content_type in ("application/json", "application/json; charset=utf-8"):
        answer = await client.post("/", content=HEALTH, headers={"content-type": content_type})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.json() == {"jsonrpc": "2.0", "result": "ok", "id": 1}


async def test_other_methods_types_and_sizes_are_refused(client: httpx.AsyncClient) -> None:
    assert (await client.put("/", content=HEALTH, headers=JSON)).status_code == 405
    assert (await client.get("/")).status_code == 405
    assert (await client.post("/", content=HEALTH, headers={"content-type": "text/plain"})).status_code == 415
    assert (await client.post("/", content=HEALTH)).status_code == 415
    limit = 50 * 1024
    fits = HEALTH + b" " * (limit - len(HEALTH))
    assert (await client.post("/", content=fits, headers=JSON)).status_code == 200
    assert (await client.post("/", content=fits + b" ", headers=JSON)).status_code == 413


async def test_a_notification_is_answered_with_an_empty_body(client: httpx.AsyncClient) -> None:
    answer = await client.post("/", content=b'{"jsonrpc":"2.0","method":"getHealth"}', headers=JSON)
    assert (answer.status_code, answer.content) == (200, b"")


async def test_an_admin_call_may_carry_a_whole_program(client: httpx.AsyncClient) -> None:
    data = bytes(1_000_000).hex()
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "surfnet_setAccount",
        "params": ["SysvarC1ock11111111111111111111111111111112", {"lamports": 10**10, "data": data}],
    }
    answer = await client.post("/", json=call)
    assert answer.status_code == 200
    assert "error" not in answer.json()


async def test_a_foreign_web_page_may_read_but_not_administrate(client: httpx.AsyncClient) -> None:
    foreign = {**JSON, "origin": "https://evil.example"}
    assert (await client.post("/", content=HEALTH, headers=foreign)).json()["result"] == "ok"
    pause = b'{"jsonrpc":"2.0","id":1,"method":"surfnet_pauseClock"}'
    assert (await client.post("/", content=pause, headers=foreign)).json()["error"]["code"] == -32600
    own = {**JSON, "origin": "http://localhost:3001"}
    assert "result" in (await client.post("/", content=pause, headers=own)).json()


async def test_browsers_are_let_in(client: httpx.AsyncClient) -> None:
    answer = await client.options("/", headers={"origin": "http://localhost:3001"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_requests_on_one_connection_are_answered_in_order(port: int) -> None:
    calls = [json.dumps({"jsonrpc": "2.0", "id": i, "method": "getHealth"}).encode() for i in range(20)]
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    answered = await raw(port, b"".join(head % len(call) + call for call in calls))
    places = [answered.index(b'"id":%d}' % i) for i in range(20)]
    assert places == sorted(places)


async def test_a_chunked_body_is_put_together(port: int) -> None:
    head = (
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    middle = len(HEALTH) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (HEALTH[:middle], HEALTH[middle:]))
    assert b'"result":"ok"' in await raw(port, head + chunks + b"0\r\n\r\n")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"nonsense\r\n\r\n",
        b"POST / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
        b"x" * 20_000,
    ],
)
async def test_what_is_not_http_is_answered_400_and_hung_up_on(port: int, request_bytes: bytes) -> None:
    answered = await raw(port, request_bytes)
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in answered


async def test_pages_for_people_and_supervisors(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health")).text == "ok"
    ready = (await client.get("/ready")).json()
    assert ready == {"ready": True, "reasons": [], "slot": 1}
    assert "localnet_slot 1" in (await client.get("/metrics")).text


async def test_the_socket_answers_bad_input_and_goes_on(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port + 1}") as socket:
        for message, code in (
            ("nonsense", -32700),
            ('{"jsonrpc":"2.0","id":1,"method":"nopeSubscribe"}', -32601),
            ('{"jsonrpc":"2.0","id":1,"method":"accountSubscribe","params":[]}', -32602),
            ('{"jsonrpc":"2.0","id":1,"method":"slotUnsubscribe","params":[99]}', -32602),
            ('{"id":1,"method":"slotSubscribe"}', -32600),
        ):
            await socket.send(message)
            assert json.loads(await socket.recv())["error"]["code"] == code
        await socket.send('{"jsonrpc":"2.0","method":"ping"}')
        await socket.send('{"jsonrpc":"2.0","id":5,"method":"slotSubscribe"}')
        assert json.loads(await socket.recv()) == {"jsonrpc": "2.0", "result": 1, "id": 5}
