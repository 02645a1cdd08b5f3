"""What a message costs: 5,000 lamports a signature, plus the price it offers for its compute units.

Source: agave `solana-fee` and `compute_budget_instruction_details`. The precompiles' signatures count as
well.
"""

from __future__ import annotations

from solders.message import Message, MessageV0
from solders.pubkey import Pubkey

LAMPORTS_PER_SIGNATURE = 5_000
_COMPUTE_BUDGET = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
_PRECOMPILES = frozenset(
    Pubkey.from_string(text)
    for text in (
        "Ed25519SigVerify111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "Secp256r1SigVerify1111111111111111111111111",
    )
)
_BUILTINS = frozenset(
    Pubkey.from_string(text)
    for text in (
        "11111111111111111111111111111111",
        "ComputeBudget111111111111111111111111111111",
        "Vote111111111111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
        "KeccakSecp256k11111111111111111111111111111",
        "Ed25519SigVerify111111111111111111111111111",
    )
)
_SET_UNIT_LIMIT, _SET_UNIT_PRICE = 2, 3
_UNITS_PER_INSTRUCTION = 200_000
_UNITS_PER_BUILTIN = 3_000
_MAX_UNITS = 1_400_000
_MICRO = 1_000_000


def message_fee(body: Message | MessageV0) -> int:
    """The fee in lamports."""
    signatures = body.header.num_required_signatures
    limit: int | None = None
    price = 0
    default_units = 0
    for instruction in body.instructions:
        program = body.account_keys[instruction.program_id_index]
        data = bytes(instruction.data)
        if program in _PRECOMPILES and data:
            signatures += data[0]
        if program == _COMPUTE_BUDGET:
            if data[:1] == bytes([_SET_UNIT_LIMIT]):
                limit = int.from_bytes(data[1:5], "little")
            elif data[:1] == bytes([_SET_UNIT_PRICE]):
                price = int.from_bytes(data[1:9], "little")
        default_units += _UNITS_PER_BUILTIN if program in _BUILTINS else _UNITS_PER_INSTRUCTION
    units = min(default_units if limit is None else limit, _MAX_UNITS)
    return signatures * LAMPORTS_PER_SIGNATURE + -(-units * price // _MICRO)
