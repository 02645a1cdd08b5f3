"""The wire form of bus messages is pinned: other services and stored logs read it."""

from __future__ import annotations

import pytest

from quantdesk.infra.bus import BadMessage
from quantdesk.infra.bus.messages import Candle, Price, SourcePrice
from quantdesk.infra.bus.port import Decoder, encode, matches


def test_a_price_has_its_pinned_wire_form() -> None:
    source = SourcePrice(venue="binance", price="1.5", age_ms=3, used=False, reason="stale")
    message = Price(
        symbol="SOL-PERP", price="1.5", confidence="0.1", published_ms=9, feed="live", sources=[source]
    )
    assert encode(message) == (
        b'{"v":1,"symbol":"SOL-PERP","price":"1.5","confidence":"0.1","published_ms":9,"feed":"live",'
        b'"sources":[{"venue":"binance","price":"1.5","age_ms":3,"used":false,"reason":"stale"}]}'
    )


def test_a_candle_survives_the_wire() -> None:
    candle = Candle(
        symbol="SOL-PERP",
        source="trade",
        resolution="1m",
        unit="ticks",
        t_ms=60_000,
        o=1,
        h=4,
        l=1,
        c=2,
        volume=7,
        closed=False,
    )
    assert Decoder(Candle).decode(encode(candle)) == candle


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"v":1}'])
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        Decoder(Price).decode(data)


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("prices.*", "prices.BTC-PERP", True),
        ("prices.*", "prices", False),
        ("prices.*", "prices.a.b", False),
        ("prices.>", "prices.a.b", True),
        ("prices.>", "prices", False),
        ("*.BTC-PERP", "prices.BTC-PERP", True),
        ("chain.events", "chain.events", True),
        ("chain", "chain.events", False),
    ],
)
def test_patterns_match_as_nats_matches_them(pattern: str, subject: str, expected: bool) -> None:
    assert matches(pattern, subject) is expected
