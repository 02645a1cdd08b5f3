"""Events out of transactions as Solana's API shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from quantdesk.indexer.placed import PlacedEvent
from quantdesk.infra.solana.wire import TransactionMeta, WireTransaction
from quantdesk.program.addresses import Addresses
from quantdesk.program.events import PREFIX_BYTES, decode_event, event_calls


@dataclass(frozen=True, slots=True)
class Arrival:
    """Events of one slot (possibly none), confirmed."""

    slot: int
    events: list[PlacedEvent]


def placed_events(
    venue: Addresses,
    slot: int,
    blockhash: str,
    transactions: Iterable[tuple[WireTransaction, TransactionMeta]],
) -> list[PlacedEvent]:
    """Events of the successful ones. Raises ``EventInvalid`` for an event of ours that does not decode."""
    found: list[PlacedEvent] = []
    for transaction, meta in transactions:
        if meta.err is not None:
            continue
        keys = transaction.message.account_keys
        if (loaded := meta.loaded_addresses) is not None:
            keys = keys + loaded.writable + loaded.readonly
        calls = [call for group in meta.inner_instructions or [] for call in group.instructions]
        for data in event_calls(calls, keys, venue):
            event = decode_event(data)
            if event is not None:
                payload = data[PREFIX_BYTES:]
                found.append(PlacedEvent(event, payload, slot, blockhash, transaction.signatures[0]))
    return found
