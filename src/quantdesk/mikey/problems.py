"""Errors of MIKEY: one tree, each with its HTTP status and stable code (RFC 9457 problem+json).

Problem
|- Malformed            400  the request cannot be read
|- NotTheGateway        401  no valid internal token
|- NotSignedIn          401  the token names no wallet, and this acts for one
|- Forbidden            403
|- NotFound             404
|- TicketRefused        409  used, expired, cancelled, out of its band: with a fresh ticket where one can
be made
|- Refused              422  a rule of the exchange says no
|  `- NotAvailableYet   422
`- DependencyAway       503  names which dependency
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class Problem(Exception):
    """A refusal that the caller can act on. ``more`` are further members of the body."""

    status = 500
    code = "internal_error"
    title = "Internal error"

    def __init__(
        self, detail: str, *, code: str | None = None, status: int | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.more = {name: value for name, value in more.items() if value is not None}

    def body(self, request_id: str) -> Json:
        """As the wire shows it."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            **self.more,
        }


class Malformed(Problem):
    """The request cannot be read."""

    status, code, title = 400, "malformed", "Malformed request"


class NotTheGateway(Problem):
    """No valid internal token: only the gateway may call."""

    status, code, title = 401, "not_the_gateway", "Only the gateway may call MIKEY"


class NotSignedIn(Problem):
    """Acting needs a signed-in wallet."""

    status, code, title = 401, "not_signed_in", "Not signed in"


class Forbidden(Problem):
    """Known, but not allowed."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(Problem):
    """There is no such thing."""

    status, code, title = 404, "not_found", "Not found"


class TicketRefused(Problem):
    """The ticket can not be confirmed any more."""

    status, code, title = 409, "ticket_refused", "The ticket does not hold any more"


class Refused(Problem):
    """A rule of the exchange says no."""

    status, code, title = 422, "refused", "Refused by a rule of the exchange"


class NotAvailableYet(Refused):
    """Planned, and not in this version."""

    code, title = "not_available_yet", "Not available yet"


class DependencyAway(Problem):
    """Something that this answer needs does not answer."""

    status, code, title = 503, "dependency_away", "A dependency is away"
