"""Everything localnet raises.

LocalnetError
├── DataDirectoryInUse      another localnet holds this data directory
├── DataDirectoryVersion    written by a version that this one cannot read
├── PortTaken               another process listens on the port
├── NotAccepting            nothing more is accepted
│   ├── LedgerFull          disk or quota full
│   └── Stopping            localnet is being stopped
├── LogCorrupt              a log entry cannot be read
└── ReplayDiverged          a replayed entry gave another result than the recorded one
"""

from __future__ import annotations


class LocalnetError(Exception):
    """Base of all of localnet's own errors."""


class DataDirectoryInUse(LocalnetError):
    """Another localnet process holds the data directory."""


class DataDirectoryVersion(LocalnetError):
    """The data directory was written by a version that this one cannot read."""


class PortTaken(LocalnetError):
    """Another process already listens on the port."""


class NotAccepting(LocalnetError):
    """Localnet takes nothing more; what it answered is safe."""


class Stopping(NotAccepting):
    """Localnet is being stopped."""


class LedgerFull(NotAccepting):
    """The disk or the quota is full: localnet stops accepting rather than lose what it answered."""


class LogCorrupt(LocalnetError):
    """An entry of the log cannot be read."""


class ReplayDiverged(LocalnetError):
    """Replaying a log entry gave another result than the one recorded: the engine or the log changed."""
