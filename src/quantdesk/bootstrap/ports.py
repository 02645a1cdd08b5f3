"""The ports of one box, and who holds one that is taken."""

from __future__ import annotations

import socket
from dataclasses import dataclass

import psutil


class PortTaken(RuntimeError):
    """A port that another process holds: says which and how to move aside."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All ports of a box; ``--port-offset`` moves them together."""

    offset: int = 0

    @property
    def mikey(self) -> int:
        return 3000 + self.offset

    @property
    def terminal(self) -> int:
        return 3001 + self.offset

    @property
    def gateway(self) -> int:
        return 3002 + self.offset

    @property
    def ingestion(self) -> int:
        return 3003 + self.offset

    @property
    def keepers(self) -> int:
        """Health and metrics of the keepers."""
        return 3004 + self.offset

    @property
    def indexer(self) -> int:
        """Health and metrics of the indexer."""
        return 3005 + self.offset

    @property
    def rpc(self) -> int:
        return 8899 + self.offset

    @property
    def pubsub(self) -> int:
        return 8900 + self.offset

    @property
    def bus(self) -> int:
        return 4222 + self.offset

    def named(self) -> dict[str, int]:
        """Part -> port, in the order in which a reader looks for them."""
        names = ("terminal", "gateway", "mikey", "ingestion", "keepers", "indexer", "rpc", "pubsub", "bus")
        return {name: int(getattr(self, name)) for name in names}


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str:
    """Name and pid of the process that listens on ``port``, as far as this user may see."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return "a process that this user may not see"
    return "a process that this user may not see"


def require_free(host: str, ports: Ports) -> None:
    """Raise PortTaken for the first port of the box that something else holds."""
    for name, port in ports.named().items():
        if not _is_free(host, port):
            raise PortTaken(
                f"port {port} ({name}) is taken by {holder_of(port)}; stop it, or start with "
                f"--port-offset {ports.offset + 100} to move every port of the box"
            )
