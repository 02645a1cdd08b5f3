"""One instruction in the making."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.desk import Desk
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.view import MarketView


@dataclass(slots=True)
class Draft:
    """What is said (``frame``) and settled so far about one order; ``notes`` are what the user must
    be told.
    """

    desk: Desk
    frame: Frame
    market: MarketView
    side: Side
    notes: list[str] = field(default_factory=list)

    def mark(self, what: str) -> Fraction:
        """The mark. Raises ``Ask`` when it is unknown, saying ``what`` needs it."""
        return self.desk.mark(self.market, what)

    def mark_or_none(self) -> Fraction | None:
        """The mark, None when it is unknown."""
        return Fraction(self.market.mark) if self.market.mark is not None else None

    def entry(self) -> Fraction | None:
        """Entry price of the position in this market."""
        entry = self.desk.entry(self.market.symbol)
        return Fraction(entry) if entry is not None else None
