"""``blockSubscribe``: one notification a block holds the blockhash and every transaction of ours in full.

Fewer requests than following logs, but nothing arrives before its block is over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from quantdesk.indexer.sources.reading import Arrival, placed_events
from quantdesk.infra.solana import Resync, SolanaPubsub
from quantdesk.infra.solana.wire import BlockUpdate, InContext
from quantdesk.program.addresses import Addresses

OPTIONS = {
    "commitment": "confirmed",
    "encoding": "json",
    "transactionDetails": "full",
    "maxSupportedTransactionVersion": 0,
    "showRewards": False,
}


async def follow_blocks(pubsub: SolanaPubsub, venue: Addresses) -> AsyncIterator[Arrival | Resync]:
    """Confirmed blocks with their events. Raises ``RpcError`` where the node does not offer the method."""
    mentions = {"mentionsAccountOrProgram": str(venue.exchange)}
    subscription = await pubsub.subscribe("blockSubscribe", [mentions, OPTIONS], InContext[BlockUpdate])
    async for notice in subscription:
        if isinstance(notice, Resync):
            yield notice
            continue
        update = notice.value
        if update.block is None:
            yield Resync(f"the node could not give block {update.slot}: {update.err}")
            continue
        landed = [
            (each.transaction, each.meta) for each in update.block.transactions if each.meta is not None
        ]
        yield Arrival(update.slot, placed_events(venue, update.slot, update.block.blockhash, landed))
