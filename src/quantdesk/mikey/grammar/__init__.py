"""MIKEY's grammar: from a trader's words to exact instructions, by rules alone.

The rules of meaning stand in docs/reference/mikey-grammar.md.
"""

from quantdesk.mikey.grammar.outcome import Action, Outcome, Span
from quantdesk.mikey.grammar.parse import parse
from quantdesk.mikey.grammar.view import AccountView, MarginTier, MarketView, OrderView, PositionView, View

__all__ = [
    "AccountView",
    "Action",
    "MarginTier",
    "MarketView",
    "OrderView",
    "Outcome",
    "PositionView",
    "Span",
    "View",
    "parse",
]
