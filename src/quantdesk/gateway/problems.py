"""Errors of the gateway: one tree, each with its HTTP status and stable code (RFC 9457 problem+json).

Problem
|- Malformed            400  the request cannot be read
|- NotSignedIn          401
|- Forbidden            403
|- NotFound             404
|- Conflict             409
|- TooLarge             413
|- Refused              422  a rule of the exchange says no
|- NotAvailableYet      422  an instruction that this program version does not have
|- TooOften             429
`- DependencyAway       503  names which dependency
"""

from typing import Any

from pydantic import ConfigDict, Field

from quantdesk.gateway.wire import Wire


class FieldProblem(Wire):
    """One field of a request that is wrong."""

    field: str = Field(description="Path of the field, for example `orders.0.price`.")
    value: Any = Field(description="The value that was sent (shortened); null when absent.")
    detail: str = Field(description="What would be right.")


class ProblemBody(Wire):
    """RFC 9457 problem details with the project's extensions; what does not apply is left out."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(description="URI reference of the problem kind: `/problems/{code}`.")
    title: str
    status: int
    code: str = Field(description="Stable, machine-readable; a program error has its IDL name here.")
    detail: str = Field(description="What was wrong and what would be right.")
    request_id: str
    field: str | None = Field(default=None, description="The field at fault.")
    value: Any = Field(default=None, description="The value at fault.")
    expected: str | None = Field(default=None, description="What would be right.")
    dependency: str | None = Field(default=None, description="503: which dependency is away.")
    retry_after_ms: int | None = Field(
        default=None, description="429 and 503: when trying again makes sense."
    )
    signature: str | None = Field(default=None, description="The transaction that this is about.")
    errors: list[FieldProblem] = Field(default_factory=list)


class Problem(Exception):
    """A refusal that the caller can act on."""

    status = 500
    code = "internal_error"
    title = "Internal error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        field: str | None = None,
        value: Any = None,
        expected: str | None = None,
        dependency: str | None = None,
        retry_after_ms: int | None = None,
        signature: str | None = None,
        errors: list[FieldProblem] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.field = field
        self.value = value
        self.expected = expected
        self.dependency = dependency
        self.retry_after_ms = retry_after_ms
        self.signature = signature
        self.errors = errors or []

    def body(self, request_id: str) -> ProblemBody:
        """This problem as the wire shows it."""
        return ProblemBody(
            type=f"/problems/{self.code}",
            title=self.title,
            status=self.status,
            code=self.code,
            detail=self.detail,
            request_id=request_id,
            field=self.field,
            value=self.value,
            expected=self.expected,
            dependency=self.dependency,
            retry_after_ms=self.retry_after_ms,
            signature=self.signature,
            errors=self.errors,
        )


def unexpected() -> Problem:
    """Our own failure, said without its inside."""
    return Problem("The gateway failed at this request; its log has the request id.")


class Malformed(Problem):
    """The request cannot be read."""

    status, code, title = 400, "malformed", "Malformed request"


class NotSignedIn(Problem):
    """No valid access token, or a sign-in that does not hold."""

    status, code, title = 401, "not_signed_in", "Not signed in"


class Forbidden(Problem):
    """Known, but not allowed."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(Problem):
    """There is no such thing."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(Problem):
    """The request contradicts the present state."""

    status, code, title = 409, "conflict", "Conflict"


class TooLarge(Problem):
    """The body is over the limit."""

    status, code, title = 413, "too_large", "Body too large"


class Refused(Problem):
    """A rule of the exchange says no."""

    status, code, title = 422, "refused", "Refused by a rule of the exchange"


class NotAvailableYet(Refused):
    """This program version does not have the instruction or option."""

    code, title = "not_available_yet", "Not available yet"


class TooOften(Problem):
    """Over a rate limit."""

    status, code, title = 429, "too_many_requests", "Too many requests"


class DependencyAway(Problem):
    """Something that this answer needs does not answer."""

    status, code, title = 503, "dependency_away", "A dependency is away"
