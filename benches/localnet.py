"""Orders a second through localnet's JSON-RPC, against the same transactions in a bare LiteSVM, in one run.

    python benches/localnet.py            print
    python benches/localnet.py --check    also fail when the ratio is under the target

Both run the shipped program on the same accounts: a ledger of 1 MB, a book of 2,048 orders a side, 32
traders who place post-only orders and cancel them, one after the other. The bare VM checks signatures and
runs, nothing else. Localnet also takes each transaction over HTTP, checks blockhash, duplicate and preflight,
writes log, result and address index with fsync before it answers, and closes a slot every 400 ms.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from solders.account import Account
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from integration.program.exchange import HEADER_BYTES, Exchange, Trader, machine, order
from integration.program.invariants import dtype
from localnet_process import LocalnetProcess, localnet

TARGET = 0.25
TRADERS = 32
TRANSACTIONS = 4_000
LEDGER_BYTES = 1 << 20
PRICE = 1_500_000
_PROGRAM_DATA_TAG = b"\x03\0\0\0"


@dataclass
class Scene:
    """The exchange, its traders, and what every account looks like."""

    box: Exchange
    traders: list[Trader]

    @staticmethod
    def make() -> Scene:
        """A priced exchange whose ledger has about LEDGER_BYTES."""
        slots = (LEDGER_BYTES - HEADER_BYTES["Ledger"]) // dtype("Slot").itemsize
        vm = machine()
        vm.set_time(unix=int(time.time()))
        box = Exchange(vm, slots=slots)
        box.set_up(book_capacity=2_048, open_max_age_ms=60_000)  # a busy machine takes its time
        box.ok(box.post({0: PRICE}))
        return Scene(box, [box.funded(700 + index, 100_000) for index in range(TRADERS)])

    def accounts(self) -> list[tuple[Pubkey, Account]]:
        """Every account that localnet does not have by itself, ProgramData before Program."""
        owners = {self.box.vm.svm.get_account(self.box.address).owner, _loader(), _token(), _system()}
        found = [pair for owner in owners for pair in self.box.vm.svm.get_program_accounts(owner)]
        return sorted(found, key=lambda pair: not pair[1].data.startswith(_PROGRAM_DATA_TAG))

    def steps(self, trader: Trader, count: int) -> list[Instruction]:
        """Places and cancels of one trader, in turn."""
        made = []
        for number in range(1, count // 2 + 1):
            terms = order("Bid", 14_900 - number % 40, 20, kind="PostOnly", client_id=number)
            made.append(self.box.trading("place_order", trader, 0, terms))
            made.append(self.box.trading("cancel_by_client_id", trader, 0, {"client_id": number}))
        return made

    def signed(self, blockhash: Hash) -> list[list[VersionedTransaction]]:
        """Each trader's transactions."""
        return [
            [_signed(step, trader.key, blockhash) for step in self.steps(trader, TRANSACTIONS // TRADERS)]
            for trader in self.traders
        ]


def _signed(instruction: Instruction, key: Keypair, blockhash: Hash) -> VersionedTransaction:
    return VersionedTransaction(Message.new_with_blockhash([instruction], key.pubkey(), blockhash), [key])


def _loader() -> Pubkey:
    return Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")


def _token() -> Pubkey:
    return Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")


def _system() -> Pubkey:
    return Pubkey.default()


@dataclass(frozen=True)
class Rate:
    """Transactions a second: of wall time, and of processor time (which a busy machine hardly changes)."""

    wall: float
    core: float


def bare(scene: Scene) -> Rate:
    """What a bare LiteSVM runs."""
    vm: LiteSVM = scene.box.vm.svm
    vm.expire_blockhash()
    batches = scene.signed(vm.latest_blockhash())
    turns = [batch[index] for index in range(len(batches[0])) for batch in batches]
    started, core = time.perf_counter(), time.process_time()
    for transaction in turns:
        result = vm.send_transaction(transaction)
        if hasattr(result, "err"):
            raise SystemExit(f"a transaction failed in the bare VM: {result.err()} {result.meta().logs()}")
    return Rate(len(turns) / (time.perf_counter() - started), len(turns) / (time.process_time() - core))


async def carry(scene: Scene, accounts: list[tuple[Pubkey, Account]], net: LocalnetProcess) -> None:
    """Bring the scene's accounts, its slot and a fresh price into a localnet."""
    for address, account in accounts:
        await net.rpc(
            "surfnet_setAccount",
            str(address),
            {
                "lamports": account.lamports,
                "owner": str(account.owner),
                "executable": account.executable,
                "data": [base64.b64encode(account.data).decode(), "base64"],
            },
        )
    await net.rpc("surfnet_timeTravel", {"absoluteSlot": scene.box.vm.slot + 1})
    clock = await net.rpc(
        "getAccountInfo", "SysvarC1ock11111111111111111111111111111111", {"encoding": "base64"}
    )
    unix = int.from_bytes(base64.b64decode(clock["value"]["data"][0])[32:40], "little")
    update = {"market": 0, "price": PRICE, "confidence": 0, "publish_ms": unix * 1_000}
    post = scene.box.build("update_price", {"updates": [update]})
    wire = _signed(post, scene.box.authority, await newest_blockhash(net))
    await net.rpc("sendTransaction", _text(wire), {"encoding": "base64"})


async def newest_blockhash(net: LocalnetProcess) -> Hash:
    """Localnet's newest blockhash."""
    return Hash.from_string((await net.rpc("getLatestBlockhash"))["value"]["blockhash"])


def _text(transaction: VersionedTransaction) -> str:
    return base64.b64encode(bytes(transaction)).decode()


def _request(transaction: VersionedTransaction) -> bytes:
    params = [_text(transaction), {"encoding": "base64"}]
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "sendTransaction", "params": params}).encode()
    head = (
        f"POST / HTTP/1.1\r\nhost: localnet\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    )
    return head.encode() + b"\r\n\r\n" + body


async def send_all(port: int, requests: list[bytes], waits: list[float]) -> None:
    """One trader: every request after the answer to the one before; seconds of each into `waits`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        answer = await reader.readexactly(length)
        waits.append(time.perf_counter() - started)
        if b'"result"' not in answer:
            raise SystemExit(f"localnet refused a transaction: {answer.decode()[:1_500]}")
    writer.close()


async def through_rpc(scene: Scene, accounts: list[tuple[Pubkey, Account]]) -> dict[str, Any]:
    """The same mix through JSON-RPC: rate, waits and what the process took."""
    async with localnet() as net:
        await carry(scene, accounts, net)
        batches = scene.signed(await newest_blockhash(net))
        requests = [[_request(transaction) for transaction in batch] for batch in batches]
        waits: list[float] = []
        assert net.process is not None
        process = psutil.Process(net.process.pid)
        core, started = sum(process.cpu_times()[:2]), time.perf_counter()
        await asyncio.gather(*(send_all(net.port, batch, waits) for batch in requests))
        seconds, core = time.perf_counter() - started, sum(process.cpu_times()[:2]) - core
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(4)
        idle = (sum(process.cpu_times()[:2]) - before) / 4
        waits.sort()
        return {
            "rate": Rate(len(waits) / seconds, len(waits) / core),
            "p50_ms": waits[len(waits) // 2] * 1e3,
            "p99_ms": waits[len(waits) * 99 // 100] * 1e3,
            "resident_mb": process.memory_info().rss / 1e6,
            "idle": idle,
        }


def main() -> int:
    scene = Scene.make()
    accounts = scene.accounts()
    before = bare(scene)
    measured = asyncio.run(through_rpc(scene, accounts))
    after = bare(scene)  # the machine may be busy with something else during one of them
    raw = Rate(max(before.wall, after.wall), max(before.core, after.core))
    rate: Rate = measured["rate"]
    ratio = rate.wall / raw.wall
    print(f"{TRANSACTIONS} transactions, half place_order and half cancel_by_client_id, {TRADERS} traders,")
    print(f"ledger {scene.box.ledger_bytes() / 1e6:.2f} MB, book 2,048 orders a side")
    print(f"bare LiteSVM            {raw.wall:8.0f} tx/s   {raw.core:6.0f} per core second")
    print(
        f"localnet, JSON-RPC      {rate.wall:8.0f} tx/s   {rate.core:6.0f} per core second (each on the disk)"
    )
    print(f"ratio                   {ratio:8.2f}        {rate.core / raw.core:6.2f}    target {TARGET}")
    print(f"send to answer          {measured['p50_ms']:8.1f} ms p50, {measured['p99_ms']:.1f} ms p99")
    print(f"resident after the run  {measured['resident_mb']:8.0f} MB")
    print(f"idle                    {measured['idle'] * 100:8.1f} % of a core")
    return 1 if "--check" in sys.argv and ratio < TARGET else 0


if __name__ == "__main__":
    raise SystemExit(main())
