"""The last one out: ends every part when the supervisor is gone, even when it was killed with -9.

Runs as ``python -m quantdesk.bootstrap.guard`` with a pipe as standard input that only the supervisor writes:
``+PID`` for a process group that started, ``-PID`` for one that ended. End of input means that the supervisor
is dead, in whichever way. Standard library only: this process stays small and outlives everything else.
"""

from __future__ import annotations

import os
import signal
import sys
import time

GRACE_S = 3.0


def _signal(groups: set[int], what: int) -> set[int]:
    """Signal each group (0 only asks); the ones that still exist."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, what)
            alive.add(group)
        except ProcessLookupError:
            continue
        except PermissionError:  # macOS answers this for a group of zombies
            continue
    return alive


def main() -> None:
    """Follow the supervisor's pipe to its end, then end what is left."""
    for what in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(what, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    groups = _signal(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while groups and time.monotonic() < deadline:
        time.sleep(0.05)
        groups = _signal(groups, 0)
    _signal(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
