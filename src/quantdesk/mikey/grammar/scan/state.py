"""What one scan has read so far."""

from __future__ import annotations

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.cursor import Cursor
from quantdesk.mikey.grammar.phrases import Phrase
from quantdesk.mikey.grammar.senses import Verb

REDUCING = (Verb.CLOSE, Verb.REDUCE, Verb.HALVE, Verb.COVER, Verb.FLIP, Verb.TAKE, Verb.ADD)
ON_ORDERS = (Verb.CANCEL, Verb.MOVE)
SIDES = {"buy": Side.BUY, "sell": Side.SELL, "long": Side.BUY, "short": Side.SELL}
NOT_UNDERSTOOD = "I do not understand {!r} here. Nothing was done."


class Scan:
    """The place in the text, the phrases said so far, and the last verb."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.out: list[Phrase] = []
        self.verb: Verb | None = None

    def say(self, phrase: Phrase) -> None:
        """Take in one phrase."""
        self.out.append(phrase)

    def say_all(self, phrases: list[Phrase]) -> None:
        """Take in several."""
        self.out.extend(phrases)

    def last(self) -> Phrase | None:
        """The phrase said last."""
        return self.out[-1] if self.out else None
