"""Binance's raw frames as quotes, trades and candles. Prices come from the raw text, never from floats.

Field names: Binance spot API documentation, "Individual Symbol Book Ticker Streams", "Trade Streams" and
"Kline/Candlestick data".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quantdesk.ingestion.history.candles import VenueCandle
from quantdesk.ingestion.quantities import PriceE8, SizeE8, parse_e8
from quantdesk.ingestion.sources.port import Quote, Trade

VENUE = "binance"


class BadFrame(ValueError):
    """A frame that lacks a field or holds something else in it: shows the frame."""


def quote_of(symbol: str, raw: Mapping[str, Any], seen_ms: int) -> Quote:
    """A ``bookTicker`` frame. Raises BadFrame."""
    try:
        bid, ask = PriceE8(parse_e8(raw["b"])), PriceE8(parse_e8(raw["a"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFrame(f"malformed: book ticker {dict(raw)!r:.200}") from error
    return Quote(VENUE, symbol, bid, ask, seen_ms, "live")


def trade_of(symbol: str, raw: Mapping[str, Any], seen_ms: int) -> Trade:
    """A ``trade`` frame; ``m`` says that the buyer was the maker. Raises BadFrame."""
    try:
        return Trade(
            venue=VENUE,
            symbol=symbol,
            trade_id=str(int(raw["t"])),
            price=PriceE8(parse_e8(raw["p"])),
            size=SizeE8(parse_e8(raw["q"])),
            side="sell" if _boolean(raw["m"]) else "buy",
            ts_ms=int(raw["T"]),
            seen_ms=seen_ms,
            feed="live",
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFrame(f"malformed: trade {dict(raw)!r:.200}") from error


def candle_of(symbol: str, row: Sequence[Any]) -> VenueCandle:
    """One row of ``/klines``. Raises BadFrame."""
    try:
        opened, high, low, closed, volume = (parse_e8(row[number]) for number in range(1, 6))
        candle = VenueCandle(
            VENUE, symbol, int(row[0]), opened, high, low, closed, volume, int(row[8]), "live"
        )
    except (IndexError, TypeError, ValueError, AttributeError) as error:
        raise BadFrame(f"malformed: kline {list(row)!r:.200}") from error
    if not 0 < low <= min(opened, closed) <= max(opened, closed) <= high:
        raise BadFrame(f"malformed: kline with low {row[3]}, high {row[2]}, open {row[1]}, close {row[4]}")
    return candle


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is no boolean")
    return value
