"""What travels on the bus: one struct per subject, JSON on the wire, version ``v`` in each.

Venue prices and sizes are decimal strings. Chain quantities are the program's own integers (ticks, lots,
``LotPrice``, micro quote atoms); the reader scales them with the market's parameters. Times are Unix
milliseconds. A reader that meets another ``v`` refuses the message (`BadMessage`) instead of guessing.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Feed = Literal["live", "replay", "simulated"]
TakerSide = Literal["buy", "sell"]
CandleSource = Literal["trade", "mark", "index"]
CandleUnit = Literal["ticks", "lot_price"]
Level = tuple[int, int]
"""``(ticks, lots)``; lots are absolute and 0 removes the level."""

VERSION = 1


class Message(Struct, frozen=True, kw_only=True):
    """The base of everything on the bus."""

    v: int = VERSION


class SourcePrice(Struct, frozen=True, kw_only=True):
    """One source's vote for the index: its price, how old it is and why it was left out, if it was."""

    venue: str
    price: str | None
    age_ms: int | None
    used: bool
    reason: str | None = None


class Price(Message, frozen=True, kw_only=True):
    """``prices.{symbol}``: the index price in quote per base unit, decimal strings.

    ``published_ms`` is when this price was last true; readers drop prices past their own age limit.
    """

    symbol: str
    price: str
    confidence: str
    published_ms: int
    feed: Feed
    sources: list[SourcePrice] = []


class VenueTrade(Message, frozen=True, kw_only=True):
    """``trades.{symbol}``: one trade at an outside venue; ``side`` is the taker's."""

    symbol: str
    venue: str
    trade_id: str
    price: str
    size: str
    side: TakerSide
    ts_ms: int
    feed: Feed


class NewsItem(Message, frozen=True, kw_only=True):
    """``news.{symbol}``: one headline or post about an asset, as its source published it."""

    symbol: str
    kind: Literal["news", "social"]
    source: str
    item_id: str
    text: str
    url: str | None
    published_ms: int


class BookDelta(Message, frozen=True, kw_only=True):
    """``book.{symbol}``: a change of an on-chain book, or all of it when ``snapshot``.

    Valid when ``prev_seq`` equals the last ``seq`` within the same ``epoch``; ``seq`` is Book.update_seq.
    """

    symbol: str
    epoch: str
    prev_seq: int
    seq: int
    slot: int
    snapshot: bool
    bids: list[Level]
    asks: list[Level]


class MarketState(Message, frozen=True, kw_only=True):
    """``market.{symbol}``: a market as it stands after event ``event_seq``, in the program's integers.

    ``index``, ``mark`` and ``confidence`` are LotPrice; ``best_bid``, ``best_ask`` are ticks (0 = none),
    ``last`` LotPrice (0 = none); ``open_interest`` lots; ``funding_index`` micro quote atoms per lot.
    """

    symbol: str
    event_seq: int
    slot: int
    ts_ms: int
    index: int
    mark: int
    confidence: int
    publish_ms: int
    best_bid: int
    best_ask: int
    last: int
    open_interest: int
    funding_index: int
    funding_rate: int
    next_rate: int


class ChainFill(Message, frozen=True, kw_only=True):
    """``fills.{symbol}``: one fill of the program; its key is ``(event_seq, fill_index)``."""

    symbol: str
    event_seq: int
    fill_index: int
    slot: int
    ts_ms: int
    signature: str
    ticks: int
    lots: int
    taker_side: TakerSide
    maker_wallet: str
    taker_wallet: str
    liquidation: bool = False


class LiquidationStep(Message, frozen=True, kw_only=True):
    """``liquidations.{symbol}``: a step of liquidation, or a settlement, that left no fill.

    ``side`` is what ``wallet`` did, ``price`` a LotPrice, ``paid`` (by insurance) and ``unpaid`` quote atoms.
    """

    symbol: str
    event_seq: int
    step_index: int
    slot: int
    ts_ms: int
    signature: str
    kind: str
    wallet: str
    sub: int
    counterparty: str | None
    side: TakerSide | None
    lots: int | None
    price: int | None
    paid: int | None
    unpaid: int | None


class Candle(Message, frozen=True, kw_only=True):
    """``candles.{symbol}``: a bucket that changed; prices in ``unit``, volume in lots."""

    symbol: str
    source: CandleSource
    resolution: str
    unit: CandleUnit
    t_ms: int
    o: int
    h: int
    l: int  # noqa: E741 - the candle's conventional field name
    c: int
    volume: int
    closed: bool


class AccountChanged(Message, frozen=True, kw_only=True):
    """``account.{wallet}``: a wallet's state changed; the reader takes it from the store."""

    wallet: str
    sub: int
    event_seq: int
    slot: int
    ts_ms: int
    topics: list[str]


class ChainEvent(Message, frozen=True, kw_only=True):
    """``chain.events``: one decoded event of the program; its key is slot, blockhash and event_seq."""

    event_seq: int
    slot: int
    blockhash: str
    signature: str
    ts_ms: int
    name: str
    data: dict[str, Any]


class IndexerStatus(Message, frozen=True, kw_only=True):
    """``status``: how far the indexer has come and how far behind the chain that is."""

    slot: int
    event_seq: int
    lag_ms: int


class SnapshotRequest(Message, frozen=True, kw_only=True):
    """``book.snapshot.{symbol}`` (request): asks the indexer for the whole book as a `BookDelta`."""

    symbol: str


def prices_subject(symbol: str) -> str:
    return f"prices.{symbol}"


def trades_subject(symbol: str) -> str:
    return f"trades.{symbol}"


def news_subject(symbol: str) -> str:
    return f"news.{symbol}"


def book_subject(symbol: str) -> str:
    return f"book.{symbol}"


def book_snapshot_subject(symbol: str) -> str:
    return f"book.snapshot.{symbol}"


def market_subject(symbol: str) -> str:
    return f"market.{symbol}"


def fills_subject(symbol: str) -> str:
    return f"fills.{symbol}"


def liquidations_subject(symbol: str) -> str:
    return f"liquidations.{symbol}"


def candles_subject(symbol: str) -> str:
    return f"candles.{symbol}"


def account_subject(wallet: str) -> str:
    return f"account.{wallet}"


CHAIN_EVENTS_SUBJECT = "chain.events"
STATUS_SUBJECT = "status"
