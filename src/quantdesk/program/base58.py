"""Base58 of byte strings of any length (Bitcoin's alphabet), as Solana's JSON carries instruction data.

``solders`` has it for keys and signatures only. Ten characters are folded at a time (58^10 < 2^64).
"""

from __future__ import annotations

import numpy as np

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_CHUNK = 10
_CHUNK_SCALE = 58**_CHUNK
_WEIGHTS = np.array([58 ** (_CHUNK - 1 - place) for place in range(_CHUNK)], dtype=np.int64)
_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, dtype=np.uint8)
_DIGITS[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(58)


class Base58Invalid(ValueError):
    """A character outside the alphabet."""


def decode(text: str) -> bytes:
    """Bytes of ``text``. Raises ``Base58Invalid``."""
    padded = ALPHABET[0] * (-len(text) % _CHUNK) + text
    digits = _DIGITS[np.frombuffer(padded.encode(), dtype=np.uint8)]
    if (digits == _NO_DIGIT).any():
        wrong = next(character for character in text if character not in ALPHABET)
        raise Base58Invalid(f"{wrong!r} is not a base58 character")
    number = 0
    for chunk in (digits.reshape(-1, _CHUNK) @ _WEIGHTS).tolist():
        number = number * _CHUNK_SCALE + chunk
    zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def encode(data: bytes) -> str:
    """Text of ``data``."""
    number = int.from_bytes(data, "big")
    parts: list[str] = []
    while number:
        number, chunk = divmod(number, _CHUNK_SCALE)
        for _ in range(_CHUNK):
            if not (number or chunk):
                break
            chunk, digit = divmod(chunk, 58)
            parts.append(ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(parts))
