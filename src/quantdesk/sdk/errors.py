"""What can go wrong between a program of yours and the exchange.

QuantDeskError
+-- Unreachable        the gateway did not answer
+-- Refused            the gateway answered with a problem (RFC 9457): status, code, detail
|   |                  `field`, `value` and `expected` say what was wrong and what would be right
|   +-- RateLimited    too often: `retry_after_s`
+-- WrongTransaction   the gateway built something other than what was asked: nothing was signed
+-- NotConfirmed       the transaction failed or expired: state, signature
"""

from __future__ import annotations

from typing import Any


class QuantDeskError(Exception):
    """Base of every error of the SDK."""


class Unreachable(QuantDeskError):
    """The gateway did not answer: nothing is known about the request's effect unless the text says so."""


class Refused(QuantDeskError):
    """The gateway's problem+json answer, or what the program would refuse: then nothing was signed.

    ``field`` is where the request was wrong, ``value`` what it said there, ``expected`` what would be right;
    each None where that is not known.
    """

    def __init__(self, problem: dict[str, Any], status: int) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail") or problem.get("title") or f"HTTP {status}")
        self.field: str | None = problem.get("field")
        self.value: Any = problem.get("value")
        self.expected: str | None = problem.get("expected")
        self.problem = problem
        super().__init__(f"{self.code}: {self.detail}")

    @classmethod
    def by_program(cls, error: dict[str, Any]) -> Refused:
        """From a simulation's ``error``."""
        known = {name: error.get(name) for name in ("code", "field", "value", "expected")}
        return cls({**known, "detail": error.get("message")}, 422)


class RateLimited(Refused):
    """Too many requests: wait ``retry_after_s`` seconds."""

    def __init__(self, problem: dict[str, Any], retry_after_s: float) -> None:
        super().__init__(problem, 429)
        self.retry_after_s = retry_after_s


class WrongTransaction(QuantDeskError):
    """The built transaction does not do what was asked: says how it differs."""


class NotConfirmed(QuantDeskError):
    """The transaction was sent and did not succeed. ``expired`` and ``failed`` may be built again."""

    def __init__(self, state: str, signature: str, reason: str) -> None:
        self.state = state
        self.signature = signature
        super().__init__(f"transaction {signature} {state}: {reason}")
