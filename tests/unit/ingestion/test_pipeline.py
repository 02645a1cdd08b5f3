"""From a source's events to messages on the bus, and to candles."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry

from fakes.bus import MemoryBus
from quantdesk.infra.bus.messages import NewsItem, Price, VenueTrade
from quantdesk.ingestion.history.candles import CandleBuilder
from quantdesk.ingestion.pipeline import MarketPipeline, Publisher
from quantdesk.ingestion.pipeline.measures import Measures
from quantdesk.ingestion.quantities import PriceE8, SizeE8, parse_e8
from quantdesk.ingestion.sources.port import Quote, Trade

MINUTE_MS = 60_000


class Desk:
    """A pipeline, its publisher and a bus, at a time that the test sets."""

    def __init__(self) -> None:
        self.now = 10 * MINUTE_MS
        self.bus = MemoryBus()
        self.candles = CandleBuilder()
        measures = Measures(CollectorRegistry())
        self.pipeline = MarketPipeline(["BTC-PERP", "SOL-PERP"], measures, self.candles, lambda: self.now)
        self.publisher = Publisher(self.bus, self.pipeline, measures)

    def quote(self, bid: str, ask: str, symbol: str = "SOL-PERP") -> None:
        self.pipeline.quote(
            Quote("v", symbol, PriceE8(parse_e8(bid)), PriceE8(parse_e8(ask)), self.now, "replay")
        )

    def trade(self, number: int, price: str, size: str = "1", side: Literal["buy", "sell"] = "buy") -> None:
        self.pipeline.trade(
            Trade(
                venue="v",
                symbol="SOL-PERP",
                trade_id=str(number),
                price=PriceE8(parse_e8(price)),
                size=SizeE8(parse_e8(size)),
                side=side,
                ts_ms=self.now,
                seen_ms=self.now,
                feed="replay",
            )
        )

    async def publish(self) -> list[Price]:
        await self.bus.open()
        before = len(self.bus.published)
        await self.publisher.publish_due()
        return [message for _, message in self.bus.published[before:] if isinstance(message, Price)]


async def test_a_price_carries_its_label_time_and_votes() -> None:
    desk = Desk()
    desk.quote("143.53", "143.54")
    (price,) = await desk.publish()
    assert (price.symbol, price.price, price.confidence) == ("SOL-PERP", "143.535", "0.005")
    assert (price.feed, price.published_ms) == ("replay", desk.now)
    assert [(vote.venue, vote.used) for vote in price.sources] == [("v", True)]


async def test_a_changing_price_is_published_at_most_every_100_ms() -> None:
    desk = Desk()
    count = 0
    for step in range(100):
        desk.quote("143.53", f"143.{54 + step % 3}")
        count += len(await desk.publish())
        desk.now += 10
    assert count == 10


async def test_a_quiet_price_is_published_every_second() -> None:
    desk = Desk()
    desk.quote("143.53", "143.54")
    count = 0
    for _ in range(50):
        count += len(await desk.publish())
        desk.now += 100
        desk.pipeline.alive("v", "SOL-PERP", desk.now)
    assert count == 5


async def test_a_lost_source_leaves_the_price_with_its_old_time_and_says_why() -> None:
    desk = Desk()
    desk.quote("143.53", "143.54")
    await desk.publish()
    began = desk.now
    desk.now += 2_000
    desk.pipeline.reset("v", "SOL-PERP", "lost: connection reset")
    (price,) = await desk.publish()
    assert price.published_ms == began
    assert price.sources[0].reason == "lost: connection reset"


async def test_a_symbol_without_any_price_is_not_published() -> None:
    assert await Desk().publish() == []


async def test_trades_are_published_each_in_order() -> None:
    desk = Desk()
    for number in range(3):
        desk.trade(number, "143.5", side="sell")
    await desk.publish()
    sent = [message for subject, message in desk.bus.published if subject == "trades.SOL-PERP"]
    assert [trade.trade_id for trade in sent if isinstance(trade, VenueTrade)] == ["0", "1", "2"]
    assert all(
        trade.side == "sell" and trade.feed == "replay" for trade in sent if isinstance(trade, VenueTrade)
    )


async def test_what_cannot_be_sent_now_is_never_sent_late() -> None:
    desk = Desk()
    await desk.bus.open()
    await desk.bus.broker.stop()
    desk.trade(1, "143.5")
    await desk.publisher.publish_due()
    await desk.bus.broker.start()
    await desk.publisher.publish_due()
    assert desk.bus.published == []


async def test_news_goes_out_on_its_own_subject() -> None:
    desk = Desk()
    item = NewsItem(
        symbol="SOL-PERP", kind="news", source="wire", item_id="1", text="x", url=None, published_ms=1
    )
    desk.publisher.item(item)
    await desk.publish()
    assert ("news.SOL-PERP", item) in desk.bus.published


def test_refused_data_is_counted_and_its_reason_shown() -> None:
    desk = Desk()
    desk.quote("143.54", "143.53")
    desk.quote("0", "1")
    status = desk.pipeline.status()["SOL-PERP"]
    assert isinstance(status, dict)
    assert status["price"] is None
    assert status["refused"]["v"]["count"] == 2
    assert status["refused"]["v"]["last"].startswith("zero")


def test_candles_are_built_as_trades_arrive() -> None:
    desk = Desk()
    for number, price in enumerate(["143.5", "143.9", "143.1", "143.3"]):
        desk.trade(number, price, "0.5")
    desk.now += MINUTE_MS
    desk.trade(9, "144")
    first, second = desk.candles.take_changed()
    shown = [first.open, first.high, first.low, first.close, first.volume]
    assert shown == [parse_e8(text) for text in ("143.5", "143.9", "143.1", "143.3", "2")]
    assert (first.trades, second.trades) == (4, 1)
    assert second.t_ms - first.t_ms == MINUTE_MS
    assert desk.candles.take_changed() == []


def test_a_refused_trade_is_in_no_candle() -> None:
    desk = Desk()
    desk.quote("143.53", "143.54")
    desk.trade(1, "190")
    assert desk.candles.take_changed() == []


def test_candles_that_could_not_be_written_are_offered_again() -> None:
    desk = Desk()
    desk.trade(1, "143.5")
    taken = desk.candles.take_changed()
    desk.candles.put_back(taken)
    desk.trade(2, "143.6")
    (again,) = desk.candles.take_changed()
    assert again.trades == 2
