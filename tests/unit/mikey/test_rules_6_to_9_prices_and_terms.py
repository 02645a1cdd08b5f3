"""Rules 6 to 9: prices, triggers, take-profit and stop, time in force."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fakes.venue import VIEW
from mikey_words import CLOSE, NOW_MS, buy, expect, expect_ticket, move, sell, trigger, view_with
from quantdesk.mikey.grammar import OrderView

PRICES: list[tuple[str, dict[str, Any]]] = [
    ("buy 0.1 btc at 64k", buy("0.1", "BTC", "64000")),
    ("buy 0.1 btc @ 64,000", buy("0.1", "BTC", "64000")),
    ("buy 0.1 btc @64k", buy("0.1", "BTC", "64000")),
    ("buy 0.1 btc at $64k", buy("0.1", "BTC", "64000")),
    ("buy 0.1 btc at 64000 usd", buy("0.1", "BTC", "64000")),
    ("buy 0.1 btc at a price of 64000", buy("0.1", "BTC", "64000")),
    ("buy 2 sol limit 139.5", buy("2", "SOL", "139.5")),
    ("buy 2 sol, limit price 139.5", buy("2", "SOL", "139.5")),
    ("buy 2 sol at 139.5 limit", buy("2", "SOL", "139.5")),
    ("buy 2 sol 139.5 limit", buy("2", "SOL", "139.5")),
    ("buy limit 2 sol at 139.5", buy("2", "SOL", "139.5")),
    ("buy 2 sol at 139 or better", buy("2", "SOL", "139")),
    ("buy 2 sol 5% below", buy("2", "SOL", "133.19")),
    ("buy 2 sol at 5% below", buy("2", "SOL", "133.19")),
    ("buy 2 sol 5% below the mark", buy("2", "SOL", "133.19")),
    ("buy 2 sol 5% below market", buy("2", "SOL", "133.19")),
    ("buy 2 sol 5 percent under the current price", buy("2", "SOL", "133.19")),
    ("sell 2 sol 2 bucks above", sell("2", "SOL", "142.2")),
    ("sell 2 sol $2 above the mark", sell("2", "SOL", "142.2")),
    ("sell 2 sol 2 dollars over mark", sell("2", "SOL", "142.2")),
    ("buy 2 sol 50 cents below", buy("2", "SOL", "139.7")),
    ("buy 2 sol 10 bps below", buy("2", "SOL", "140.05")),
    ("sell 2 sol 3 ticks above", sell("2", "SOL", "140.23")),
    ("sell 1 eth 10% above my entry", sell("1", "ETH", "3300")),
]


@pytest.mark.parametrize(("text", "action"), PRICES)
def test_prices_are_absolute_or_relative_to_the_mark_now(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


def test_a_computed_price_is_shown() -> None:
    assert (
        "5% below the mark of 140.2 is 133.19"
        in expect_ticket("buy 2 sol 5% below", buy("2", "SOL", "133.19")).text
    )


def test_a_price_off_the_tick_is_rounded_away_from_the_market_and_shown() -> None:
    assert "rounded down to 139.55" in expect_ticket("buy 2 sol at 139.559", buy("2", "SOL", "139.55")).text
    assert "rounded up to 142.56" in expect_ticket("sell 2 sol at 142.551", sell("2", "SOL", "142.56")).text
    expect_ticket("sell 1 sol 1.234% above", sell("1", "SOL", "141.94"))
    expect_ticket("buy 0.1 btc at 64000.9", buy("0.1", "BTC", "64000"))


@pytest.mark.parametrize(
    "text",
    [
        "buy 2 sol at market at 139",
        "buy 2 sol at 139 at 140",
        "buy 2 sol 2 below",
        "buy 2 sol at 5%",
        "buy 2 sol below 139",
        "buy 2 sol at the bid",
        "buy 2 sol at around 139",
        "buy 2 sol between 138 and 139",
        "buy 2 sol 1% below entry",
        "buy 2 sol at 0.001",
        "buy 2 sol at market 1% below",
        "buy 2 sol at 139,5",
        "buy 2 sol 1% below index",
    ],
)
def test_a_price_that_is_not_clear_is_asked(text: str) -> None:
    expect("question", text)


def test_a_relative_price_without_a_mark_is_asked() -> None:
    unknown = replace(VIEW, markets=tuple(replace(market, mark=None) for market in VIEW.markets))
    expect("question", "buy 2 sol 5% below", unknown, says="unknown")


MOVES: list[tuple[str, dict[str, Any]]] = [
    ("move my bid up 0.5", move("SOL", "1001", "136")),
    ("move my bid to 136", move("SOL", "1001", "136")),
    ("move my sol bid down 1", move("SOL", "1001", "134.5")),
    ("move my sol order to $134", move("SOL", "1001", "134")),
    ("raise my bid by 1%", move("SOL", "1001", "136.85")),
    ("lower my bid by 2 bucks", move("SOL", "1001", "133.5")),
    ("move my bid up 10 ticks", move("SOL", "1001", "135.6")),
    ("move my bid to 5% below", move("SOL", "1001", "133.19")),
    ("change the price of my sol bid to 136.5", move("SOL", "1001", "136.5")),
]


@pytest.mark.parametrize(("text", "action"), MOVES)
def test_a_move_counts_from_that_orders_own_price(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


def test_move_my_bid_up_50() -> None:
    btc = view_with(orders=(OrderView("7", "BTC-PERP", "buy", Decimal(64_000), Decimal("0.1")),))
    expect_ticket("Move my bid up 50", move("BTC", "7", "64050"), view=btc)


def test_a_move_without_an_order_is_an_answer_and_of_several_a_question() -> None:
    expect("answer", "move my btc bid up 50")
    expect("question", "move my eth offer to 3300", says="2 such orders")
    expect("question", "move my bid")
    expect("question", "move my bid by 50")


TRIGGERS: list[tuple[str, dict[str, Any]]] = [
    ("if sol hits 150 buy 2 sol", trigger("stop", "150", buy("2", "SOL"))),
    ("if sol hits 130 buy 2 sol", trigger("take_profit", "130", buy("2", "SOL"))),
    ("if sol hits 130 sell 2 sol", trigger("stop", "130", sell("2", "SOL"))),
    ("if sol hits 150 sell 2 sol", trigger("take_profit", "150", sell("2", "SOL"))),
    ("when sol reaches 150, buy 2 sol", trigger("stop", "150", buy("2", "SOL"))),
    ("once sol drops below 130 sell 2 sol", trigger("stop", "130", sell("2", "SOL"))),
    ("sell 2 sol if it breaks 130", trigger("stop", "130", sell("2", "SOL"))),
    ("buy 2 sol when the price hits 150", trigger("stop", "150", buy("2", "SOL"))),
    ("if the price of sol goes above 150 then buy 2 sol", trigger("stop", "150", buy("2", "SOL"))),
    ("as soon as sol > 150 buy 2 sol", trigger("stop", "150", buy("2", "SOL"))),
    ("if sol drops 5% sell 2 sol", trigger("stop", "133.19", sell("2", "SOL"))),
    ("if sol falls by $5 sell 2 sol", trigger("stop", "135.2", sell("2", "SOL"))),
    ("if sol falls $5 sell 2 sol", trigger("stop", "135.2", sell("2", "SOL"))),
    ("buy 2 sol if sol is down 5%", trigger("take_profit", "133.19", buy("2", "SOL"))),
    ("buy 2 sol once it's above 150", trigger("stop", "150", buy("2", "SOL"))),
    ("when sol's price hits 130 sell 2 sol", trigger("stop", "130", sell("2", "SOL"))),
    ("if sol<130 sell 2 sol", trigger("stop", "130", sell("2", "SOL"))),
    ("if sol hits 150 buy 2 sol at 151", trigger("stop", "150", buy("2", "SOL", "151"))),
    ("if sol hits 150 buy $300 of sol", trigger("stop", "150", buy("2", "SOL"))),
    ("buy stop 2 sol at 150", trigger("stop", "150", buy("2", "SOL"))),
    ("stop sell 2 sol at 130", trigger("stop", "130", sell("2", "SOL"))),
    ("once eth hits 3400 sell my eth", trigger("take_profit", "3400", sell("1.5", "ETH", **CLOSE))),
    ("if btc hits 70k cover my btc", trigger("stop", "70000", buy("0.2", "BTC", **CLOSE))),
]


@pytest.mark.parametrize(("text", "action"), TRIGGERS)
def test_a_condition_on_the_own_market_is_a_trigger_order(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


@pytest.mark.parametrize(
    "text",
    [
        "if btc hits 70k sell 2 sol",
        "when eth drops below 3000 sell 2 sol",
        "buy 2 sol tomorrow",
        "at 5pm buy 2 sol",
        "at 17:00 utc buy 2 sol",
        "buy 2 sol in 10 minutes",
        "buy 2 sol every day",
        "buy 1 sol next week",
        "if the fed cuts rates buy 1 btc",
        "buy 2 sol if elon tweets",
        "when the news is good buy 2 sol",
        "if funding goes negative long 2 sol",
        "buy 2 sol after lunch",
        "buy 2 sol unless it drops",
        "if my pnl hits 100 close my eth",
        "if sol hits 130 cancel everything",
        "when volume picks up buy 2 sol",
        "whenever sol hits 130 buy 2 sol",
        "every time sol hits 130 buy 2 sol",
        "buy 2 sol if sol closes above 150",
        "sell 2 sol with a trailing stop",
        "twap 2 sol",
    ],
)
def test_any_other_condition_is_refused_with_what_exists_instead(text: str) -> None:
    expect("refused", text)


@pytest.mark.parametrize(
    "text",
    [
        "if sol drops to 150 sell 2 sol",
        "if sol rises to 130 buy 2 sol",
        "if sol hits 140.2 buy 2 sol",
        "buy stop 2 sol at 130",
        "if sol hits 150 buy 2 sol and sell 1 eth",
        "if sol hits 150",
        "if sol drops 130 sell 2 sol",
        "if sol falls by 5 sell 2 sol",
        "if sol hits 150 and sol hits 160 buy 2 sol",
        "if sol hits 5% buy 2 sol",
    ],
)
def test_a_condition_that_contradicts_the_mark_or_itself_is_asked(text: str) -> None:
    expect("question", text)


EXITS: list[tuple[str, dict[str, Any]]] = [
    ("long 2 sol tp 160 sl 130", buy("2", "SOL", take_profit="160", stop_loss="130")),
    ("long 2 sol, tp at 160, sl at 130", buy("2", "SOL", take_profit="160", stop_loss="130")),
    (
        "long 2 sol with a stop loss at 130 and a take profit at 160",
        buy("2", "SOL", take_profit="160", stop_loss="130"),
    ),
    ("long 2 sol stop 130 target 160", buy("2", "SOL", take_profit="160", stop_loss="130")),
    ("buy 2 sol and set a stop at 130", buy("2", "SOL", stop_loss="130")),
    ("long 2 sol tp 10% sl 5%", buy("2", "SOL", take_profit="154.22", stop_loss="133.19")),
    ("buy 2 sol at 100 tp 10% sl 5%", buy("2", "SOL", "100", take_profit="110", stop_loss="95")),
    ("short 2 sol tp 10% sl 5%", sell("2", "SOL", take_profit="126.18", stop_loss="147.21")),
    ("long 2 sol tp 50% roe at 10x", buy("2", "SOL", take_profit="147.21")),
    ("long 2 sol sl 2 bucks below entry", buy("2", "SOL", stop_loss="138.2")),
    ("long 2 sol tp 155.001 sl 130.001", buy("2", "SOL", take_profit="155.01", stop_loss="130.01")),
    ("short 2 sol tp 120.009 sl 150.009", sell("2", "SOL", take_profit="120", stop_loss="150")),
]


@pytest.mark.parametrize(("text", "action"), EXITS)
def test_take_profit_and_stop_ride_on_the_order_and_round_by_the_order_they_send(
    text: str, action: dict[str, Any]
) -> None:
    expect_ticket(text, action)


def of_eth(kind: str, at: str, size: str = "1.5") -> dict[str, Any]:
    return trigger(kind, at, sell(size, "ETH", **CLOSE))


PROTECTION: list[tuple[str, list[dict[str, Any]]]] = [
    ("set a stop at 3000 on my eth", [of_eth("stop", "3000")]),
    ("put a stop loss on my eth at 3000", [of_eth("stop", "3000")]),
    ("add a stop at 3000 to my eth", [of_eth("stop", "3000")]),
    ("sl 3000 on my eth", [of_eth("stop", "3000")]),
    ("tp 3400 sl 3000 on my eth", [of_eth("take_profit", "3400"), of_eth("stop", "3000")]),
    ("tp 10% on my eth", [of_eth("take_profit", "3300")]),
    ("take profit half my eth at 3400", [of_eth("take_profit", "3400", "0.75")]),
    ("tp 100% roe on my eth at 10x", [of_eth("take_profit", "3300")]),
    ("set a stop at 70k on my btc", [trigger("stop", "70000", buy("0.2", "BTC", **CLOSE))]),
]


@pytest.mark.parametrize(("text", "actions"), PROTECTION)
def test_exits_of_a_position_are_reduce_only_triggers(text: str, actions: list[dict[str, Any]]) -> None:
    expect_ticket(text, *actions)


@pytest.mark.parametrize(
    "text",
    [
        "long 2 sol sl 150",
        "long 2 sol tp 130",
        "short 2 sol sl 130",
        "short 2 sol tp 150",
        "buy 2 sol at 130 sl 135",
        "long 2 sol tp 50% roe",
        "long 2 sol sl 5% above",
        "long 2 sol tp 160 tp 170",
        "long 2 sol tp/sl 160/130",
        "set a stop at 3300 on my eth",
        "set a take profit at 3100 on my eth",
        "set a stop at 60k on my btc",
        "set a stop at 130",
        "take profit on half my eth",
        "long 2 sol with a stop",
    ],
)
def test_exits_on_the_wrong_side_or_without_a_price_are_asked(text: str) -> None:
    expect("question", text)


def test_protecting_nothing_is_an_answer() -> None:
    expect("answer", "set a stop at 130 on my sol")


HOUR = NOW_MS + 3_600_000
FIVE_PM = 1_790_010_000_000
TERMS: list[tuple[str, dict[str, Any]]] = [
    ("buy 2 sol at 139 post only", buy("2", "SOL", "139", post_only="reject")),
    ("buy 2 sol at 139, maker only", buy("2", "SOL", "139", post_only="reject")),
    ("post-only buy 2 sol at 139", buy("2", "SOL", "139", post_only="reject")),
    ("buy 2 sol at 139 ioc", buy("2", "SOL", "139", time_in_force="ioc")),
    ("buy 2 sol at 139 immediate or cancel", buy("2", "SOL", "139", time_in_force="ioc")),
    ("buy 2 sol at 139 fok", buy("2", "SOL", "139", time_in_force="fok")),
    ("buy 2 sol at 139 fill-or-kill", buy("2", "SOL", "139", time_in_force="fok")),
    ("buy 2 sol at 139 gtc", buy("2", "SOL", "139", time_in_force="gtc")),
    ("buy 2 sol at 139 good till cancelled", buy("2", "SOL", "139", time_in_force="gtc")),
    ("buy 2 sol at 139 good for an hour", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=HOUR)),
    ("buy 2 sol at 139 for an hour", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=HOUR)),
    (
        "buy 2 sol at 139 valid for 60 minutes",
        buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=HOUR),
    ),
    ("buy 2 sol at 139 expires in 1h", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=HOUR)),
    ("buy 2 sol at 139 good for 60m", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=HOUR)),
    ("buy 2 sol at 139 until 17:00 UTC", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=FIVE_PM)),
    ("buy 2 sol at 139 until 5pm utc", buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=FIVE_PM)),
    (
        "buy 2 sol at 139 till 14:00 gmt",
        buy("2", "SOL", "139", time_in_force="gtt", expires_at_ms=NOW_MS - 800_000 + 86_400_000),
    ),
    ("buy 2 sol max slippage 0.5%", buy("2", "SOL", max_slippage_bps=50)),
    ("buy 2 sol with at most 20 bps slippage", buy("2", "SOL", max_slippage_bps=20)),
]


@pytest.mark.parametrize(("text", "action"), TERMS)
def test_the_terms_of_an_order_are_taken_as_said(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("buy 2 sol at 139 until 17:00", "time zone"),
        ("buy 2 sol at 139 until 5pm", "time zone"),
        ("buy 2 sol at 139 until 17:00 EST", "time zone"),
        ("buy 2 sol at 139 until tomorrow", "Until when"),
        ("buy 2 sol at 139 until 25:00 UTC", "time of day"),
        ("buy 2 sol at 139 gtt", "Until when"),
        ("buy 2 sol good for an hour", "At which price"),
        ("buy 2 sol at market good for an hour", "At which price"),
        ("buy 2 sol gtc", "At which price"),
        ("buy 2 sol at market post only", "At which price"),
        ("buy 2 sol at 139 post only ioc", "contradict"),
        ("buy 2 sol at 139 ioc gtc", "different times"),
        ("buy 2 sol at 139 max slippage 1%", "market orders"),
    ],
)
def test_terms_that_are_unclear_or_contradict_each_other_are_asked(text: str, says: str) -> None:
    expect("question", text, says=says)
