"""What the grammar answers, and the exceptions by which any rule ends a parse early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["ticket", "question", "answer", "refused"]
Action = dict[str, str | int | bool]
"""``instruction`` and its fields as the API names them; prices, sizes and amounts are decimal text."""


@dataclass(frozen=True, slots=True)
class Span:
    """The words ``[start, end)`` of the text gave ``field`` of action number ``action``."""

    start: int
    end: int
    field: str
    text: str
    action: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The meaning of one text.

    ``actions`` are filled for a ticket only. ``hypothetical`` holds the actions of a "what if": to be
    previewed, never to be done. ``relies_on`` are the positions (market -> signed size) that sizes were
    derived from: a ticket holds only while they stand.
    """

    kind: Kind
    text: str
    actions: tuple[Action, ...] = ()
    choices: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    hypothetical: tuple[Action, ...] = ()
    relies_on: Mapping[str, Decimal] | None = None


class Ending(Exception):
    """Ends the parse with an outcome.

    Ending
    |- Ask      one thing is missing or ambiguous: ask exactly that
    |- Tell     not a command, or nothing to do: say so
    `- Refuse   understood, and not possible or not allowed: say why
    """

    kind: Kind = "refused"

    def __init__(self, text: str, choices: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.choices = tuple(choices)

    def outcome(self) -> Outcome:
        """This ending as an outcome; nothing is done by it."""
        return Outcome(self.kind, self.text, choices=self.choices)


class Ask(Ending):
    """One thing is missing or ambiguous."""

    kind: Kind = "question"


class Tell(Ending):
    """Not a command, or nothing to do."""

    kind: Kind = "answer"


class Refuse(Ending):
    """Understood, and not possible or not allowed."""

    kind: Kind = "refused"
