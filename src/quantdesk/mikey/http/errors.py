"""Every error as problem+json."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from quantdesk.domain.errors import said
from quantdesk.mikey.problems import DependencyAway, Malformed, NotFound, Problem

SHOWN = 120
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(SQLAlchemyError, _store_away)
    app.add_exception_handler(Exception, _ours)


def request_id(request: Request) -> str:
    """The gateway's identifier of the request, for finding it in the logs."""
    return request.headers.get("x-request-id", "")[:64]


def respond(request: Request, problem: Problem) -> JSONResponse:
    """``problem`` as the answer to ``request``."""
    headers = {"retry-after": "1"} if problem.status == 503 else {}
    body = problem.body(request_id(request))
    return JSONResponse(body, problem.status, headers, media_type="application/problem+json")


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return respond(request, error)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first: dict[str, Any] = dict(error.errors()[0])
    field = ".".join(str(part) for part in first["loc"][1:]) or "body"
    shown = str(first.get("input"))[:SHOWN]
    right = said(first)
    return respond(request, Malformed(f"{field}: {right}", field=field, value=shown, expected=right))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    path = request.url.path
    if error.status_code == 404:
        return respond(request, NotFound(f"There is nothing at {path}.", code="unknown_path", value=path))
    return respond(request, Malformed(str(error.detail), code="method_not_allowed", status=error.status_code))


async def _store_away(request: Request, error: Exception) -> JSONResponse:
    _log.warning("store_away", path=request.url.path, error=type(error).__name__)
    detail = "The store does not answer, and tickets are kept there."
    return respond(request, DependencyAway(detail, code="store_away", dependency="store"))


async def _ours(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_failed", path=request.url.path, exc_info=error)
    return respond(request, Problem("Something here is broken; it was logged."))
