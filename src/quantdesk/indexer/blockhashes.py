"""Fills in the blockhash of events that were indexed before their block was over."""

from __future__ import annotations

from quantdesk.indexer.placed import UNKNOWN_BLOCKHASH, Changes
from quantdesk.indexer.sources import History
from quantdesk.indexer.state import IndexState
from quantdesk.indexer.storage import IndexStorage
from quantdesk.infra.store import tables

LOOK_BACK = 5_000
"""Events before the cursor among which an unknown blockhash is looked for."""
TRIES = 30
"""After so many rounds the node will not tell any more: the hash stays unknown."""


class BlockSeal:
    """Remembers slots whose hash is due and asks for them together."""

    def __init__(self, storage: IndexStorage, history: History, state: IndexState) -> None:
        self._storage = storage
        self._history = history
        self._state = state
        self._due: dict[int, int] = {}
        self._asked: dict[int, int] = {}

    @property
    def due(self) -> int:
        """Slots whose hash is not written yet."""
        return len(self._due) + len(self._asked)

    async def load(self) -> None:
        """Take up what an earlier life left."""
        for slot in await self._storage.unsealed_slots(self._state.cursor - LOOK_BACK):
            self._due[slot] = 0

    def note(self, changes: Changes) -> None:
        """Remember the slots of a committed batch that came without their hash."""
        for row in changes.rows_of(tables.chain_events):
            if row["blockhash"] == UNKNOWN_BLOCKHASH:
                self._due.setdefault(row["slot"], 0)

    async def fill(self) -> None:
        """Ask for what is due and write what is known. Raises any ``SolanaError`` or store error.

        A slot noted while this runs is due again: its events may have come after the write.
        """
        if not self._due:
            return
        self._asked, self._due = self._due, {}
        hashes: dict[int, str] = {}
        answered = 0
        try:
            known = await self._history.blockhashes(sorted(self._asked))
            if known:
                await self._storage.seal(known, self._state.cursor - LOOK_BACK)
            hashes, answered = known, 1
        finally:
            for slot, tries in self._asked.items():
                if slot not in hashes and tries < TRIES:
                    self._due.setdefault(slot, tries + answered)
            self._asked = {}
