"""Turns FastAPI's own errors into the gateway's problems, so that there is one shape of error."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from quantdesk.domain.errors import DomainError, said
from quantdesk.gateway.problems import FieldProblem, Malformed, NotFound, Problem, Refused, unexpected
from quantdesk.gateway.wire import IN_WORDS

_SHOWN = 120


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(DomainError, _domain)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def respond(request: Request, problem: Problem) -> Response:
    """`problem` as the answer to `request`."""
    headers = {}
    if problem.status in {429, 503}:
        headers["retry-after"] = str(max(1, -(-(problem.retry_after_ms or 1_000) // 1_000)))
    if problem.status == 401:
        headers["www-authenticate"] = "Bearer"
    body = problem.body(request.state.request_id).model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers, "application/problem+json")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return respond(request, error)


async def _unexpected(request: Request, _: Exception) -> Response:
    return respond(request, unexpected())


async def _domain(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return respond(request, refused_value(error, None))


def refused_value(error: DomainError, field: str | None) -> Refused:
    """A value that breaks a rule of the venue."""
    return Refused(str(error), code=error.code, field=field, value=error.value, expected=error.expected)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    if error.status_code == 404:
        return respond(request, NotFound(f"There is nothing at {path}.", code="unknown_path", value=path))
    problem = Malformed(
        f"{request.method} is not possible at {path}." if error.status_code == 405 else str(error.detail),
        code="method_not_allowed" if error.status_code == 405 else "malformed",
    )
    problem.status = error.status_code
    response = respond(request, problem)
    response.headers.update(error.headers or {})
    return response


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    fields = [_field(entry) for entry in error.errors()[:20]]
    first = fields[0]
    return respond(
        request,
        Malformed(
            f"{first.field}: {first.detail}",
            field=first.field,
            value=first.value,
            expected=_expected(error.errors()[0]) or first.detail,
            errors=fields,
        ),
    )


def _field(entry: Any) -> FieldProblem:
    where = [str(part) for part in entry["loc"] if part not in {"body", "query", "path"}]
    if entry["type"] == "json_invalid":  # its place is a position in the text, its input nothing
        return FieldProblem(field="body", value=None, detail=_sentence(entry))
    value = entry.get("input")
    shown = value if isinstance(value, int | bool | type(None)) else str(value)[:_SHOWN]
    return FieldProblem(field=".".join(where) or "body", value=shown, detail=_sentence(entry))


def _sentence(entry: Any) -> str:
    if entry["type"] == "json_invalid":
        return "The body is not JSON."
    if entry["type"] == "extra_forbidden":
        return "There is no such field."
    if entry["type"] == "missing":
        return "This field is required."
    if (asked := _in_words(entry)) is not None:
        return f"Expected {asked}."
    return said(entry)


def _expected(entry: Any) -> str | None:
    """What would be right, where that is not the sentence itself."""
    if entry["type"] == "json_invalid":
        return "one JSON object"
    if entry["type"] == "extra_forbidden":
        return "only the fields that /openapi.json lists for this path"
    return _in_words(entry)


def _in_words(entry: Any) -> str | None:
    if entry["type"] == "string_type":
        return 'text in quotes; numbers too are sent as text, for example "142.31"'
    return IN_WORDS.get(entry.get("ctx", {}).get("pattern", ""))
