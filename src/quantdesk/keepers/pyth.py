"""Relays Pyth prices that lie on the same chain: to markets that live on them, to anchors, to collaterals.

Pyth's push oracle keeps a price account per feed at a derived address. Where there is none, as on the local
network, nothing is relayed: who posts a price account calls the program.
"""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction

from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.sender import Sender
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.instructions import update_collateral_price, update_price_pyth
from quantdesk.program.layouts import Exchange
from quantdesk.program.layouts.exchange import SOURCE_ANCHORED, SOURCE_SIGNED
from quantdesk.program.pyth import RECEIVER, decode_price_update, price_account

UNITS = 20_000


@dataclass(frozen=True, slots=True)
class Target:
    """Something with a Pyth feed: its newest publish time (Unix ms), and what brings a newer price."""

    feed_id: bytes
    publish_ms: int
    instruction: Instruction


def targets(exchange: Exchange, venue: Addresses) -> list[Target]:
    """Everything of the exchange that takes prices from Pyth."""
    found = []
    for market in exchange.markets:
        if market.source != SOURCE_SIGNED:
            known = max(market.publish_ms, market.pending_publish_ms)
            newest = market.anchor_ms if market.source == SOURCE_ANCHORED else known
            built = update_price_pyth(venue, market.index, price_account(market.feed_id))
            found.append(Target(market.feed_id, newest, built))
    for index, collateral in enumerate(exchange.collaterals):
        if any(collateral.feed_id):
            built = update_collateral_price(venue, index, price_account(collateral.feed_id))
            newest = max(collateral.publish_ms, collateral.pending_publish_ms)
            found.append(Target(collateral.feed_id, newest, built))
    return found


class PythRelay:
    """Sends what has a newer price account than the exchange knows."""

    def __init__(self, view: ChainView, sender: Sender) -> None:
        self._view = view
        self._sender = sender

    async def relay(self) -> int:
        """How many prices were brought. Raises SolanaError."""
        brought = 0
        for target in targets(await self._view.exchange(), self._view.venue):
            if await self._is_newer(target):
                await self._sender.fire([target.instruction], UNITS)
                brought += 1
        return brought

    async def _is_newer(self, target: Target) -> bool:
        account = (await self._view.rpc.get_account(price_account(target.feed_id))).value
        if account is None or account.owner != str(RECEIVER):
            return False
        try:
            price = decode_price_update(account.bytes)
        except AccountInvalid:
            return False
        return price.signatures is None and price.publish_time * 1_000 > target.publish_ms
