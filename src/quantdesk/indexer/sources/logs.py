"""``logsSubscribe``: tells at once which transactions mention us; they are then fetched in batches.

Events are inner instructions, which logs do not hold; every normal node offers both calls. The block is not
over yet then, so its hash is unknown (empty) at first; see ``blockhashes``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Sequence

from quantdesk.indexer.sources.history import History
from quantdesk.indexer.sources.reading import Arrival
from quantdesk.infra.solana import PubsubSubscription, Resync, RpcError, SolanaError, SolanaPubsub
from quantdesk.infra.solana.wire import InContext, LogsUpdate
from quantdesk.program.addresses import Addresses

PACE_S = 0.03
"""Fetches begin at least so far apart: a lone transaction is fetched at once, a crowd in one batch."""
TRIES = 20


async def follow_logs(
    pubsub: SolanaPubsub, history: History, venue: Addresses
) -> AsyncIterator[Arrival | Resync]:
    """Events of transactions as the node reports them; a failed fetch becomes ``Resync``.

    Raises ``RpcError`` where the node does not offer the method.
    """
    params = [{"mentions": [str(venue.exchange)]}, {"commitment": "confirmed"}]
    subscription = await pubsub.subscribe("logsSubscribe", params, InContext[LogsUpdate])
    waiting: asyncio.Queue[str | Resync | RpcError] = asyncio.Queue()
    gathering = asyncio.create_task(_gather(subscription, waiting), name="logs")
    clock = asyncio.get_running_loop().time
    tries: Counter[str] = Counter()
    try:
        while True:
            taken = await _taken(waiting)
            began = clock()
            for item in taken:
                if isinstance(item, Resync):
                    yield item
            arrivals, missing = await _fetched([item for item in taken if isinstance(item, str)], history)
            for arrival in arrivals:
                yield arrival
            _ask_again(missing, tries, waiting)
            await asyncio.sleep(max(0.0, began + PACE_S - clock()))
    finally:
        gathering.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gathering


def _ask_again(
    missing: list[str], tries: Counter[str], waiting: asyncio.Queue[str | Resync | RpcError]
) -> None:
    """A node may tell of a transaction before it can give it; after ``TRIES`` the gap proof takes over."""
    if not missing:
        tries.clear()
    for signature in missing:
        tries[signature] += 1
        if tries[signature] < TRIES:
            waiting.put_nowait(signature)


async def _gather(
    subscription: PubsubSubscription[InContext[LogsUpdate]], waiting: asyncio.Queue[str | Resync | RpcError]
) -> None:
    try:
        async for notice in subscription:
            if isinstance(notice, Resync):
                waiting.put_nowait(notice)
            elif notice.value.err is None:
                waiting.put_nowait(notice.value.signature)
    except RpcError as refusal:
        waiting.put_nowait(refusal)


async def _taken(waiting: asyncio.Queue[str | Resync | RpcError]) -> list[str | Resync]:
    """Everything that waits, at least one. Raises the refusal if that is what came."""
    taken: list[str | Resync] = []
    while not taken or not waiting.empty():
        item = await waiting.get()
        if isinstance(item, RpcError):
            raise item
        taken.append(item)
    return taken


async def _fetched(signatures: list[str], history: History) -> tuple[Sequence[Arrival | Resync], list[str]]:
    if not signatures:
        return [], []
    try:
        return await history.transactions(signatures)
    except SolanaError as error:
        return [Resync(f"transactions not fetched: {error}")], []
