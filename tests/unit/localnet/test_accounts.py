"""Account encodings and the wire shapes of state methods."""

from __future__ import annotations

import base64
from typing import Any

import zstandard
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from localnet_transactions import base64_of, signed
from quantdesk.program import base58

from .conftest import Chain

OWNER = "Config1111111111111111111111111111111111111"
TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"
LOOKUP_TABLES = "AddressLookupTab1e1111111111111111111111111"


async def set_data(chain: Chain, data: bytes, address: Pubkey | None = None) -> str:
    key = str(address or Pubkey.new_unique())
    account = {"lamports": 10**9, "owner": OWNER, "data": data.hex()}
    await chain.rpc("surfnet_setAccount", key, account)
    return key


async def data_of(chain: Chain, address: str, **config: Any) -> Any:
    return (await chain.rpc("getAccountInfo", address, config))["value"]["data"]


async def test_an_account_has_the_fields_of_a_node_and_its_rent_epoch_is_a_number(chain: Chain) -> None:
    address = await set_data(chain, b"hello")
    answer = await chain.rpc("getAccountInfo", address, {"encoding": "base64"})
    assert answer["context"] == {"apiVersion": "3.1.8", "slot": 1}
    assert answer["value"] == {
        "lamports": 10**9,
        "data": [base64.b64encode(b"hello").decode(), "base64"],
        "owner": OWNER,
        "executable": False,
        "rentEpoch": 18446744073709551615,
        "space": 5,
    }


async def test_an_absent_account_is_null(chain: Chain) -> None:
    assert (await chain.rpc("getAccountInfo", str(Pubkey.new_unique())))["value"] is None


async def test_data_comes_in_every_encoding(chain: Chain) -> None:
    data = bytes(range(100))
    address = await set_data(chain, data)
    assert await data_of(chain, address) == base58.encode(data)
    assert await data_of(chain, address, encoding="base58") == [base58.encode(data), "base58"]
    assert await data_of(chain, address, encoding="base64") == [base64.b64encode(data).decode(), "base64"]
    packed, name = await data_of(chain, address, encoding="base64+zstd")
    assert name == "base64+zstd"
    assert zstandard.ZstdDecompressor().decompressobj().decompress(base64.b64decode(packed)) == data


async def test_base58_refuses_more_than_128_bytes(chain: Chain) -> None:
    address = await set_data(chain, bytes(129))
    for config in ({}, {"encoding": "base58"}):
        error = await chain.error("getAccountInfo", address, config)
        assert error["code"] == -32600
        assert "Base64" in error["message"]
    assert await data_of(chain, await set_data(chain, bytes(128))) == "1" * 128


async def test_a_slice_is_cut_before_it_is_encoded(chain: Chain) -> None:
    address = await set_data(chain, bytes(range(200)))
    cut = {"dataSlice": {"offset": 10, "length": 3}}
    assert await data_of(chain, address, encoding="base58", **cut) == [
        base58.encode(bytes([10, 11, 12])),
        "base58",
    ]
    beyond = {"dataSlice": {"offset": 500, "length": 3}}
    assert await data_of(chain, address, encoding="base64", **beyond) == ["", "base64"]


async def test_several_accounts_default_to_base64_pairs(chain: Chain) -> None:
    address = await set_data(chain, b"x")
    answer = await chain.rpc("getMultipleAccounts", [address, str(Pubkey.new_unique())])
    assert answer["value"][0]["data"] == ["eA==", "base64"]
    assert answer["value"][1] is None


async def test_program_accounts_pass_through_filters(chain: Chain) -> None:
    wanted = await set_data(chain, b"abcdef")
    await set_data(chain, b"abcxef")
    await set_data(chain, b"abcdefg")
    filters = [
        {"dataSize": 6},
        {"memcmp": {"offset": 2, "bytes": base58.encode(b"cd")}},
        {"memcmp": {"offset": 0, "bytes": base64.b64encode(b"a").decode(), "encoding": "base64"}},
    ]
    found = await chain.rpc("getProgramAccounts", OWNER, {"filters": filters, "encoding": "base64"})
    assert [row["pubkey"] for row in found] == [wanted]
    with_context = await chain.rpc("getProgramAccounts", OWNER, {"filters": filters, "withContext": True})
    assert with_context["context"]["slot"] == 1


async def test_a_slot_not_reached_yet_is_refused_with_the_slot_of_now(chain: Chain) -> None:
    address = str(Pubkey.new_unique())
    error = await chain.error("getAccountInfo", address, {"minContextSlot": 50})
    assert error["code"] == -32016
    assert error["data"] == {"contextSlot": 1}
    assert (await chain.rpc("getBalance", address, {"minContextSlot": 1}))["value"] == 0


async def test_setting_an_account_keeps_the_fields_left_out(chain: Chain) -> None:
    address = await set_data(chain, b"kept")
    await chain.rpc("surfnet_setAccount", address, {"lamports": 5})
    value = (await chain.rpc("getAccountInfo", address, {"encoding": "base64"}))["value"]
    assert (value["lamports"], value["data"][0], value["owner"]) == (5, "a2VwdA==", OWNER)
    await chain.rpc("surfnet_setAccount", address, {"data": ["YmFzZQ==", "base64"]})
    assert await data_of(chain, address, encoding="base64") == ["YmFzZQ==", "base64"]


async def test_setting_an_account_refuses_what_it_cannot_read(chain: Chain) -> None:
    address = str(Pubkey.new_unique())
    for update in (
        {"data": "xyz"},
        {"data": ["a", "rot13"]},
        {"lamport": 5},
        {"owner": "me"},
        {"lamports": -1},
    ):
        assert (await chain.error("surfnet_setAccount", address, update))["code"] == -32602
    assert (await chain.rpc("getAccountInfo", address))["value"] is None


LOADER = "BPFLoaderUpgradeab1e11111111111111111111111"


def code_of(chain: Chain, program: str) -> bytes:
    """The ProgramData bytes of one of the programs that the VM brings."""
    original = chain.node.bank.accounts.get(Pubkey.from_string(program))
    assert original is not None
    code = chain.node.bank.accounts.get(Pubkey.from_bytes(original.data[4:36]))
    assert code is not None
    return code.data


async def place_code(chain: Chain, program_data: Pubkey, code: bytes) -> None:
    account = {"lamports": 10**10, "owner": LOADER, "data": [base64.b64encode(code).decode(), "base64"]}
    await chain.rpc("surfnet_setAccount", str(program_data), account)


async def place_program(chain: Chain, program: Pubkey, program_data: Pubkey) -> None:
    pointer = (2).to_bytes(4, "little") + bytes(program_data)
    account = {"lamports": 10**9, "owner": LOADER, "data": pointer.hex(), "executable": True}
    await chain.rpc("surfnet_setAccount", str(program), account)


async def call(chain: Chain, program: Pubkey) -> Any:
    """The error of an instruction that is nonsense to every program."""
    payer = await chain.funded()
    wire = base64_of(signed([Instruction(program, b"\x15", [])], await chain.blockhash(), payer))
    return (await chain.rpc("simulateTransaction", wire, {"encoding": "base64"}))["value"]["err"]


async def test_a_program_placed_as_program_data_and_program_can_be_called(chain: Chain) -> None:
    """The way `quantdesk deploy` places the exchange: ProgramData first, then Program."""
    program, program_data = Pubkey.new_unique(), Pubkey.new_unique()
    await place_code(chain, program_data, code_of(chain, TOKEN))
    await place_program(chain, program, program_data)
    assert await call(chain, program) == {"InstructionError": [0, "NotEnoughAccountKeys"]}


async def test_new_code_of_a_program_is_run_at_once(chain: Chain) -> None:
    program, program_data = Pubkey.new_unique(), Pubkey.new_unique()
    await place_code(chain, program_data, code_of(chain, TOKEN))
    await place_program(chain, program, program_data)
    await place_code(chain, program_data, code_of(chain, LOOKUP_TABLES))
    assert await call(chain, program) == await call(chain, Pubkey.from_string(LOOKUP_TABLES))
    assert await call(chain, program) == {"InstructionError": [0, "InvalidInstructionData"]}
