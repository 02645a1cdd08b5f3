"""Accounts of a whole exchange as a small file, and back into a machine.

`python -m integration.program.dump PROGRAM.so IDL.json OUT.json` writes the dump that `test_upgrade.py`
opens: an exchange that the binary PROGRAM.so with that interface set up and traded on. From `tests`, with
`src` on the path.
"""

from __future__ import annotations

import base64
import json
import sys
import zlib
from pathlib import Path
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from integration.program import idl
from integration.program.exchange import USDC, Exchange, Trader, deposit_sol
from integration.program.vm import Vm

OWNERS = {1: 50_000, 2: 1_000, 3: 1_000, 4: 60}
"""Seed of each trader's key and its deposit in USDC."""
SOL_EACH = 2 * 10**9
"""What the small one has in its slot and the parked one beside it, in lamports."""


def lived_in(code: bytes) -> Exchange:
    """Two markets, positions with funding and unvested profit, resting orders, SOL, one parked, one gone."""
    vm = Vm()
    vm.deploy_at(code, idl.program_id())
    exchange = Exchange(vm, slots=16)
    exchange.set_up(markets=2, sol=True, book_capacity=16)
    exchange.ok(exchange.post({0: 1_500_000, 1: 1_500_000}))
    maker, long, short, _ = (exchange.funded(seed, usdc) for seed, usdc in OWNERS.items())
    gone = exchange.funded(5, 20)
    exchange.ok(exchange.withdraw(gone, 20 * USDC))
    exchange.ok(exchange.close(gone))
    exchange.traders.pop()
    exchange.ok(exchange.deposit(exchange.open_trader(6), 7 * USDC))
    for trader in exchange.traders[-2:]:
        exchange.ok(deposit_sol(exchange, trader, SOL_EACH))
    exchange.ok(exchange.place(maker, "Ask", 15_010, 3_000, client_id=9))
    exchange.ok(exchange.place(maker, "Bid", 14_990, 3_000))
    exchange.ok(exchange.place(long, "Bid", 15_010, 1_000))
    exchange.ok(exchange.place(short, "Ask", 14_990, 1_000, market=0))
    exchange.ok(exchange.place(short, "Ask", 15_100, 500, market=1))
    exchange.ok(exchange.place(long, "Bid", 15_100, 300, market=1))
    for _ in range(70):
        vm.advance(slots=150, seconds=60)
        exchange.ok(exchange.post({0: 1_500_000, 1: 1_500_000}))
    vm.advance(slots=5, seconds=2)
    exchange.ok(exchange.post({0: 1_515_000, 1: 1_500_000}))
    exchange.ok(exchange.place(maker, "Bid", 15_150, 400))
    exchange.ok(exchange.place(long, "Ask", 15_150, 400))
    return exchange


def dump(exchange: Exchange) -> dict[str, Any]:
    """The clock and every account of the program and of tokens; data deflated, in base64."""
    svm = exchange.vm.svm
    found = [*svm.get_program_accounts(idl.program_id()), *svm.get_program_accounts(TOKEN_PROGRAM)]
    accounts = {
        str(key): {
            "owner": str(account.owner),
            "lamports": account.lamports,
            "data": base64.b64encode(zlib.compress(account.data, 9)).decode(),
        }
        for key, account in sorted(found, key=lambda one: str(one[0]))
    }
    return {
        "slot": exchange.vm.slot,
        "unix": exchange.vm.unix,
        "sequence": exchange.sequence,
        "accounts": accounts,
    }


def load(written: dict[str, Any], code: bytes, *, room: int = 0) -> Exchange:
    """A machine that runs ``code`` over the accounts of a dump."""
    vm = Vm()
    vm.deploy_at(code, idl.program_id(), room=room)
    exchange = Exchange(vm, slots=16)
    for key, one in written["accounts"].items():
        data = zlib.decompress(base64.b64decode(one["data"]))
        owner = Pubkey.from_string(one["owner"])
        vm.svm.set_account(Pubkey.from_string(key), Account(one["lamports"], data, owner))
    vm.set_time(slot=written["slot"], unix=written["unix"])
    exchange.sequence = written["sequence"]
    exchange.traders = [known(exchange, seed) for seed in (*OWNERS, 6)]
    return exchange


def known(exchange: Exchange, seed: int) -> Trader:
    """The trader that `Exchange.open_trader` made from the seed, which is in the machine already."""
    key = exchange.vm.fund(seed)
    address = exchange.pda(b"trader", bytes(exchange.address), bytes(key.pubkey()), b"\0")
    return Trader(key, 0, address, exchange.wallet(seed))


if __name__ == "__main__":
    binary, interface, out = (Path(each) for each in sys.argv[1:])
    idl.IDL_PATH = interface
    for cached in (idl.idl, idl.types, idl.instructions, idl.errors, idl.size_of):
        cached.cache_clear()
    out.write_text(json.dumps(dump(lived_in(binary.read_bytes())), indent=1) + "\n")
