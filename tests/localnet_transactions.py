"""Transactions for tests of localnet."""

from __future__ import annotations

import base64

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction


def signed(instructions: list[Instruction], blockhash: Hash, *signers: Keypair) -> VersionedTransaction:
    """A legacy transaction paid for by the first signer."""
    message = Message.new_with_blockhash(instructions, signers[0].pubkey(), blockhash)
    return VersionedTransaction(message, list(signers))


def transfer_of(payer: Keypair, to: Pubkey, lamports: int, blockhash: Hash) -> VersionedTransaction:
    """A transfer of lamports."""
    instruction = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to, lamports=lamports))
    return signed([instruction], blockhash, payer)


def base64_of(transaction: VersionedTransaction) -> str:
    """The wire form that sendTransaction takes with `encoding: base64`."""
    return base64.b64encode(bytes(transaction)).decode()
