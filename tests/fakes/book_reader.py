"""A client that keeps a book from bus messages alone, and notices a missing one."""

from __future__ import annotations

from quantdesk.infra.bus.messages import BookDelta

Levels = dict[int, int]


class BookReader:
    """What a reader of ``book.{symbol}`` holds."""

    def __init__(self) -> None:
        self.epoch, self.seq, self.deltas = "", -1, 0
        self.bids: Levels = {}
        self.asks: Levels = {}

    def take(self, delta: BookDelta) -> None:
        """Apply one message. AssertionError when it does not follow the last one."""
        if delta.snapshot:
            self.bids, self.asks = {}, {}
        else:
            assert (delta.epoch, delta.prev_seq) == (self.epoch, self.seq)
        self.epoch, self.seq = delta.epoch, delta.seq
        self.deltas += 1
        for side, levels in ((self.bids, delta.bids), (self.asks, delta.asks)):
            for ticks, lots in levels:
                if lots:
                    side[ticks] = lots
                else:
                    del side[ticks]

    def levels(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Bids and asks, best first."""
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())
