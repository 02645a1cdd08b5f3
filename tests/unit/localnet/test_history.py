"""Transactions and blocks of the past."""

from __future__ import annotations

from typing import Any

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from localnet_transactions import base64_of, signed, transfer_of

from .conftest import Chain

MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
CONFIRMED = {"commitment": "confirmed"}


async def send(chain: Chain, payer: Keypair, target: Pubkey, lamports: int = 10**9) -> str:
    wire = base64_of(transfer_of(payer, target, lamports, await chain.blockhash()))
    signature: str = await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    return signature


async def test_a_transaction_is_confirmed_when_answered_and_final_when_its_slot_closes(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    signature = await send(chain, payer, target)
    assert await chain.rpc("getTransaction", signature) is None
    confirmed = await chain.rpc("getTransaction", signature, CONFIRMED)
    assert confirmed["slot"] == 1
    await chain.next_slot()
    assert await chain.rpc("getTransaction", signature) == confirmed


async def test_a_transaction_has_the_shape_of_a_node(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    signature = await send(chain, payer, target)
    shown = await chain.rpc("getTransaction", signature, CONFIRMED)
    assert shown.keys() == {"blockTime", "slot", "transaction", "meta"}
    assert shown["transaction"]["signatures"] == [signature]
    message = shown["transaction"]["message"]
    assert message["accountKeys"][:2] == [str(payer.pubkey()), str(target)]
    assert message["instructions"] == [
        {"programIdIndex": 2, "accounts": [0, 1], "data": "3Bxs3zzLZLuLQEYX", "stackHeight": 1}
    ]
    assert shown["meta"] == {
        "err": None,
        "status": {"Ok": None},
        "fee": 5_000,
        "preBalances": [10**10, 0, 1],
        "postBalances": [9 * 10**9 - 5_000, 10**9, 1],
        "innerInstructions": [],
        "logMessages": [
            "Program 11111111111111111111111111111111 invoke [1]",
            "Program 11111111111111111111111111111111 success",
        ],
        "preTokenBalances": [],
        "postTokenBalances": [],
        "rewards": [],
        "computeUnitsConsumed": 150,
        "loadedAddresses": {"writable": [], "readonly": []},
    }


async def test_a_versioned_transaction_needs_a_caller_who_knows_versions(chain: Chain) -> None:
    payer = await chain.funded()
    move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=Keypair().pubkey(), lamports=10**9))
    compiled = MessageV0.try_compile(payer.pubkey(), [move], [], await chain.blockhash())
    wire = base64_of(VersionedTransaction(compiled, [payer]))
    signature = await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    error = await chain.error("getTransaction", signature, CONFIRMED)
    assert error["code"] == -32015
    knowing = {**CONFIRMED, "maxSupportedTransactionVersion": 0}
    shown = await chain.rpc("getTransaction", signature, knowing)
    assert shown["version"] == 0
    assert shown["transaction"]["message"]["addressTableLookups"] == []
    await chain.next_slot()
    assert (await chain.error("getBlock", 1))["code"] == -32015


async def test_history_does_not_answer_at_processed(chain: Chain) -> None:
    processed = {"commitment": "processed"}
    signature = await send(chain, await chain.funded(), Keypair().pubkey())
    for method, params in (
        ("getTransaction", [signature, processed]),
        ("getBlock", [0, processed]),
        ("getSignaturesForAddress", [str(MEMO), processed]),
    ):
        error = await chain.error(method, *params)
        assert error["code"] == -32602
        assert "below `confirmed`" in error["message"]


async def test_signatures_come_newest_first_and_in_pages(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    sent = [await send(chain, payer, target, 10**8 + i) for i in range(5)]

    async def page(**config: Any) -> list[str]:
        rows = await chain.rpc("getSignaturesForAddress", str(target), {**CONFIRMED, **config})
        return [row["signature"] for row in rows]

    assert await page() == sent[::-1]
    assert await page(limit=2) == [sent[4], sent[3]]
    assert await page(before=sent[3], limit=2) == [sent[2], sent[1]]
    assert await page(until=sent[2]) == [sent[4], sent[3]]
    assert await page(before="1" * 64) == []
    assert (await chain.error("getSignaturesForAddress", str(target), {"limit": 1_001}))["code"] == -32602


async def test_a_memo_is_shown_beside_its_signature(chain: Chain) -> None:
    payer = await chain.funded()
    wire = base64_of(signed([Instruction(MEMO, b"hello", [])], await chain.blockhash(), payer))
    await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    rows = await chain.rpc("getSignaturesForAddress", str(payer.pubkey()), CONFIRMED)
    assert rows[0]["memo"] == "[5] hello"
    assert rows[0]["confirmationStatus"] == "confirmed"


async def test_a_block_holds_its_transactions_and_names_its_parent(chain: Chain) -> None:
    await chain.next_slot()
    signature = await send(chain, await chain.funded(), Keypair().pubkey())
    await chain.next_slot()
    block = await chain.rpc("getBlock", 2)
    assert (block["parentSlot"], block["blockHeight"], block["rewards"]) == (1, 2, [])
    assert block["previousBlockhash"] == (await chain.rpc("getBlock", 1))["blockhash"]
    assert block["transactions"][1]["transaction"]["signatures"] == [signature]
    assert block["blockTime"] == await chain.rpc("getBlockTime", 2)
    signatures = await chain.rpc("getBlock", 2, {"transactionDetails": "signatures", "rewards": False})
    assert signatures["signatures"][1] == signature
    assert "rewards" not in signatures
    assert "transactions" not in signatures
    accounts = await chain.rpc("getBlock", 2, {"transactionDetails": "accounts"})
    assert accounts["transactions"][1]["transaction"]["accountKeys"][0]["signer"] is True
    assert await chain.rpc("getBlocks", 0) == [0, 1, 2]
    assert await chain.rpc("getBlocksWithLimit", 1, 1) == [1]


async def test_a_block_that_is_open_skipped_or_forgotten_says_which(chain: Chain) -> None:
    assert (await chain.error("getBlock", 1))["code"] == -32004
    assert (await chain.error("getBlock", 10**6))["code"] == -32004
    await chain.rpc("surfnet_timeTravel", {"absoluteSlot": 10})
    await chain.next_slot()
    assert (await chain.error("getBlock", 5))["code"] == -32007
    chain.node._store.connection.execute("DELETE FROM blocks WHERE slot < 10")
    error = await chain.error("getBlock", 1)
    assert error["code"] == -32001
    assert "First available block: 10" in error["message"]
    assert await chain.rpc("getFirstAvailableBlock") == 10


async def test_parsed_transactions_spell_out_their_accounts(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    signature = await send(chain, payer, target)
    shown = await chain.rpc("getTransaction", signature, {**CONFIRMED, "encoding": "jsonParsed"})
    keys = shown["transaction"]["message"]["accountKeys"]
    assert keys[0] == {
        "pubkey": str(payer.pubkey()),
        "signer": True,
        "source": "transaction",
        "writable": True,
    }
    assert keys[2]["writable"] is False


async def test_binary_encodings_give_back_the_wire(chain: Chain) -> None:
    payer = await chain.funded()
    transaction = transfer_of(payer, Keypair().pubkey(), 10**9, await chain.blockhash())
    signature = await chain.rpc("sendTransaction", base64_of(transaction), {"encoding": "base64"})
    shown = await chain.rpc("getTransaction", signature, {**CONFIRMED, "encoding": "base64"})
    assert shown["transaction"] == [base64_of(transaction), "base64"]
