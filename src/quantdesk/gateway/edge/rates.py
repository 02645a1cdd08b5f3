"""Rate limits per route class and address, in this process."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from quantdesk.gateway.config import RateLimit

_HISTORY = ("/trades", "/candles", "/funding", "/prices", "/fills", "/liquidations", "/transfers", "/equity")
_PREFIXES = (
    ("/v1/tx/send", "send"),
    ("/v1/preview/", "preview"),
    ("/v1/auth/", "auth"),
    ("/v1/faucet", "faucet"),
    ("/v1/mikey/", "mikey"),
    ("/v1/ws", "socket"),
)


def route_class(method: str, path: str) -> str | None:
    """The class that a request counts in; None for what is not limited (health, the terminal's files)."""
    if not path.startswith("/v1/"):
        return None
    for prefix, name in _PREFIXES:
        if path.startswith(prefix):
            return name
    if path.startswith("/v1/tx/") and method == "POST":
        return "build"
    return "history" if path.endswith(_HISTORY) else "read"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and what remains."""

    allowed: bool
    name: str
    limit: RateLimit
    remaining: int
    reset_s: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """`RateLimit` fields of draft-ietf-httpapi-ratelimit-headers, and `Retry-After` when refused."""
        policy = f'"{self.name}";q={self.limit.requests};w={self.limit.per_seconds}'
        made = [
            (b"ratelimit-policy", policy.encode()),
            (b"ratelimit", f'"{self.name}";r={self.remaining};t={self.reset_s}'.encode()),
        ]
        if not self.allowed:
            made.append((b"retry-after", str(max(1, self.reset_s)).encode()))
        return made


class RateLimiter:
    """Sliding-window counters."""

    def __init__(self, limits: dict[str, RateLimit]) -> None:
        self._limits = limits
        self._counters = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._items = {
            name: RateLimitItemPerSecond(limit.requests, limit.per_seconds) for name, limit in limits.items()
        }

    def check(self, name: str, address: str) -> Verdict | None:
        """Count one request of class `name`; None when the class has no limit."""
        item = self._items.get(name)
        if item is None:
            return None
        allowed = self._counters.hit(item, name, address)
        stats = self._counters.get_window_stats(item, name, address)
        reset_s = max(0, math.ceil(stats.reset_time - time.time()))
        return Verdict(allowed, name, self._limits[name], max(0, stats.remaining), reset_s)
