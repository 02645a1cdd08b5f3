"""What a restart comes back to; what it refuses."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet_transactions import base64_of, signed, transfer_of
from quantdesk.localnet.config import LocalnetConfig, Retention
from quantdesk.localnet.errors import (
    DataDirectoryInUse,
    DataDirectoryVersion,
    LogCorrupt,
    ReplayDiverged,
)
from quantdesk.localnet.log.store import DATABASE_NAME, DirectoryLock
from quantdesk.localnet.node import Node

from .conftest import Chain, OpenChain


async def transfers(chain: Chain, payer: Keypair, count: int, first: int = 0) -> list[str]:
    blockhash = await chain.blockhash()
    wires = [
        base64_of(transfer_of(payer, Pubkey.new_unique(), 10**6 + first + i, blockhash)) for i in range(count)
    ]
    return [await chain.rpc("sendTransaction", wire, {"encoding": "base64"}) for wire in wires]


def copy_without_snapshots(source: Path, target: Path) -> Path:
    """The same log, to be replayed from its first entry."""
    target.mkdir()
    shutil.copy(source / DATABASE_NAME, target / DATABASE_NAME)
    with sqlite3.connect(target / DATABASE_NAME) as db:
        db.execute("DELETE FROM snapshots")
        db.execute("DELETE FROM snapshot_accounts")
    return target


async def replayed_hash(data_dir: Path) -> bytes:
    node = Node(LocalnetConfig(data_dir, clock="manual"))
    state = node.bank.state_hash()
    await node.close()
    return state


async def test_snapshot_and_full_replay_come_to_the_same_bytes(open_chain: OpenChain, tmp_path: Path) -> None:
    chain = await open_chain(snapshot_every=50)
    payer = await chain.funded(10**12)
    for round_number in range(6):
        await transfers(chain, payer, 20, round_number * 100)
        await chain.next_slot(round_number + 1)
    owner = "Config1111111111111111111111111111111111111"
    await chain.rpc(
        "surfnet_setAccount", str(Pubkey.new_unique()), {"lamports": 5, "owner": owner, "data": "00"}
    )
    await chain.rpc("surfnet_timeTravel", {"absoluteSlot": 5_000})
    await transfers(chain, payer, 5, 1_000)
    expected = chain.node.bank.state_hash()
    chain = await open_chain()
    assert chain.node.bank.state_hash() == expected
    await open_chain()
    assert await replayed_hash(copy_without_snapshots(tmp_path, tmp_path / "copy")) == expected


async def test_a_restored_chain_goes_on_like_one_never_stopped(open_chain: OpenChain, tmp_path: Path) -> None:
    chain = await open_chain()
    payer = await chain.funded(10**12)
    await transfers(chain, payer, 10)
    chain = await open_chain()  # from the snapshot of the clean stop
    await chain.next_slot(2)
    await transfers(chain, payer, 10, 100)
    await chain.next_slot()
    expected = chain.node.bank.state_hash()
    await open_chain()
    assert await replayed_hash(copy_without_snapshots(tmp_path, tmp_path / "copy")) == expected


async def test_a_duplicate_is_still_known_after_a_restart(open_chain: OpenChain) -> None:
    chain = await open_chain()
    payer = await chain.funded()
    blockhash = await chain.blockhash()
    wire = base64_of(transfer_of(payer, Keypair().pubkey(), 10**9, blockhash))
    await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    await chain.next_slot(20)
    chain = await open_chain()
    error = await chain.error("sendTransaction", wire, {"encoding": "base64"})
    assert error["data"]["err"] == "AlreadyProcessed"
    assert (await chain.rpc("isBlockhashValid", str(blockhash)))["value"] is True


async def test_a_program_still_runs_after_a_restart(open_chain: OpenChain) -> None:
    """ProgramData must be put back before Program, or every call fails without a word."""
    chain = await open_chain()
    payer = await chain.funded()
    token = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
    chain = await open_chain()

    wire = base64_of(signed([Instruction(token, b"\x15", [])], await chain.blockhash(), payer))
    value = (await chain.rpc("simulateTransaction", wire, {"encoding": "base64"}))["value"]
    assert value["err"] == {"InstructionError": [0, "NotEnoughAccountKeys"]}


async def test_a_deleted_account_stays_deleted_after_a_restart(open_chain: OpenChain) -> None:
    chain = await open_chain()
    faucet = str(chain.node.bank.genesis.faucet.pubkey())
    await chain.rpc("surfnet_setAccount", faucet, {"lamports": 0})
    expected = chain.node.bank.state_hash()
    chain = await open_chain()
    assert (await chain.rpc("getAccountInfo", faucet))["value"] is None
    assert chain.node.bank.state_hash() == expected


async def test_history_beyond_retention_is_unknown_but_state_is_whole(open_chain: OpenChain) -> None:
    chain = await open_chain(snapshot_every=400, retention=Retention(transactions=1_000, blocks=700))
    payer, target = await chain.funded(10**13), Pubkey.new_unique()
    await chain.next_slot()
    first = await transfers(chain, payer, 1)
    wire = base64_of(transfer_of(payer, target, 10**9, await chain.blockhash()))
    await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    for _ in range(6):
        await chain.next_slot(500)
        if chain.node._snapshotting is not None:
            await chain.node._snapshotting
    assert (await chain.error("getBlock", 1))["code"] == -32001
    assert await chain.rpc("getFirstAvailableBlock") > 1_000
    assert await chain.rpc("getTransaction", first[0]) is None
    assert await chain.rpc("getSignaturesForAddress", str(target)) == []
    assert (await chain.rpc("getBalance", str(target)))["value"] == 10**9
    expected = chain.node.bank.state_hash()
    chain = await open_chain()
    assert chain.node.bank.state_hash() == expected


def test_retention_cannot_be_too_small_to_restart_from() -> None:
    with pytest.raises(ValueError, match="at least 1000 transactions and 300 blocks"):
        Retention(transactions=10)


async def test_a_file_of_another_format_is_refused(open_chain: OpenChain, tmp_path: Path) -> None:
    await open_chain()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as db:
        db.execute("UPDATE meta SET value = '999' WHERE key = 'schema'")
    with pytest.raises(
        DataDirectoryVersion, match=r"has format 999, this localnet reads format 1.*quantdesk reset"
    ):
        await open_chain()


async def test_another_engine_may_take_over_a_cleanly_closed_log(
    open_chain: OpenChain, tmp_path: Path
) -> None:
    chain = await open_chain()
    expected = chain.node.bank.state_hash()
    await open_chain()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as db:
        db.execute("UPDATE meta SET value = 'solders 0.1' WHERE key = 'engine'")
    chain = await open_chain()
    assert chain.node.bank.state_hash() == expected


async def test_another_engine_does_not_replay(open_chain: OpenChain, tmp_path: Path) -> None:
    chain = await open_chain()
    await chain.funded()
    await chain.next_slot()
    chain.node._store.connection.execute("UPDATE meta SET value = 'solders 0.1' WHERE key = 'engine'")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal"):
        shutil.copy(tmp_path / name, copy / name)
    with pytest.raises(DataDirectoryVersion, match=r"solders 0\.1 and not closed cleanly"):
        Node(LocalnetConfig(copy))


async def test_a_result_that_replays_differently_is_loud(open_chain: OpenChain, tmp_path: Path) -> None:
    chain = await open_chain()
    await chain.funded()
    await open_chain()
    copy = copy_without_snapshots(tmp_path, tmp_path / "copy")
    with sqlite3.connect(copy / DATABASE_NAME) as db:
        db.execute("UPDATE entries SET result = x'00' WHERE kind = 2")
    with pytest.raises(ReplayDiverged, match="log entry 2 replayed to another result"):
        Node(LocalnetConfig(copy))


async def test_an_unreadable_entry_is_named(open_chain: OpenChain, tmp_path: Path) -> None:
    chain = await open_chain()
    await chain.funded()
    await open_chain()
    copy = copy_without_snapshots(tmp_path, tmp_path / "copy")
    with sqlite3.connect(copy / DATABASE_NAME) as db:
        db.execute("UPDATE entries SET body = x'00' WHERE kind = 2")
    with pytest.raises(LogCorrupt, match=r"log entry 2 \(kind TRANSACTION, slot 1\) cannot be read"):
        Node(LocalnetConfig(copy))


def test_a_data_directory_has_one_localnet_at_a_time(tmp_path: Path) -> None:
    lock = DirectoryLock(tmp_path)
    with pytest.raises(DataDirectoryInUse, match=r"another localnet \(process \d+\) uses"):
        DirectoryLock(tmp_path)
    lock.release()
    DirectoryLock(tmp_path).release()


async def test_a_full_disk_stops_accepting_and_loses_nothing(open_chain: OpenChain) -> None:
    chain = await open_chain(max_database_bytes=400_000)
    payer = await chain.funded(10**12)
    blockhash: Hash = await chain.blockhash()
    accepted: list[str] = []
    for number in range(5_000):
        wire = base64_of(transfer_of(payer, Pubkey.new_unique(), 10**6 + number, blockhash))
        answer = await chain.call("sendTransaction", wire, {"encoding": "base64"})
        if "error" in answer:
            break
        accepted.append(answer["result"])
    assert answer["error"]["code"] == -32603
    assert "disk or quota is full" in answer["error"]["message"]
    assert len(accepted) > 50
    assert (await chain.error("getHealth"))["code"] == -32005
    assert (await chain.error("requestAirdrop", str(payer.pubkey()), 1))["code"] == -32603
    balance = (await chain.rpc("getBalance", str(payer.pubkey())))["value"]
    expected = 10**12 - sum(10**6 + number + 5_000 for number in range(len(accepted)))
    assert balance == expected
    chain = await open_chain()  # with room again
    assert (await chain.rpc("getBalance", str(payer.pubkey())))["value"] == expected
    for signature in accepted:
        assert (await chain.rpc("getSignatureStatuses", [signature]))["value"][0] is not None
    await chain.funded()
