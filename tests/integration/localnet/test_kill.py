"""Kill -9 at any moment loses nothing that was answered and replays to the same state, byte for byte."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import signal
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from localnet_process import free_port_pair
from localnet_transactions import base64_of, transfer_of
from quantdesk.localnet.__main__ import main
from quantdesk.localnet.log.entries import unpack_genesis
from quantdesk.localnet.log.history import History
from quantdesk.localnet.log.recovery import apply_entry
from quantdesk.localnet.log.store import DATABASE_NAME
from quantdesk.localnet.runtime.bank import Bank
from quantdesk.localnet.runtime.genesis import Genesis

KILLS = 50
SENDERS = 4
SEED = 20261124

# A server process that has imported everything already, so that fifty starts take seconds and not minutes.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["__main__", "quantdesk.localnet.__main__"])


@dataclass
class Told:
    """Everything that localnet said to its clients."""

    answered: dict[str, int] = field(default_factory=dict)
    """Signature -> lamports of transfers that sendTransaction answered."""
    announced: set[str] = field(default_factory=set)
    state_hashes: dict[int, str] = field(default_factory=dict)
    """Log entry -> state hash."""
    blocks: dict[int, str] = field(default_factory=dict)
    """Slot -> blockhash, as announced."""


class Victim:
    """A localnet that dies again and again on the same data."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port_pair()
        self.process: BaseProcess | None = None
        self.client = httpx.AsyncClient(timeout=10)

    async def start(self) -> None:
        arguments = ["--data-dir", str(self.data_dir), "--port", str(self.port)]
        arguments += ["--snapshot-every", "150"]  # often, so that kills fall into snapshots too
        self.process = _CONTEXT.Process(target=main, args=(arguments,), daemon=True)
        self.process.start()
        for _ in range(2_000):
            assert self.process.is_alive(), "localnet ended by itself"
            with contextlib.suppress(httpx.TransportError):
                if (await self.client.get(f"http://127.0.0.1:{self.port}/ready")).status_code == 200:
                    return
            await asyncio.sleep(0.01)
        raise TimeoutError("localnet did not come back")

    def kill(self) -> None:
        assert self.process is not None
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.join()

    async def rpc(self, method: str, *params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = (await self.client.post(f"http://127.0.0.1:{self.port}", json=body)).json()
        assert "error" not in answer, answer
        return answer["result"]


async def send_for_ever(
    victim: Victim, payer: Keypair, target: Pubkey, told: Told, numbers: list[int]
) -> None:
    """Transfers, each of another amount, until localnet dies."""
    with contextlib.suppress(httpx.TransportError):
        while True:
            latest = await victim.rpc("getLatestBlockhash")
            blockhash = Hash.from_string(latest["value"]["blockhash"])
            for _ in range(10):
                numbers[0] += 1
                lamports = 1_000_000 + numbers[0]
                wire = base64_of(transfer_of(payer, target, lamports, blockhash))
                signature = await victim.rpc("sendTransaction", wire, {"encoding": "base64"})
                told.answered[signature] = lamports


async def hash_for_ever(victim: Victim, told: Told) -> None:
    """State hashes, which a restart must come to again."""
    with contextlib.suppress(httpx.TransportError):
        while True:
            state = await victim.rpc("quantdesk_stateHash")
            assert told.state_hashes.setdefault(state["entry"], state["hash"]) == state["hash"]
            await asyncio.sleep(0.04)


async def listen(victim: Victim, told: Told) -> None:
    """What is announced must not be lost either."""
    with contextlib.suppress(WebSocketException, OSError):
        async with connect(f"ws://127.0.0.1:{victim.port + 1}") as socket:
            for method, params in (
                ("logsSubscribe", ["all", {"commitment": "processed"}]),
                ("blockSubscribe", ["all", {"commitment": "confirmed", "transactionDetails": "none"}]),
            ):
                await socket.send(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
            async for message in socket:
                notification = json.loads(message)
                if notification.get("method") == "logsNotification":
                    told.announced.add(notification["params"]["result"]["value"]["signature"])
                elif notification.get("method") == "blockNotification":
                    value = notification["params"]["result"]["value"]
                    told.blocks[value["slot"]] = value["block"]["blockhash"]


async def live_and_die(victim: Victim, payers: list[Keypair], told: Told, chance: random.Random) -> None:
    numbers = [len(told.answered) * 10]
    target = payers[0].pubkey()
    tasks = [asyncio.ensure_future(send_for_ever(victim, p, target, told, numbers)) for p in payers[1:]]
    tasks += [asyncio.ensure_future(hash_for_ever(victim, told)), asyncio.ensure_future(listen(victim, told))]
    await asyncio.sleep(chance.uniform(0.02, 0.25))
    victim.kill()
    await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def check_nothing_lost(victim: Victim, told: Told) -> None:
    state = await victim.rpc("quantdesk_stateHash")
    if state["entry"] in told.state_hashes:
        assert state["hash"] == told.state_hashes[state["entry"]]
    assert not told.state_hashes or state["entry"] >= max(told.state_hashes)
    signatures = sorted(told.answered.keys() | told.announced)
    for start in range(0, len(signatures), 256):
        part = signatures[start : start + 256]
        statuses = (await victim.rpc("getSignatureStatuses", part, {"searchTransactionHistory": True}))[
            "value"
        ]
        lost = [signature for signature, status in zip(part, statuses, strict=True) if status is None]
        assert not lost
    for slot, blockhash in told.blocks.items():
        assert (await victim.rpc("getBlock", slot, {"transactionDetails": "none"}))["blockhash"] == blockhash


def compare_with_replay(data_dir: Path, told: Told) -> None:
    """The whole log, replayed from its first entry without any snapshot, passes through every state told."""
    history = History(data_dir / DATABASE_NAME)
    entries = history.entries_after(0)
    first = unpack_genesis(next(entries)[3])
    bank = Bank(Genesis(first.seed, first.unix_time))
    for seq, kind, _, body, result in entries:
        apply_entry(bank, seq, kind, body, result)
        if seq in told.state_hashes:
            assert bank.state_hash().hex() == told.state_hashes[seq], f"after entry {seq}"
    history.close()


@pytest.mark.timeout(240)
async def test_fifty_kills_under_load_lose_nothing_that_was_told(tmp_path: Path) -> None:
    chance, told, victim = random.Random(SEED), Told(), Victim(tmp_path)
    payers = [Keypair() for _ in range(SENDERS + 1)]
    await victim.start()
    for payer in payers:
        await victim.rpc("requestAirdrop", str(payer.pubkey()), 10**12)
    for _ in range(KILLS):
        await live_and_die(victim, payers, told, chance)
        before = dict(told.answered)
        await victim.start()
        await check_nothing_lost(victim, told)
        assert told.answered == before
    balance = (await victim.rpc("getBalance", str(payers[0].pubkey())))["value"]
    transferred = balance - 10**12
    victim.kill()
    await victim.client.aclose()
    assert len(told.answered) > KILLS
    assert len(told.state_hashes) >= 10
    compare_with_replay(tmp_path, told)
    assert transferred >= sum(told.answered.values())
