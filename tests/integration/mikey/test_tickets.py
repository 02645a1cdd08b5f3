"""Attacks on tickets, by name: each is refused, and a fresh ticket is offered where one can be made."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
from sqlalchemy import update

from fakes.venue import OTHER_WALLET, WALLET
from mikey_service import Mikey
from quantdesk.infra.store.tables import tickets
from quantdesk.mikey.grammar import PositionView
from quantdesk.mikey.tickets.repository import TicketRepository
from quantdesk.mikey.tickets.ticket import TicketSigner
from quantdesk.mikey.venue import VenueRefused


def refused_with_fresh_ticket(answer: httpx.Response, code: str, status: int = 409) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["fresh"]["kind"] == "ticket"
    return body


async def test_confirming_a_ticket_yields_one_unsigned_transaction_per_action(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market and sell 1 eth at 3300")
    answer = await mikey.confirm(ticket["ticket_id"])
    assert answer.status_code == 200
    body = answer.json()
    assert body["content_sha256"] == ticket["content_sha256"]
    assert [each["instruction"] for each in body["transactions"]] == ["place-order", "place-order"]
    assert mikey.venue.built == [(WALLET, 0, action) for action in ticket["actions"]]


async def test_a_ticket_lives_sixty_seconds(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    assert ticket["expires_at_ms"] == mikey.clock.now_ms + 60_000


async def test_confirming_twice_is_refused_and_a_fresh_ticket_is_offered(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200
    body = refused_with_fresh_ticket(await mikey.confirm(ticket["ticket_id"]), "ticket_used")
    assert body["fresh"]["ticket_id"] != ticket["ticket_id"]
    assert (await mikey.confirm(body["fresh"]["ticket_id"])).status_code == 200


async def test_of_many_confirmations_at_once_exactly_one_wins(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    answers = await asyncio.gather(*(mikey.confirm(ticket["ticket_id"]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


async def test_confirming_from_another_wallet_is_refused_with_a_ticket_of_its_own(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    answer = await mikey.confirm(ticket["ticket_id"], OTHER_WALLET)
    body = refused_with_fresh_ticket(answer, "ticket_of_another_wallet", 403)
    assert mikey.venue.built == []
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200
    assert (await mikey.confirm(body["fresh"]["ticket_id"], OTHER_WALLET)).status_code == 200


async def test_confirming_without_a_signed_in_wallet_is_refused(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    answer = await mikey.confirm(ticket["ticket_id"], None)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_confirming_after_expiry_is_refused_and_a_fresh_ticket_is_offered(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    mikey.clock.now_ms += 60_000
    body = refused_with_fresh_ticket(await mikey.confirm(ticket["ticket_id"]), "ticket_expired")
    assert body["fresh"]["expires_at_ms"] == mikey.clock.now_ms + 60_000
    assert mikey.venue.built == []


async def test_confirming_with_the_market_out_of_the_band_is_refused(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    mikey.venue.set_mark("SOL-PERP", "141.61")
    refused_with_fresh_ticket(await mikey.confirm(ticket["ticket_id"]), "ticket_out_of_band")
    mikey.venue.set_mark("SOL-PERP", "141.6")
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200


async def test_a_cancellation_needs_no_band(mikey: Mikey) -> None:
    ticket = await mikey.parse("cancel everything")
    for symbol in ("BTC-PERP", "ETH-PERP", "SOL-PERP"):
        mikey.venue.set_mark(symbol, "999999")
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200


async def test_a_flip_is_refused_when_the_position_changed_since(mikey: Mikey) -> None:
    ticket = await mikey.parse("flip my eth")
    mikey.venue.set_positions(PositionView("ETH-PERP", Decimal(1), Decimal(3_000)))
    body = refused_with_fresh_ticket(await mikey.confirm(ticket["ticket_id"]), "ticket_position_changed")
    assert body["fresh"]["actions"][0]["size"] == "2"


async def test_an_unknown_ticket_is_not_found(mikey: Mikey) -> None:
    answer = await mikey.confirm("AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert (answer.status_code, answer.json()["code"]) == (404, "ticket_unknown")


async def test_a_row_changed_in_the_store_is_no_ticket_any_more(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    async with mikey.parts.store.write() as connection:
        larger = '[{"instruction":"withdraw","asset":"USDC","amount":"5000"}]'
        await connection.execute(update(tickets).values(actions=larger))
    answer = await mikey.confirm(ticket["ticket_id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "ticket_unknown")


async def test_a_ticket_moved_to_another_wallet_in_the_store_is_no_ticket_any_more(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    async with mikey.parts.store.write() as connection:
        await connection.execute(update(tickets).values(wallet=OTHER_WALLET))
    assert (await mikey.confirm(ticket["ticket_id"], OTHER_WALLET)).status_code == 404


async def test_a_life_prolonged_in_the_store_is_no_life(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    mikey.clock.now_ms += 61_000
    async with mikey.parts.store.write() as connection:
        await connection.execute(update(tickets).values(expires_ms=mikey.clock.now_ms + 60_000))
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 404


async def test_a_ticket_signed_with_another_secret_does_not_hold(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    repository = TicketRepository(mikey.parts.store)
    own = await repository.find(ticket["ticket_id"])
    assert own is not None
    forged = replace(own, ticket_id=TicketSigner(b"another secret").sign(own))
    await repository.add(forged)
    assert (await mikey.confirm(forged.ticket_id)).status_code == 404


async def test_where_one_action_cannot_be_built_nothing_is_handed_out(mikey: Mikey) -> None:
    mikey.venue.refuse["place-trigger"] = VenueRefused(
        {"code": "not_available_yet", "detail": "Triggers are not in this version."}, 422
    )
    ticket = await mikey.parse("close half my btc; set a stop at 3000 on my eth")
    assert [action["instruction"] for action in ticket["actions"]] == ["place-order", "place-trigger"]
    answer = await mikey.confirm(ticket["ticket_id"])
    body = answer.json()
    assert (answer.status_code, body["code"], body["action"]) == (422, "not_available_yet", 1)
    assert "Nothing of the ticket was done." in body["detail"]
    assert "transactions" not in body


async def test_a_refusal_of_the_exchange_keeps_its_own_name(mikey: Mikey) -> None:
    mikey.venue.refuse["place-order"] = VenueRefused(
        {"code": "InsufficientMargin", "detail": "Too little."}, 422
    )
    ticket = await mikey.parse("buy 2 sol at market")
    answer = await mikey.confirm(ticket["ticket_id"])
    assert (answer.status_code, answer.json()["code"]) == (422, "InsufficientMargin")


async def test_a_ticket_survives_the_exchange_being_away(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    mikey.venue.away = True
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 503
    mikey.venue.away = False
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200


async def test_a_cancelled_ticket_cannot_be_confirmed(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    assert (await mikey.post(f"/v1/tickets/{ticket['ticket_id']}/cancel")).status_code == 200
    assert (await mikey.post(f"/v1/tickets/{ticket['ticket_id']}/cancel")).status_code == 200
    refused_with_fresh_ticket(await mikey.confirm(ticket["ticket_id"]), "ticket_cancelled")


async def test_somebody_else_cannot_cancel_a_ticket(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    answer = await mikey.post(f"/v1/tickets/{ticket['ticket_id']}/cancel", {}, OTHER_WALLET)
    assert answer.status_code == 403
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 200


async def test_old_tickets_are_forgotten(mikey: Mikey) -> None:
    ticket = await mikey.parse("buy 2 sol at market")
    assert await mikey.parts.tickets.forget_before(mikey.clock.now_ms + 1) == 1
    assert (await mikey.confirm(ticket["ticket_id"])).status_code == 404
