"""Making and confirming tickets.

Confirming builds every transaction first and only then uses the ticket up, in one conditional update: what is
handed out was handed out once, and where one action cannot be built nothing is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from quantdesk.mikey.grammar.outcome import Action, Outcome
from quantdesk.mikey.grammar.view import View
from quantdesk.mikey.problems import (
    DependencyAway,
    Forbidden,
    NotAvailableYet,
    NotFound,
    Refused,
    TicketRefused,
)
from quantdesk.mikey.tickets.repository import TicketRepository
from quantdesk.mikey.tickets.ticket import Band, Ticket, TicketSigner
from quantdesk.mikey.venue import Venue, VenueAway, VenueRefused

_PRICED = ("place-order", "place-many", "replace-many", "place-trigger", "modify-order")


class Tickets:
    """All tickets of this exchange."""

    def __init__(
        self,
        repository: TicketRepository,
        venue: Venue,
        signer: TicketSigner,
        *,
        life_ms: int,
        band: Decimal,
        clock_ms: Callable[[], int],
    ) -> None:
        self._repository = repository
        self._venue = venue
        self._signer = signer
        self._life_ms = life_ms
        self._band = band
        self._clock_ms = clock_ms

    async def make(self, outcome: Outcome, request: str, wallet: str, sub: int, view: View) -> Ticket:
        """A stored, signed ticket for the outcome's actions, alive from now."""
        now = self._clock_ms()
        holds = dict(outcome.relies_on or {})
        band = Band(self._marks(outcome.actions, view), holds, view.slot, view.screen)
        draft = Ticket("", wallet, sub, request, outcome.actions, band, now, now + self._life_ms)
        ticket = replace(draft, ticket_id=self._signer.sign(draft))
        await self._repository.add(ticket)
        return ticket

    def _marks(self, actions: tuple[Action, ...], view: View) -> dict[str, tuple[Decimal, Decimal]]:
        """Per market whose price matters: the marks between which the ticket holds."""
        marks: dict[str, tuple[Decimal, Decimal]] = {}
        for action in actions:
            market = view.market(str(action.get("market"))) if action["instruction"] in _PRICED else None
            if market is not None and market.mark is not None:
                marks[market.symbol] = (market.mark * (1 - self._band), market.mark * (1 + self._band))
        return marks

    async def own(self, ticket_id: str, wallet: str) -> Ticket:
        """The caller's ticket. Raises NotFound for an unknown or forged one, Forbidden for another
        wallet's.
        """
        ticket = await self._repository.find(ticket_id)
        if ticket is None or not self._signer.holds(ticket):
            raise NotFound("There is no such ticket.", code="ticket_unknown")
        if ticket.wallet != wallet:
            raise OfAnotherWallet(ticket)
        return ticket

    async def confirm(self, ticket: Ticket) -> list[dict[str, Any]]:
        """Unsigned transactions, one per action, in order.

        Raises TicketRefused (used, expired, out of band, position changed), Refused, NotAvailableYet,
        DependencyAway.
        """
        self._check_alive(ticket)
        await self._check_band(ticket)
        transactions = [
            await self._build(ticket, place, action) for place, action in enumerate(ticket.actions)
        ]
        if not await self._repository.consume(ticket.ticket_id, self._clock_ms()):
            now_standing = await self._repository.find(ticket.ticket_id)
            self._check_alive(now_standing or ticket)
            raise TicketRefused("This ticket was used at the same moment elsewhere.", code="ticket_used")
        return transactions

    async def cancel(self, ticket: Ticket) -> None:
        """Throw an open ticket away; a cancelled one stays cancelled. Raises TicketRefused for others."""
        if ticket.state == "cancelled":
            return
        self._check_alive(ticket)
        if not await self._repository.cancel(ticket.ticket_id, self._clock_ms()):
            raise TicketRefused("This ticket was used at the same moment elsewhere.", code="ticket_used")

    async def forget_before(self, created_ms: int) -> int:
        """Retention; see the repository."""
        return await self._repository.forget_before(created_ms)

    def _check_alive(self, ticket: Ticket) -> None:
        if ticket.state == "confirmed":
            raise TicketRefused("This ticket was confirmed already; each one works once.", code="ticket_used")
        if ticket.state == "cancelled":
            raise TicketRefused("This ticket was cancelled.", code="ticket_cancelled")
        if self._clock_ms() >= ticket.expires_ms:
            seconds = self._life_ms // 1_000
            raise TicketRefused(f"This ticket expired: one lives {seconds} s.", code="ticket_expired")

    async def _check_band(self, ticket: Ticket) -> None:
        if not ticket.band.marks and not ticket.band.holds:
            return
        try:
            view = await self._venue.view(ticket.wallet, ticket.sub, None)
        except VenueAway as error:
            raise _away(error) from error
        for symbol, (low, high) in ticket.band.marks.items():
            market = view.market(symbol)
            mark = market.mark if market is not None else None
            if mark is None:
                raise DependencyAway(
                    f"The mark of {symbol} is unknown now, so the ticket's band cannot be checked."
                )
            if not low <= mark <= high:
                raise TicketRefused(
                    f"The mark of {symbol} is {mark} now, outside of the ticket's {low} to {high}.",
                    code="ticket_out_of_band",
                )
        self._check_holds(ticket, view)

    def _check_holds(self, ticket: Ticket, view: View) -> None:
        if not ticket.band.holds:
            return
        account = view.account
        if account is None or account.positions is None:
            raise DependencyAway(
                "The positions are unknown now, so the ticket cannot be checked against them."
            )
        sizes = {position.market: position.size for position in account.positions}
        for symbol, size in ticket.band.holds.items():
            now = sizes.get(symbol, Decimal(0))
            if now != size:
                raise TicketRefused(
                    f"Your {symbol} position is {now} now and was {size} when the ticket was made.",
                    code="ticket_position_changed",
                )

    async def _build(self, ticket: Ticket, place: int, action: Action) -> dict[str, Any]:
        try:
            built = await self._venue.build(ticket.wallet, ticket.sub, action)
        except VenueAway as error:
            raise _away(error) from error
        except VenueRefused as refused:
            raise _refusal(refused, place, action) from refused
        return {"action": place, "instruction": action["instruction"], **built}


class OfAnotherWallet(Forbidden):
    """Somebody else's ticket; carries it so that the caller can be offered one of their own."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__("This ticket is bound to another wallet.", code="ticket_of_another_wallet")
        self.ticket = ticket


def _away(error: VenueAway) -> DependencyAway:
    return DependencyAway(f"The exchange does not answer: {error}", code="gateway_away", dependency="gateway")


def _refusal(refused: VenueRefused, place: int, action: Action) -> Refused:
    """The exchange's own reason; nothing of the ticket was built for signing."""
    name = action["instruction"]
    if refused.code == "not_available_yet":
        return NotAvailableYet(
            f"This exchange cannot do {name} as asked yet: {refused.detail} Nothing of the ticket was done.",
            action=place,
        )
    return Refused(
        f"The exchange refuses {name}: {refused.detail} Nothing of the ticket was done.",
        code=refused.code,
        action=place,
    )
