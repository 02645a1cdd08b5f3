"""Random and extreme arguments: every refusal is a numbered error, never a panic of the program."""

from __future__ import annotations

import random

import pytest
from solders.instruction import Instruction
from solders.message import Message
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from integration.program import idl
from integration.program.exchange import error_name
from integration.program.scenes import SCENES, Scene

TRIES = 250


def mutations(draw: random.Random, data: bytes) -> bytes:
    """The arguments with some bytes, or a whole word, set to something extreme."""
    body = bytearray(data[8:])
    for _ in range(draw.randrange(1, 4)):
        if not body:
            break
        at = draw.randrange(len(body))
        width = draw.choice([1, 1, 2, 4, 8])
        value = draw.choice([b"\xff", b"\x00", b"\x7f", b"\x80", draw.randbytes(1)])
        body[at : at + width] = (value * width)[: len(body[at : at + width])]
    return data[:8] + bytes(body)


def run(scene: Scene, instruction: Instruction) -> str | None:
    """Name of the error; simulated, so that nothing lasts."""
    vm = scene.exchange.vm
    keys = [vm.payer, *[key for key in scene.signers.values() if key != vm.payer]]
    blockhash = vm.svm.latest_blockhash()
    message = Message.new_with_blockhash([instruction], vm.payer.pubkey(), blockhash)
    result = vm.svm.simulate_transaction(Transaction(keys, message, blockhash))
    return error_name(str(result.err())) if isinstance(result, FailedTransactionMetadata) else None


@pytest.mark.parametrize("name", sorted(idl.instructions()))
def test_extreme_arguments_are_refused_by_a_numbered_error(name: str) -> None:
    scene = SCENES[name]()
    draw = random.Random(f"{name} 1")
    valid = scene.instruction()
    assert run(scene, valid) is None
    known = set(idl.errors().values())
    for _ in range(TRIES if len(valid.data) > 8 else 1):
        data = mutations(draw, bytes(valid.data))
        error = run(scene, Instruction(valid.program_id, data, valid.accounts))
        assert error is None or error in known or "Custom(1)" in error, (data.hex(), error)
