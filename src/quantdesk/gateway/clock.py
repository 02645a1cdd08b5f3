"""Time as the gateway sees it; tests bring their own."""

import time
from collections.abc import Callable

ClockMs = Callable[[], int]


def unix_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000
