"""How tickets read: sentences with exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from quantdesk.mikey.grammar.desk import Step, coins
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import dollars, shown
from quantdesk.mikey.grammar.terms import Terms


def order_words(
    draft: Draft, size: Decimal, terms: Terms, exits: Mapping[str, Decimal], *, reduce_only: bool
) -> str:
    """``buy 2 SOL at market, about $280.40``, with its exits."""
    words = f"{draft.side.value} {coins(draft.market, size)} {terms.words()}"
    if reduce_only:
        words += ", reduce-only"
    reference = terms.reference(draft.market)
    if reference is not None:
        words += f", about {dollars(Fraction(size) * reference)}"
    if "take_profit" in exits:
        words += f", take-profit at {shown(exits['take_profit'])}"
    if "stop_loss" in exits:
        words += f", stop at {shown(exits['stop_loss'])}"
    return words


def ticket_text(steps: list[Step]) -> str:
    """All steps as one sentence, then what else the user must know."""
    sentence = "; then ".join(step.sentence for step in steps)
    notes = [note for step in steps for note in step.notes]
    return " ".join([f"{sentence[:1].upper()}{sentence[1:]}.", *dict.fromkeys(notes)])
