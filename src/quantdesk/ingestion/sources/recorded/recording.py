"""The recorded feed, parsed once into compact arrays.

One line of the file is one event: a change of the best bid and ask, or a public trade. Lines come in the
order in which the recorder wrote them; receive times run backwards now and then and are sorted here.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from quantdesk.ingestion.quantities import BadQuantity, parse_e8

FILE = "binance_spot_l1_trades_btc_eth_sol_20250325.jsonl.gz"
VENUE = "recording"
"""Its quotes were Binance's once; now they come from a file, and never pose as the venue's."""
INSTRUMENTS = ("BTC-PERP", "ETH-PERP", "SOL-PERP")
"""Our symbol of the recording's instruments 0, 1 and 2."""
TICK_E8 = 10**6
"""Price step of the recorded markets: 0.01."""

Ints = NDArray[np.int64]


class BrokenRecording(ValueError):
    """A recording that cannot be used: names the file, the line and what is wrong with it."""


class _Level(msgspec.Struct):
    price: str
    amount: str


class _Top(msgspec.Struct):
    best_bid: _Level
    best_ask: _Level


class _Deal(msgspec.Struct):
    id: str
    price: msgspec.Raw
    amount: msgspec.Raw
    side: Literal["Buy", "Sell"]


class _Kind(msgspec.Struct):
    top: _Top | None = msgspec.field(default=None, name="OrderBookL1")
    deal: _Deal | None = msgspec.field(default=None, name="Trade")


class _Item(msgspec.Struct):
    time_received: str
    instrument: int
    kind: _Kind


class _Line(msgspec.Struct):
    item: _Item = msgspec.field(name="Item")


@dataclass(frozen=True, slots=True)
class Track:
    """One market's events by receive time. Times in us from the recording's start, prices and sizes in 1e-8.

    ``mid2`` is bid + ask, twice the mid price. ``taker_buys`` is a bool array.
    """

    symbol: str
    quote_us: Ints
    bid: Ints
    ask: Ints
    trade_us: Ints
    trade_id: Ints
    price: Ints
    size: Ints
    taker_buys: NDArray[np.bool_]

    def mid2_at(self, at_us: int) -> int:
        """Twice the mid price that held at ``at_us`` (the first one before the first quote)."""
        index = max(0, int(np.searchsorted(self.quote_us, at_us, side="right")) - 1)
        return int(self.bid[index] + self.ask[index])


@dataclass(frozen=True, slots=True)
class Recording:
    """All markets of one recording, ``duration_us`` long."""

    tracks: tuple[Track, ...]
    duration_us: int


def shipped_recording() -> Recording:
    """The recording that the package carries. Raises BrokenRecording."""
    return load_recording(resources.files(__package__) / "data" / FILE)


def load_recording(file: Traversable) -> Recording:
    """Parse a gzip-compressed recording. Raises BrokenRecording with the line."""
    quotes: list[list[tuple[int, int, int]]] = [[] for _ in INSTRUMENTS]
    trades: list[list[tuple[int, int, int, int, bool]]] = [[] for _ in INSTRUMENTS]
    decoder = msgspec.json.Decoder(_Line)
    for number, raw in _lines(file):
        try:
            item = decoder.decode(raw).item
            _file_event(item, quotes, trades)
        except (msgspec.DecodeError, BadQuantity, ValueError) as error:
            raise BrokenRecording(f"{file.name} line {number}: {error}") from error
    for symbol, track in zip(INSTRUMENTS, quotes, strict=True):
        if not track:
            raise BrokenRecording(f"{file.name} has no quote of {symbol}")
    return _sorted(quotes, trades)


def _lines(file: Traversable) -> Iterator[tuple[int, bytes]]:
    number = 0
    try:
        with file.open("rb") as compressed, gzip.GzipFile(fileobj=compressed) as stream:
            for number, line in enumerate(stream, start=1):
                yield number, line
    except FileNotFoundError:
        raise BrokenRecording(f"{file.name} is missing") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenRecording(f"{file.name} after line {number}: {error}") from error


def _file_event(
    item: _Item,
    quotes: list[list[tuple[int, int, int]]],
    trades: list[list[tuple[int, int, int, int, bool]]],
) -> None:
    if not 0 <= item.instrument < len(INSTRUMENTS):
        raise ValueError(f"instrument {item.instrument}; known are 0 to {len(INSTRUMENTS) - 1}")
    received = _time_us(item.time_received)
    top, deal = item.kind.top, item.kind.deal
    if top is not None:
        bid, ask = parse_e8(top.best_bid.price), parse_e8(top.best_ask.price)
        if not 0 < bid < ask:
            raise ValueError(f"bid {top.best_bid.price} is not under ask {top.best_ask.price}")
        quotes[item.instrument].append((received, bid, ask))
    elif deal is not None:
        price, size = parse_e8(bytes(deal.price).decode()), parse_e8(bytes(deal.amount).decode())
        if price <= 0 or size <= 0:
            raise ValueError(f"trade {deal.id} has price {price} and size {size} (1e-8)")
        trades[item.instrument].append((received, int(deal.id), price, size, deal.side == "Buy"))
    else:
        raise ValueError("neither OrderBookL1 nor Trade")


def _time_us(text: str) -> int:
    """``2025-03-25T23:07:00.773684644Z`` -> Unix us (the last three digits are cut)."""
    return int(np.datetime64(text.removesuffix("Z")[:26], "us").astype(np.int64))


def _sorted(
    quotes: list[list[tuple[int, int, int]]], trades: list[list[tuple[int, int, int, int, bool]]]
) -> Recording:
    times = [row[0] for track in quotes for row in track] + [row[0] for track in trades for row in track]
    start = min(times)
    tracks = []
    for symbol, quote_rows, trade_rows in zip(INSTRUMENTS, quotes, trades, strict=True):
        quote = np.array(quote_rows, dtype=np.int64).reshape(-1, 3)
        trade = np.array(trade_rows, dtype=np.int64).reshape(-1, 5)
        quote = quote[np.argsort(quote[:, 0], kind="stable")]
        trade = trade[np.lexsort((trade[:, 1], trade[:, 0]))]
        tracks.append(
            Track(
                symbol=symbol,
                quote_us=quote[:, 0] - start,
                bid=np.ascontiguousarray(quote[:, 1]),
                ask=np.ascontiguousarray(quote[:, 2]),
                trade_us=trade[:, 0] - start,
                trade_id=np.ascontiguousarray(trade[:, 1]),
                price=np.ascontiguousarray(trade[:, 2]),
                size=np.ascontiguousarray(trade[:, 3]),
                taker_buys=trade[:, 4].astype(np.bool_),
            )
        )
    return Recording(tuple(tracks), max(times) - start)
