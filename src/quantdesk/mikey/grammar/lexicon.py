"""Tokens to lexemes: words and fixed phrases looked up, longest first, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from quantdesk.mikey.grammar.lexer import Numeral, Token, TokenKind, tokens
from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.vocabulary import BASES, NEAR_MISSES_OF, QUOTES, WORDS


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word or fixed phrase with its sense. ``value`` is what the vocabulary files it under."""

    sense: Sense
    value: str
    text: str
    start: int
    end: int
    glued: bool = False
    numeral: Numeral | None = None


Entry = tuple[tuple[str, ...], Sense, str]


class Lexicon:
    """The words of one exchange: the vocabulary and the names of its markets."""

    def __init__(self, bases: Iterable[str]) -> None:
        self._entries: dict[str, list[Entry]] = {}
        self._near: set[str] = set()
        for words, sense, value in [*_vocabulary(), *_names(bases)]:
            self._entries.setdefault(words[0], []).append((words, sense, value))
            if sense in NEAR_MISSES_OF and len(words) == 1:
                self._near.add(words[0])
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def read(self, text: str) -> list[Lexeme]:
        """The lexemes of ``text``; what is in no vocabulary has the sense ``UNKNOWN``."""
        found = _without_joints(tokens(text))
        lexemes: list[Lexeme] = []
        at = 0
        while at < len(found):
            lexeme, at = self._next(found, at)
            lexemes.append(lexeme)
        return lexemes

    def near(self, word: str) -> list[str]:
        """Names and verbs one letter away from ``word`` (one added, lost, changed, or two swapped)."""
        return sorted(known for known in self._near if _one_letter_off(word, known))

    def _next(self, found: list[Token], at: int) -> tuple[Lexeme, int]:
        first = found[at]
        plain = _PLAIN_KINDS.get(first.kind)
        if plain is not None:
            return Lexeme(plain, "", first.text, first.start, first.end, first.glued, first.numeral), at + 1
        for words, sense, value in self._entries.get(first.text, ()):
            end = at + len(words)
            if end <= len(found) and all(found[at + i].text == word for i, word in enumerate(words)):
                return _lexeme(sense, value, found[at:end]), end
        return _lexeme(Sense.UNKNOWN, "", [first]), at + 1


_PLAIN_KINDS = {
    TokenKind.NUMBER: Sense.NUMBER,
    TokenKind.CLOCK: Sense.CLOCK,
    TokenKind.QUOTE: Sense.QUOTED,
    TokenKind.ADDRESS: Sense.ADDRESS,
}


@lru_cache(maxsize=8)
def lexicon(bases: tuple[str, ...]) -> Lexicon:
    """The lexicon of an exchange that lists ``bases``; made once per set."""
    return Lexicon(bases)


def _lexeme(sense: Sense, value: str, parts: list[Token]) -> Lexeme:
    text = " ".join(part.text for part in parts)
    return Lexeme(sense, value, text, parts[0].start, parts[-1].end, parts[0].glued)


def _without_joints(found: list[Token]) -> list[Token]:
    """Drop the hyphen of ``post-only`` and ``BTC-PERP``, the slash of ``SOL/USDT`` and the sign of
    ``$SOL``.
    """
    kept: list[Token] = []
    for i, token in enumerate(found):
        after = found[i + 1] if i + 1 < len(found) else None
        joins = after is not None and after.glued and after.kind is TokenKind.WORD
        between = joins and token.glued and i > 0 and found[i - 1].kind is TokenKind.WORD
        quoted = after is not None and after.text in QUOTES
        if (token.text == "-" and between) or (token.text == "/" and between and quoted):
            continue
        if token.text == "$" and joins:
            continue
        kept.append(token)
    return kept


@lru_cache(maxsize=1)
def _vocabulary() -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for sense, filed in WORDS.items():
        for value, phrases in filed.items():
            entries.extend((tuple(phrase.split()), sense, value) for phrase in _phrases(phrases))
    return tuple(entries)


def _phrases(listed: str) -> Iterator[str]:
    for phrase in listed.split(", "):
        stripped = phrase.strip()
        yield "," if stripped == "','" else stripped


def _names(bases: Iterable[str]) -> Iterator[Entry]:
    for base in bases:
        for name in BASES.get(base, base.lower()).split(", "):
            yield (name,), Sense.MARKET, base
            yield (f"{name}'s",), Sense.MARKET, base
            for quote in QUOTES:
                yield (name + quote,), Sense.MARKET, base
                yield (name, quote), Sense.MARKET, base


def _one_letter_off(word: str, known: str) -> bool:
    """Damerau-Levenshtein distance of exactly one."""
    if word == known or abs(len(word) - len(known)) > 1:
        return False
    at = 0
    while at < min(len(word), len(known)) and word[at] == known[at]:
        at += 1
    rest, other = word[at:], known[at:]
    if len(word) == len(known):
        swapped = len(rest) > 1 and rest[0] == other[1] and rest[1] == other[0] and rest[2:] == other[2:]
        return rest[1:] == other[1:] or swapped
    return rest[1:] == other or rest == other[1:]
