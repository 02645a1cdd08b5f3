"""Which texts are no commands: questions, reports, wishes, hearsay, quotations, and what is never done.

Runs before anything is understood as an action, so that no words of these kinds can become one.
"""

from __future__ import annotations

from collections.abc import Sequence

from quantdesk.mikey.grammar.conditions import read_condition
from quantdesk.mikey.grammar.cursor import Cursor
from quantdesk.mikey.grammar.lexicon import Lexeme, Lexicon
from quantdesk.mikey.grammar.outcome import Ask, Refuse, Tell
from quantdesk.mikey.grammar.scan.numbers import vague_question
from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.timing import NO_SCHEDULE

NOTHING_DONE = "Nothing was done."
_POLITE = frozenset(("can you", "could you", "would you", "will you", "can u", "could u"))
_LENDING = (
    Sense.ACCOUNT,
    Sense.VAGUE_FUNDS,
    Sense.POSITION,
    Sense.SIDE_NOUN,
    Sense.ORDER,
    Sense.FREE_COLLATERAL,
)
_NUMBERS = (Sense.NUMBER, Sense.CARDINAL, Sense.FRACTION)


def refuse_what_is_never_done(lexemes: Sequence[Lexeme], wallet: str | None) -> None:
    """Raise ``Refuse`` for another person's account, and for signing or confirming on the user's behalf."""
    for word in lexemes:
        if word.sense is Sense.ADDRESS and word.text != wallet:
            raise Refuse(
                "I act for your own connected wallet only, and withdrawals go to its own token account. "
                + NOTHING_DONE
            )
        if word.sense is Sense.SIGN:
            raise Refuse(
                "I never sign and never hold a key: your wallet signs what you confirmed. " + NOTHING_DONE
            )
    _refuse_other_people(lexemes)
    _refuse_skipped_confirmation(lexemes)


def _refuse_other_people(lexemes: Sequence[Lexeme]) -> None:
    owners = [i for i, word in enumerate(lexemes) if word.sense is Sense.PERSON]
    behalf = any(word.text.startswith(("on behalf", "behalf")) for word in lexemes)
    lent = any(word.sense in _LENDING or word.sense is Sense.MARKET for word in lexemes)
    possessive = any(lexemes[i].value == "possessive" for i in owners)
    account = any(
        word.text in ("account", "accounts", "wallet", "wallets", "funds", "keys") for word in lexemes
    )
    sent = any(word.sense is Sense.VERB and word.value == "transfer" for word in lexemes)
    if any(_names_somebody(lexemes, place, sent) for place in range(len(lexemes))):
        behalf = True
    if behalf or (possessive and lent) or (owners and (account or sent)):
        raise Refuse(
            "I act for your own connected wallet only, not for another person's account. " + NOTHING_DONE
        )


def _names_somebody(lexemes: Sequence[Lexeme], place: int, sent: bool) -> bool:
    """``bob's position``, ``in bob account``, ``send 100 usdc to bob``."""
    word = lexemes[place]
    if word.sense is not Sense.UNKNOWN or not word.text[0].isalpha():
        return False
    after = lexemes[place + 1] if place + 1 < len(lexemes) else None
    before = lexemes[place - 1] if place else None
    lent = after is not None and after.text in ("account", "accounts", "wallet", "position", "orders")
    return lent or word.text.endswith("'s") or (sent and before is not None and before.sense is Sense.TO)


def _refuse_skipped_confirmation(lexemes: Sequence[Lexeme]) -> None:
    confirming = [word for word in lexemes if word.sense is Sense.CONFIRM]
    if not confirming:
        return
    rest = [
        word for word in lexemes if word.sense not in (Sense.CONFIRM, Sense.COURTESY, Sense.IT, Sense.LINK)
    ]
    if rest:
        raise Refuse(
            "Every ticket is confirmed by you and signed by your wallet; there is no way around it. "
            + NOTHING_DONE
        )
    raise Tell("A ticket is confirmed with its own button and your wallet's signature. " + NOTHING_DONE)


def tell_what_is_no_command(lexemes: Sequence[Lexeme]) -> None:
    """Raise ``Tell`` for quotations, wishes, the past, hearsay, negations and statements."""
    senses = {word.sense for word in lexemes}
    conditional = Sense.IF in senses
    if Sense.QUOTED in senses:
        raise Tell("What stands in quotation marks is text to me, not an order. " + NOTHING_DONE)
    if Sense.WISH in senses:
        raise Tell(
            "That is a wish, not an order; say it as one, such as 'buy 1 sol at market'. " + NOTHING_DONE
        )
    if Sense.NEGATION in senses:
        raise Tell("You said what not to do. " + NOTHING_DONE)
    if conditional and senses & {Sense.HEARSAY, Sense.TIME}:
        return
    if Sense.HEARSAY in senses or Sense.PERSON in senses:
        raise Tell("What others say is information to me, not an order. " + NOTHING_DONE)
    if Sense.PAST in senses:
        raise Tell("That sounds like something that already happened. " + NOTHING_DONE)
    if Sense.STATEMENT in senses or Sense.GERUND in senses:
        raise Tell(
            "That is a statement, not an order; say it as one, such as 'buy 1 sol at market'. " + NOTHING_DONE
        )


def asks(lexemes: Sequence[Lexeme]) -> bool:
    """Whether the text is a question. A polite request (``could you buy 2 sol?``) is none."""
    if not lexemes:
        return False
    if any(word.sense is Sense.QUESTION for word in lexemes):
        return True
    first = next((word for word in lexemes if word.sense is not Sense.COURTESY), lexemes[0])
    if first.sense in (Sense.ASKING, Sense.INFORM) or first.text == "is":
        return True
    marked = any(word.sense is Sense.QUESTION_MARK for word in lexemes)
    polite = any(word.text.startswith(tuple(_POLITE)) for word in lexemes)
    return marked and not polite


def refuse_impossible_conditions(lexemes: list[Lexeme], lexicon: Lexicon) -> None:
    """Raise ``Refuse`` for a condition on anything but a price, however it is worded."""
    for place, word in enumerate(lexemes):
        if word.sense is not Sense.IF:
            continue
        cursor = Cursor(lexemes)
        cursor.at = place + 1
        subject = cursor.peek()
        if subject is not None and subject.sense is Sense.UNKNOWN and lexicon.near(subject.text):
            continue
        read_condition(cursor, word)


def ask_what_is_unclear(text: str, lexemes: Sequence[Lexeme], lexicon: Lexicon, bases: Sequence[str]) -> None:
    """Raise ``Ask`` for unknown words, self-corrections and vague amounts; ``Refuse`` for what does
    not exist.
    """
    for place, word in enumerate(lexemes):
        after = lexemes[place + 1] if place + 1 < len(lexemes) else None
        if word.text in ("minus", "negative") and after is not None and after.sense in _NUMBERS:
            raise Refuse(f"Amounts and prices are above zero. {NOTHING_DONE}")
        if word.text == "-" and word.glued:
            raise Ask("I read a range or a dash in that. Please say one exact number.")
        if word.sense is Sense.CORRECTION:
            raise Ask(
                f"{word.text!r} leaves open what you want. Please say the whole order once, as you mean it."
            )
        if word.sense is Sense.UNSUPPORTED:
            raise Refuse(f"That does not exist here: {word.value}. {NOTHING_DONE}")
        if word.sense is Sense.TIME and not (place and lexemes[place - 1].sense is Sense.UNTIL):
            raise Refuse(NO_SCHEDULE)
        if word.sense is Sense.AMBIGUOUS_VERB:
            choices = tuple(_replaced(text, word, verb) for verb in ("buy", "sell"))
            raise Ask(f"{word.text!r} can mean either side. Buy or sell?", choices)
    for word in lexemes:
        if word.sense is Sense.UNKNOWN:
            _ask_about_unknown(text, word, lexicon, bases)
    slippage = any(word.sense is Sense.SLIPPAGE for word in lexemes)
    for word in lexemes:
        if word.sense is Sense.VAGUE and not slippage:
            raise Ask(vague_question(word))


def _ask_about_unknown(text: str, word: Lexeme, lexicon: Lexicon, bases: Sequence[str]) -> None:
    near = lexicon.near(word.text)
    if near:
        meant = " or ".join(repr(each) for each in near)
        raise Ask(
            f"I do not know {word.text!r}. Did you mean {meant}?",
            tuple(_replaced(text, word, each) for each in near),
        )
    listed = ", ".join(bases)
    raise Ask(
        f"I do not understand {word.text!r}. The markets here are {listed}; say it such as 'buy 1 "
        "sol at market'."
    )


def _replaced(text: str, word: Lexeme, by: str) -> str:
    return f"{text[: word.start]}{by}{text[word.end :]}"
