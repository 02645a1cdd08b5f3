"""What MIKEY does with a text: read it, preview what it would do, make a ticket of it, confirm that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from quantdesk.mikey.grammar import Outcome, View
from quantdesk.mikey.grammar.exact import dollars, shown
from quantdesk.mikey.grammar.outcome import Action
from quantdesk.mikey.models.port import Engine
from quantdesk.mikey.problems import DependencyAway, NotSignedIn, TicketRefused
from quantdesk.mikey.tickets.service import OfAnotherWallet, Tickets
from quantdesk.mikey.tickets.ticket import Ticket
from quantdesk.mikey.venue import Preview, Venue, VenueAway

Json = dict[str, Any]
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: ``signed_in`` is the wallet that the gateway vouches for, None when nobody is signed in."""

    signed_in: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A text and for which account it is meant. ``screen`` is the market that "this" means."""

    text: str
    wallet: str | None
    sub: int
    screen: str | None


class Assistant:
    """One MIKEY."""

    def __init__(self, engine: Engine, venue: Venue, tickets: Tickets, clock_ms: Callable[[], int]) -> None:
        self._engine = engine
        self._venue = venue
        self._tickets = tickets
        self._clock_ms = clock_ms

    async def parse(self, words: Words, caller: Caller) -> Json:
        """Words to a ticket, a question, an answer or a refusal. Raises DependencyAway."""
        wallet = words.wallet or caller.signed_in
        if caller.signed_in is not None and wallet != caller.signed_in:
            outcome = Outcome(
                "refused", "I act for the wallet that is signed in, not for another one. Nothing was done."
            )
            return _reply(outcome, None, None)
        words = replace(words, wallet=wallet)
        view = await self._view(words)
        outcome = await self._engine.read(words.text, view, self._clock_ms())
        preview = await self._preview(outcome, wallet, words.sub)
        outcome = replace(outcome, text=_with_preview(outcome.text, preview))
        if outcome.kind == "ticket" and wallet is None:
            text = f"Connect a wallet to make this a ticket: {outcome.text}"
            return _reply(replace(outcome, kind="question", text=text, actions=(), spans=()), view, None)
        ticket = None
        if outcome.kind == "ticket" and wallet is not None:
            ticket = await self._tickets.make(outcome, words.text, wallet, words.sub, view)
        return _reply(outcome, view, ticket, preview)

    async def confirm(self, ticket_id: str, caller: Caller) -> Json:
        """Unsigned transactions of a ticket. A refusal carries a fresh ticket made from the same words."""
        wallet = _required(caller)
        try:
            ticket = await self._tickets.own(ticket_id, wallet)
        except OfAnotherWallet as refused:
            refused.more |= await self._fresh(refused.ticket, caller)
            raise
        try:
            transactions = await self._tickets.confirm(ticket)
        except TicketRefused as refused:
            refused.more |= await self._fresh(ticket, caller)
            raise
        return {
            "ticket_id": ticket.ticket_id,
            "content_sha256": ticket.content_sha256(),
            "wallet": ticket.wallet,
            "sub": ticket.sub,
            "transactions": transactions,
        }

    async def cancel(self, ticket_id: str, caller: Caller) -> Json:
        """Throw a ticket away."""
        ticket = await self._tickets.own(ticket_id, _required(caller))
        await self._tickets.cancel(ticket)
        return {"ticket_id": ticket.ticket_id, "state": "cancelled"}

    def engines(self) -> Json:
        """Every engine and how it has done."""
        state = self._engine.state()
        return {"items": [{name: getattr(state, name) for name in state.__slots__}], "next_cursor": None}

    async def _view(self, words: Words) -> View:
        try:
            return await self._venue.view(words.wallet, words.sub, words.screen)
        except VenueAway as error:
            raise DependencyAway(
                f"The exchange does not answer: {error}", code="gateway_away", dependency="gateway"
            ) from error

    async def _preview(self, outcome: Outcome, wallet: str | None, sub: int) -> Preview | None:
        """Of a single order only: later ones depend on the first one's fills."""
        actions = outcome.actions or outcome.hypothetical
        if wallet is None or len(actions) != 1 or not _can_be_previewed(actions[0]):
            return None
        try:
            return await self._venue.preview(wallet, sub, actions[0])
        except VenueAway as error:
            _log.warning("preview_unknown", error=str(error))
            return None

    async def _fresh(self, ticket: Ticket, caller: Caller) -> Json:
        """The same words, read again now and for the caller's own account."""
        words = Words(ticket.request, caller.signed_in, ticket.sub, ticket.band.screen)
        try:
            return {"fresh": await self.parse(words, caller)}
        except DependencyAway as error:
            _log.warning("no_fresh_ticket", error=str(error))
            return {"fresh": None}


def _required(caller: Caller) -> str:
    if caller.signed_in is None:
        raise NotSignedIn("Confirming and cancelling tickets needs a signed-in wallet.")
    return caller.signed_in


def _can_be_previewed(action: Action) -> bool:
    return action["instruction"] == "place-order"


def _with_preview(text: str, preview: Preview | None) -> str:
    """The sentence with what the exchange's own simulation says of it."""
    if preview is None:
        return text
    if preview.refused is not None:
        return f"{text} As things stand the exchange would refuse it: {preview.refused}"
    told = []
    if preview.fee is not None:
        told.append(f"fee {dollars(preview.fee)}" if preview.fee >= 0 else f"rebate {dollars(-preview.fee)}")
    if preview.liquidation_price_after is not None:
        told.append(f"liquidation at {shown(preview.liquidation_price_after)}")
    if not told:
        return text
    first, rest = told[0], "".join(f", {each}" for each in told[1:])
    return f"{text} {first[:1].upper()}{first[1:]}{rest}."


def _reply(
    outcome: Outcome, view: View | None, ticket: Ticket | None, preview: Preview | None = None
) -> Json:
    return {
        "kind": outcome.kind,
        "text": outcome.text,
        "actions": list(outcome.actions),
        "ticket_id": ticket.ticket_id if ticket else None,
        "expires_at_ms": ticket.expires_ms if ticket else None,
        "content_sha256": ticket.content_sha256() if ticket else None,
        "choices": list(outcome.choices),
        "spans": [
            {"start": s.start, "end": s.end, "field": s.field, "text": s.text, "action": s.action}
            for s in outcome.spans
        ],
        "hypothetical": list(outcome.hypothetical),
        "preview": preview.body if preview else None,
        "slot": view.slot if view else None,
        "age_ms": view.age_ms if view else None,
        "feed": view.feed if view else None,
    }
