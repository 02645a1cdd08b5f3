"""Pyth's ``PriceUpdateV2`` accounts: what the program reads of one, and in which of its units.

Source: ``pyth-crosschain``, ``pyth_solana_receiver_sdk::price_update``.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from decimal import Decimal

from solders.pubkey import Pubkey

from quantdesk.program.errors import AccountInvalid

RECEIVER = Pubkey.from_string("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ")
"""The program that owns the accounts: it writes what the guardians signed."""
PUSH_ORACLE = Pubkey.from_string("pythWSnswVUd12oZpeFP8e9CVaEqJg25g1Vtc2biRsT")
"""The program under which Pyth's sponsored feeds have their accounts."""
DISCRIMINATOR = hashlib.sha256(b"account:PriceUpdateV2").digest()[:8]
PARTIAL, FULL = 0, 1
_MESSAGE = struct.Struct("<32sqQiqqqQQ")
_QUOTE_DECIMALS = 6


def price_account(feed_id: bytes, shard: int = 0) -> Pubkey:
    """Where the push oracle keeps the price of a feed (Pyth's own are in shard 0)."""
    return Pubkey.find_program_address([shard.to_bytes(2, "little"), feed_id], PUSH_ORACLE)[0]


@dataclass(frozen=True, slots=True)
class PriceUpdateV2:
    """One price: ``price`` and ``conf`` x 10^``expo`` dollars, published at ``publish_time`` (seconds)."""

    write_authority: Pubkey
    signatures: int | None
    """How many guardian signatures were checked; None is all that it takes (``Full``)."""
    feed_id: bytes
    price: int
    conf: int
    expo: int
    publish_time: int
    prev_publish_time: int
    ema_price: int
    ema_conf: int
    posted_slot: int

    @property
    def dollars(self) -> Decimal:
        """The price of one whole unit."""
        return Decimal(self.price).scaleb(self.expo)

    def lot_price(self, lots_per_base: int) -> tuple[int, int]:
        """Price (rounded down) and confidence (rounded up) in quote atoms per lot."""
        return self._scaled(_QUOTE_DECIMALS, lots_per_base)

    def collateral_price(self, decimals: int) -> tuple[int, int]:
        """Price (rounded down) and confidence (rounded up) in quote atoms per 1e6 smallest units."""
        return self._scaled(_QUOTE_DECIMALS + 6 - decimals, 1)

    def _scaled(self, power: int, divisor: int) -> tuple[int, int]:
        power += self.expo
        times, by = (10**power, divisor) if power >= 0 else (1, divisor * 10**-power)
        return self.price * times // by, -(-self.conf * times // by)


def decode_price_update(data: bytes) -> PriceUpdateV2:
    """The price in an account's ``data``. Raises ``AccountInvalid`` for anything else."""
    if data[:8] != DISCRIMINATOR or len(data) < 42:
        raise AccountInvalid(f"{len(data)} bytes that begin with {data[:8].hex()} are no PriceUpdateV2")
    level = data[40]
    if level not in (PARTIAL, FULL):
        raise AccountInvalid(f"PriceUpdateV2 has no verification level {level}")
    at = 41 if level == FULL else 42
    try:
        rest = _MESSAGE.unpack_from(data, at)
    except struct.error as error:
        raise AccountInvalid(f"PriceUpdateV2 is cut short: {error}") from error
    signatures = None if level == FULL else data[41]
    return PriceUpdateV2(Pubkey.from_bytes(data[8:40]), signatures, *rest)
