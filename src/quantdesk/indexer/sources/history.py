"""The node's history: what happened while nobody listened."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from quantdesk.indexer.placed import UNKNOWN_BLOCKHASH
from quantdesk.indexer.sources.reading import Arrival, placed_events
from quantdesk.infra.solana import SolanaRpc
from quantdesk.program.addresses import Addresses
from quantdesk.program.dtypes import account_dtype

PAGE = 1_000
CHUNK = 50


class History:
    """Reads past transactions of one exchange, oldest first."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses) -> None:
        self._rpc = rpc
        self._venue = venue

    async def head(self) -> tuple[int, int]:
        """(slot, sequence of the last event) as confirmed now; sequence 0 before the exchange exists."""
        fields = account_dtype("Exchange").fields
        assert fields is not None
        offset, size = fields["event_seq"][1], 8
        answer = await self._rpc.get_account(self._venue.exchange, "confirmed", data_slice=(offset, size))
        account = answer.value
        return answer.context.slot, int.from_bytes(account.bytes, "little") if account is not None else 0

    async def since(self, signature: str | None) -> AsyncIterator[Arrival]:
        """Everything after the transaction ``signature`` (None: from the first that the node still has)."""
        wanted = await self._signatures(signature)
        wanted.reverse()
        for start in range(0, len(wanted), CHUNK):
            arrivals, _ = await self.transactions(wanted[start : start + CHUNK])
            for arrival in arrivals:
                yield arrival

    async def transactions(self, signatures: Sequence[str]) -> tuple[list[Arrival], list[str]]:
        """Events of ``signatures`` by slot, and those that the node does not know (yet)."""
        found = await self._rpc.get_transactions(signatures, "confirmed")
        missing = [name for name, answer in zip(signatures, found, strict=True) if answer is None]
        answers = [answer for answer in found if answer is not None]
        arrivals: list[Arrival] = []
        for slot in sorted({each.slot for each in answers}):
            landed = [(a.transaction, a.meta) for a in answers if a.slot == slot and a.meta is not None]
            arrivals.append(Arrival(slot, placed_events(self._venue, slot, UNKNOWN_BLOCKHASH, landed)))
        return arrivals, missing

    async def blockhashes(self, slots: Sequence[int]) -> dict[int, str]:
        """Hashes of the blocks of ``slots`` that are over and known to the node."""
        return await self._rpc.get_block_hashes(slots)

    async def _signatures(self, until: str | None) -> list[str]:
        """Signatures of successful transactions after ``until``, newest first."""
        found: list[str] = []
        before: str | None = None
        while True:
            page = await self._rpc.get_signatures(
                self._venue.exchange, before=before, until=until, limit=PAGE
            )
            found += [each.signature for each in page if each.err is None]
            if len(page) < PAGE:
                return found
            before = page[-1].signature
