"""The data directory keeps keys to their owner and itself to one box."""

from __future__ import annotations

from pathlib import Path

import pytest

from quantdesk.bootstrap.data_dir import DataDir, DataDirError


def test_keys_and_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "data").open()
    assert data.keypair("oracle") == data.keypair("oracle")
    assert data.secret("jwt") == data.secret("jwt")
    for path in (data.keys / "oracle.json", data.secrets / "jwt"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert data.keys.stat().st_mode & 0o777 == 0o700


def test_a_second_start_on_the_same_directory_is_refused_with_the_holder(tmp_path: Path) -> None:
    data = DataDir(tmp_path).open()
    with (
        data.lock(),
        pytest.raises(DataDirError, match=r"in use by another QuantDesk \(pid \d+\)"),
        data.lock(),
    ):
        pass
    with data.lock():
        assert data.root.exists()


def test_a_directory_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("7")
    with pytest.raises(DataDirError, match=r"version '7', this QuantDesk needs '1'.*quantdesk reset"):
        DataDir(tmp_path).open()


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    data = DataDir(tmp_path).open()
    (data.keys / "maker.json").write_text("[1, 2, 3]")
    with pytest.raises(DataDirError, match=r"maker\.json is not a Solana key file"):
        data.keypair("maker")
