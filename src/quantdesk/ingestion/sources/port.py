"""What a source of outside data is: it runs until cancelled, survives its venue, and pushes into a sink.

One folder per venue under ``sources/``; ``docs/guides/data-feed.md`` says how to add one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from quantdesk.infra.bus.messages import Feed, NewsItem, TakerSide
from quantdesk.ingestion.quantities import PriceE8, SizeE8


class SourceKind(StrEnum):
    """What a source brings."""

    MARKET = "market"
    NEWS = "news"
    SOCIAL = "social"


@dataclass(frozen=True, slots=True)
class Quote:
    """A venue's best bid and ask. ``seen_ms``: when it reached us, Unix ms."""

    venue: str
    symbol: str
    bid: PriceE8
    ask: PriceE8
    seen_ms: int
    feed: Feed


@dataclass(frozen=True, slots=True)
class Trade:
    """A venue's public trade; ``side`` is the taker's, ``ts_ms`` the venue's time, Unix ms."""

    venue: str
    symbol: str
    trade_id: str
    price: PriceE8
    size: SizeE8
    side: TakerSide
    ts_ms: int
    seen_ms: int
    feed: Feed


class MarketSink(Protocol):
    """Takes market data; never blocks, never raises for bad data: that is refused with a reason."""

    def quote(self, quote: Quote) -> None: ...

    def trade(self, trade: Trade) -> None: ...

    def alive(self, venue: str, symbol: str, seen_ms: int) -> None:
        """The stream is up and its last quote still holds, though nothing changed."""
        ...

    def reset(self, venue: str, symbol: str, reason: str) -> None:
        """Forget the last quote (the stream was lost): it votes again with its next one."""
        ...

    def refused(self, venue: str, symbol: str, reason: str) -> None:
        """The venue sent something that is no market data at all."""
        ...


class ItemSink(Protocol):
    """Takes headlines and posts."""

    def item(self, item: NewsItem) -> None: ...


class MarketSource(Protocol):
    """Quotes and trades of one venue."""

    @property
    def kind(self) -> Literal[SourceKind.MARKET]: ...

    @property
    def venue(self) -> str: ...

    def trouble(self) -> str | None:
        """What is wrong now, None when all streams are well; for ``/ready`` and ``/status``."""
        ...

    async def run(self, sink: MarketSink) -> None:
        """Push into ``sink`` until cancelled, through every outage of the venue."""
        ...


class ItemSource(Protocol):
    """Headlines or posts of one source."""

    @property
    def kind(self) -> Literal[SourceKind.NEWS, SourceKind.SOCIAL]: ...

    @property
    def name(self) -> str: ...

    def trouble(self) -> str | None: ...

    async def run(self, sink: ItemSink) -> None: ...
