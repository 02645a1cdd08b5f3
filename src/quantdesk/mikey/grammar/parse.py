"""``parse``: the meaning of one text, by rules alone. Pure: no clock, no network, no memory.

characters -> tokens (lexer) -> lexemes (lexicon) -> is it a command? (speech) -> phrases (scan)
-> frames (frames) -> instructions (intents, resolve) -> checks -> outcome
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from quantdesk.mikey.grammar import answers, speech
from quantdesk.mikey.grammar.desk import Desk, Step
from quantdesk.mikey.grammar.frames import Frame, FrameBuilder
from quantdesk.mikey.grammar.intents import LeftOver, resolve
from quantdesk.mikey.grammar.lexicon import Lexeme, lexicon
from quantdesk.mikey.grammar.outcome import Action, Ask, Ending, Outcome, Refuse, Span
from quantdesk.mikey.grammar.phrases import AtMarket, Condition, InMarket, Owned, Phrase
from quantdesk.mikey.grammar.scan import phrases_of
from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.spans import spans_of
from quantdesk.mikey.grammar.view import View
from quantdesk.mikey.grammar.wording import ticket_text

MAX_TEXT = 2_000
MAX_ACTIONS = 8


def parse(text: str, view: View, now_ms: int) -> Outcome:
    """What ``text`` asks for, given ``view``. Never raises; what is not understood becomes a question.

    ``now_ms`` (Unix ms) is only used to say when "for an hour" ends.
    """
    try:
        return _meaning(text, view, now_ms)
    except LeftOver as left:
        words = text[left.phrase.start : left.phrase.end]
        return Ask(
            f"I do not see what {words!r} means there. Please say the order without it, or differently."
        ).outcome()
    except Ending as ending:
        return ending.outcome()


def _meaning(text: str, view: View, now_ms: int) -> Outcome:
    if len(text) > MAX_TEXT:
        raise Refuse(f"That is longer than {MAX_TEXT:,} characters. Nothing was done.")
    bases = tuple(market.base for market in view.markets)
    words = lexicon(bases)
    lexemes = words.read(text)
    speech.refuse_what_is_never_done(lexemes, view.account.wallet if view.account else None)
    what_if = [word for word in lexemes if word.sense is Sense.WHAT_IF]
    if what_if:
        return _hypothetical(text, lexemes, view, now_ms)
    if speech.asks(lexemes):
        return answers.answer(lexemes, view)
    speech.tell_what_is_no_command(lexemes)
    if answers.is_small_talk(lexemes):
        return answers.small_talk(lexemes, view)
    speech.refuse_impossible_conditions(lexemes, words)
    speech.ask_what_is_unclear(text, lexemes, words, bases)
    polite = [word for word in lexemes if word.sense is not Sense.QUESTION_MARK]
    steps, frames, desk = _resolved(polite, view, now_ms)
    spans: list[Span] = []
    actions: list[Action] = []
    for frame, step in zip(frames, steps, strict=True):
        spans.extend(spans_of(text, frame, step, len(actions)))
        actions.extend(step.actions)
    _check_contradictions(actions)
    steps[-1].notes.extend(_not_available(actions, view))
    return Outcome("ticket", ticket_text(steps), tuple(actions), (), tuple(spans), (), desk.relies_on)


def _resolved(lexemes: list[Lexeme], view: View, now_ms: int) -> tuple[list[Step], list[Frame], Desk]:
    phrases = _prepared(phrases_of(lexemes))
    frames = FrameBuilder(phrases).frames()
    if not frames:
        raise Ask("I read no order in that. Say it such as 'buy 2 sol at market'. Nothing was done.")
    if len(frames) > MAX_ACTIONS:
        raise Refuse(
            f"Those are {len(frames)} actions; I take at most {MAX_ACTIONS} at a time. Nothing was done."
        )
    named = [each.symbol for each in phrases if isinstance(each, InMarket) and each.refers == "name"]
    named += [
        each.market.symbol
        for each in phrases
        if isinstance(each, Condition) and each.market and each.market.symbol
    ]
    symbols = [market.symbol for market in view.markets if market.base in named]
    desk = Desk(view, now_ms, symbols)
    return [resolve(desk, frame) for frame in frames], frames, desk


def _prepared(phrases: Sequence[Phrase]) -> list[Phrase]:
    """``my market order`` is not about what is held: "my" only counts before a noun of what one has."""
    return [
        phrase
        for place, phrase in enumerate(phrases)
        if not (
            isinstance(phrase, Owned)
            and place + 1 < len(phrases)
            and isinstance(phrases[place + 1], AtMarket)
        )
    ]


def _hypothetical(text: str, lexemes: list[Lexeme], view: View, now_ms: int) -> Outcome:
    """``what if I long 10 sol``: resolved like an order, answered with its preview, never done."""
    command = answers.supposed(lexemes)
    bases = tuple(market.base for market in view.markets)
    speech.tell_what_is_no_command(command)
    speech.ask_what_is_unclear(text, command, lexicon(bases), bases)
    steps, _, _ = _resolved(command, view, now_ms)
    actions = tuple(action for step in steps for action in step.actions)
    said = ticket_text(steps)
    return Outcome("answer", f"What that would do: {said} {speech.NOTHING_DONE}", hypothetical=actions)


def _check_contradictions(actions: Sequence[Action]) -> None:
    """Raise ``Ask`` when new orders of one text would trade against each other."""
    orders = [
        each for each in actions if each["instruction"] == "place-order" and not each.get("reduce_only")
    ]
    for place, first in enumerate(orders):
        for second in orders[place + 1 :]:
            if (
                first["market"] == second["market"]
                and first["side"] != second["side"]
                and _cross(first, second)
            ):
                raise Ask(
                    f"You buy and sell {str(first['market']).partition('-')[0]} at once. Which one "
                    "do you mean?"
                )


def _cross(first: Action, second: Action) -> bool:
    if first["type"] == "market" and second["type"] == "market":
        return True
    if "market" in (first["type"], second["type"]):
        return False
    buy, sell = (first, second) if first["side"] == "buy" else (second, first)
    return Decimal(str(buy["price"])) >= Decimal(str(sell["price"]))


def _not_available(actions: Sequence[Action], view: View) -> list[str]:
    """Say before the confirmation what this version of the exchange cannot do yet."""
    missing = sorted({str(each["instruction"]) for each in actions} & view.not_available)
    exits = any("take_profit" in each or "stop_loss" in each for each in actions)
    if exits and "place-trigger" in view.not_available:
        missing.append("take-profit and stop-loss on an order")
    if not missing:
        return []
    return [
        f"Not available yet on this exchange: {', '.join(missing)}. Confirming will be refused as a whole."
    ]
