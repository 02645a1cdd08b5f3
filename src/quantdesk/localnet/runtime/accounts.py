"""Looking at the VM's accounts: by owner, all of them, and cheaply.

LiteSVM lists accounts by owner only, so the owners that exist are remembered here; and a copy of an
account costs by its size, so accounts known to be large are only read when their data is wanted.
"""

from __future__ import annotations

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

LARGE_BYTES = 8_192
"""Accounts above this are not read merely to look at their owner or token balance."""

_FIRST_OWNERS = tuple(
    Pubkey.from_string(text)
    for text in (
        "11111111111111111111111111111111",
        "NativeLoader1111111111111111111111111111111",
        "Sysvar1111111111111111111111111111111111111",
        "BPFLoader1111111111111111111111111111111111",
        "BPFLoader2111111111111111111111111111111111",
        "BPFLoaderUpgradeab1e11111111111111111111111",
        "LoaderV411111111111111111111111111111111111",
        "Feature111111111111111111111111111111111111",
        "Config1111111111111111111111111111111111111",
        "Stake11111111111111111111111111111111111111",
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        "AddressLookupTab1e1111111111111111111111111",
    )
)


class AccountsView:
    """Reads of the accounts in a VM."""

    def __init__(self, vm: LiteSVM) -> None:
        self._vm = vm
        self._owners: set[Pubkey] = set(_FIRST_OWNERS)
        self._large: set[Pubkey] = set()

    def get(self, address: Pubkey) -> Account | None:
        """The account, or None where there are no lamports."""
        account = self._vm.get_account(address)
        return None if account is None or account.lamports == 0 else account

    def owned_by(self, owner: Pubkey) -> list[tuple[Pubkey, Account]]:
        """Every account of `owner`, in key order."""
        found = [(key, account) for key, account in self._vm.get_program_accounts(owner) if account.lamports]
        found.sort(key=lambda pair: bytes(pair[0]))
        return found

    def all(self) -> list[tuple[Pubkey, Account]]:
        """Every account there is, in key order."""
        found = [pair for owner in self._owners for pair in self.owned_by(owner)]
        found.sort(key=lambda pair: bytes(pair[0]))
        return found

    @property
    def owners(self) -> frozenset[Pubkey]:
        """Every owner that has been seen."""
        return frozenset(self._owners)

    def note_owner(self, owner: Pubkey) -> None:
        """An account with this owner may exist from now on."""
        self._owners.add(owner)

    def note_size(self, address: Pubkey, size: int) -> None:
        """Remember whether an account is large."""
        if size > LARGE_BYTES:
            self._large.add(address)
        else:
            self._large.discard(address)

    def read_small(self, address: Pubkey) -> Account | None:
        """The account unless it is absent or known to be large; remembers what it saw of it."""
        if address in self._large:
            return None
        account = self._vm.get_account(address)
        if account is not None:
            self._owners.add(account.owner)
            if len(account.data) > LARGE_BYTES:
                self._large.add(address)
        return account
