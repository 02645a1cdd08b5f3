"""The Solana clients that people use, unmodified, against a localnet."""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed, Finalized
from solana.rpc.core import RPCException
from solana.rpc.models import DataSliceOpts, MemcmpOpts, TokenAccountOpts, TxOpts
from solana.rpc.websocket_api import SolanaWsClient
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.rpc.config import RpcTransactionLogsFilterMentions
from solders.rpc.responses import SendTransactionPreflightFailureMessage
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction
from solders.transaction_status import TransactionConfirmationStatus

from localnet_process import LocalnetProcess, localnet
from quantdesk.bootstrap.program_file import (
    LOADER,
    program_account,
    program_data_account,
    program_data_address,
    read_program,
)
from requires import missing, tool

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
IDL = CLIENTS.parents[1] / "idl" / "quantdesk.json"
SOL = 10**9


def node_modules() -> None:
    """Install the locked packages once."""
    if (CLIENTS / "node_modules" / ".package-lock.json").exists():
        return
    done = subprocess.run(
        [tool("npm"), "ci", "--no-audit", "--no-fund"],
        cwd=CLIENTS,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        missing(f"npm ci in tests/clients failed: {done.stderr[-500:]}")


@pytest.mark.parametrize("script", ["kit.mjs", "web3js.mjs"])
async def test_the_javascript_clients_work_unmodified(script: str) -> None:
    node = tool("node")
    await asyncio.to_thread(node_modules)
    async with localnet() as net:
        process = await asyncio.create_subprocess_exec(
            node,
            str(CLIENTS / script),
            net.rpc_url,
            net.ws_url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), 90)
        except TimeoutError:
            process.kill()
            said, _ = await process.communicate()
            pytest.fail(f"{script} did not end: {said.decode()[-2_000:]}")
        assert process.returncode == 0, said.decode()[-4_000:]


def v0_transfer(payer: Keypair, target: Pubkey, lamports: int, blockhash: object) -> VersionedTransaction:
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=target, lamports=lamports))
    return VersionedTransaction(MessageV0.try_compile(payer.pubkey(), [move], [], blockhash), [payer])  # type: ignore[arg-type]


async def test_solana_py_sends_confirms_and_reads() -> None:
    payer, target = Keypair(), Keypair().pubkey()
    async with localnet() as net, AsyncClient(net.rpc_url, commitment=Confirmed) as client:
        assert await client.is_connected()
        dropped = (await client.request_airdrop(payer.pubkey(), 10 * SOL)).value
        await client.confirm_transaction(dropped, Confirmed, sleep_seconds=0.05)
        assert (await client.get_balance(payer.pubkey())).value == 10 * SOL
        latest = (await client.get_latest_blockhash()).value
        transaction = v0_transfer(payer, target, SOL, latest.blockhash)
        assert (await client.get_fee_for_message(transaction.message)).value == 5_000
        simulated = (await client.simulate_transaction(transaction)).value
        assert simulated.err is None
        assert simulated.units_consumed == 150
        signature = (
            await client.send_transaction(transaction, opts=TxOpts(preflight_commitment=Confirmed))
        ).value
        await client.confirm_transaction(
            signature, Finalized, 0.05, last_valid_block_height=latest.last_valid_block_height
        )
        status = (await client.get_signature_statuses([signature])).value[0]
        assert status is not None
        assert status.confirmation_status == TransactionConfirmationStatus.Finalized
        record = (await client.get_transaction(signature, max_supported_transaction_version=0)).value
        assert record is not None
        assert record.transaction.meta is not None
        assert record.transaction.meta.post_balances[1] == SOL
        block = (await client.get_block(record.slot, max_supported_transaction_version=0)).value
        assert block is not None
        assert block.transactions is not None
        rows = (await client.get_signatures_for_address(target)).value
        assert [row.signature for row in rows] == [signature]
        account = (await client.get_account_info(target)).value
        assert account is not None
        assert account.lamports == SOL
        assert (await client.get_epoch_info()).value.slots_in_epoch == 432_000
        assert (await client.get_minimum_balance_for_rent_exemption(0)).value == 890_880


async def test_solana_py_understands_refusals() -> None:
    payer = Keypair()
    async with localnet() as net, AsyncClient(net.rpc_url, commitment=Confirmed) as client:
        await client.request_airdrop(payer.pubkey(), SOL)
        latest = (await client.get_latest_blockhash()).value
        with pytest.raises(RPCException) as refused:
            await client.send_transaction(v0_transfer(payer, Keypair().pubkey(), 5 * SOL, latest.blockhash))
        message = refused.value.args[0]
        assert isinstance(message, SendTransactionPreflightFailureMessage)
        assert message.data.logs is not None
        assert any("insufficient lamports" in line for line in message.data.logs)


async def test_solana_py_reads_programs_and_tokens() -> None:
    owner = Keypair().pubkey()
    async with localnet() as net, AsyncClient(net.rpc_url, commitment=Confirmed) as client:
        token = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
        mint, holding = Pubkey.new_unique(), Pubkey.new_unique()
        supply = (7_000_000).to_bytes(8, "little")
        mint_data = b"\1\0\0\0" + bytes(owner) + supply + b"\6\1" + bytes(36)
        holding_data = bytes(mint) + bytes(owner) + supply + bytes(36) + b"\1" + bytes(56)
        for address, data in ((mint, mint_data), (holding, holding_data)):
            account = {"lamports": SOL, "owner": token, "data": data.hex()}
            await net.rpc("surfnet_setAccount", str(address), account)
        assert (await client.get_token_supply(mint)).value.ui_amount_string == "7"
        assert (await client.get_token_account_balance(holding)).value.amount == "7000000"
        found = (
            await client.get_token_accounts_by_owner_json_parsed(owner, TokenAccountOpts(mint=mint))
        ).value
        assert found[0].account.data.parsed["info"]["tokenAmount"]["uiAmountString"] == "7"
        program = Pubkey.from_string(token)
        raw = await client.get_program_accounts(
            program,
            encoding="base64",
            data_slice=DataSliceOpts(offset=64, length=8),
            filters=[165, MemcmpOpts(offset=32, bytes=str(owner))],
        )
        assert [(row.pubkey, row.account.data) for row in raw.value] == [(holding, supply)]


async def test_solana_py_subscribes() -> None:
    payer = Keypair()
    async with localnet() as net, SolanaWsClient(net.ws_url) as socket:
        account = await socket.account_subscribe(pubkey=payer.pubkey(), commitment=Confirmed)
        await socket.logs_subscribe(
            filter_=RpcTransactionLogsFilterMentions(payer.pubkey()), commitment=Confirmed
        )
        await socket.slot_subscribe()
        await net.rpc("requestAirdrop", str(payer.pubkey()), SOL)
        kinds = set()
        async with asyncio.timeout(10):
            while len(kinds) < 3:
                kinds.add(type(await socket.recv()).__name__)
        assert kinds == {"AccountNotification", "LogsNotification", "SlotNotification"}
        await socket.unsubscribe(account)


def anchorpy_python() -> Path:
    """The Python of anchorpy's own environment, made once: it needs an older solders than QuantDesk."""
    environment = CLIENTS / "anchorpy" / ".venv"
    python, done = environment / "bin" / "python", environment / "installed"
    if not done.exists():
        requirements = CLIENTS / "anchorpy" / "requirements.txt"
        install = [str(python), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(requirements)]
        for command in ([sys.executable, "-m", "venv", "--clear", str(environment)], install):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                missing(f"anchorpy's environment could not be made: {result.stderr[-500:]}")
        done.touch()
    return python


async def place_program(net: LocalnetProcess) -> None:
    """The shipped program, as `quantdesk deploy` places it."""
    program = Pubkey.from_string(json.loads(IDL.read_text())["address"])
    code = program_data_account(read_program(), 0, Pubkey.default())
    place = {"lamports": 10 * SOL, "owner": str(LOADER), "data": [base64.b64encode(code).decode(), "base64"]}
    await net.rpc("surfnet_setAccount", str(program_data_address(program)), place)
    pointer = {
        "lamports": SOL,
        "owner": str(LOADER),
        "data": program_account(program).hex(),
        "executable": True,
    }
    await net.rpc("surfnet_setAccount", str(program), pointer)


async def test_anchorpy_works_from_a_legacy_idl() -> None:
    python = await asyncio.to_thread(anchorpy_python)
    async with localnet() as net:
        await place_program(net)
        process = await asyncio.create_subprocess_exec(
            str(python),
            str(CLIENTS / "anchorpy" / "drive.py"),
            net.rpc_url,
            str(IDL),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode == 0, said.decode()[-4_000:]
