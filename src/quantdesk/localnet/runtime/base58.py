"""Base58 (Bitcoin's alphabet) for byte strings of any length; keys and signatures go the quick way."""

from __future__ import annotations

from solders.pubkey import Pubkey
from solders.signature import Signature

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUE = {char: value for value, char in enumerate(_ALPHABET)}
_CHUNK = 10
_CHUNK_BASE = 58**_CHUNK


def b58encode(data: bytes) -> str:
    """The base58 text of `data`; leading zero bytes become leading ones."""
    if len(data) == Signature.LENGTH:
        return str(Signature.from_bytes(data))
    if len(data) == Pubkey.LENGTH:
        return str(Pubkey.from_bytes(data))
    zeros = len(data) - len(data.lstrip(b"\0"))
    number = int.from_bytes(data, "big")
    chars: list[str] = []
    while number:
        number, chunk = divmod(number, _CHUNK_BASE)
        for _ in range(_CHUNK):
            chunk, digit = divmod(chunk, 58)
            chars.append(_ALPHABET[digit])
            if not number and not chunk:
                break
    return "1" * zeros + "".join(reversed(chars))


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
