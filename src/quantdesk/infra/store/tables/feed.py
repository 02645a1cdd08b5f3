"""What ingestion records. Written by ``ingestion`` only. Venue prices and sizes are decimal text."""

from __future__ import annotations

from quantdesk.infra.store.tables._columns import integer, table, text

WRITER = "ingestion"

venue_candles = table(
    "venue_candles",
    WRITER,
    "recorded",
    text("venue", 24, key=True),
    text("symbol", 16, key=True, comment="our symbol: BTC-PERP"),
    text("resolution", 3, key=True),
    integer("t_ms", key=True),
    text("o", 40, comment="decimal, quote per base unit"),
    text("h", 40),
    text("l", 40),
    text("c", 40),
    text("v", 40, comment="decimal, base units"),
    integer("trades"),
    text("feed", 9, comment="live | replay | simulated"),
    comment="Candles of the venues' own trades; empty buckets are absent.",
)

feed_state = table(
    "feed_state",
    WRITER,
    "recorded",
    text("symbol", 16, key=True),
    text("feed", 9, comment="live | replay | simulated"),
    text("price", 40, null=True, comment="last aggregated price, decimal"),
    integer("published_ms", null=True),
    text("progress", comment="JSON of the source: where to go on from"),
    integer("updated_ms"),
    comment="Where a feed continues after a restart.",
)
