"""Books: each change of a Book account, at ``processed``, becomes a ``BookDelta`` on the bus.

Deltas of one ``epoch`` chain by ``prev_seq`` and ``seq`` (the account's ``update_seq``). An epoch ends when
the book goes back in time (a fork was dropped) or this process restarts: then a whole book is sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from solders.pubkey import Pubkey

from quantdesk.domain.orders import Side
from quantdesk.infra.bus import Bus, BusAway
from quantdesk.infra.bus.messages import (
    BookDelta,
    Level,
    SnapshotRequest,
    book_snapshot_subject,
    book_subject,
)
from quantdesk.infra.solana import Resync, SolanaError, SolanaPubsub, SolanaRpc
from quantdesk.infra.solana.wire import InContext, WireAccount
from quantdesk.program.layouts import Book, is_ready

_log = structlog.get_logger(__name__)
Levels = dict[int, int]


@dataclass(slots=True)
class BookState:
    """One book as last seen: price level (ticks) -> lots."""

    symbol: str
    epoch: str = ""
    seq: int = -1
    slot: int = 0
    bids: Levels = field(default_factory=dict)
    asks: Levels = field(default_factory=dict)

    def snapshot(self) -> BookDelta:
        """All of it."""
        return BookDelta(
            symbol=self.symbol,
            epoch=self.epoch,
            prev_seq=self.seq,
            seq=self.seq,
            slot=self.slot,
            snapshot=True,
            bids=sorted(self.bids.items(), reverse=True),
            asks=sorted(self.asks.items()),
        )

    def move(self, slot: int, book: Book) -> BookDelta | None:
        """Take in a newer state of the account; answers what to publish, None when nothing is new."""
        stale = book.update_seq < self.seq and slot < self.slot
        if self.epoch and (book.update_seq == self.seq or stale):
            self.slot = max(self.slot, slot)
            return None
        bids, asks = dict(book.levels(Side.BUY)), dict(book.levels(Side.SELL))
        before = BookState(self.symbol, self.epoch, self.seq, self.slot, self.bids, self.asks)
        self.seq, self.slot, self.bids, self.asks = book.update_seq, slot, bids, asks
        if not before.epoch or book.update_seq < before.seq:
            self.epoch = uuid.uuid4().hex[:12]
            return self.snapshot()
        return BookDelta(
            symbol=self.symbol,
            epoch=self.epoch,
            prev_seq=before.seq,
            seq=self.seq,
            slot=slot,
            snapshot=False,
            bids=changed_levels(before.bids, bids),
            asks=changed_levels(before.asks, asks),
        )


def changed_levels(before: Mapping[int, int], after: Mapping[int, int]) -> list[Level]:
    """Levels whose lots differ; 0 lots where a level is gone."""
    moved = [(ticks, lots) for ticks, lots in after.items() if before.get(ticks) != lots]
    return moved + [(ticks, 0) for ticks in before if ticks not in after]


class BookFollower:
    """Follows one Book account for ever."""

    def __init__(self, pubsub: SolanaPubsub, rpc: SolanaRpc, bus: Bus, symbol: str, address: Pubkey) -> None:
        self._pubsub = pubsub
        self._rpc = rpc
        self._bus = bus
        self._address = address
        self.state = BookState(symbol)

    async def run(self) -> None:
        """Until cancelled. Raises ``RpcError`` if the node refuses account subscriptions."""
        symbol = self.state.symbol
        await self._bus.answer(book_snapshot_subject(symbol), SnapshotRequest, self._answer)
        options = {"encoding": "base64+zstd", "commitment": "processed"}
        subscription = await self._pubsub.subscribe(
            "accountSubscribe", [str(self._address), options], InContext[WireAccount]
        )
        async for notice in subscription:
            if isinstance(notice, Resync):
                await self._refresh()
            else:
                await self._take(notice.context.slot, notice.value)

    async def _refresh(self) -> None:
        try:
            answer = await self._rpc.get_account(self._address, "processed")
        except SolanaError as error:
            # The subscription just answered, so the node is there; its next notification brings the book.
            _log.warning("book not read", symbol=self.state.symbol, error=str(error))
            return
        if answer.value is not None:
            await self._take(answer.context.slot, answer.value)

    async def _take(self, slot: int, account: WireAccount) -> None:
        data = account.bytes
        if not is_ready(data):
            return  # still growing
        delta = self.state.move(slot, Book.decode(data))
        if delta is None:
            return
        try:
            await self._bus.publish(book_subject(self.state.symbol), delta)
        except BusAway:
            # Readers resynchronise on a reconnect: a new epoch with the whole book is what they need then.
            self.state.epoch = ""

    async def _answer(self, _: SnapshotRequest) -> BookDelta:
        if not self.state.epoch:
            await self._refresh()
        return self.state.snapshot()
