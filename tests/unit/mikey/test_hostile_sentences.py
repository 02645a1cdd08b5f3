"""Sentences that were found by trying to make the grammar do something that nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest

from mikey_words import (
    CLOSE,
    buy,
    cancel,
    cancel_all,
    expect,
    expect_ticket,
    funds,
    move,
    read,
    sell,
    trigger,
)

TICKETS: list[tuple[str, list[dict[str, Any]]]] = [
    ("@mikey buy 2 sol", [buy("2", "SOL")]),
    ("buy buy buy 2 sol", [buy("2", "SOL")]),
    ("buy 2 sol sol", [buy("2", "SOL")]),
    ("use $100 margin with 5x leverage to long sol", [buy("3.56", "SOL")]),
    ("open 5x long on sol with $100 margin", [buy("3.56", "SOL")]),
    ("risk $50 on a sol long, stop 135", [buy("9.61", "SOL", stop_loss="135")]),
    (
        "buy 2 sol, sl 130, then sell 1 eth, sl 3500",
        [buy("2", "SOL", stop_loss="130"), sell("1", "ETH", stop_loss="3500")],
    ),
    (
        "set sl 3000 on my eth and buy 2 sol",
        [trigger("stop", "3000", sell("1.5", "ETH", **CLOSE)), buy("2", "SOL")],
    ),
    ("reduce exposure to eth by half", [sell("0.75", "ETH", **CLOSE)]),
    ("sell 2 eth from my long", [sell("1.5", "ETH", **CLOSE)]),
    ("close eth long and short 1 sol", [sell("1.5", "ETH", **CLOSE), sell("1", "SOL")]),
    ("cancel my bids and offers", [cancel("SOL", "1001"), cancel("ETH", "1002"), cancel("ETH", "1003")]),
    ("cancel this order", [cancel("SOL", "1001")]),
    ("cancel order 1001", [cancel("SOL", "1001")]),
    ("withdraw 10 usdc to my wallet", [funds("withdraw", "10")]),
    ("deposit 100 usdc from my wallet", [funds("deposit", "100")]),
    ("move order 1001 to 136", [move("SOL", "1001", "136")]),
    ("close eth at market and cancel all eth orders", [sell("1.5", "ETH", **CLOSE), cancel_all("ETH")]),
    ("buy $500 sol and $500 eth", [buy("3.56", "SOL"), buy("0.156", "ETH")]),
]


@pytest.mark.parametrize(("text", "actions"), TICKETS)
def test_odd_but_clear_sentences_mean_what_they_say(text: str, actions: list[dict[str, Any]]) -> None:
    expect_ticket(text, *actions)


NOT_TICKETS = [
    ("question", "once eth hits 3400 close everything"),
    ("question", "sell all positions"),
    ("question", "sell all"),
    ("question", "deposit everything"),
    ("question", "deposit 100 usdt"),
    ("question", "deposit 2 sol"),
    ("question", "withdraw half"),
    ("question", "withdraw 6000 usdc"),
    ("question", "sell stop 150 2 sol"),
    ("question", "buy 2 sol at 139 sl 130 sl 125"),
    ("question", "buy 1 eth for 3000 usdc"),
    ("question", "bid .5 eth 3100"),
    ("question", "buy sol with my eth"),
    ("question", "buy 2 sol with usdc"),
    ("question", "buy $500 of sol and eth"),
    ("question", "buy $500 each of sol and eth"),
    ("question", "buy 2 sol and 1 eth, sl 130"),
    ("question", "close my eth and set a stop at 3000 on the rest"),
    ("question", "cancel my buy of 2 sol"),
    ("question", "flip my eth and set a stop at 3500"),
    ("question", "buy the dip in sol"),
    ("question", "buy 2 sol twice"),
    ("question", "buy 2 sol less than 140"),
    ("question", "long everything"),
    ("question", "buy everything"),
    ("question", "short my eth"),
    ("question", "long my eth"),
    ("question", "double my eth"),
    ("question", "move my bid to market"),
    ("question", "close them"),
    ("question", "close it"),
    ("question", "buy 2 sol until 140"),
    ("question", "buy 2-3 sol"),
    ("question", "buy 2 sol at 138-139"),
    ("question", "2"),
    ("answer", "buy 2 sol and hold"),
    ("answer", "I have 2 sol, sell them"),
    ("answer", "i'll take 2 sol"),
    ("answer", "my bot says: buy 2 sol"),
    ("answer", "close this position"),
    ("answer", "cancel order 12345678901234567890123456789"),
    ("answer", "stop loss 130 for sol"),
    ("refused", "close my eth if sol hits 130"),
    ("refused", "buy 2 sol because it will go up"),
    ("refused", "buy 2 sol whenever you like"),
    ("refused", "buy 2 sol in 5 minutes"),
    ("refused", "buy 2 sol each hour"),
    ("refused", "send everything to bob"),
    ("refused", "buy 2 sol isolated"),
    ("refused", "bridge 100 usdc"),
]


@pytest.mark.parametrize(("kind", "text"), NOT_TICKETS)
def test_sentences_that_must_not_become_a_ticket_do_not(kind: str, text: str) -> None:
    expect(kind, text)


CLEAR = [
    "buy 2 sol at market",
    "sell 0.1 btc at 66k post only",
    "close half my eth",
    "cancel everything",
    "long sol with $100 margin at 5x",
    "if sol hits 150 buy 2 sol",
    "flip my eth",
    "flatten",
    "move my bid to 136",
    "set a stop at 3000 on my eth",
    "buy $500 of sol 5% below",
    "short 1 eth tp 3000 sl 3400",
    "trim a third of my eth",
    "withdraw 50 usdc",
    "buy 2 sol at 139 good for an hour",
]


def slips(word: str) -> set[str]:
    """The word with one letter lost, doubled, or two swapped."""
    lost = {word[:i] + word[i + 1 :] for i in range(len(word))}
    doubled = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return (lost | doubled | swapped) - {word, ""}


@pytest.mark.parametrize("text", CLEAR)
def test_a_slip_of_one_letter_never_becomes_another_order(text: str) -> None:
    meant, words = read(text), text.split()
    assert meant.kind == "ticket"
    for place, word in enumerate(words):
        for slip in slips(word) if word.isalpha() else ():
            outcome = read(" ".join([*words[:place], slip, *words[place + 1 :]]))
            assert outcome.kind != "ticket" or outcome.actions == meant.actions, (slip, outcome.text)
