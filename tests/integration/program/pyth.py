"""Price accounts of Pyth, made directly: there is no Pyth program in the VM."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace

from solders.account import Account
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program.vm import Vm

RECEIVER = Pubkey.from_string("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ")
SOL_FEED = bytes.fromhex("ef0d8b6fda2ceba41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d")
DISCRIMINATOR = hashlib.sha256(b"account:PriceUpdateV2").digest()[:8]


@dataclass(frozen=True)
class PythPrice:
    """A fully verified price of SOL in 1e-8 dollars, unless changed."""

    price: int
    publish_time: int
    confidence: int = 0
    exponent: int = -8
    feed_id: bytes = SOL_FEED
    signatures: int | None = None
    """Of a partially verified one."""

    def data(self) -> bytes:
        """As the receiver program lays it out: always 134 bytes."""
        level = b"\1" if self.signatures is None else bytes([0, self.signatures])
        times = (self.publish_time, self.publish_time - 1)
        message = struct.pack(
            "<32sqQiqqqQ", self.feed_id, self.price, self.confidence, self.exponent, *times, 0, 0
        )
        return (DISCRIMINATOR + bytes(32) + level + message + bytes(8)).ljust(134, b"\0")


def dollars(amount: float, vm: Vm, **changes: object) -> PythPrice:
    """A price published now."""
    return replace(PythPrice(round(amount * 10**8), vm.unix), **changes)  # type: ignore[arg-type]


def put(vm: Vm, price: PythPrice | bytes, *, owner: Pubkey = RECEIVER, seed: int = 77) -> Pubkey:
    """An account with that price; the same address for the same seed."""
    address = Keypair.from_seed((seed + (1 << 230)).to_bytes(32, "little")).pubkey()
    data = price if isinstance(price, bytes) else price.data()
    vm.svm.set_account(address, Account(10**9, data, owner))
    return address
