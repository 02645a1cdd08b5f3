"""Every transaction that we build fits the network's 1,232 bytes, budget instructions included.

Each instruction of the IDL is taken at its longest arguments, with accounts that share no key, a fee payer of
its own and all three budget instructions: a new instruction is covered by being there.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from solders.hash import Hash
from solders.instruction import AccountMeta, Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import Ticks
from quantdesk.program import instructions as program
from quantdesk.program.addresses import Addresses, program_id, token_account
from quantdesk.program.codec import defined_name, fields_of, flat_format
from quantdesk.program.idl import InstructionDef, Type, idl
from quantdesk.program.instructions import ALL_WITHDRAWABLE, MAX_BATCH, NewOrder, TraderKey
from quantdesk.program.records import (
    TRIGGERS,
    ExpiryKind,
    OrderKind,
    Quote,
    Side,
    TriggerKind,
    TriggerTerms,
)

LIMIT = 1_232
MARKETS = 8
"""Markets that an account may have orders in at once."""
BUDGET = program.compute_budget(units=1_400_000, micro_lamports=10_000_000, data_limit=64 * 2**20)


def size_of(*instructions: Instruction, payer: Pubkey | None = None) -> int:
    """Bytes of the signed transaction."""
    payer = payer or Pubkey.new_unique()
    message = Message.new_with_blockhash([*BUDGET, *instructions], payer, Hash.default())
    signatures = [Signature.default()] * message.header.num_required_signatures
    return len(bytes(Transaction.populate(message, signatures)))


def longest(kind: Type) -> int:
    """Most bytes that a value of the type may take."""
    if (form := flat_format(kind)) is not None:
        return struct.calcsize("<" + form)
    if (name := defined_name(kind)) is not None:
        variants = idl().types_by_name[name].type.variants
        if variants:
            return 1 + max(longest(each.fields[0]) if each.fields else 0 for each in variants)
        return sum(longest(each.type) for each in fields_of(name))
    assert isinstance(kind, dict)
    if "vec" in kind:
        return 4 + MAX_BATCH * longest(kind["vec"])
    if "option" in kind:
        return 1 + longest(kind["option"])
    of, count = kind["array"]
    return int(count) * longest(of)


@pytest.mark.parametrize("definition", idl().instructions, ids=lambda each: each.name)
def test_every_instruction_of_the_program_fits_at_its_longest(definition: InstructionDef) -> None:
    metas = [AccountMeta(Pubkey.new_unique(), each.signer, each.writable) for each in definition.accounts]
    data = bytes(definition.discriminator) + bytes(sum(longest(each.type) for each in definition.args))
    assert size_of(Instruction(program_id(), data, metas)) <= LIMIT


VENUE = Addresses(program_id())
OWNER, BOT, MINT = Pubkey.new_unique(), Pubkey.new_unique(), Pubkey.new_unique()
TRADER, BY_BOT = TraderKey(OWNER, 255), TraderKey(OWNER, 255, signer=BOT)
ID = OrderId(Ticks(2**32 - 1), 2**64 - 1)
ORDER = NewOrder(
    Side.ASK, OrderKind.IMMEDIATE_OR_CANCEL, 2**32 - 1, 2**32 - 1,
    reduce_only=True, min_fill_lots=2**32 - 1, expiry_kind=ExpiryKind.TIME, expiry=2**32 - 1,
    client_id=2**64 - 1,
)  # fmt: skip
QUOTES = [Quote(Side.ASK, OrderKind.POST_ONLY, True, 2**32 - 1, 2**32 - 1, 2**64 - 1)] * MAX_BATCH
TRIGGER = TriggerTerms(
    15,
    63,
    TriggerKind.TAKE_PROFIT_LIMIT,
    Side.ASK,
    14,
    2**32 - 1,
    999_999,
    2**63,
    2**62,
    10**6,
    2**64 - 1,
    2**40,
)


TOGETHER: dict[str, Sequence[Instruction]] = {
    "the first deposit opens and activates": [
        program.open_trader(VENUE, OWNER, OWNER, 255),
        program.deposit(
            VENUE, TRADER, collateral=7, mint=MINT, source=token_account(OWNER, MINT), amount=2**64 - 1
        ),
        program.activate(VENUE, TRADER),
    ],
    "a withdrawal makes the token account": [
        program.create_token_account(OWNER, OWNER, MINT),
        program.withdraw(
            VENUE,
            TRADER,
            collateral=7,
            mint=MINT,
            destination=token_account(OWNER, MINT),
            amount=ALL_WITHDRAWABLE,
        ),
    ],
    "an order with its take-profit and stop-loss": [
        program.place_order(VENUE, BY_BOT, 63, ORDER),
        *[program.place_trigger(VENUE, BY_BOT, TRIGGER)] * 2,
    ],
    "all orders of all markets are cancelled": [
        program.cancel_all(VENUE, BY_BOT, market) for market in range(MARKETS)
    ],
    "all quotes of a market are replaced": [
        program.cancel_all(VENUE, BY_BOT, 63),
        program.place_many(VENUE, BY_BOT, 63, QUOTES),
    ],
    "named quotes are replaced": [
        program.replace_many(VENUE, BY_BOT, 63, cancels=[ID] * MAX_BATCH, quotes=QUOTES)
    ],
    "every trigger is cancelled": [program.cancel_trigger(VENUE, BY_BOT, index) for index in range(TRIGGERS)],
    "fees are swept to a new token account": [
        program.create_token_account(OWNER, BOT, MINT),
        program.sweep_fees(VENUE, OWNER, token_account(BOT, MINT), MINT, 2**64 - 1),
    ],
}


@pytest.mark.parametrize("built", TOGETHER.values(), ids=TOGETHER)
def test_what_goes_in_one_transaction_fits_it(built: Sequence[Instruction]) -> None:
    assert size_of(*built) <= LIMIT
