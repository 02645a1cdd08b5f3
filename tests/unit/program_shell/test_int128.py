"""128-bit arithmetic and memory moves of compiled code in the VM equal native ones."""

from __future__ import annotations

import random
import subprocess

import pytest
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

import requires
from integration.program.vm import ROOT, Vm

MASK = (1 << 128) - 1
EDGES = [0, 1, 2, MASK, 1 << 64, (1 << 64) - 1, 1 << 63, 1 << 127, (1 << 127) - 1, 1 << 32, (1 << 96) - 1]


@pytest.fixture(scope="module")
def probe() -> tuple[Vm, Pubkey]:
    """The probe program, built with the on-chain toolchain and deployed."""
    build = ROOT / "onchain" / "build.sh"
    check = [ROOT / "onchain" / "toolchain.sh", "--missing"]
    ready = subprocess.run(check, capture_output=True, text=True, check=False)
    if ready.returncode:
        requires.missing("; ".join(ready.stdout.splitlines()))
    command = [build, "--crate", "quantdesk-int128-probe"]
    built = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    vm, program = Vm(), Keypair.from_seed(bytes([9] * 32)).pubkey()
    with open(built, "rb") as file:
        vm.deploy_at(file.read(), program)
    return vm, program


def signed(value: int) -> int:
    return value - (1 << 128) if value >> 127 else value


def expected(operation: int, a: int, b: int) -> int | None:
    """What native 128-bit numbers give; None where the program must refuse."""
    if operation == 0:
        return a * b & MASK
    if operation in (1, 2):
        return None if b == 0 else (a // b, a % b)[operation - 1]
    x, y = signed(a), signed(b)
    if y == 0 or (x == -(1 << 127) and y == -1):
        return None
    quotient = abs(x) // abs(y) * (1 if (x < 0) == (y < 0) else -1)
    return (quotient if operation == 3 else x - quotient * y) & MASK


def run(vm: Vm, program: Pubkey, data: bytes) -> int | None:
    """The probe's answer; simulated, so that equal calls are no duplicates."""
    message = Message.new_with_blockhash(
        [Instruction(program, data, [])], vm.payer.pubkey(), vm.svm.latest_blockhash()
    )
    result = vm.svm.simulate_transaction(Transaction([vm.payer], message, vm.svm.latest_blockhash()))
    if isinstance(result, FailedTransactionMetadata):
        return None
    returned = bytes(result.meta().return_data().data)
    return int.from_bytes(returned.ljust(16, b"\0"), "little")


def test_products_quotients_and_remainders_equal_native_ones(probe: tuple[Vm, Pubkey]) -> None:
    vm, program = probe
    draw = random.Random(1)
    operands = [(a, b) for a in EDGES for b in EDGES]
    for _ in range(600):
        a, b = draw.getrandbits(128), draw.getrandbits(128)
        operands.append((a >> draw.randrange(128), b >> draw.randrange(128)))
    for a, b in operands:
        for operation in range(5):
            data = bytes([operation]) + a.to_bytes(16, "little") + b.to_bytes(16, "little")
            assert run(vm, program, data) == expected(operation, a, b), (operation, a, b)


def test_overlapping_moves_of_every_length_equal_native_ones(probe: tuple[Vm, Pubkey]) -> None:
    vm, program = probe
    draw = random.Random(2)
    for length in range(33):
        number = (draw.getrandbits(120) // 33 * 33) + length
        data = bytes([5]) + draw.randbytes(16) + number.to_bytes(16, "little")
        buffer = bytearray(64)
        buffer[:33] = data
        size = 8 + number % 33
        buffer[2 : 2 + size] = bytes(buffer[1 : 1 + size])
        buffer[1 : 1 + size] = bytes(buffer[3 : 3 + size])
        folded = 0
        for byte in buffer:
            folded = ((folded << 5 | folded >> 123) & MASK) ^ byte
        assert run(vm, program, data) == folded, length


def test_comparison_tells_equal_from_different_bytes(probe: tuple[Vm, Pubkey]) -> None:
    vm, program = probe
    same, other = bytes(range(16)), bytes(range(15)) + b"\0"
    assert run(vm, program, b"\6" + same + same) == 1
    assert run(vm, program, b"\6" + same + other) == 0
