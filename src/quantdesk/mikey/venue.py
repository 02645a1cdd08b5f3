"""The port to the exchange: everything that MIKEY reads and the only way in which it asks for transactions.

VenueError
|- VenueAway      the exchange does not answer
`- VenueRefused   it answered with a problem: status, code, detail
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from quantdesk.mikey.grammar.outcome import Action
from quantdesk.mikey.grammar.view import View

Json = dict[str, Any]


class VenueError(Exception):
    """Base of what can go wrong with the exchange."""


class VenueAway(VenueError):
    """The exchange does not answer, or not as agreed."""


class VenueRefused(VenueError):
    """The exchange said no. ``problem`` is its problem+json body."""

    def __init__(self, problem: Json, status: int) -> None:
        self.problem = problem
        self.status = status
        self.code = str(problem.get("code", "refused"))
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        super().__init__(f"{self.code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would do now, by the real program. Unknown is None.

    ``refused`` is the exchange's reason when it would refuse the order, in words; then the numbers are None.
    """

    average_price: Decimal | None = None
    fee: Decimal | None = None
    liquidation_price_before: Decimal | None = None
    liquidation_price_after: Decimal | None = None
    refused: str | None = None
    body: Json | None = None


class Venue(Protocol):
    """The exchange as one caller sees it. MIKEY has no rights of its own here: all of it is public."""

    async def view(self, wallet: str | None, sub: int, screen: str | None) -> View:
        """Markets now and, with a wallet, its account. Raises VenueAway when the markets cannot be read."""
        ...

    async def preview(self, wallet: str, sub: int, order: Action) -> Preview:
        """Simulate a ``place-order``. Raises VenueAway."""
        ...

    async def build(self, wallet: str, sub: int, action: Action) -> Json:
        """The unsigned transaction of one action. Raises VenueAway, VenueRefused."""
        ...

    async def reachable(self) -> str | None:
        """None when the exchange answers, else why not."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
