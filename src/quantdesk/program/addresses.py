"""Program-derived addresses, from the seeds that the program uses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from solders.pubkey import Pubkey

from quantdesk.program.idl import idl

SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")
TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
ASSOCIATED_TOKEN_PROGRAM = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
RENT_SYSVAR = Pubkey.from_string("SysvarRent111111111111111111111111111111111")


def program_id() -> Pubkey:
    """The address in the IDL, where ``quantdesk`` deploys unless told otherwise."""
    return Pubkey.from_string(idl().address)


@cache
def _derive(seeds: tuple[bytes, ...], program: Pubkey) -> Pubkey:
    return Pubkey.find_program_address(list(seeds), program)[0]


@dataclass(frozen=True)
class Addresses:
    """Every address of one exchange under one program."""

    program: Pubkey
    exchange_id: int = 0

    @cached_property
    def exchange(self) -> Pubkey:
        """PDA ``"exchange", id u16``."""
        return _derive((b"exchange", self.exchange_id.to_bytes(2, "little")), self.program)

    @cached_property
    def event_authority(self) -> Pubkey:
        """PDA that signs the program's event calls to itself."""
        return _derive((b"__event_authority",), self.program)

    @cached_property
    def ledger(self) -> Pubkey:
        """PDA ``"ledger", exchange, 0``."""
        return _derive((b"ledger", bytes(self.exchange), b"\0"), self.program)

    def book(self, market: int) -> Pubkey:
        """PDA ``"book", exchange, market u16``."""
        return _derive((b"book", bytes(self.exchange), market.to_bytes(2, "little")), self.program)

    def vault(self, mint: Pubkey) -> Pubkey:
        """PDA ``"vault", exchange, mint``: the exchange's token account."""
        return _derive((b"vault", bytes(self.exchange), bytes(mint)), self.program)

    def change(self, seq: int) -> Pubkey:
        """PDA ``"change", exchange, number u64``."""
        return _derive((b"change", bytes(self.exchange), seq.to_bytes(8, "little")), self.program)

    def trader(self, owner: Pubkey, sub: int = 0) -> Pubkey:
        """PDA ``"trader", exchange, owner, sub u8``."""
        return _derive((b"trader", bytes(self.exchange), bytes(owner), bytes([sub])), self.program)


def token_account(owner: Pubkey, mint: Pubkey) -> Pubkey:
    """The associated token account of ``owner`` for ``mint``."""
    return _derive((bytes(owner), bytes(TOKEN_PROGRAM), bytes(mint)), ASSOCIATED_TOKEN_PROGRAM)
