"""What would be right instead of what was refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remedy:
    """The field at fault, its value, and what would be right."""

    field: str
    value: str | None
    expected: str
