"""anchorpy against a localnet that has the program: python drive.py RPC_URL IDL_PATH

Runs in an environment of its own (requirements.txt): anchorpy needs an older solders than QuantDesk.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
from pathlib import Path

from anchorpy import Context, Idl, Program, Provider, Wallet
from anchorpy.error import ProgramError
from legacy_idl import legacy_idl
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.compute_budget import set_compute_unit_limit
from solders.keypair import Keypair
from solders.pubkey import Pubkey

SYSTEM = Pubkey.from_string("11111111111111111111111111111111")
EXCHANGE_ID = 7
STATUS_AT, READY = 10, 1
"""Where an account says whether it has its full size: behind discriminator and layout version."""


async def drive(rpc_url: str, idl: dict) -> None:
    program_id = Pubkey.from_string(idl["address"])
    client = AsyncClient(rpc_url, commitment=Confirmed)
    wallet = Wallet(Keypair())
    dropped = (await client.request_airdrop(wallet.public_key, 100 * 10**9)).value
    await client.confirm_transaction(dropped, Confirmed, sleep_seconds=0.05)
    provider = Provider(client, wallet)
    program = Program(Idl.from_json(json.dumps(legacy_idl(idl))), program_id, provider)
    await use(program, wallet, program_id)
    await program.close()


async def use(program: Program, wallet: Wallet, program_id: Pubkey) -> None:
    exchange, _ = Pubkey.find_program_address([b"exchange", struct.pack("<H", EXCHANGE_ID)], program_id)
    ledger, _ = Pubkey.find_program_address([b"ledger", bytes(exchange), b"\0"], program_id)
    event_authority, _ = Pubkey.find_program_address([b"__event_authority"], program_id)
    accounts = {
        "payer": wallet.public_key,
        "admin": wallet.public_key,
        "exchange": exchange,
        "ledger": ledger,
        "system_program": SYSTEM,
        "event_authority": event_authority,
        "program": program_id,
    }
    tier = program.type["FeeTierParams"]
    await program.rpc["init_exchange"](
        EXCHANGE_ID,
        wallet.public_key,
        86_400,
        5_000_000,
        16 << 20,
        64,
        [tier(min_volume=0, maker=-20, taker=500)] + [tier(min_volume=0, maker=0, taker=0)] * 7,
        ctx=Context(accounts=accounts),
    )
    kind = program.type["GrowKind"].Exchange()
    for step in range(10):
        grow = Context(
            accounts={**accounts, "account": exchange},
            pre_instructions=[
                set_compute_unit_limit(100_000 + step)
            ],  # or it would be the same transaction again
        )
        await program.rpc["grow_account"](kind, 0, ctx=grow)
        raw = (await program.provider.connection.get_account_info(exchange, Confirmed)).value
        if raw.data[STATUS_AT] == READY:
            break
    state = await program.account["Exchange"].fetch(exchange)
    assert state.id == EXCHANGE_ID
    assert state.admin == wallet.public_key
    assert state.ledger == ledger
    assert (state.fee_tiers[0].maker, state.fee_tiers[0].taker) == (-20, 500)
    assert state.event_seq >= 2
    print("refused as it should be:", await refusal(program, accounts))


async def refusal(program: Program, accounts: dict[str, Pubkey]) -> str:
    """The name of the program's error for opening an exchange that is not ready."""
    try:
        await program.rpc["open_exchange"](ctx=Context(accounts=accounts))
    except ProgramError as error:
        return {one["code"]: one["name"] for one in IDL["errors"]}[error.code]
    raise AssertionError("an exchange that is not ready was opened")


IDL = json.loads(Path(sys.argv[2]).read_text())
asyncio.run(drive(sys.argv[1], IDL))
print("anchorpy: done")
