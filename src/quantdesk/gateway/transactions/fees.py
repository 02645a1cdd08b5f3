"""Priority fees: what others paid lately for the accounts that every trade writes."""

from typing import Literal

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.infra.solana import SolanaError, SolanaRpc
from quantdesk.program.addresses import Addresses

FRESH_MS = 5_000
MOST_AUTO = 1_000_000
"""`auto` never offers more than this many micro-lamports per unit."""
_log = structlog.get_logger(__name__)


class PriorityFees:
    """A cached recommendation."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses, clock: ClockMs) -> None:
        self._rpc = rpc
        self._venue = venue
        self._clock = clock
        self._price = 0
        self._read_ms: int | None = None

    async def price(self, asked: Literal["auto"] | int) -> int:
        """Micro-lamports per compute unit: as asked, or three quarters of recent payers' level."""
        if asked != "auto":
            return asked
        now = self._clock()
        if self._read_ms is None or now - self._read_ms > FRESH_MS:
            self._read_ms = now
            try:
                fees = await self._rpc.get_prioritization_fees([self._venue.exchange])
            except SolanaError as error:
                _log.info("priority fees not read", error=str(error))
                return self._price
            paid = sorted(each.prioritization_fee for each in fees)
            self._price = min(MOST_AUTO, paid[len(paid) * 3 // 4]) if paid else 0
        return self._price
