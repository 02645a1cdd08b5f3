"""Token methods and the parsed form of mints and holdings."""

from __future__ import annotations

import struct

from solders.pubkey import Pubkey

from quantdesk.localnet.rpc.token_json import token_amount, ui_amount_string

from .conftest import Chain

TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"


def mint_data(supply: int, authority: Pubkey, decimals: int = 6) -> bytes:
    return struct.pack("<I32sQBBI32s", 1, bytes(authority), supply, decimals, 1, 0, bytes(32))


def holding_data(mint: Pubkey, owner: Pubkey, amount: int, delegate: Pubkey | None = None) -> bytes:
    has_delegate, key = (1, bytes(delegate)) if delegate else (0, bytes(32))
    return struct.pack(
        "<32s32sQI32sBIQQI32s",
        bytes(mint),
        bytes(owner),
        amount,
        has_delegate,
        key,
        1,
        0,
        0,
        amount if delegate else 0,
        0,
        bytes(32),
    )


async def place(chain: Chain, data: bytes) -> Pubkey:
    address = Pubkey.new_unique()
    account = {"lamports": 10**9, "owner": TOKEN, "data": data.hex()}
    await chain.rpc("surfnet_setAccount", str(address), account)
    return address


async def test_a_mint_and_a_holding_are_parsed_as_by_a_node(chain: Chain) -> None:
    owner = Pubkey.new_unique()
    mint = await place(chain, mint_data(5_000_000, owner))
    holding = await place(chain, holding_data(mint, owner, 1_500_000))
    parsed = {"encoding": "jsonParsed"}
    shown = (await chain.rpc("getAccountInfo", str(mint), parsed))["value"]["data"]
    assert shown == {
        "program": "spl-token",
        "parsed": {
            "type": "mint",
            "info": {
                "mintAuthority": str(owner),
                "supply": "5000000",
                "decimals": 6,
                "isInitialized": True,
                "freezeAuthority": None,
            },
        },
        "space": 82,
    }
    shown = (await chain.rpc("getAccountInfo", str(holding), parsed))["value"]["data"]["parsed"]
    assert shown == {
        "type": "account",
        "info": {
            "mint": str(mint),
            "owner": str(owner),
            "tokenAmount": {
                "uiAmount": 1.5,
                "decimals": 6,
                "amount": "1500000",
                "uiAmountString": "1.5",
            },
            "state": "initialized",
            "isNative": False,
        },
    }


async def test_balances_supplies_and_holdings_are_found(chain: Chain) -> None:
    owner, delegate = Pubkey.new_unique(), Pubkey.new_unique()
    mint = await place(chain, mint_data(9, owner, 0))
    large = await place(chain, holding_data(mint, owner, 7))
    small = await place(chain, holding_data(mint, Pubkey.new_unique(), 2, delegate))
    assert (await chain.rpc("getTokenAccountBalance", str(large)))["value"]["amount"] == "7"
    assert (await chain.rpc("getTokenSupply", str(mint)))["value"]["uiAmountString"] == "9"
    for method, who, wanted in (
        ("getTokenAccountsByOwner", owner, large),
        ("getTokenAccountsByDelegate", delegate, small),
    ):
        for token_filter in ({"mint": str(mint)}, {"programId": TOKEN}):
            found = (await chain.rpc(method, str(who), token_filter, {"encoding": "jsonParsed"}))["value"]
            assert [row["pubkey"] for row in found] == [str(wanted)]
    largest = (await chain.rpc("getTokenLargestAccounts", str(mint)))["value"]
    assert [row["amount"] for row in largest] == ["7", "2"]


async def test_what_is_no_token_is_refused(chain: Chain) -> None:
    plain = str((await chain.funded()).pubkey())
    nowhere = str(Pubkey.new_unique())
    for method, params in (
        ("getTokenAccountBalance", [plain]),
        ("getTokenAccountBalance", [nowhere]),
        ("getTokenSupply", [plain]),
        ("getTokenSupply", [nowhere]),
        ("getTokenAccountsByOwner", [plain, {"mint": nowhere}]),
        ("getTokenAccountsByOwner", [plain, {"programId": nowhere}]),
        ("getTokenAccountsByOwner", [plain, {}]),
    ):
        assert (await chain.error(method, *params))["code"] == -32602


def test_amounts_are_exact_text_without_trailing_zeros() -> None:
    assert ui_amount_string(0, 6) == "0"
    assert ui_amount_string(1_000_000, 6) == "1"
    assert ui_amount_string(1, 9) == "0.000000001"
    assert ui_amount_string(2**64 - 1, 6) == "18446744073709.551615"
    assert ui_amount_string(15, 0) == "15"
    assert token_amount(2**64 - 1, 0)["amount"] == "18446744073709551615"
