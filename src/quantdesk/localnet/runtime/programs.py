"""Accounts of the upgradeable loader: a Program points to the ProgramData that holds its code."""

from __future__ import annotations

from solders.account import Account
from solders.pubkey import Pubkey

BPF_LOADER_UPGRADEABLE = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
PROGRAM_TAG = b"\x02\0\0\0"
_PROGRAM_DATA_TAG = b"\x03\0\0\0"


def is_program_data(account: Account) -> bool:
    """Whether the account holds the code of an upgradeable program."""
    return account.owner == BPF_LOADER_UPGRADEABLE and account.data[:4] == _PROGRAM_DATA_TAG
