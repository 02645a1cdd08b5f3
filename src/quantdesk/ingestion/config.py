"""What ingestion needs to know; made by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from quantdesk.infra.bus import BusConfig
from quantdesk.infra.telemetry import HttpConfig

FeedMode = Literal["auto", "live", "replay", "simulated"]

DEFAULT_VENUE_SYMBOLS = {"BTC-PERP": "BTC/USDT", "ETH-PERP": "ETH/USDT", "SOL-PERP": "SOL/USDT"}


@dataclass(frozen=True, slots=True)
class BinanceConfig:
    """Where Binance is. ``symbols``: our symbol -> the venue's unified spot symbol.

    Empty URLs mean the venue's own. ``stale_s``: a stream without a frame for so long is made anew.
    """

    symbols: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_VENUE_SYMBOLS))
    rest_url: str = ""
    ws_url: str = ""
    stale_s: float = 15.0
    backfill_minutes: int = 1_000


@dataclass(frozen=True, slots=True)
class IngestionConfig:
    """``feed`` ``auto`` is decided once per ``state_dir`` and kept there. ``database_url``: the store's."""

    bus: BusConfig
    database_url: str
    state_dir: Path
    http: HttpConfig
    feed: FeedMode = "auto"
    binance: BinanceConfig = field(default_factory=BinanceConfig)
    seed: int | None = None
