"""Characters to tokens, each with its place in the text. Nothing is dropped but white space.

A token that the grammar has no use for later becomes a question, so no character can be overlooked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

MINUS = "-−–"
"""Hyphen, minus sign, en dash: all mean minus before a digit."""

_TOKEN = re.compile(
    r"""
    (?P<quote>"[^"]*"?|“[^”]*”?|«[^»]*»?|`[^`]*`?|„[^“”]*[“”]?|(?<!\w)[‘'](?!\s)[^'’]*(?:['’]\w[^'’]*)*['’](?!\w))
  | (?P<address>(?<![A-Za-z0-9])[1-9A-HJ-NP-Za-km-z]{32,44}(?![A-Za-z0-9]))
  | (?P<clock>(?<![\w.,:])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![\d:]))
  | (?P<number>(?:(?<![\w.,)%])[-−–+])?(?:\$\ ?)?(?:(?<![\w.,)%])[-−–+])?(?:[0-9]|[.,](?=[0-9])(?<!\w[.,]))
        (?:[0-9]|[.,'’_](?=[0-9]))*(?:(?:[kKmMxX](?![^\W_]))|\ ?%|\$)?)
  | (?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)
  | (?P<compare><=|>=|<|>|≥|≤)
  | (?P<line>\n)
  | (?P<mark>\S)
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_CONTINENTAL = re.compile(r"[1-9][0-9]{0,2}\.000")
_SCALE = {"k": 1_000, "m": 1_000_000}
_LONGEST_NUMBER = 24


class TokenKind(Enum):
    """What a token is made of."""

    WORD = auto()
    NUMBER = auto()
    CLOCK = auto()
    QUOTE = auto()
    ADDRESS = auto()
    MARK = auto()


class Flaw(Enum):
    """Why a number cannot be used as it is written."""

    AMBIGUOUS = auto()
    NEGATIVE = auto()


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in digits. ``value`` has ``k`` and ``m`` applied, ``digits`` has not; suffix is k, m,
    x, % or empty.
    """

    value: Fraction
    digits: Fraction
    suffix: str = ""
    dollar: bool = False
    flaw: Flaw | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text; ``glued``: no white space before it."""

    kind: TokenKind
    text: str
    start: int
    end: int
    glued: bool = False
    numeral: Numeral | None = None


def tokens(text: str) -> list[Token]:
    """All tokens of ``text`` in order; their words are lower case with plain apostrophes."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        kind, raw = _kind(match.lastgroup or ""), match.group()
        glued = bool(found) and found[-1].end == match.start()
        numeral = _numeral(raw) if kind is TokenKind.NUMBER else None
        shown = raw if kind is TokenKind.ADDRESS else raw.lower().replace("’", "'").replace("\n", ";")
        found.append(Token(kind, shown, match.start(), match.end(), glued, numeral))
    return found


def _kind(group: str) -> TokenKind:
    names = {"quote": TokenKind.QUOTE, "address": TokenKind.ADDRESS, "clock": TokenKind.CLOCK}
    names |= {"number": TokenKind.NUMBER, "word": TokenKind.WORD}
    return names.get(group, TokenKind.MARK)


def _numeral(raw: str) -> Numeral:
    body = raw.lower()
    negative = any(sign in body for sign in MINUS)
    dollar = "$" in body
    body = body.strip(MINUS + "+$ ").strip(MINUS + "+$ ")
    suffix = body[-1] if body[-1] in "kmx%" else ""
    body = body[: len(body) - len(suffix)].strip()
    fits = len(body) <= _LONGEST_NUMBER
    plain = fits and bool(_PLAIN.fullmatch(body)) and not _CONTINENTAL.fullmatch(body)
    if not (plain or (fits and _GROUPED.fullmatch(body))):
        return Numeral(Fraction(1), Fraction(1), suffix, dollar, Flaw.AMBIGUOUS)
    digits = Fraction(body.replace(",", ""))
    flaw = Flaw.NEGATIVE if negative else None
    return Numeral(digits * _SCALE.get(suffix, 1), digits, suffix, dollar, flaw)
