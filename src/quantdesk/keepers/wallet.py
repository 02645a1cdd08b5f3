"""Key files: Solana's JSON form, a list of 64 numbers."""

from __future__ import annotations

from pathlib import Path

import msgspec
from solders.keypair import Keypair

from quantdesk.keepers.errors import KeyBroken


def read_key(file: Path) -> Keypair:
    """The key in ``file``. Raises KeyBroken, which never shows what the file holds."""
    try:
        return Keypair.from_bytes(bytes(msgspec.json.decode(file.read_bytes(), type=list[int])))
    except FileNotFoundError:
        raise KeyBroken(f"no key file {file}") from None
    except (msgspec.DecodeError, ValueError):
        raise KeyBroken(f"{file} is not a Solana key file: 64 numbers as a JSON list") from None
