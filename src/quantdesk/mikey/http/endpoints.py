"""Routes: parse, confirm, cancel, chat, models, and what is not there yet."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from quantdesk.mikey.assistant import Assistant, Caller, Words
from quantdesk.mikey.http.schemas import ChatRequest, ConfirmRequest, ParseRequest
from quantdesk.mikey.http.tokens import InternalTokens
from quantdesk.mikey.metrics import MikeyMetrics
from quantdesk.mikey.problems import Forbidden, Malformed, NotAvailableYet

Json = dict[str, Any]
router = APIRouter()


def _assistant(request: Request) -> Assistant:
    found: Assistant = request.app.state.assistant
    return found


def _metrics(request: Request) -> MikeyMetrics:
    found: MikeyMetrics = request.app.state.metrics
    return found


def _caller(request: Request) -> Caller:
    tokens: InternalTokens = request.app.state.tokens
    return tokens.caller(request.headers.get("authorization"))


Mikey = Annotated[Assistant, Depends(_assistant)]
Asking = Annotated[Caller, Depends(_caller)]
Counted = Annotated[MikeyMetrics, Depends(_metrics)]


@router.post("/parse")
async def parse(caller: Asking, mikey: Mikey, metrics: Counted, body: ParseRequest) -> Json:
    """Words to a ticket, a question, an answer or a refusal."""
    with metrics.parse_seconds.time():
        reply = await mikey.parse(Words(body.text, body.wallet, body.sub, body.market), caller)
    metrics.outcomes.labels(reply["kind"]).inc()
    return reply


@router.post("/tickets/{ticket_id}/confirm")
async def confirm(
    caller: Asking, mikey: Mikey, metrics: Counted, ticket_id: str, body: ConfirmRequest | None = None
) -> Json:
    """Turn a ticket into unsigned transactions, once."""
    _require_same_wallet(caller, body)
    with metrics.confirmation():
        return await mikey.confirm(ticket_id, caller)


@router.post("/tickets/{ticket_id}/cancel")
async def cancel(caller: Asking, mikey: Mikey, ticket_id: str, body: ConfirmRequest | None = None) -> Json:
    """Throw a ticket away."""
    _require_same_wallet(caller, body)
    return await mikey.cancel(ticket_id, caller)


def _require_same_wallet(caller: Caller, body: ConfirmRequest | None) -> None:
    if body is not None and body.wallet is not None and caller.signed_in not in (None, body.wallet):
        raise Forbidden(
            "The wallet in the body is not the one that is signed in.", field="wallet", value=body.wallet
        )


@router.post("/chat")
async def chat(caller: Asking, mikey: Mikey, metrics: Counted, body: ChatRequest) -> StreamingResponse:
    """A conversation as server-sent events: ``text`` pieces, one ``outcome``, ``done``."""
    spoken = body.text or next(
        (each.content for each in reversed(body.messages) if each.role == "user"), None
    )
    if not spoken:
        raise Malformed(
            "There is nothing to answer.", field="text", expected="text, or messages with one of the user"
        )
    reply = await mikey.parse(Words(spoken, body.wallet, body.sub, body.market), caller)
    metrics.outcomes.labels(reply["kind"]).inc()
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_events(reply), media_type="text/event-stream", headers=headers)


async def _events(reply: Json) -> AsyncIterator[str]:
    yield _event("text", {"text": reply["text"]})
    yield _event("outcome", reply)
    yield _event("done", {"engine": "grammar"})


def _event(name: str, data: Json) -> str:
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"


@router.get("/models")
async def models(caller: Asking, mikey: Mikey) -> Json:
    """Every engine, its calls and its latency."""
    return mikey.engines()


@router.get("/sentiment")
@router.get("/risk")
@router.get("/strategies")
@router.get("/insights")
async def not_available_yet(caller: Asking, request: Request) -> Json:
    """Planned; says so rather than answer something made up."""
    name = request.url.path.rsplit("/", 1)[-1]
    raise NotAvailableYet(
        f"MIKEY has no {name} yet; it reads orders and answers questions about market and account."
    )
