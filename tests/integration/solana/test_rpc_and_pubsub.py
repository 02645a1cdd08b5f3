"""The Solana client against sockets: what it retries, what it reports, how it comes back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from solders.pubkey import Pubkey

from fakes.solana_node import SolanaNode, solana_node
from quantdesk.infra.solana import (
    AnswerMalformed,
    Call,
    Landed,
    NodeAway,
    NodeRefused,
    PreflightFailed,
    Resync,
    RpcError,
    SolanaPubsub,
    SolanaRpc,
    TransactionExpired,
    TransactionFailed,
    send_and_confirm,
)
from quantdesk.infra.solana.transport import proxy_of
from quantdesk.infra.solana.wire import InContext, LogsUpdate
from quantdesk.program.addresses import Addresses, program_id

VENUE = Addresses(program_id())
KEY = Pubkey.default()


@pytest.fixture
async def node() -> AsyncIterator[SolanaNode]:
    async with solana_node(VENUE) as running:
        yield running


@pytest.fixture
async def rpc(node: SolanaNode) -> AsyncIterator[SolanaRpc]:
    async with SolanaRpc(node.rpc_url, retries=3) as client:
        yield client


async def test_a_busy_node_is_asked_again(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.failures = [503, 429, 500]
    assert await rpc.get_slot() == 1


async def test_a_node_that_stays_away_is_reported_as_away(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.failures = [503] * 4
    with pytest.raises(NodeAway, match="HTTP 503"):
        await rpc.get_slot()


async def test_a_refused_connection_is_away_and_nothing_was_sent() -> None:
    async with SolanaRpc("http://127.0.0.1:9", retries=0) as client:
        with pytest.raises(NodeAway) as away:
            await client.get_slot()
    assert away.value.unsent
    assert str(away.value) == "http://127.0.0.1:9: Connection refused"


@contextlib.asynccontextmanager
async def node_that(answers: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """URL of a server that reads a request and then does this."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.CancelledError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await answers(writer)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_node_that_hangs_up_may_have_taken_the_request() -> None:
    async def hang_up(writer: asyncio.StreamWriter) -> None:
        pass

    async with node_that(hang_up) as url, SolanaRpc(url, retries=0) as client:
        with pytest.raises(NodeAway) as away:
            await client.send_transaction(b"wire")
    assert not away.value.unsent


async def test_a_node_that_says_nothing_is_away_after_the_time_out() -> None:
    async def say_nothing(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with node_that(say_nothing) as url, SolanaRpc(url, retries=0, timeout_s=0.1) as client:
        with pytest.raises(NodeAway) as away:
            await client.send_transaction(b"wire")
    assert not away.value.unsent


async def test_an_answer_that_breaks_off_is_none() -> None:
    async def break_off(writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"jsonrpc"')
        await writer.drain()

    async with node_that(break_off) as url, SolanaRpc(url, retries=0) as client:
        with pytest.raises(NodeAway) as away:
            await client.get_slot()
    assert not away.value.unsent


async def test_a_redirection_is_not_followed() -> None:
    """The transaction in it is for the node that was named, not for whom that names."""

    async def elsewhere(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    async with node_that(elsewhere) as url, SolanaRpc(url, retries=0) as client:
        with pytest.raises(NodeRefused, match="307"):
            await client.get_slot()


def test_the_environment_names_the_proxy_but_never_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https"):
        monkeypatch.setenv(f"{name}_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert proxy_of("https://api.devnet.solana.com") == "http://proxy.example:3128"
    assert proxy_of("https://rpc.inside.example") is None
    for mine in ("http://127.0.0.1:8899", "http://localhost:8899", "http://[::1]:8899"):
        assert proxy_of(mine) is None


async def test_a_refused_request_is_not_repeated(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.failures = [403, 200]
    with pytest.raises(NodeRefused, match="403"):
        await rpc.get_slot()


async def test_a_send_is_never_repeated_by_the_client(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.failures = [503]
    with pytest.raises(NodeAway):
        await rpc.send_transaction(b"wire")
    assert node.calls.count("sendTransaction") == 1


async def test_a_json_rpc_error_carries_code_data_and_logs(node: SolanaNode, rpc: SolanaRpc) -> None:
    data = {"err": {"InstructionError": [0, {"Custom": 6_064}]}, "logs": ["Program log: no"]}
    node.answers["sendTransaction"] = {"code": -32002, "message": "simulation failed", "data": data}
    with pytest.raises(PreflightFailed) as failure:
        await rpc.send_transaction(b"wire")
    assert failure.value.err == data["err"]
    assert failure.value.logs == ["Program log: no"]


async def test_an_answer_of_another_shape_is_malformed(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.answers["getSlot"] = "soon"
    with pytest.raises(AnswerMalformed):
        await rpc.get_slot()


async def test_a_batch_keeps_its_order_and_each_call_its_own_error(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.answers["getBalance"] = {"code": -32600, "message": "no"}
    calls = [Call("getSlot"), Call("getBalance")] * 60
    results = await rpc.json_rpc.batch(calls)
    assert [isinstance(each, RpcError) for each in results] == [False, True] * 60


def statuses(*found: Any) -> Any:
    left = list(found)

    def answer(*_: Any) -> Any:
        status = left.pop(0) if len(left) > 1 else left[0]
        return {"context": {"slot": 1}, "value": [status]}

    return answer


def status(word: str, err: Any = None) -> Any:
    return {"slot": 7, "confirmations": 0, "err": err, "confirmationStatus": word}


async def test_a_transaction_is_confirmed_once_it_has_the_commitment(
    node: SolanaNode, rpc: SolanaRpc
) -> None:
    node.answers |= {"sendTransaction": "sig", "getBlockHeight": 5}
    node.answers["getSignatureStatuses"] = statuses(None, status("processed"), status("confirmed"))
    assert await send_and_confirm(rpc, b"wire", 10, poll_s=0.01) == Landed("sig", 7)


async def test_a_transaction_that_failed_on_chain_says_why(node: SolanaNode, rpc: SolanaRpc) -> None:
    node.answers |= {"sendTransaction": "sig", "getSignatureStatuses": statuses(status("confirmed", "oops"))}
    with pytest.raises(TransactionFailed, match="oops"):
        await send_and_confirm(rpc, b"wire", 10, poll_s=0.01)


async def test_a_transaction_is_rebroadcast_until_its_blockhash_is_too_old(
    node: SolanaNode, rpc: SolanaRpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quantdesk.infra.solana.confirmation.REBROADCAST_S", 0.02)
    heights = iter([5, 6, 7, 99, 99])
    node.answers |= {"sendTransaction": "sig", "getBlockHeight": lambda *_: next(heights)}
    node.answers["getSignatureStatuses"] = statuses(None)
    with pytest.raises(TransactionExpired):
        await send_and_confirm(rpc, b"wire", 10, poll_s=0.01)
    assert node.calls.count("sendTransaction") == 4


async def test_an_absent_node_does_not_decide_about_a_sent_transaction(node: SolanaNode) -> None:
    node.answers |= {"sendTransaction": "sig", "getSignatureStatuses": statuses(status("confirmed"))}
    async with SolanaRpc(node.rpc_url, retries=0) as impatient:
        node.failures = [200, 503, 503]
        assert (await send_and_confirm(impatient, b"wire", 10, poll_s=0.01)).slot == 7


async def test_a_subscription_begins_with_a_resync_and_then_delivers(node: SolanaNode) -> None:
    async with SolanaPubsub(node.ws_url) as pubsub:
        logs = await pubsub.subscribe("logsSubscribe", ["all"], InContext[LogsUpdate])
        assert await anext(logs) == Resync("subscribed")
        await node.notify("logsSubscribe", {"context": {"slot": 3}, "value": {"signature": "s", "err": None}})
        update = await anext(logs)
        assert not isinstance(update, Resync)
        assert (update.context.slot, update.value.signature) == (3, "s")


async def test_after_a_lost_socket_every_subscription_is_made_again_and_says_so(node: SolanaNode) -> None:
    async with SolanaPubsub(node.ws_url) as pubsub:
        subscriptions = [
            await pubsub.subscribe("logsSubscribe", [n], InContext[LogsUpdate]) for n in range(3)
        ]
        for each in subscriptions:
            assert isinstance(await anext(each), Resync)
        await node.stop_pubsub()
        await asyncio.sleep(0.05)
        await node.start_pubsub()
        for each in subscriptions:
            assert await asyncio.wait_for(anext(each), 5) == Resync("subscribed")


async def test_a_method_that_the_node_lacks_is_an_error_and_not_a_silence(node: SolanaNode) -> None:
    node.offers_blocks = False
    async with SolanaPubsub(node.ws_url) as pubsub:
        blocks = await pubsub.subscribe("blockSubscribe", ["all"], InContext[LogsUpdate])
        with pytest.raises(RpcError, match="Method not found"):
            await asyncio.wait_for(anext(blocks), 5)


async def test_a_reader_that_is_too_slow_is_told_to_start_over(node: SolanaNode) -> None:
    async with SolanaPubsub(node.ws_url) as pubsub:
        logs = await pubsub.subscribe("logsSubscribe", ["all"], InContext[LogsUpdate])
        assert isinstance(await anext(logs), Resync)
        logs._limit = 3
        for slot in range(4):
            value = {"signature": str(slot), "err": None}
            await node.notify("logsSubscribe", {"context": {"slot": slot}, "value": value})
        await asyncio.sleep(0.1)
        assert await anext(logs) == Resync("the reader was too slow")
