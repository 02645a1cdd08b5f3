"""State as no instruction would write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from solders.account import Account
from solders.pubkey import Pubkey

from integration.program.exchange import Exchange
from integration.program.invariants import dtype


def patched(
    exchange: Exchange,
    address: Pubkey,
    name: str,
    change: Callable[[Any], None],
    *,
    at: int = 8,
    count: int = 0,
) -> None:
    """Lets ``change`` write into the struct ``name`` at byte ``at`` (an array of ``count`` when given), as no
    instruction would write it."""
    account = exchange.vm.svm.get_account(address)
    assert account is not None
    data = bytearray(account.data)
    found = np.frombuffer(data, dtype(name), max(count, 1), at)
    change(found if count else found[0])
    exchange.vm.svm.set_account(address, Account(account.lamports, bytes(data), account.owner))
