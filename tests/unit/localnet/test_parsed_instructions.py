"""Instructions in words, as a node writes them."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from localnet_transactions import base64_of, transfer_of
from quantdesk.localnet.rpc.parsed_instructions import parsed_instruction

from .conftest import Chain

SYSTEM = "11111111111111111111111111111111"
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
ASSOCIATED = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"
KEYS = [str(Pubkey.new_unique()) for _ in range(6)]


async def test_a_transfer_is_shown_in_words(chain: Chain) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    wire = base64_of(transfer_of(payer, target, 10**9, await chain.blockhash()))
    signature = await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    config = {"commitment": "confirmed", "encoding": "jsonParsed"}
    shown = await chain.rpc("getTransaction", signature, config)
    assert shown["transaction"]["message"]["instructions"] == [
        {
            "program": "system",
            "programId": SYSTEM,
            "parsed": {
                "type": "transfer",
                "info": {"source": str(payer.pubkey()), "destination": str(target), "lamports": 10**9},
            },
            "stackHeight": 1,
        }
    ]


def test_a_new_account_is_shown_with_its_owner() -> None:
    payer, new, owner = Pubkey.new_unique(), Pubkey.new_unique(), Pubkey.new_unique()
    made = create_account(
        CreateAccountParams(from_pubkey=payer, to_pubkey=new, lamports=5, space=165, owner=owner)
    )
    shown = parsed_instruction(SYSTEM, [str(payer), str(new)], bytes(made.data), 2)
    assert shown is not None
    assert shown["parsed"] == {
        "type": "createAccount",
        "info": {
            "source": str(payer),
            "newAccount": str(new),
            "lamports": 5,
            "space": 165,
            "owner": str(owner),
        },
    }
    assert shown["stackHeight"] == 2


def test_token_amounts_are_text_and_checked_ones_have_decimals() -> None:
    amount = (1_500_000).to_bytes(8, "little")
    shown = parsed_instruction(TOKEN, KEYS[:3], b"\x03" + amount, 1)
    assert shown is not None
    assert shown["program"] == "spl-token"
    assert shown["parsed"] == {
        "type": "transfer",
        "info": {"source": KEYS[0], "destination": KEYS[1], "authority": KEYS[2], "amount": "1500000"},
    }
    checked = parsed_instruction(TOKEN, KEYS[:4], b"\x0c" + amount + b"\x06", 1)
    assert checked is not None
    assert checked["parsed"]["type"] == "transferChecked"
    assert checked["parsed"]["info"]["tokenAmount"]["uiAmountString"] == "1.5"


def test_a_mint_is_shown_with_its_authorities() -> None:
    authority, freezer = Pubkey.new_unique(), Pubkey.new_unique()
    data = b"\x14\x06" + bytes(authority) + b"\x01" + bytes(freezer)
    shown = parsed_instruction(TOKEN, KEYS[:1], data, 1)
    assert shown is not None
    assert shown["parsed"] == {
        "type": "initializeMint2",
        "info": {
            "mint": KEYS[0],
            "decimals": 6,
            "mintAuthority": str(authority),
            "freezeAuthority": str(freezer),
        },
    }


@pytest.mark.parametrize(
    ("data", "kind"), [(b"", "create"), (b"\x00", "create"), (b"\x01", "createIdempotent")]
)
def test_an_associated_account_is_shown_with_wallet_and_mint(data: bytes, kind: str) -> None:
    shown = parsed_instruction(ASSOCIATED, KEYS, data, 1)
    assert shown is not None
    assert shown["parsed"]["type"] == kind
    assert shown["parsed"]["info"]["wallet"] == KEYS[2]


def test_a_memo_is_its_text() -> None:
    shown = parsed_instruction(MEMO, [], b"hello", 1)
    assert shown == {"program": "spl-memo", "programId": MEMO, "parsed": "hello", "stackHeight": 1}


@pytest.mark.parametrize(
    ("program", "keys", "data"),
    [
        (SYSTEM, KEYS[:2], b""),
        (SYSTEM, KEYS[:2], b"\xff\0\0\0"),
        (SYSTEM, KEYS[:3], b"\x02\0\0\0" + bytes(8)),
        (TOKEN, KEYS[:4], b"\x03" + bytes(8)),
        (TOKEN, KEYS[:3], b"\x03" + bytes(7)),
        (TOKEN, KEYS[:1], b""),
        (MEMO, [], b"\xff"),
        (KEYS[0], KEYS[1:], b"anything"),
    ],
)
def test_what_has_no_known_form_is_left_to_be_spelled_out(program: str, keys: list[str], data: bytes) -> None:
    assert parsed_instruction(program, keys, data, 1) is None
