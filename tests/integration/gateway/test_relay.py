"""What may be relayed, and that nothing is relayed twice."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import Transaction, VersionedTransaction

from gateway_ground import GatewayGround, Trader

pytestmark = pytest.mark.asyncio(loop_scope="session")
MEMO = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
ORDER = {"market": "SOL-PERP", "side": "buy", "size": "1", "price": "125"}


async def _send(ground: GatewayGround, transaction: bytes) -> Any:
    text = base64.b64encode(transaction).decode()
    return await ground.client.post("/v1/tx/send", json={"transaction": text, "wait": "confirmed"})


def _instructions(built: dict[str, Any]) -> tuple[list[Instruction], Hash]:
    message = VersionedTransaction.from_bytes(base64.b64decode(built["transaction"])).message
    made = []
    for decoded, each in zip(built["instructions"], message.instructions, strict=True):
        metas = [
            AccountMeta(Pubkey.from_string(account["address"]), account["signer"], account["writable"])
            for account in decoded["accounts"]
        ]
        made.append(Instruction(Pubkey.from_string(decoded["program_id"]), bytes(each.data), metas))
    return made, message.recent_blockhash


async def _signed(trader: Trader, change: Callable[[list[Instruction]], list[Instruction]]) -> bytes:
    instructions, blockhash = _instructions(await trader.build("place-order", **ORDER))
    message = Message.new_with_blockhash(change(instructions), trader.key.pubkey(), blockhash)
    return bytes(VersionedTransaction(message, [trader.key]))


async def test_a_program_off_the_allow_list_is_not_relayed(ground: GatewayGround, taker: Trader) -> None:
    foreign = Keypair().pubkey()
    wire = await _signed(taker, lambda ours: [*ours, Instruction(foreign, b"x", [])])
    answer = await _send(ground, wire)
    assert (answer.status_code, answer.json()["code"]) == (422, "program_not_allowed")
    assert answer.json()["value"] == str(foreign)


async def test_a_transaction_without_an_instruction_of_ours_is_not_relayed(
    ground: GatewayGround, taker: Trader
) -> None:
    pay = transfer(TransferParams(from_pubkey=taker.key.pubkey(), to_pubkey=Keypair().pubkey(), lamports=1))
    answer = await _send(ground, await _signed(taker, lambda _: [pay]))
    assert (answer.status_code, answer.json()["code"]) == (422, "program_not_allowed")
    assert "at least one" in answer.json()["expected"]


async def test_what_wallets_add_is_relayed(ground: GatewayGround, taker: Trader) -> None:
    wire = await _signed(taker, lambda ours: [*ours, Instruction(MEMO, b"hello", [])])
    answer = await _send(ground, wire)
    assert (answer.status_code, answer.json()["state"]) == (200, "confirmed")
    await taker.do("cancel-all", market="SOL-PERP")


async def test_a_durable_nonce_is_not_relayed(ground: GatewayGround, taker: Trader) -> None:
    system = Pubkey.from_string("11111111111111111111111111111111")
    advance = Instruction(system, (4).to_bytes(4, "little"), [])
    answer = await _send(ground, await _signed(taker, lambda ours: [advance, *ours]))
    assert (answer.status_code, answer.json()["code"]) == (422, "durable_nonce")


async def test_a_forged_or_missing_signature_is_not_relayed(ground: GatewayGround, taker: Trader) -> None:
    built = await taker.build("place-order", **ORDER)
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(built["transaction"]))
    forged = VersionedTransaction.populate(unsigned.message, [Keypair().sign_message(b"x")])
    for transaction in (unsigned, forged):
        answer = await _send(ground, bytes(transaction))
        assert (answer.status_code, answer.json()["code"]) == (422, "signature_invalid")
        assert answer.json()["value"] == taker.wallet


async def test_an_expired_blockhash_is_refused_by_its_name(ground: GatewayGround, taker: Trader) -> None:
    instructions, _ = _instructions(await taker.build("place-order", **ORDER))
    stale = Transaction.new_signed_with_payer(
        instructions, taker.key.pubkey(), [taker.key], Hash.new_unique()
    )
    answer = await _send(ground, bytes(stale))
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "BlockhashNotFound")
    assert body["signature"] == str(stale.signatures[0])
    assert (body["value"], body["expected"]) == (
        str(stale.message.recent_blockhash),
        "a blockhash of the last 150 blocks",
    )


@pytest.mark.parametrize("text", ["", "!!", "AAAA", "A" * 4_001])
async def test_what_is_no_transaction_is_malformed(ground: GatewayGround, text: str) -> None:
    answer = await ground.client.post("/v1/tx/send", json={"transaction": text})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_sending_twice_does_it_once_and_answers_the_same(ground: GatewayGround, taker: Trader) -> None:
    built = await taker.build("place-order", **ORDER, client_id="77")
    first = await taker.send(built)
    again = await taker.send(built)
    assert first["state"] == again["state"] == "confirmed"
    assert first["signature"] == again["signature"]
    assert [each["event_seq"] for each in first["events"]] == [each["event_seq"] for each in again["events"]]
    orders = (await ground.client.get(f"/v1/accounts/{taker.wallet}/orders")).json()["items"]
    assert [each["client_id"] for each in orders].count("77") == 1
    looked_up = (await ground.client.get(f"/v1/tx/{first['signature']}")).json()
    assert (looked_up["state"], looked_up["slot"]) == ("confirmed", first["slot"])
    assert looked_up["events"][0]["name"] == "OrdersProcessed"
    await taker.do("cancel-all", market="SOL-PERP")


async def test_two_alike_orders_built_at_once_are_two_transactions(taker: Trader) -> None:
    first, second = [await taker.build("place-order", **ORDER) for _ in range(2)]
    assert first["transaction"] != second["transaction"]
    signatures = {(await taker.send(each))["signature"] for each in (first, second)}
    assert len(signatures) == 2
    await taker.do("cancel-all", market="SOL-PERP")


async def test_a_transaction_nobody_knows_is_404(ground: GatewayGround) -> None:
    unknown = Signature.new_unique()
    answer = await ground.client.get(f"/v1/tx/{unknown}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_transaction")


async def test_the_program_s_refusal_at_send_has_its_name_and_is_not_an_outage(
    ground: GatewayGround, taker: Trader
) -> None:
    built = await taker.build("cancel-order", market="SOL-PERP", client_id="123456")
    assert built["simulation"]["error"]["code"] == "OrderNotFound"
    answer = await ground.client.post("/v1/tx/send", json={"transaction": taker.sign(built)})
    assert (answer.status_code, answer.json()["code"]) == (422, "OrderNotFound")
