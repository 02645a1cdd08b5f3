"""Base58 of byte strings of any length (Bitcoin's alphabet), as Solana's JSON carries keys and data.

``solders`` has it for keys and signatures only. Ten characters are folded at a time (58^10 < 2^64).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from solders.pubkey import Pubkey
from solders.signature import Signature

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CHUNK = 10
_CHUNK_SCALE = 58**_CHUNK
_WEIGHTS = np.array([58 ** (_CHUNK - 1 - place) for place in range(_CHUNK)], dtype=np.int64)
_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, dtype=np.uint8)
_DIGITS[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(58)
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)
_PAIR_SCALE = len(_PAIRS)


class Base58Invalid(ValueError):
    """A character outside the alphabet."""


def decode(text: str) -> bytes:
    """Bytes of ``text``. Raises ``Base58Invalid``, which names a wrong character and its place."""
    padded = ALPHABET[0] * (-len(text) % _CHUNK) + text
    digits = _DIGITS[np.frombuffer(padded.encode("ascii", "replace"), dtype=np.uint8)]
    if (digits == _NO_DIGIT).any():
        place, wrong = next(each for each in enumerate(text) if each[1] not in ALPHABET)
        raise Base58Invalid(f"invalid character {wrong!r} at index {place}")
    number = 0
    for chunk in (digits.reshape(-1, _CHUNK) @ _WEIGHTS).tolist():
        number = number * _CHUNK_SCALE + chunk
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(data: bytes) -> str:
    """Text of ``data``; leading zero bytes become leading ones. Keys and signatures go the quick way."""
    if len(data) == Signature.LENGTH:
        return str(Signature.from_bytes(data))
    if len(data) == Pubkey.LENGTH:
        return str(Pubkey.from_bytes(data))
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    chunks = number.bit_length() // (_CHUNK_SCALE.bit_length() - 1) + 1
    return ALPHABET[0] * zeros + _chars(number, chunks).lstrip(ALPHABET[0])


def _chars(number: int, chunks: int) -> str:
    """Ten characters a chunk. Halving costs less than taking off one chunk after the other."""
    if chunks > 1:
        low = chunks // 2
        high, rest = divmod(number, _power(low))
        return _chars(high, chunks - low) + _chars(rest, low)
    number, fifth = divmod(number, _PAIR_SCALE)
    number, fourth = divmod(number, _PAIR_SCALE)
    number, third = divmod(number, _PAIR_SCALE)
    first, second = divmod(number, _PAIR_SCALE)
    return _PAIRS[first] + _PAIRS[second] + _PAIRS[third] + _PAIRS[fourth] + _PAIRS[fifth]


@cache
def _power(chunks: int) -> int:
    return int(_CHUNK_SCALE**chunks)
