from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from solders.pubkey import Pubkey
from solders.signature import Signature

from quantdesk.program import base58


@given(st.binary(max_size=1_300))
def test_every_byte_string_comes_back(data: bytes) -> None:
    assert base58.decode(base58.encode(data)) == data


@given(st.binary(min_size=32, max_size=32))
def test_keys_and_what_is_around_them_read_alike(data: bytes) -> None:
    """33 bytes go through our own code, 32 through solders: the same digits behind the leading one."""
    assert base58.encode(data) == str(Pubkey.from_bytes(data))
    assert base58.encode(b"\0" + data) == "1" + str(Pubkey.from_bytes(data))


@given(st.binary(min_size=64, max_size=64))
def test_signatures_and_what_is_around_them_read_alike(data: bytes) -> None:
    assert base58.encode(b"\0" + data) == "1" + str(Signature.from_bytes(data))


def test_a_character_outside_the_alphabet_is_named_with_its_place() -> None:
    with pytest.raises(base58.Base58Invalid, match="'0' at index 11"):
        base58.decode("11111111111" + "0")
    with pytest.raises(base58.Base58Invalid, match="'0' at index 0"):
        base58.decode("0OIl")
    with pytest.raises(base58.Base58Invalid, match="'ä' at index 1"):
        base58.decode("1ä")
