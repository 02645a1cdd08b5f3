"""Sends what the pipeline believes to the bus."""

from __future__ import annotations

import asyncio

from quantdesk.infra.bus import Bus, BusAway
from quantdesk.infra.bus.messages import Message, NewsItem, news_subject, prices_subject, trades_subject
from quantdesk.ingestion.pipeline.market import MarketPipeline
from quantdesk.ingestion.pipeline.measures import Measures

CADENCE_S = 0.05
ITEMS_HELD = 1_000


class Publisher:
    """Publishes prices, trades and items; what cannot be sent now is dropped and counted, never sent late."""

    def __init__(self, bus: Bus, pipeline: MarketPipeline, measures: Measures) -> None:
        self._bus = bus
        self._pipeline = pipeline
        self._measures = measures
        self._items: list[NewsItem] = []

    def item(self, item: NewsItem) -> None:
        """An `ItemSink`: a headline or post to publish with the next batch."""
        if len(self._items) < ITEMS_HELD:
            self._items.append(item)

    async def run(self) -> None:
        """Publish every `CADENCE_S` until cancelled."""
        while True:
            await asyncio.sleep(CADENCE_S)
            await self.publish_due()

    async def publish_due(self) -> None:
        """Send what is due now."""
        for trade in self._pipeline.take_trades():
            await self._send("trades", trades_subject(trade.symbol), trade)
        for price in self._pipeline.due():
            await self._send("prices", prices_subject(price.symbol), price)
        items, self._items = self._items, []
        for item in items:
            await self._send("news", news_subject(item.symbol), item)

    async def _send(self, kind: str, subject: str, message: Message) -> None:
        try:
            await self._bus.publish(subject, message)
        except BusAway:
            self._measures.unsent.inc()
        else:
            self._measures.published.labels(kind).inc()
