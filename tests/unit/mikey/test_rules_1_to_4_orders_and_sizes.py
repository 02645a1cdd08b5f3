"""Rules 1 to 4: what an order needs, what its size counts, leverage, shares of equity and risk."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fakes.venue import VIEW
from mikey_words import buy, expect, expect_ticket, read, sell, view_with

COMPLETE: list[tuple[str, dict[str, Any]]] = [
    ("long 2 sol at market", buy("2", "SOL")),
    ("long 2 sol", buy("2", "SOL")),
    ("Buy 2 SOL.", buy("2", "SOL")),
    ("2 sol long", buy("2", "SOL")),
    ("2 sol, long, at market", buy("2", "SOL")),
    ("sol: buy 2 sol", buy("2", "SOL")),
    ("buy 2sol", buy("2", "SOL")),
    ("buy 2 sol perps", buy("2", "SOL")),
    ("market buy 2 sol", buy("2", "SOL")),
    ("place a market order to buy 2 sol", buy("2", "SOL")),
    ("I'd like to open a long position of 2 SOL at the current market price please", buy("2", "SOL")),
    ("open a 2 sol long", buy("2", "SOL")),
    ("get me long 3 sol", buy("3", "SOL")),
    ("go short 1 eth", sell("1", "ETH")),
    ("sell short 1 eth", sell("1", "ETH")),
    ("could you please sell 1 eth?", sell("1", "ETH")),
    ("sell 0.1 btc at 65k post only", sell("0.1", "BTC", "65000", post_only="reject")),
    ("sell 0.1 btc at 65,500", sell("0.1", "BTC", "65500")),
    ("place a limit order to buy 2 sol at 139.5", buy("2", "SOL", "139.5")),
    ("put in a bid for 2 sol at 138", buy("2", "SOL", "138")),
    ("bid 138 for 2 sol", buy("2", "SOL", "138")),
    ("offer 2 sol at 150", sell("2", "SOL", "150")),
    ("at 139 buy 2 sol", buy("2", "SOL", "139")),
]


@pytest.mark.parametrize(("text", "action"), COMPLETE)
def test_an_order_with_market_side_and_size_is_a_ticket(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


MISSING = [
    ("buy sol", "How much SOL"),
    ("long eth at market", "How much ETH"),
    ("buy a sol", "How much"),
    ("buy 2", "Which market"),
    ("buy 500 usdc worth", "Which market"),
    ("long $500", "Which market"),
    ("sell at market", "What should I sell"),
    ("buy", "What should I buy"),
    ("2 sol", "Buy or sell"),
    ("$500 of sol", "Buy or sell"),
    ("2 sol at 140", "Buy or sell"),
    ("sol", "Buy or sell"),
    ("open 2 sol", "Buy or sell"),
    ("limit buy 2 sol", "At which price"),
    ("buy 2 sol limit", "At which price"),
    ("bid 2 sol", "At which price"),
    ("offer 1 eth", "At which price"),
    ("buy 2 sol post only", "At which price"),
    ("buy 2 sol at", "At which price"),
    ("long sol 2", "2 what"),
    ("buy sol 500", "500 what"),
    ("buy 500 of sol", "500 what"),
    ("buy 1k of sol", "1,000 what"),
    ("short eth 1.5 at 3300", "1.5 what"),
    ("add 1 sol", "Buy or sell"),
]


@pytest.mark.parametrize(("text", "says"), MISSING)
def test_what_is_missing_is_asked_for_by_name(text: str, says: str) -> None:
    expect("question", text, says=says)


def test_a_missing_market_is_offered_as_sentences_that_work() -> None:
    choices = expect("question", "buy 2").choices
    assert choices == ("buy 2 BTC", "buy 2 ETH", "buy 2 SOL")
    assert [read(choice, view_with(free_collateral=None)).kind for choice in choices] == ["ticket"] * 3


def test_the_market_on_the_screen_is_only_meant_by_this() -> None:
    expect("question", "buy 2 at market", says="Which market")
    expect_ticket("buy 2 of this at market", buy("2", "SOL"))
    expect_ticket("buy $280.40 of this", buy("2", "SOL"))
    expect_ticket("long 1 of this one", buy("1", "ETH"), view=replace(VIEW, screen="ETH-PERP"))
    expect("question", "buy 2 of this", replace(VIEW, screen=None), says="Which market")


NOTIONAL: list[tuple[str, dict[str, Any]]] = [
    ("buy $500 of sol", buy("3.56", "SOL")),
    ("buy 500 usdc worth of sol", buy("3.56", "SOL")),
    ("buy 500 usdc of sol", buy("3.56", "SOL")),
    ("buy sol worth 500 usdc", buy("3.56", "SOL")),
    ("long 1k usd of sol", buy("7.13", "SOL")),
    ("ape 1k usd into sol", buy("7.13", "SOL")),
    ("buy 500 dollars of sol", buy("3.56", "SOL")),
    ("buy 500 bucks of sol", buy("3.56", "SOL")),
    ("buy $1,500 of eth", buy("0.468", "ETH")),
    ("buy $1.5k of eth", buy("0.468", "ETH")),
    ("buy sol with $500", buy("3.56", "SOL")),
    ("buy $500 of sol at 100", buy("5", "SOL", "100")),
    ("buy $500 of sol at 138", buy("3.62", "SOL", "138")),
    ("sell $700 of sol at 150", sell("4.66", "SOL", "150")),
]


@pytest.mark.parametrize(("text", "action"), NOTIONAL)
def test_money_is_notional_at_the_limit_else_at_the_mark_rounded_down_to_the_lot(
    text: str, action: dict[str, Any]
) -> None:
    expect_ticket(text, action)


def test_less_than_one_lot_is_asked_with_the_minimum() -> None:
    expect("question", "buy $1 of btc", says="smallest size, 0.0001 BTC")
    expect("question", "buy 0.001 sol", says="smallest size, 0.01 SOL")


def test_a_size_off_the_lot_is_rounded_down_and_said() -> None:
    assert "rounded down to 2" in expect_ticket("buy 2.009 sol", buy("2", "SOL")).text


def test_money_without_a_mark_is_asked() -> None:
    markets = tuple(replace(market, mark=None) for market in VIEW.markets)
    unknown = replace(VIEW, markets=markets)
    expect("question", "buy $500 of sol", unknown, says="unknown")
    expect_ticket("buy $500 of sol at 100", buy("5", "SOL", "100"), view=unknown)
    expect_ticket("buy 2 sol", buy("2", "SOL"), view=unknown)


def test_leverage_on_a_base_size_changes_nothing_and_says_so() -> None:
    for text in ("long 2 sol 5x", "long 2 sol at 5x", "long 2 sol with 5x leverage", "5x long 2 sol"):
        assert "Leverage changes nothing" in expect_ticket(text, buy("2", "SOL")).text


@pytest.mark.parametrize(
    "text",
    [
        "long $500 of sol at 5x",
        "long sol $500 5x",
        "5x long sol with $500",
        "long 500 usdc worth of sol at 5x",
    ],
)
def test_money_with_leverage_is_margin_or_notional_and_asked(text: str) -> None:
    outcome = expect("question", text, says="margin or the notional")
    assert [read(choice).kind for choice in outcome.choices] == ["ticket", "ticket"]


@pytest.mark.parametrize(
    "text",
    [
        "long sol $100 margin at 5x",
        "long sol with $100 margin at 5x",
        "long sol with $100 of margin 5x",
        "long sol, margin $100, 5x",
        "$100 margin at 5x long sol",
        "long $500 notional of sol at 5x",
    ],
)
def test_margin_times_leverage_is_notional(text: str) -> None:
    expect_ticket(text, buy("3.56", "SOL"))


def test_margin_without_leverage_is_asked() -> None:
    expect("question", "long sol with $100 margin", says="which leverage")


def test_a_multiple_of_free_collateral_is_a_notional() -> None:
    expect_ticket("long sol 10x my free collateral", buy("570.61", "SOL"))
    expect_ticket("long sol with 2x my equity", buy("142.65", "SOL"))


@pytest.mark.parametrize(
    "text",
    [
        "long 2 sol at 21x",
        "long sol with $100 margin at 50x",
        "long sol 25x my free collateral",
        "long 1 eth 51x",
    ],
)
def test_leverage_above_the_markets_maximum_is_asked(text: str) -> None:
    expect("question", text, says="above the largest leverage")


SHARES: list[tuple[str, dict[str, Any]]] = [
    ("buy sol with 10% of my equity", buy("7.13", "SOL")),
    ("long sol 10% of equity", buy("7.13", "SOL")),
    ("long sol 10 percent of my account equity", buy("7.13", "SOL")),
    ("buy sol with half my equity", buy("35.66", "SOL")),
    ("buy sol with a quarter of my free collateral", buy("14.26", "SOL")),
    ("buy sol with 10% of my equity at 100", buy("10", "SOL", "100")),
    ("buy sol with 5% of my equity as margin at 4x", buy("14.26", "SOL")),
]


@pytest.mark.parametrize(("text", "action"), SHARES)
def test_a_share_of_equity_is_a_notional_of_that_share(text: str, action: dict[str, Any]) -> None:
    expect_ticket(text, action)


@pytest.mark.parametrize(
    "text", ["buy sol with 10% of my account", "buy 10% of sol", "long sol 10%", "buy 10% sol"]
)
def test_a_share_of_something_unsaid_is_asked(text: str) -> None:
    expect("question", text)


def test_a_share_of_an_unknown_equity_is_asked() -> None:
    expect("question", "buy sol with 10% of my equity", view_with(equity=None), says="unknown")


RISK: list[tuple[str, dict[str, Any]]] = [
    ("long sol risk 1% with stop at 130", buy("9.8", "SOL", stop_loss="130")),
    ("risk 1% with stop at 130 long sol", buy("9.8", "SOL", stop_loss="130")),
    ("long sol risking 1% of my equity, stop 130", buy("9.8", "SOL", stop_loss="130")),
    ("buy sol at 140, sl 130, risk 1%", buy("10", "SOL", "140", stop_loss="130")),
    ("short sol risk $100 with stop at 150.2", sell("10", "SOL", stop_loss="150.2")),
    ("long sol risk 0.5% stop 130 tp 160", buy("4.9", "SOL", take_profit="160", stop_loss="130")),
]


@pytest.mark.parametrize(("text", "action"), RISK)
def test_risk_over_the_distance_to_the_stop_is_the_size_and_the_stop_is_placed_too(
    text: str, action: dict[str, Any]
) -> None:
    expect_ticket(text, action)


@pytest.mark.parametrize(
    "text",
    [
        "long sol risk 1%",
        "long 2 sol risk 1% stop 130",
        "risk 1% stop 130",
        "long sol risk 1% stop 150",
        "risk 1% on sol with stop at 130",
        "long sol risk some with stop at 130",
    ],
)
def test_risk_without_side_stop_or_sense_is_asked(text: str) -> None:
    expect("question", text)


def test_sizes_are_exact_where_floats_are_not() -> None:
    rich = view_with(free_collateral=None, equity=Decimal("3"))
    expect_ticket("buy 12345.67 sol at 140.21", buy("12345.67", "SOL", "140.21"), view=rich)
    expect_ticket("buy 0.3 sol at 100.1", buy("0.3", "SOL", "100.1"), view=rich)
