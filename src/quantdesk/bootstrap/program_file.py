"""The shipped program: its bytes, checked against their SHA-256, and the two accounts it lives in.

Account forms: Solana's upgradeable loader (`UpgradeableLoaderState`): `Program` is tag 2 and the address of
`ProgramData`, which is tag 3, the slot of deployment, an optional upgrade authority, then the ELF.
"""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

from solders.pubkey import Pubkey

LOADER = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
PROGRAM_FILE = Path(__file__).resolve().parents[3] / "onchain" / "bin" / "quantdesk.so"


class ProgramFileError(RuntimeError):
    """The shipped program is missing or is not the one that its checksum names."""


def read_program(path: Path = PROGRAM_FILE) -> bytes:
    """The ELF of the program. Raises ProgramFileError when it is not what was shipped."""
    checksum = path.with_name(path.name + ".sha256")
    try:
        elf, wanted = path.read_bytes(), checksum.read_text().split()[0]
    except (OSError, IndexError) as error:
        raise ProgramFileError(f"cannot read the program {path} and its checksum: {error}") from error
    found = hashlib.sha256(elf).hexdigest()
    if found != wanted:
        raise ProgramFileError(
            f"{path} has SHA-256 {found}, its checksum file says {wanted}: restore both from git, "
            "or build again with onchain/build.sh"
        )
    return elf


def program_data_address(program: Pubkey) -> Pubkey:
    """Where the loader keeps the ELF of ``program``."""
    return Pubkey.find_program_address([bytes(program)], LOADER)[0]


def program_account(program: Pubkey) -> bytes:
    """Data of the program's own account."""
    return struct.pack("<I", 2) + bytes(program_data_address(program))


def program_data_account(elf: bytes, slot: int, authority: Pubkey) -> bytes:
    """Data of the account that holds the ELF, deployed in ``slot`` and upgradeable by ``authority``."""
    return struct.pack("<IQB", 3, slot, 1) + bytes(authority) + elf
