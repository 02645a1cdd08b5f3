"""A wallet signs what names it, and its file is its owner's alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from solders.hash import Hash
from solders.message import MessageV0
from solders.null_signer import NullSigner
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from quantdesk.sdk import QuantDeskError, Wallet


def _unsigned(payer: Pubkey) -> VersionedTransaction:
    instruction = transfer(TransferParams(from_pubkey=payer, to_pubkey=Pubkey.new_unique(), lamports=1))
    return VersionedTransaction(
        MessageV0.try_compile(payer, [instruction], [], Hash.default()), [NullSigner(payer)]
    )


def test_a_signed_transaction_verifies() -> None:
    wallet = Wallet()
    assert wallet.sign(_unsigned(wallet.pubkey)).verify_with_results() == [True]


def test_a_transaction_that_does_not_ask_for_this_wallet_is_not_signed() -> None:
    with pytest.raises(QuantDeskError, match="does not ask for a signature"):
        Wallet().sign(_unsigned(Pubkey.new_unique()))


def test_a_created_key_file_is_read_back_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "cli.json"
    made = Wallet.open_or_create(path)
    assert Wallet.from_file(path).address == made.address == Wallet.open_or_create(path).address
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "[1,2,3]", '"text"', "[300]"])
def test_a_damaged_key_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(QuantDeskError, match=r"bad\.json is not a Solana key file"):
        Wallet.from_file(path)
