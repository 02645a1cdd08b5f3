"""``logsSubscribe``: tells which transactions mention us; they are then fetched in batches.

Events are inner instructions, which logs do not hold; every normal node offers both calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from quantdesk.indexer.sources.history import History
from quantdesk.indexer.sources.reading import Arrival
from quantdesk.infra.solana import Resync, SolanaError, SolanaPubsub
from quantdesk.infra.solana.wire import InContext, LogsUpdate
from quantdesk.program.addresses import Addresses

GATHER_S = 0.1
"""How long signatures gather before they are fetched together."""


async def follow_logs(
    pubsub: SolanaPubsub, history: History, venue: Addresses
) -> AsyncIterator[Arrival | Resync]:
    """Events of transactions as the node reports them; a failed fetch becomes ``Resync``."""
    params = [{"mentions": [str(venue.exchange)]}, {"commitment": "confirmed"}]
    subscription = await pubsub.subscribe("logsSubscribe", params, InContext[LogsUpdate])
    signatures: asyncio.Queue[str | Resync] = asyncio.Queue()

    async def gather() -> None:
        async for notice in subscription:
            if isinstance(notice, Resync):
                signatures.put_nowait(notice)
            elif notice.value.err is None:
                signatures.put_nowait(notice.value.signature)

    gathering = asyncio.create_task(gather(), name="logs")
    try:
        while True:
            for item in await _fetched(signatures, history):
                yield item
    finally:
        gathering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gathering


async def _fetched(signatures: asyncio.Queue[str | Resync], history: History) -> list[Arrival | Resync]:
    first = await signatures.get()
    if isinstance(first, Resync):
        return [first]
    await asyncio.sleep(GATHER_S)
    wanted = [first]
    resyncs: list[Arrival | Resync] = []
    while not signatures.empty():
        item = signatures.get_nowait()
        if isinstance(item, Resync):
            resyncs = [item]
        else:
            wanted.append(item)
    try:
        found: list[Arrival | Resync] = list(await history.transactions(wanted))
    except SolanaError as error:
        return [Resync(f"transactions not fetched: {error}")]
    return found + resyncs
