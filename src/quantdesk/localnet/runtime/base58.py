"""Base58 (Bitcoin's alphabet) for byte strings of any length; keys and signatures go the quick way."""

from __future__ import annotations

from functools import cache

from solders.pubkey import Pubkey
from solders.signature import Signature

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_CHUNK = 10
_CHUNK_BASE = 58**_CHUNK
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_PAIR_BASE = len(_PAIRS)


def b58encode(data: bytes) -> str:
    """The base58 text of `data`; leading zero bytes become leading ones."""
    if len(data) == Signature.LENGTH:
        return str(Signature.from_bytes(data))
    if len(data) == Pubkey.LENGTH:
        return str(Pubkey.from_bytes(data))
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    chunks = number.bit_length() // (_CHUNK_BASE.bit_length() - 1) + 1
    return "1" * zeros + _chars(number, chunks).lstrip("1")


def _chars(number: int, chunks: int) -> str:
    """Ten characters a chunk. Halving costs less than taking off one chunk after the other."""
    if chunks > 1:
        low = chunks // 2
        high, rest = divmod(number, _power(low))
        return _chars(high, chunks - low) + _chars(rest, low)
    number, fifth = divmod(number, _PAIR_BASE)
    number, fourth = divmod(number, _PAIR_BASE)
    number, third = divmod(number, _PAIR_BASE)
    first, second = divmod(number, _PAIR_BASE)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth]


@cache
def _power(chunks: int) -> int:
    return int(_CHUNK_BASE**chunks)


def b58decode(text: str) -> bytes:
    """The bytes of base58 `text`.

    Raises:
        ValueError: a character outside the alphabet, with its place.
    """
    zeros = len(text) - len(text.lstrip("1"))
    number = 0
    for start in range(0, len(text), _CHUNK):
        part = text[start : start + _CHUNK]
        chunk = 0
        for offset, char in enumerate(part):
            value = _VALUE.get(char)
            if value is None:
                raise ValueError(f"invalid character {char!r} at index {start + offset}")
            chunk = chunk * 58 + value
        number = number * 58 ** len(part) + chunk
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
