"""Whatever is typed: never an exception, never a ticket whose side, size or price nobody said."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.venue import VIEW
from mikey_words import read
from quantdesk.mikey.grammar.vocabulary import BASES, WORDS

KNOWN = sorted(
    {p.strip() for filed in WORDS.values() for phrases in filed.values() for p in phrases.split(", ")}
)
NAMES = sorted(name for names in BASES.values() for name in names.split(", "))
FIGURES = [
    "2",
    "0.5",
    "65k",
    "$500",
    "10%",
    "5x",
    "140",
    "1,000",
    "0,5",
    "-1",
    "0",
    "17:00",
    "1/2",
    "two",
    "half",
    "a dozen",
]
BUYING = re.compile(
    r"\b(buy|long|bid|bids|ape|purchase|acquire|grab|scoop|pick up|get "
    "me|accumulate|lift|cover|short|shorts|close|exit|get|flip|"
    r"reverse|invert|flatten|flat|reduce|trim|take|cut|shave|lighten|decrease|scale|halve|unwind|square|liquidate|add|increase|top|"
    r"tp|sl|stop|stoploss|takeprofit|target|profit|invalidation|s|t)\b"
)
SELLING = re.compile(
    r"\b(sell|short|offer|dump|offload|unload|hit|get|close|exit|flip|reverse|invert|flatten|flat|reduce|trim|take|cut|shave|"
    r"lighten|decrease|scale|halve|unwind|square|liquidate|shortsell|add|increase|top|"
    r"tp|sl|stop|stoploss|takeprofit|target|profit|invalidation|s|t)\b"
)
WORD = st.one_of(st.sampled_from(KNOWN), st.sampled_from(NAMES), st.sampled_from(FIGURES))
SENTENCE = st.lists(WORD, min_size=1, max_size=9).map(" ".join)
ORDERLIKE = st.tuples(
    st.sampled_from(
        ["buy", "sell", "close", "if sol hits 150 buy", "bid", "cancel", "move my bid", "flip", ""]
    ),
    st.sampled_from([*FIGURES, ""]),
    st.sampled_from([*NAMES, "my eth", ""]),
    st.lists(WORD, max_size=4).map(" ".join),
).map(" ".join)


def check(text: str) -> None:
    outcome = read(text)
    assert outcome.text
    assert outcome.kind in ("ticket", "question", "answer", "refused")
    if outcome.kind != "ticket":
        assert outcome.actions == ()
        return
    assert outcome.actions
    for action in outcome.actions:
        check_action(text.lower(), action)
    for span in outcome.spans:
        assert text[span.start : span.end] == span.text
        assert span.field in outcome.actions[span.action] or span.field in (
            "instruction",
            "side",
            "market",
            "size",
        )


def check_action(text: str, action: dict[str, str | int | bool]) -> None:
    if action["instruction"] in ("place-order", "place-trigger"):
        market = VIEW.market(str(action["market"]))
        assert market is not None
        assert Decimal(str(action["size"])) > 0
        assert Decimal(str(action["size"])) % market.lot == 0
        assert (action["type"] == "limit") == ("price" in action)
        for name in ("price", "trigger_price", "take_profit", "stop_loss"):
            if name in action:
                assert Decimal(str(action[name])) % market.tick == 0
                assert any(char.isdigit() for char in text) or any(
                    word in text for word in ("half", "two", "dozen", "point")
                )
        said = BUYING if action["side"] == "buy" else SELLING
        assert said.search(text), f"nobody said to {action['side']}: {text!r}"


@settings(max_examples=600, deadline=None)
@given(SENTENCE)
def test_sentences_of_known_words_never_raise_and_never_invent(text: str) -> None:
    check(text)


@settings(max_examples=600, deadline=None)
@given(ORDERLIKE)
def test_things_that_look_like_orders_never_raise_and_never_invent(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_answered(text: str) -> None:
    check(text)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,kmx%$-/ '_", min_size=1, max_size=20))
def test_any_number_is_read_or_asked_about(number: str) -> None:
    check(f"buy {number} sol")
    check(f"buy 2 sol at {number}")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["buy 2 sol at 139", "close half my eth", "cancel everything", "long 2 sol tp 160 sl 130"]
    ),
    st.data(),
)
def test_a_word_added_anywhere_never_turns_an_order_round(text: str, data: st.DataObject) -> None:
    words = text.split()
    place = data.draw(st.integers(0, len(words)))
    extra = data.draw(
        st.sampled_from(["don't", "not", "never", "no", "should i", "wait", "?", '"', "says", "was", "maybe"])
    )
    outcome = read(" ".join([*words[:place], extra, *words[place:]]))
    assert outcome.kind != "ticket"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\t",
        "?",
        "!",
        ".",
        ",",
        "$",
        "%",
        "@",
        "-",
        "\x00",
        "x" * 2_000,
        "9" * 2_000,
        "buy " * 400,
    ],
)
def test_degenerate_texts_are_answered(text: str) -> None:
    check(text)


def test_a_text_over_the_limit_is_refused() -> None:
    assert read("x" * 2_001).kind == "refused"


def test_no_phrase_stands_in_the_vocabulary_twice() -> None:
    seen: dict[str, str] = {}
    for sense, filed in WORDS.items():
        for phrases in filed.values():
            for phrase in (each.strip() for each in phrases.split(", ")):
                assert phrase not in seen, f"{phrase!r} is {seen[phrase]} and {sense.name}"
                seen[phrase] = sense.name
