"""How a new chain begins: everything that follows from its random seed.

All LiteSVMs start alike, so the seed (32 random bytes, the first entry of the log) is what gives a data
directory a genesis hash, a faucet and a node identity of its own. The same seed gives the same chain again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from solders.account import Account
from solders.clock import Clock
from solders.epoch_schedule import EpochSchedule
from solders.hash import Hash
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

SYSTEM_PROGRAM = Pubkey.from_string("11111111111111111111111111111111")
RENT_EXEMPT_EPOCH = 2**64 - 1
"""The rent epoch of every rent-exempt account on a node of today."""
FAUCET_LAMPORTS = 500_000_000 * 10**9
"""What the faucet holds at the start: 500 million SOL."""
GENESIS_SLOT = 0


@dataclass(frozen=True, slots=True)
class Genesis:
    """The seed of a chain and its first moment (Unix seconds)."""

    seed: bytes
    unix_time: int

    def _derive(self, purpose: bytes) -> bytes:
        return hashlib.sha256(b"quantdesk localnet:" + purpose + b":" + self.seed).digest()

    @property
    def hash(self) -> Hash:
        """The genesis hash, which names the cluster to its clients."""
        return Hash(self._derive(b"genesis"))

    @property
    def faucet(self) -> Keypair:
        """Localnet's own payer of airdrops."""
        return Keypair.from_seed(self._derive(b"faucet"))

    @property
    def identity(self) -> Keypair:
        """The key of the one node."""
        return Keypair.from_seed(self._derive(b"identity"))


def new_vm(genesis: Genesis) -> LiteSVM:
    """A LiteSVM with mainnet's features at the genesis slot.

    Signatures, blockhashes and duplicates are checked by the bank, not by the VM; the VM's built-in
    airdrop payer (a random key, so different in every instance) is emptied, and the faucet is the seed's.
    """
    vm = (
        LiteSVM()
        .with_mainnet_features()
        .with_feature_accounts()
        .with_sigverify(False)
        .with_blockhash_check(False)
        .with_transaction_history(0)
    )
    vm.set_account(vm.airdrop_pubkey(), Account(0, b"", SYSTEM_PROGRAM, False, 0))
    schedule = EpochSchedule.without_warmup()
    vm.set_epoch_schedule(schedule)
    vm.set_account(
        genesis.faucet.pubkey(), Account(FAUCET_LAMPORTS, b"", SYSTEM_PROGRAM, False, RENT_EXEMPT_EPOCH)
    )
    vm.set_clock(Clock(GENESIS_SLOT, genesis.unix_time, 0, 1, genesis.unix_time))
    vm.set_last_restart_slot(0)
    return vm
