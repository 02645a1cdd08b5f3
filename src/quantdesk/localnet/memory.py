"""How the process keeps memory that it has freed."""

from __future__ import annotations

import ctypes

KEPT_BYTES = 64 << 20
LARGEST_KEPT_BYTES = 32 << 20
"""glibc takes no more than this."""
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3


def keep_freed_memory() -> bool:
    """Keep up to ``KEPT_BYTES`` of freed memory; False where malloc has no such setting.

    The VM copies accounts of up to 1 MB several times a transaction. glibc returns a block of that size to
    the system at once, and the next copy faults it in again page by page: more than half of a simulation.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    set_largest = mallopt(_M_MMAP_THRESHOLD, LARGEST_KEPT_BYTES)
    set_kept = mallopt(_M_TRIM_THRESHOLD, KEPT_BYTES)
    return bool(set_largest and set_kept)
