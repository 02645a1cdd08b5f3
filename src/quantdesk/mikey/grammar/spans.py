"""Which words gave which field of which action."""

from __future__ import annotations

from collections.abc import Iterator

from quantdesk.mikey.grammar.desk import Step
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Span
from quantdesk.mikey.grammar.phrases import (
    Amount,
    AsLimit,
    AsStop,
    AtMarket,
    Condition,
    Does,
    Every,
    ExitAt,
    Holding,
    InMarket,
    Lasting,
    Leveraged,
    Phrase,
    PostOnlyWord,
    Priced,
    ReduceOnlyWord,
    Resting,
    Risking,
    Shift,
    Slippage,
    ToSub,
)

_FIELDS: dict[type[Phrase], tuple[str, ...]] = {
    Does: ("side", "instruction"),
    InMarket: ("market",),
    Holding: ("market", "instruction"),
    Every: ("size", "amount", "instruction"),
    Amount: ("size", "amount"),
    Priced: ("price", "trigger_price", "order_id"),
    AtMarket: ("type",),
    AsLimit: ("type",),
    AsStop: ("kind",),
    PostOnlyWord: ("post_only",),
    ReduceOnlyWord: ("reduce_only",),
    Lasting: ("expires_at_ms", "time_in_force"),
    Leveraged: ("size",),
    Risking: ("size",),
    Slippage: ("max_slippage_bps",),
    Condition: ("trigger_price",),
    Shift: ("price",),
    Resting: ("order_id", "instruction"),
    ToSub: ("to_sub",),
}
_CLOSING = ("close", "reduce", "halve", "take", "cover", "flatten", "flip")


def spans_of(text: str, frame: Frame, step: Step, first_action: int) -> Iterator[Span]:
    """Spans of one frame. A phrase is listed under the first of its fields that the action has."""
    for offset, action in enumerate(step.actions):
        for phrase in frame.phrases:
            name = _field(phrase, action)
            if name is not None and not (offset and name == "instruction"):
                words = text[phrase.start : phrase.end]
                yield Span(phrase.start, phrase.end, name, words, first_action + offset)


def _field(phrase: Phrase, action: Action) -> str | None:
    if isinstance(phrase, ExitAt):
        if phrase.kind in action:
            return phrase.kind
        kind = "stop" if phrase.kind == "stop_loss" else "take_profit"
        return "trigger_price" if action.get("kind") == kind else None
    if isinstance(phrase, Does) and phrase.verb.value in _CLOSING:
        return "reduce_only" if "reduce_only" in action else "instruction"
    return next((name for name in _FIELDS.get(type(phrase), ()) if name in action), None)
