"""What becomes of transactions that nobody waits for, and how failures are told."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from quantdesk.infra.solana import NodeAway, SolanaRpc, TransactionFailed
from quantdesk.keepers.errors import NotLanding
from quantdesk.keepers.role import described
from quantdesk.keepers.sender import Outbox, Sender
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.idl import idl


def landed(error: Any = None) -> dict[str, Any]:
    return {"slot": 1, "confirmations": None, "err": error, "confirmationStatus": "confirmed"}


class Node:
    """Answers getSignatureStatuses with what the test says."""

    def __init__(self, statuses: list[dict[str, Any] | None]) -> None:
        self.statuses = statuses
        self.asked: list[list[str]] = []

    def rpc(self) -> SolanaRpc:
        return SolanaRpc("http://node", transport=self)

    async def post(self, content: bytes) -> tuple[int, bytes]:
        call = json.loads(content)
        self.asked.append(call["params"][0])
        value = self.statuses[: len(call["params"][0])]
        answer = {"jsonrpc": "2.0", "id": call["id"], "result": {"context": {"slot": 1}, "value": value}}
        return 200, json.dumps(answer).encode()

    async def close(self) -> None:
        pass


async def test_failures_among_successes_are_handed_out_once() -> None:
    failure = {"InstructionError": [1, {"Custom": 6000}]}
    node = Node([landed(), landed(failure)])
    outbox = Outbox(node.rpc(), settled_s=0)
    outbox.add("a")
    outbox.add("b")
    assert await outbox.check() == [failure]
    assert await outbox.check() == []
    assert node.asked == [["a", "b"]]


async def test_when_nothing_lands_it_is_told_with_the_likely_cause() -> None:
    outbox = Outbox(Node([None, None]).rpc(), settled_s=0)
    outbox.add("a")
    outbox.add("b")
    with pytest.raises(NotLanding, match="last 2 transactions: never landed"):
        await outbox.check()


async def test_when_all_fail_the_programs_own_message_is_told() -> None:
    error = idl().errors[0]
    outbox = Outbox(Node([landed({"InstructionError": [1, {"Custom": error.code}]})]).rpc(), settled_s=0)
    outbox.add("a")
    with pytest.raises(NotLanding) as told:
        await outbox.check()
    assert (error.msg or error.name) in str(told.value)


async def test_young_transactions_are_not_asked_about_yet() -> None:
    node = Node([])
    outbox = Outbox(node.rpc(), settled_s=60)
    outbox.add("a")
    assert await outbox.check() == []
    assert node.asked == []


def test_a_failed_transaction_is_described_by_the_programs_error() -> None:
    error = idl().errors[0]
    failed = TransactionFailed("sig", 5, {"InstructionError": [0, {"Custom": error.code}]})
    assert described(failed) == (error.name, error.msg or error.name)
    assert described(NodeAway("refused")) == ("NodeAway", "refused")


class Rehearsing:
    """A node at which the transaction's second instruction of ours fails, and others pay these prices."""

    def __init__(self, *prices: int) -> None:
        self.prices = prices
        self.simulated: list[VersionedTransaction] = []

    def sender(self, most_micro_lamports: int) -> Sender:
        rpc = SolanaRpc("http://node", transport=self)
        return Sender(rpc, Addresses(program_id()), Keypair(), most_micro_lamports=most_micro_lamports)

    async def post(self, content: bytes) -> tuple[int, bytes]:
        call = json.loads(content)
        answer = {"jsonrpc": "2.0", "id": call["id"], "result": self._result(call["method"], call)}
        return 200, json.dumps(answer).encode()

    async def close(self) -> None:
        pass

    def _result(self, method: str, call: dict[str, Any]) -> Any:
        if method == "getRecentPrioritizationFees":
            return [{"slot": 1, "prioritizationFee": price} for price in self.prices]
        if method == "getLatestBlockhash":
            value: Any = {"blockhash": str(Hash.default()), "lastValidBlockHeight": 9}
        else:
            wire = base64.b64decode(call["params"][0])
            self.simulated.append(VersionedTransaction.from_bytes(wire))
            count = len(self.simulated[-1].message.instructions)
            value = {"err": {"InstructionError": [count - 1, {"Custom": 6081}]}, "unitsConsumed": 5}
        return {"context": {"slot": 1}, "value": value}


@pytest.mark.parametrize(("most", "offered"), [(0, None), (50, 30), (20, 20)])
async def test_a_failing_instruction_is_named_by_its_place_whatever_fee_is_offered(
    most: int, offered: int | None
) -> None:
    node = Rehearsing(10, 20, 30, 0)
    sender = node.sender(most)
    nothing = Instruction(program_id(), b"", [])
    found = await sender.rehearse([nothing, nothing], 1_000)
    assert found.failure is not None
    assert (found.failure.name, found.failure.instruction) == ("AccountHealthy", 1)
    budget = [bytes(each.data) for each in node.simulated[0].message.instructions[:-2]]
    assert budget[0] == bytes(set_compute_unit_limit(1_000).data)
    assert budget[1:] == ([] if offered is None else [bytes(set_compute_unit_price(offered).data)])
