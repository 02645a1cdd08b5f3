"""Base58 of byte strings of any length (Bitcoin's alphabet), as Solana's JSON carries instruction data.

``solders`` has it for keys and signatures only. Ten characters are folded at a time (58^10 < 2^64).
"""

from __future__ import annotations

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_DIGIT = {character: value for value, character in enumerate(ALPHABET)}
_CHUNK = 10
_CHUNK_SCALE = 58**_CHUNK


class Base58Invalid(ValueError):
    """A character outside the alphabet."""


def decode(text: str) -> bytes:
    """Bytes of ``text``. Raises ``Base58Invalid``."""
    number = 0
    try:
        whole = len(text) - len(text) % _CHUNK
        for start in range(0, whole, _CHUNK):
            part = 0
            for character in text[start : start + _CHUNK]:
                part = part * 58 + _DIGIT[character]
            number = number * _CHUNK_SCALE + part
        for character in text[whole:]:
            number = number * 58 + _DIGIT[character]
    except KeyError as error:
        raise Base58Invalid(f"{error.args[0]!r} is not a base58 character") from None
    zeros = len(text) - len(text.lstrip("1"))
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
