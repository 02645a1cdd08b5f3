"""The queue of recent blockhashes and the set of processed transactions.

LiteSVM knows only its newest blockhash and runs a transaction again when it is sent again, so both rules of a
Solana bank live here: a transaction is valid while the block whose hash it names is at most 150 blocks
old, and a message is processed once while that holds. Source: agave `BlockhashQueue`, `StatusCache`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

MAX_AGE_BLOCKS = 150
"""A blockhash is good for this many blocks after its own."""


def message_digest(message: bytes) -> bytes:
    """What makes two transactions the same: the signed message, whatever the signatures."""
    return hashlib.blake2b(message, digest_size=20).digest()


class BlockhashQueue:
    """The newest 150 blockhashes with their heights, and the messages processed under each."""

    def __init__(self) -> None:
        self._heights: OrderedDict[bytes, int] = OrderedDict()
        self._processed: dict[bytes, set[bytes]] = {}

    def register(self, blockhash: bytes, height: int) -> None:
        """A block of `height` was closed with `blockhash`; forgets what is too old for the next block."""
        self._heights[blockhash] = height
        self._processed[blockhash] = set()
        while next(iter(self._heights.values())) + MAX_AGE_BLOCKS <= height:
            oldest, _ = self._heights.popitem(last=False)
            del self._processed[oldest]

    def last_valid_height(self, blockhash: bytes) -> int | None:
        """The last block height at which a transaction naming `blockhash` is valid.

        None when it is not now.
        """
        height = self._heights.get(blockhash)
        return None if height is None else height + MAX_AGE_BLOCKS

    def is_processed(self, blockhash: bytes, digest: bytes) -> bool:
        """Whether this message was processed already. An unknown blockhash has processed nothing."""
        return digest in self._processed.get(blockhash, ())

    def mark_processed(self, blockhash: bytes, digest: bytes) -> None:
        """Remember a processed message for as long as its blockhash is valid."""
        processed = self._processed.get(blockhash)
        if processed is not None:
            processed.add(digest)

    @property
    def newest(self) -> bytes:
        """The hash of the newest closed block."""
        return next(reversed(self._heights))

    @property
    def oldest_height(self) -> int:
        """The height of the oldest block whose hash is still valid."""
        return next(iter(self._heights.values()))

    def __len__(self) -> int:
        return len(self._heights)
