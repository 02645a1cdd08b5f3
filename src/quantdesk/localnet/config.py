"""What localnet needs to know to start; read from settings by `bootstrap`, never by localnet itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

SLOT_MS = 400
"""Length of a slot in milliseconds, as on mainnet."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How much history is kept. State is always kept whole; only what happened is forgotten.

    `transactions` and `blocks` count the newest ones that are kept; older ones answer as purged (-32001,
    "unknown before"), never as empty. Blocks cannot go under 300: the blockhash queue needs 150.
    """

    transactions: int = 2_000_000
    blocks: int = 1_500_000

    def __post_init__(self) -> None:
        if self.transactions < 1_000 or self.blocks < 300:
            raise ValueError(
                f"retention keeps {self.transactions} transactions and {self.blocks} blocks;"
                " it must keep at least 1000 transactions and 300 blocks"
            )


@dataclass(frozen=True, slots=True)
class LocalnetConfig:
    """One localnet.

    `clock="real"` closes a slot every 400 ms of wall time; `"manual"` closes one only when asked to
    (`surfnet_advanceClock`, `surfnet_timeTravel`). `max_database_bytes` is a quota on the database file:
    at the quota localnet stops accepting, as it does when the disk is full. `snapshot_every` is in log
    entries: it bounds the time a restart takes.
    """

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8899
    ws_port: int | None = None
    clock: Literal["real", "manual"] = "real"
    retention: Retention = field(default_factory=Retention)
    snapshot_every: int = 10_000
    max_database_bytes: int | None = None

    @property
    def pubsub_port(self) -> int:
        """The WebSocket port: one above the HTTP port unless given, as with a Solana validator."""
        return self.port + 1 if self.ws_port is None else self.ws_port
