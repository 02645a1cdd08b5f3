"""Which programs a relayed transaction may hold, and how a signed transaction is checked before it leaves.

Wallets add instructions of their own (Phantom and Solflare add Lighthouse assertions), so the list is wider
than what we build; at least one instruction must be ours.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass

from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.gateway.problems import Malformed, Refused

MAX_TRANSACTION_BYTES = 1_232
PROGRAM_NAMES: Mapping[str, str] = {
    "11111111111111111111111111111111": "system",
    "ComputeBudget111111111111111111111111111111": "compute_budget",
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA": "token",
    "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL": "associated_token",
    "Ed25519SigVerify111111111111111111111111111": "ed25519",
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr": "memo",
    "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo": "memo",
    "L2TExMFKdjpN9kozasaurPirfHy9P8sbXoAN1qA3S95": "lighthouse",
}
_SYSTEM = "11111111111111111111111111111111"
_ADVANCE_NONCE = (4).to_bytes(4, "little")


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A checked transaction."""

    wire: bytes
    signature: str
    fee_payer: str
    blockhash: str
    programs: tuple[str, ...]
    own_instructions: int


def read_signed(text: str, program_id: Pubkey) -> SignedTransaction:
    """Decode and check base64 text. Raises Malformed, Refused."""
    try:
        wire = base64.b64decode(text, validate=True)
        transaction = VersionedTransaction.from_bytes(wire)
    except (binascii.Error, ValueError) as error:
        raise Malformed(
            f"The transaction cannot be read: {error}.",
            field="transaction",
            expected="a signed Solana transaction in base64",
        ) from None
    if len(wire) > MAX_TRANSACTION_BYTES:
        raise Refused(
            f"The transaction has {len(wire)} bytes.",
            code="transaction_too_large",
            field="transaction",
            value=len(wire),
            expected=f"at most {MAX_TRANSACTION_BYTES} bytes",
        )
    programs = _programs(transaction)
    own = sum(program == str(program_id) for program in programs)
    _check_programs(programs, own, program_id)
    _check_nonce(transaction, programs)
    _check_signatures(transaction)
    message = transaction.message
    return SignedTransaction(
        wire=wire,
        signature=str(transaction.signatures[0]),
        fee_payer=str(message.account_keys[0]),
        blockhash=str(message.recent_blockhash),
        programs=programs,
        own_instructions=own,
    )


def _programs(transaction: VersionedTransaction) -> tuple[str, ...]:
    keys = transaction.message.account_keys
    found = []
    for instruction in transaction.message.instructions:
        if instruction.program_id_index >= len(keys):
            raise Refused(
                "A program of the transaction is in a lookup table.",
                code="program_not_allowed",
                field="transaction",
                expected="programs among the transaction's own keys",
            )
        found.append(str(keys[instruction.program_id_index]))
    return tuple(found)


def _check_programs(programs: tuple[str, ...], own: int, program_id: Pubkey) -> None:
    for program in programs:
        if program != str(program_id) and program not in PROGRAM_NAMES:
            allowed = ", ".join(sorted(set(PROGRAM_NAMES.values())))
            raise Refused(
                f"The program {program} may not be relayed here.",
                code="program_not_allowed",
                field="transaction",
                value=program,
                expected=f"the exchange's program, {allowed}",
            )
    if not own:
        raise Refused(
            "No instruction of the transaction is the exchange's.",
            code="program_not_allowed",
            field="transaction",
            value=", ".join(programs),
            expected=f"at least one instruction of {program_id}",
        )


def _check_nonce(transaction: VersionedTransaction, programs: tuple[str, ...]) -> None:
    instructions = transaction.message.instructions
    if programs and programs[0] == _SYSTEM and bytes(instructions[0].data)[:4] == _ADVANCE_NONCE:
        raise Refused(
            "The transaction uses a durable nonce: it would never expire.",
            code="durable_nonce",
            field="transaction",
            expected="a transaction with a recent blockhash",
        )


def _check_signatures(transaction: VersionedTransaction) -> None:
    results = transaction.verify_with_results()
    if results and all(results):
        return
    keys = transaction.message.account_keys
    wrong = [str(keys[place]) for place, holds in enumerate(results) if not holds]
    raise Refused(
        "The transaction is not signed by everyone it names.",
        code="signature_invalid",
        field="transaction",
        value=", ".join(wrong),
        expected="a valid signature of each signer",
    )
