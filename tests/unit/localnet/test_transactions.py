"""Sending and simulating: what lands, what is refused, and in which words."""

from __future__ import annotations

import base64
from typing import Any

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from localnet_transactions import base64_of, signed, transfer_of
from quantdesk.program import base58

from .conftest import Chain

PREFLIGHT_KEYS = {
    "accounts",
    "err",
    "fee",
    "innerInstructions",
    "loadedAccountsDataSize",
    "loadedAddresses",
    "logs",
    "postBalances",
    "postTokenBalances",
    "preBalances",
    "preTokenBalances",
    "replacementBlockhash",
    "returnData",
    "unitsConsumed",
}
BASE64 = {"encoding": "base64"}
SKIP = {"encoding": "base64", "skipPreflight": True}


async def balance(chain: Chain, keypair: Keypair) -> int:
    value: int = (await chain.rpc("getBalance", str(keypair.pubkey())))["value"]
    return value


async def test_a_transfer_lands_and_costs_5000_lamports_a_signature(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair()
    wire = base64_of(transfer_of(payer, target.pubkey(), 10**9, await chain.blockhash()))
    signature = await chain.rpc("sendTransaction", wire, BASE64)
    assert await balance(chain, target) == 10**9
    assert await balance(chain, payer) == 9 * 10**9 - 5_000
    status = (await chain.rpc("getSignatureStatuses", [signature]))["value"][0]
    assert status == {
        "confirmationStatus": "confirmed",
        "confirmations": 0,
        "err": None,
        "slot": 1,
        "status": {"Ok": None},
    }
    await chain.next_slot()
    status = (await chain.rpc("getSignatureStatuses", [signature]))["value"][0]
    assert (status["confirmationStatus"], status["confirmations"]) == ("finalized", None)


async def test_base58_is_the_encoding_unless_another_is_named(chain: Chain) -> None:
    payer = await chain.funded()
    transaction = transfer_of(payer, Keypair().pubkey(), 10**9, await chain.blockhash())
    assert await chain.rpc("sendTransaction", base58.encode(bytes(transaction))) == str(
        transaction.signatures[0]
    )


async def test_the_priority_fee_is_charged_for_the_units_asked_for(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair()
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=target.pubkey(), lamports=10**9))
    instructions = [set_compute_unit_limit(1_001), set_compute_unit_price(500_000), move]
    transaction = signed(instructions, await chain.blockhash(), payer)
    message = base64.b64encode(bytes(transaction.message)).decode()
    assert (await chain.rpc("getFeeForMessage", message))["value"] == 5_501
    await chain.rpc("sendTransaction", base64_of(transaction), BASE64)
    assert await balance(chain, payer) == 9 * 10**9 - 5_501


async def test_a_failing_transaction_is_refused_with_its_logs_and_leaves_no_trace(chain: Chain) -> None:
    payer = await chain.funded()
    wire = base64_of(transfer_of(payer, Keypair().pubkey(), 10**12, await chain.blockhash()))
    before = chain.node.bank.state_hash()
    error = await chain.error("sendTransaction", wire, BASE64)
    assert error["code"] == -32002
    assert error["message"] == (
        "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1"
    )
    assert error["data"].keys() == PREFLIGHT_KEYS
    assert error["data"]["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert any("insufficient lamports" in line for line in error["data"]["logs"])
    assert chain.node.bank.state_hash() == before


async def test_without_preflight_a_failure_lands_and_pays_its_fee(chain: Chain) -> None:
    payer = await chain.funded()
    wire = base64_of(transfer_of(payer, Keypair().pubkey(), 10**12, await chain.blockhash()))
    signature = await chain.rpc("sendTransaction", wire, SKIP)
    assert await balance(chain, payer) == 10**10 - 5_000
    status = (await chain.rpc("getSignatureStatuses", [signature]))["value"][0]
    assert status["err"] == {"InstructionError": [0, {"Custom": 1}]}
    assert status["status"] == {"Err": {"InstructionError": [0, {"Custom": 1}]}}


async def refusal(chain: Chain, wire: str) -> tuple[int, Any]:
    error = await chain.error("sendTransaction", wire, BASE64)
    return error["code"], error["data"]["err"]


async def test_a_bad_signature_a_duplicate_and_an_unknown_blockhash_are_refused_by_preflight(
    chain: Chain,
) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    good = transfer_of(payer, target, 10**9, await chain.blockhash())
    forged = VersionedTransaction.populate(good.message, [Signature.new_unique()])
    assert await refusal(chain, base64_of(forged)) == (-32002, "SignatureFailure")
    await chain.rpc("sendTransaction", base64_of(good), BASE64)
    assert await refusal(chain, base64_of(good)) == (-32002, "AlreadyProcessed")
    unknown = transfer_of(payer, target, 10**9, Hash.new_unique())
    assert await refusal(chain, base64_of(unknown)) == (-32002, "BlockhashNotFound")
    broke = transfer_of(Keypair(), target, 10**9, await chain.blockhash())
    assert await refusal(chain, base64_of(broke)) == (-32002, "AccountNotFound")


async def test_without_preflight_what_cannot_land_returns_its_signature_and_is_dropped(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair()
    good = transfer_of(payer, target.pubkey(), 10**9, await chain.blockhash())
    forged = VersionedTransaction.populate(good.message, [Signature.new_unique()])
    unknown = transfer_of(payer, target.pubkey(), 10**9, Hash.new_unique())
    broke = transfer_of(Keypair(), target.pubkey(), 10**9, await chain.blockhash())
    for transaction in (forged, unknown, broke):
        signature = str(transaction.signatures[0])
        assert await chain.rpc("sendTransaction", base64_of(transaction), SKIP) == signature
        assert (await chain.rpc("getSignatureStatuses", [signature]))["value"] == [None]
    for _ in range(2):
        await chain.rpc("sendTransaction", base64_of(good), SKIP)
    assert await balance(chain, target) == 10**9


async def test_a_blockhash_is_good_for_150_blocks_and_no_longer(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    latest = (await chain.rpc("getLatestBlockhash"))["value"]
    blockhash = Hash.from_string(latest["blockhash"])
    height = await chain.rpc("getBlockHeight", {"commitment": "processed"})
    await chain.next_slot(latest["lastValidBlockHeight"] - height)
    assert (await chain.rpc("isBlockhashValid", latest["blockhash"]))["value"] is True
    await chain.rpc("sendTransaction", base64_of(transfer_of(payer, target, 10**9, blockhash)), BASE64)
    await chain.next_slot()
    assert (await chain.rpc("isBlockhashValid", latest["blockhash"]))["value"] is False
    late = base64_of(transfer_of(payer, target, 10**9 + 1, blockhash))
    assert await refusal(chain, late) == (-32002, "BlockhashNotFound")


async def test_a_missing_program_is_told_from_one_that_cannot_run(chain: Chain) -> None:
    payer = await chain.funded()
    blockhash = await chain.blockhash()
    missing = signed([Instruction(Pubkey.new_unique(), b"", [])], blockhash, payer)
    assert await refusal(chain, base64_of(missing)) == (-32002, "ProgramAccountNotFound")
    other = (await chain.funded()).pubkey()
    no_program = signed([Instruction(other, b"", [])], blockhash, payer)
    assert await refusal(chain, base64_of(no_program)) == (-32002, "InvalidProgramForExecution")


async def test_a_transaction_whose_parts_do_not_fit_is_refused_as_unsanitary(chain: Chain) -> None:
    payer = await chain.funded()
    payer_as_program = signed([Instruction(payer.pubkey(), b"", [])], await chain.blockhash(), payer)
    error = await chain.error("sendTransaction", base64_of(payer_as_program), BASE64)
    assert error["code"] == -32602
    assert error["message"].startswith("invalid transaction: Transaction failed to sanitize")


async def test_more_than_1232_bytes_are_refused(chain: Chain) -> None:
    payer = await chain.funded()
    memo = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
    transaction = signed([Instruction(memo, b"x" * 1_100, [])], await chain.blockhash(), payer)
    over = 1_233 - len(bytes(transaction))
    fitting = signed([Instruction(memo, b"x" * (1_099 + over), [])], await chain.blockhash(), payer)
    assert len(bytes(fitting)) == 1_232
    await chain.rpc("sendTransaction", base64_of(fitting), BASE64)
    too_large = signed([Instruction(memo, b"x" * (1_100 + over), [])], await chain.blockhash(), payer)
    error = await chain.error("sendTransaction", base64_of(too_large), BASE64)
    assert error["code"] == -32602
    assert "too large: 1233 bytes (max: 1232 bytes)" in error["message"]


async def test_a_simulation_changes_nothing_and_shows_everything(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair()
    wire = base64_of(transfer_of(payer, target.pubkey(), 10**9, await chain.blockhash()))
    before = chain.node.bank.state_hash()
    config = {
        "encoding": "base64",
        "sigVerify": True,
        "innerInstructions": True,
        "accounts": {"encoding": "base64", "addresses": [str(target.pubkey())]},
    }
    value = (await chain.rpc("simulateTransaction", wire, config))["value"]
    assert value.keys() == PREFLIGHT_KEYS
    assert value["err"] is None
    assert value["accounts"][0]["lamports"] == 10**9
    assert value["fee"] == 5_000
    assert value["preBalances"] == [10**10, 0, 1]
    assert value["postBalances"] == [9 * 10**9 - 5_000, 10**9, 1]
    assert value["innerInstructions"] == []
    assert value["unitsConsumed"] == 150
    assert chain.node.bank.state_hash() == before


async def test_a_simulation_answers_refusals_as_results(chain: Chain) -> None:
    payer = await chain.funded()
    stale = transfer_of(payer, Keypair().pubkey(), 10**9, Hash.new_unique())
    value = (await chain.rpc("simulateTransaction", base64_of(stale), BASE64))["value"]
    assert value["err"] == "BlockhashNotFound"
    forged = VersionedTransaction.populate(stale.message, [Signature.new_unique()])
    config = {"encoding": "base64", "sigVerify": True}
    value = (await chain.rpc("simulateTransaction", base64_of(forged), config))["value"]
    assert value["err"] == "SignatureFailure"


async def test_a_simulation_may_take_the_newest_blockhash_but_not_check_signatures_then(chain: Chain) -> None:
    payer = await chain.funded()
    instruction = transfer(
        TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=10**9)
    )
    stale_v0 = VersionedTransaction(
        MessageV0.try_compile(payer.pubkey(), [instruction], [], Hash.new_unique()), [payer]
    )
    stale = transfer_of(payer, Keypair().pubkey(), 10**9, Hash.new_unique())
    for transaction in (stale, stale_v0):
        config = {"encoding": "base64", "replaceRecentBlockhash": True}
        value = (await chain.rpc("simulateTransaction", base64_of(transaction), config))["value"]
        assert value["err"] is None
        assert value["replacementBlockhash"] == (await chain.rpc("getLatestBlockhash"))["value"]
        error = await chain.error(
            "simulateTransaction", base64_of(transaction), {**config, "sigVerify": True}
        )
        assert error["message"] == "sigVerify may not be used with replaceRecentBlockhash"


async def test_equal_airdrops_within_one_slot_are_separate_transactions(chain: Chain) -> None:
    target = Keypair()
    first = await chain.rpc("requestAirdrop", str(target.pubkey()), 10**9)
    second = await chain.rpc("requestAirdrop", str(target.pubkey()), 10**9)
    assert first != second
    assert await balance(chain, target) == 2 * 10**9
