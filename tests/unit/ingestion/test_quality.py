"""What of a venue's data is believed, and what is said about the rest."""

from __future__ import annotations

import pytest

from quantdesk.ingestion.quality import QuoteCheck, TradeCheck
from quantdesk.ingestion.quantities import BadQuantity, PriceE8, SizeE8, format_e8, parse_e8
from quantdesk.ingestion.sources.port import Quote, Trade

NOW = 1_000_000


def quote(bid: str, ask: str, seen_ms: int = NOW) -> Quote:
    return Quote("venue", "SOL-PERP", PriceE8(parse_e8(bid)), PriceE8(parse_e8(ask)), seen_ms, "live")


def trade(price: str, size: str = "1", trade_id: str = "1", ts_ms: int = NOW) -> Trade:
    return Trade(
        venue="venue",
        symbol="SOL-PERP",
        trade_id=trade_id,
        price=PriceE8(parse_e8(price)),
        size=SizeE8(parse_e8(size)),
        side="buy",
        ts_ms=ts_ms,
        seen_ms=NOW,
        feed="live",
    )


@pytest.mark.parametrize(
    ("bid", "ask", "reason"),
    [
        ("0", "1", "zero: bid 0, ask 1"),
        ("-1", "1", "negative: bid -1, ask 1"),
        ("2", "1", "crossed: bid 2 is not under ask 1"),
        ("1", "1", "crossed"),
        ("100", "110", "wide: bid 100 and ask 110"),
    ],
)
def test_a_quote_that_cannot_be_is_refused_with_its_values(bid: str, ask: str, reason: str) -> None:
    refusal = QuoteCheck().refuse(quote(bid, ask), NOW)
    assert refusal is not None
    assert refusal.startswith(reason)


def test_a_quote_that_waited_too_long_is_stale() -> None:
    assert (QuoteCheck().refuse(quote("100", "100.1", NOW - 6_000), NOW) or "").startswith("stale: 6000 ms")


def test_a_single_jump_is_refused_and_the_next_true_quote_believed() -> None:
    check = QuoteCheck()
    assert check.refuse(quote("100", "100.1"), NOW) is None
    assert (check.refuse(quote("150", "150.1"), NOW) or "").startswith("jumped: mid 150.05")
    assert check.refuse(quote("100.1", "100.2"), NOW) is None


def test_a_jump_that_stays_is_believed_at_the_third_quote() -> None:
    check = QuoteCheck()
    check.refuse(quote("100", "100.1"), NOW)
    refusals = [check.refuse(quote("150", "150.1"), NOW) for _ in range(3)]
    assert [refusal is None for refusal in refusals] == [False, False, True]


def test_after_a_reset_any_price_is_a_beginning() -> None:
    check = QuoteCheck()
    check.refuse(quote("100", "100.1"), NOW)
    check.reset()
    assert check.refuse(quote("150", "150.1"), NOW) is None


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (trade("0"), "zero"),
        (trade("10", "0"), "zero"),
        (trade("-3"), "negative"),
        (trade("150"), "jumped: price 150 is over 300 bp from the mid 100"),
        (trade("100", ts_ms=NOW + 120_000), "future"),
    ],
)
def test_a_trade_that_cannot_be_is_refused(made: Trade, reason: str) -> None:
    assert (TradeCheck().refuse(made, parse_e8("200"), NOW) or "").startswith(reason)


def test_a_trade_counts_once_however_often_it_comes() -> None:
    check = TradeCheck()
    assert check.refuse(trade("100"), None, NOW) is None
    assert check.refuse(trade("100"), None, NOW) == "repeated: trade 1"
    assert check.refuse(trade("100", trade_id="2"), None, NOW) is None


@pytest.mark.parametrize("text", ["87232.01", "0.00000001", "1", "143.54", "-2.5", "0"])
def test_quantities_survive_the_way_through_text(text: str) -> None:
    assert format_e8(parse_e8(text)) == text


@pytest.mark.parametrize(
    ("text", "value"), [("6e-05", 6_000), ("1.500000000000", 150_000_000), ("10.", 10**9)]
)
def test_unusual_but_exact_forms_are_read(text: str, value: int) -> None:
    assert parse_e8(text) == value


@pytest.mark.parametrize("text", ["", "ten", "1.000000001", "NaN", "Infinity", "1e30", "1.2.3", "٣"])
def test_text_that_is_no_exact_quantity_is_refused(text: str) -> None:
    with pytest.raises(BadQuantity):
        parse_e8(text)
