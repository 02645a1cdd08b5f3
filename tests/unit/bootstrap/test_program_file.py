"""The shipped program is the one its checksum names, or nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from quantdesk.bootstrap.program_file import ProgramFileError, read_program


def test_a_program_with_another_checksum_is_refused_with_both(tmp_path: Path) -> None:
    program = tmp_path / "quantdesk.so"
    program.write_bytes(b"\x7fELF tampered")
    (tmp_path / "quantdesk.so.sha256").write_text("00" * 32 + "  quantdesk.so\n")
    with pytest.raises(ProgramFileError, match=r"has SHA-256 [0-9a-f]{64}, its checksum file says 0{64}"):
        read_program(program)


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProgramFileError, match=r"cannot read the program .*quantdesk\.so"):
        read_program(tmp_path / "quantdesk.so")


def test_the_shipped_program_matches_its_checksum() -> None:
    assert read_program().startswith(b"\x7fELF")
