"""The queue of 150 blockhashes and the set of processed messages, against a model that keeps everything."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from quantdesk.localnet.runtime.blockhashes import MAX_AGE_BLOCKS, BlockhashQueue, message_digest


class QueueAgainstModel(RuleBasedStateMachine):
    """The model remembers every block and every message for ever and applies the rule as it is written."""

    @initialize()
    def begin(self) -> None:
        self.queue = BlockhashQueue()
        self.heights: dict[bytes, int] = {}
        self.processed: set[tuple[bytes, bytes]] = set()
        self.height = -1
        self.close_blocks(1)

    @rule(count=st.integers(1, 60))
    def close_blocks(self, count: int) -> None:
        for _ in range(count):
            self.height += 1
            blockhash = self.height.to_bytes(32, "big")
            self.heights[blockhash] = self.height
            self.queue.register(blockhash, self.height)

    @rule(age=st.integers(0, 400), message=st.binary(max_size=3))
    def process(self, age: int, message: bytes) -> None:
        blockhash = max(self.height - age, 0).to_bytes(32, "big")
        digest = message_digest(message)
        if self.is_valid(blockhash):
            assert self.queue.is_processed(blockhash, digest) == ((blockhash, digest) in self.processed)
            self.processed.add((blockhash, digest))
        self.queue.mark_processed(blockhash, digest)

    def is_valid(self, blockhash: bytes) -> bool:
        """A transaction of the open block (one above the newest) may name a hash at most 150 blocks old."""
        return self.height + 1 <= self.heights[blockhash] + MAX_AGE_BLOCKS

    @invariant()
    def exactly_the_hashes_of_the_last_150_blocks_are_valid(self) -> None:
        assert len(self.queue) == min(self.height + 1, MAX_AGE_BLOCKS)
        assert self.queue.newest == self.height.to_bytes(32, "big")
        for blockhash, height in self.heights.items():
            expected = height + MAX_AGE_BLOCKS if self.is_valid(blockhash) else None
            assert self.queue.last_valid_height(blockhash) == expected


QueueAgainstModel.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestQueueAgainstModel = QueueAgainstModel.TestCase


def test_an_unknown_blockhash_has_no_last_valid_height() -> None:
    assert BlockhashQueue().last_valid_height(bytes(32)) is None
