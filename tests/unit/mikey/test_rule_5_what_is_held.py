"""Rule 5: closing, reducing, flipping, flattening and cancelling."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fakes.venue import POSITIONS
from mikey_words import CLOSE, buy, cancel, cancel_all, expect, expect_ticket, sell, trigger, view_with
from quantdesk.mikey.grammar import PositionView

ETH, BTC = sell("1.5", "ETH", **CLOSE), buy("0.2", "BTC", **CLOSE)
HALF_ETH = sell("0.75", "ETH", **CLOSE)

CLOSES: list[tuple[str, dict[str, Any]]] = [
    ("close my eth", ETH),
    ("close eth", ETH),
    ("close the eth position", ETH),
    ("close my eth long", ETH),
    ("close my eth long at market", ETH),
    ("exit eth", ETH),
    ("get out of eth", ETH),
    ("get me out of my eth please", ETH),
    ("close all my eth", ETH),
    ("close 100% of my eth", ETH),
    ("close my whole eth position", ETH),
    ("close my btc", BTC),
    ("cover my btc", BTC),
    ("cover my btc short", BTC),
    ("buy back my btc", BTC),
    ("close my longs", ETH),
    ("close my shorts", BTC),
    ("close my long", ETH),
    ("close half my eth", HALF_ETH),
    ("close half of my eth", HALF_ETH),
    ("close 50% of my eth", HALF_ETH),
    ("close my eth by half", HALF_ETH),
    ("reduce my eth by half", HALF_ETH),
    ("cut my eth in half", HALF_ETH),
    ("halve my eth", HALF_ETH),
    ("take half off my eth", HALF_ETH),
    ("take off half of my eth", HALF_ETH),
    ("take half my eth off", HALF_ETH),
    ("trim a third of my eth", sell("0.5", "ETH", **CLOSE)),
    ("trim eth by 1/3", sell("0.5", "ETH", **CLOSE)),
    ("trim two thirds of my eth", sell("1", "ETH", **CLOSE)),
    ("take off a quarter of my eth", sell("0.375", "ETH", **CLOSE)),
    ("reduce eth by 20%", sell("0.3", "ETH", **CLOSE)),
    ("close 25% of my eth", sell("0.375", "ETH", **CLOSE)),
    ("close 1 eth", sell("1", "ETH", **CLOSE)),
    ("sell 1 of my eth", sell("1", "ETH", **CLOSE)),
    ("reduce my eth by 0.3 eth", sell("0.3", "ETH", **CLOSE)),
    ("reduce my eth to 1 eth", sell("0.5", "ETH", **CLOSE)),
    ("close $320 of my eth", sell("0.1", "ETH", **CLOSE)),
    ("trim a third of my btc", buy("0.0666", "BTC", **CLOSE)),
    ("close 0.1 btc", buy("0.1", "BTC", **CLOSE)),
    ("close half my eth at 3300", sell("0.75", "ETH", "3300", **CLOSE)),
    ("close my eth at 3300 post only", sell("1.5", "ETH", "3300", post_only="reject", **CLOSE)),
    ("sell my eth", ETH),
    ("dump my eth", ETH),
    ("sell all my eth", ETH),
    ("sell half my eth", HALF_ETH),
    ("dump 25% of my eth at 3300", sell("0.375", "ETH", "3300", **CLOSE)),
    ("sell my 0.5 eth", sell("0.5", "ETH", **CLOSE)),
]


@pytest.mark.parametrize(("text", "action"), CLOSES)
def test_words_for_closing_reduce_only(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


@pytest.mark.parametrize(
    "text",
    ["close everything", "close all", "close all my positions", "exit everything", "close all positions"],
)
def test_close_everything_closes_all_positions_and_no_order(text: str) -> None:
    expect_ticket(text, BTC, ETH)


def test_half_of_everything_is_half_of_each() -> None:
    expect_ticket("close half of everything", buy("0.1", "BTC", **CLOSE), HALF_ETH)


@pytest.mark.parametrize(
    "text", ["close 5 eth", "close $100k of my eth", "close 200% of my eth", "reduce my eth by 3 eth"]
)
def test_more_than_the_position_is_clamped_and_said(text: str) -> None:
    assert "was cut to that" in expect_ticket(text, ETH).text


@pytest.mark.parametrize("text", ["flatten", "flatten everything", "flatten my account", "go flat"])
def test_flatten_cancels_all_orders_then_closes_all_positions(text: str) -> None:
    expect_ticket(text, cancel_all(), BTC, ETH)


def test_flatten_one_market_touches_only_that_market() -> None:
    expect_ticket("flatten my eth", cancel_all("ETH"), ETH)
    expect_ticket("flatten sol", cancel_all("SOL"))
    expect_ticket("flatten btc", BTC)


@pytest.mark.parametrize(
    "text",
    [
        "cancel everything",
        "cancel all",
        "cancel all orders",
        "cancel my orders",
        "pull my quotes",
        "kill all my orders",
    ],
)
def test_cancel_everything_cancels_orders_only(text: str) -> None:
    expect_ticket(text, cancel_all())


CANCELS: list[tuple[str, list[dict[str, Any]]]] = [
    ("cancel my sol orders", [cancel_all("SOL")]),
    ("cancel sol", [cancel_all("SOL")]),
    ("cancel all eth orders", [cancel_all("ETH")]),
    ("cancel my sol and eth orders", [cancel_all("SOL"), cancel_all("ETH")]),
    ("cancel my bid", [cancel("SOL", "1001")]),
    ("cancel my bids", [cancel("SOL", "1001")]),
    ("cancel my sol order", [cancel("SOL", "1001")]),
    ("cancel my bid at 135.5", [cancel("SOL", "1001")]),
    ("cancel the 3400 offer", [cancel("ETH", "1002")]),
    ("cancel my eth offer at 3,500", [cancel("ETH", "1003")]),
    ("cancel my offers", [cancel("ETH", "1002"), cancel("ETH", "1003")]),
    ("cancel my sell orders", [cancel("ETH", "1002"), cancel("ETH", "1003")]),
]


@pytest.mark.parametrize(("text", "actions"), CANCELS)
def test_orders_are_cancelled_by_market_side_and_price(text: str, actions: list[dict[str, Any]]) -> None:
    expect_ticket(text, *actions)


@pytest.mark.parametrize(
    "text",
    ["cancel my order", "cancel my eth offer", "cancel my eth order", "cancel", "cancel half my orders"],
)
def test_an_order_that_could_be_several_is_asked(text: str) -> None:
    expect("question", text)


@pytest.mark.parametrize(
    "text", ["flip my eth", "flip eth", "reverse my eth", "flip my eth long to short", "flip my eth to short"]
)
def test_a_flip_is_one_market_order_of_twice_the_position(text: str) -> None:
    expect_ticket(text, sell("3", "ETH"))


def test_a_short_flips_to_long() -> None:
    expect_ticket("flip my btc", buy("0.4", "BTC"))


@pytest.mark.parametrize(
    "text",
    ["flip my eth to long", "flip half my eth", "flip my eth at 3000", "flip everything", "flip my position"],
)
def test_a_flip_that_is_not_clear_is_asked(text: str) -> None:
    expect("question", text)


NOTHING_THERE = [
    "close my sol",
    "close sol",
    "sell my sol",
    "dump my sol",
    "flip my sol",
    "close my eth short",
    "cover my sol",
    "cancel my btc orders",
    "cancel my sol offer",
    "cancel my bid at 136",
    "cancel my stop",
    "flatten btc and sell my sol",
]


@pytest.mark.parametrize("text", NOTHING_THERE)
def test_nothing_to_close_or_cancel_is_an_answer_that_says_so(text: str) -> None:
    expect("answer", text)


@pytest.mark.parametrize(
    "text",
    [
        "close everything",
        "close my position",
        "flatten",
        "cancel everything",
        "flip my position",
        "close half",
    ],
)
def test_a_flat_account_has_nothing_to_close_or_cancel(text: str) -> None:
    expect("answer", text, view_with(positions=(), orders=()))


def test_the_only_position_is_the_one_meant() -> None:
    only_eth = view_with(positions=(PositionView("ETH-PERP", Decimal("1.5"), Decimal(3_000)),))
    expect_ticket("close my position", ETH, view=only_eth)
    for text in (
        "close half",
        "close half my position",
        "reduce my position by half",
        "trim my position by 50%",
    ):
        expect_ticket(text, HALF_ETH, view=only_eth)
    expect_ticket("flip my position", sell("3", "ETH"), view=only_eth)


@pytest.mark.parametrize(
    "text",
    [
        "close my position",
        "close half",
        "close 0.5",
        "reduce my eth",
        "take off my eth",
        "trim my eth by 0.1",
        "reduce my eth to 2 eth",
        "sell everything",
        "sell my btc",
        "cover my eth",
        "close everything at 3000",
        "close 1 sol worth of everything",
        "close 0.0001 eth",
        "close half my eth and btc",
        "take half my eth",
        "close 10% of my equity of eth",
    ],
)
def test_a_close_that_is_not_clear_is_asked(text: str) -> None:
    expect("question", text)


def test_positions_that_are_not_known_are_never_invented() -> None:
    unknown = view_with(positions=None, orders=None)
    for text in (
        "close my eth",
        "close everything",
        "flip my eth",
        "sell my eth",
        "cancel my bid",
        "move my bid to 130",
    ):
        expect("question", text, unknown)
    expect_ticket("cancel everything", cancel_all(), view=unknown)
    expect_ticket("buy 2 sol", buy("2", "SOL"), view=unknown)


def test_what_a_close_was_derived_from_is_remembered_for_the_ticket() -> None:
    assert expect_ticket("flip my eth", sell("3", "ETH")).relies_on == {"ETH-PERP": POSITIONS[1].size}
    assert expect_ticket("buy 2 sol", buy("2", "SOL")).relies_on == {}


def test_reduce_only_words_clamp_and_never_open() -> None:
    expect_ticket("sell 1 eth reduce only", sell("1", "ETH", **CLOSE))
    expect_ticket("sell 2 eth at 3300 reduce-only", sell("2", "ETH", "3300", **CLOSE))
    expect_ticket("buy 0.1 btc to close", buy("0.1", "BTC", **CLOSE))
    expect("answer", "buy 1 eth reduce only")
    expect("answer", "sell 1 sol reduce only")


def test_a_plain_sale_is_not_a_close() -> None:
    expect_ticket("sell 2 eth", sell("2", "ETH"))
    expect_ticket("short 1 eth", sell("1", "ETH"))


def test_closing_can_wait_for_a_price() -> None:
    expect_ticket("when eth hits 3400 close half my eth", trigger("take_profit", "3400", HALF_ETH))
    expect_ticket("close my eth if it drops below 3000", trigger("stop", "3000", ETH))
