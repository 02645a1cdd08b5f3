"""An event with its place on the chain, and what indexing a batch of them changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from quantdesk.infra.bus.messages import Message
from quantdesk.program.events import Event

Row = dict[str, Any]

UNKNOWN_BLOCKHASH = ""
"""Of an event whose block was not over yet when it was indexed; filled in soon after."""


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """One confirmed event: ``payload`` are its borsh bytes; its key is slot, blockhash and ``seq``."""

    event: Event
    payload: bytes
    slot: int
    blockhash: str
    signature: str

    @property
    def seq(self) -> int:
        """The exchange's running number."""
        return self.event.seq

    @property
    def ts_ms(self) -> int:
        """The chain's clock, Unix ms (whole seconds)."""
        return self.event.unix_ts * 1_000


@dataclass(slots=True)
class Changes:
    """Rows to write (the last version of each key) and the messages that tell of them, in order."""

    rows: dict[Table, dict[tuple[Any, ...], Row]] = field(default_factory=dict)
    messages: list[tuple[str, Message]] = field(default_factory=list)
    last: PlacedEvent | None = None

    def put(self, table: Table, row: Row) -> None:
        """Write ``row`` (every column), replacing an earlier one of this batch with the same key."""
        key = tuple(row[name] for name in _key_names(table))
        self.rows.setdefault(table, {})[key] = row

    def tell(self, subject: str, message: Message) -> None:
        """Publish after the commit."""
        self.messages.append((subject, message))

    def rows_of(self, table: Table) -> Iterable[Row]:
        """What will be written to ``table``."""
        return self.rows.get(table, {}).values()


def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key.columns]
