"""The proxy to MIKEY: bodies pass through, identity is ours to state."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from quantdesk.gateway.mikey.schemas import ParseReply, ParseRequest
from quantdesk.gateway.requests import gateway, problems

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

router = APIRouter(prefix="/v1/mikey", tags=["mikey"])
Running = Annotated[Gateway, Depends(gateway)]
Bearer = Annotated[str | None, Header(alias="authorization", max_length=2_000)]
PASSED = problems(401, 403, 404, 409, 422)


@router.post(
    "/parse",
    operation_id="parseWords",
    responses={200: {"model": ParseReply}, **PASSED},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": ParseRequest.model_json_schema()}},
        }
    },
)
async def parse(running: Running, request: Request, authorization: Bearer = None) -> StreamingResponse:
    """Words to a ticket, a question, an answer or a refusal."""
    return await running.mikey.forward(request, "parse", authorization)


@router.post("/tickets/{ticket_id}/confirm", operation_id="confirmTicket", responses=PASSED)
async def confirm(
    running: Running, request: Request, ticket_id: str, authorization: Bearer = None
) -> StreamingResponse:
    """Turn a ticket into unsigned transactions. Needs the wallet's access token."""
    return await running.mikey.forward(request, f"tickets/{ticket_id}/confirm", authorization, acts=True)


@router.post("/tickets/{ticket_id}/cancel", operation_id="cancelTicket", responses=PASSED)
async def cancel(
    running: Running, request: Request, ticket_id: str, authorization: Bearer = None
) -> StreamingResponse:
    """Throw a ticket away. Needs the wallet's access token."""
    return await running.mikey.forward(request, f"tickets/{ticket_id}/cancel", authorization, acts=True)


@router.get("/{path:path}", operation_id="readMikey", responses=PASSED)
async def read(
    running: Running, request: Request, path: str, authorization: Bearer = None
) -> StreamingResponse:
    """Everything that MIKEY offers to read: sentiment, risk, strategies, insights, models."""
    return await running.mikey.forward(request, path, authorization)


@router.post("/chat", operation_id="chat", responses=PASSED)
async def chat(running: Running, request: Request, authorization: Bearer = None) -> StreamingResponse:
    """A conversation, answered as server-sent events."""
    return await running.mikey.forward(request, "chat", authorization)
