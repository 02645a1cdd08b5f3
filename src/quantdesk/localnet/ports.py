"""Who holds a port."""

from __future__ import annotations

import psutil


def holder_of(port: int) -> str | None:
    """Name and id of the process that listens on a TCP port of this machine, None when nobody does.

    Where the system does not let us look at others' processes, the holder is "another process".
    """
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return "another process (the system does not say which)"
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
            return _describe(connection.pid)
    return None


def _describe(pid: int | None) -> str:
    if pid is None:
        return "another process (the system does not say which)"
    try:
        return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.Error:
        return f"process {pid}"
