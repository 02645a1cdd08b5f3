"""Errors of the indexer.

IndexerError
└── ChainMismatch   the store was filled from another chain
"""

from __future__ import annotations


class IndexerError(Exception):
    """Base of the indexer's own errors."""


class ChainMismatch(IndexerError):
    """The chain has seen fewer events than the store: it is another chain, or it was reset."""

    def __init__(self, indexed: int, on_chain: int) -> None:
        super().__init__(
            f"the store holds {indexed} events but the exchange on this chain has made only {on_chain}: "
            "the chain was reset or is another one; begin with an empty database (quantdesk reset)"
        )
