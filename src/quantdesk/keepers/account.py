"""A keeper's own trader account: opened, funded and activated when it is missing."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.keepers.chain import ChainView, equity
from quantdesk.keepers.errors import NotFunded, NotOnChain
from quantdesk.keepers.sender import Sender
from quantdesk.program import instructions as build
from quantdesk.program.addresses import token_account
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import Exchange, Slot, Trader

USDC = 0
SETUP_UNITS = 400_000
TOP_UP_EVERY_S = 600.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Seat:
    """The Ledger slot of a keeper; ``generation`` changes when the slot is given to someone else."""

    slot: int
    generation: int


class TraderAccount:
    """Sub-account 0 of one key. ``deposit_atoms`` is what it should have to work with."""

    def __init__(self, view: ChainView, sender: Sender, deposit_atoms: int) -> None:
        self._view = view
        self._sender = sender
        self._deposit_atoms = deposit_atoms
        self._ensured = float("-inf")
        self.key = TraderKey(sender.key.pubkey())

    async def ensure(self) -> Seat:
        """The seat, made if there is none; topped up from the wallet when half of the deposit is gone.

        Raises NotOnChain, NotFunded, SolanaError.
        """
        self._ensured = time.monotonic()
        exchange = await self._view.exchange(0.0)
        if not exchange.opened or not exchange.collaterals:
            raise NotOnChain(f"exchange {exchange.id} takes no deposits yet")
        trader = await self._view.trader(self.key.owner)
        if trader is None or not trader.active:
            await self._open(exchange, trader)
            trader = await self._view.trader(self.key.owner)
        else:
            await self._top_up(exchange, trader)
        if trader is None or not trader.active:
            raise NotOnChain(f"trader account of {self.key.owner} is not active after its set-up")
        return Seat(trader.slot_index, trader.generation)

    async def renewed(self, seat: Seat) -> Seat:
        """``seat``, or what ``ensure`` answers when it was last asked over ten minutes ago."""
        return await self.ensure() if time.monotonic() - self._ensured > TOP_UP_EVERY_S else seat

    def require(self, slot: Slot, seat: Seat) -> None:
        """Raises NotOnChain unless ``slot``, the one of ``seat``, is still ours."""
        if not slot.active or slot.owner != self.key.owner or slot.generation != seat.generation:
            raise NotOnChain(f"slot {seat.slot} is no longer ours")

    async def _open(self, exchange: Exchange, trader: Trader | None) -> None:
        venue, owner = self._view.venue, self.key.owner
        steps: list[Instruction] = []
        if trader is None:
            steps.append(build.open_trader(venue, owner, owner))
        parked = trader.parked[USDC] if trader else 0
        if parked < self._deposit_atoms:
            mint = exchange.collaterals[USDC].mint
            amount = self._deposit_atoms - parked
            held = await self._view.wallet_balance(owner, mint)
            if held < amount and held + parked < exchange.min_slot_equity:
                raise NotFunded(_shortage(owner, held, amount))
            if amount := min(amount, held):
                steps.append(self._deposit(mint, amount))
        steps.append(build.activate(venue, self.key))
        await self._sender.settle(steps, SETUP_UNITS)
        _log.info("trader account ready", owner=str(owner), steps=len(steps))

    async def _top_up(self, exchange: Exchange, trader: Trader) -> None:
        left = equity(await self._view.slot(trader.slot_index), exchange)
        if 2 * left >= self._deposit_atoms:
            return
        mint = exchange.collaterals[USDC].mint
        amount = min(self._deposit_atoms - left, await self._view.wallet_balance(self.key.owner, mint))
        if amount <= 0:
            return
        await self._sender.settle([self._deposit(mint, amount)], SETUP_UNITS)
        _log.info("topped up", owner=str(self.key.owner), usdc=amount // ATOMS_PER_USDC)

    def _deposit(self, mint: Pubkey, amount: int) -> Instruction:
        return build.deposit(
            self._view.venue,
            self.key,
            collateral=USDC,
            mint=mint,
            source=token_account(self.key.owner, mint),
            amount=amount,
        )


def _shortage(owner: Pubkey, held: int, wanted: int) -> str:
    return (
        f"wallet {owner} holds {held / ATOMS_PER_USDC:,.2f} USDC; "
        f"{wanted / ATOMS_PER_USDC:,.2f} USDC are to be deposited"
    )
