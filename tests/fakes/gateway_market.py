"""An invented market of the fake gateway: a random walk with a book around it, in the real shapes."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from typing import Any

from solders.pubkey import Pubkey

from quantdesk.gateway.markets.schemas import Market, Ticker

ADDRESS = str(Pubkey.from_bytes(bytes([9] * 32)))
BUCKETS = {
    "1s": 1,
    "5s": 5,
    "15s": 15,
    "1m": 60,
    "5m": 300,
    "15m": 900,
    "1h": 3600,
    "4h": 14400,
    "1d": 86400,
    "1w": 604800,
}
SPECS = {
    "BTC-PERP": ("BTC", Decimal("97250"), Decimal(1), Decimal("0.0001"), 10_000),
    "ETH-PERP": ("ETH", Decimal("2810.4"), Decimal("0.1"), Decimal("0.001"), 1_000),
    "SOL-PERP": ("SOL", Decimal("142.31"), Decimal("0.01"), Decimal("0.01"), 100),
}


def now_ms() -> int:
    return int(time.time() * 1000)


def text(value: Decimal) -> str:
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def digits(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


def money(value: Decimal) -> str:
    return text(value.quantize(Decimal("0.000001"), ROUND_DOWN))


def ratio(part: Decimal, of: Decimal) -> str | None:
    return text((part / of).quantize(Decimal("0.000001"))) if of > 0 else None


@dataclass
class FakeMarket:
    """One invented market: a random walk with a book around it."""

    symbol: str
    index: int
    base: str
    price: Decimal
    tick: Decimal
    lot: Decimal
    lots_per_base: int
    seq: int = 1
    bids: dict[Decimal, Decimal] = field(default_factory=dict)
    asks: dict[Decimal, Decimal] = field(default_factory=dict)
    trades: list[dict[str, Any]] = field(default_factory=list)
    marks: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    opened: Decimal = Decimal(0)

    def seed(self, seconds: int) -> None:
        self.opened = self.price
        start = now_ms() - seconds * 1000
        for second in range(seconds):
            self.walk(start + second * 1000)

    def walk(self, at: int) -> None:
        step = self.price * Decimal(random.gauss(0, 0.00012))
        self.price = (self.price + step).quantize(self.tick)
        size = (Decimal(random.expovariate(1.2)) * Decimal(2000) / self.price).quantize(self.lot) + self.lot
        self.marks.append((at, self.price, size))
        side = "buy" if step > 0 else "sell"
        trade = {
            "id": f"{len(self.marks)}-0",
            "market": self.symbol,
            "price": text(self.price),
            "size": text(size),
            "side": side,
            "ts_ms": at,
            "slot": 1000,
            "signature": "5" * 80,
            "liquidation": False,
        }
        self.trades = [trade, *self.trades[:99]]

    def rebook(self) -> tuple[list[list[str]], list[list[str]]]:
        """New levels around the price; returns the difference to the old ones."""
        fresh: list[dict[Decimal, Decimal]] = []
        for side in (-1, 1):
            levels = {}
            for n in range(40):
                at = self.price + side * self.tick * (1 + n + int(random.random() * 1.4))
                levels[at] = (Decimal(random.randint(20, 900)) * 10 / self.price).quantize(
                    self.lot
                ) + self.lot
            fresh.append(levels)
        changed = []
        for old, new in zip((self.bids, self.asks), fresh, strict=True):
            gone = [[text(price), "0"] for price in old if price not in new]
            changed.append(gone + [[text(p), text(s)] for p, s in new.items() if old.get(p) != s])
        self.bids, self.asks = fresh
        self.seq += 1
        return changed[0], changed[1]

    def candles(self, resolution: str) -> list[dict[str, Any]]:
        width = BUCKETS[resolution] * 1000
        rows: dict[int, dict[str, Any]] = {}
        for at, price, size in self.marks:
            t = at - at % width
            row = rows.setdefault(
                t,
                {"t_ms": t, "o": price, "h": price, "l": price, "c": price, "v": Decimal(0), "closed": True},
            )
            row.update(h=max(row["h"], price), l=min(row["l"], price), c=price, v=row["v"] + size)
        done = [{**row, **{key: text(row[key]) for key in "ohlcv"}} for row in rows.values()]
        return done[::-1]

    def parameters(self) -> dict[str, Any]:
        return Market(
            symbol=self.symbol,
            index=self.index,
            base=self.base,
            quote="USDC",
            status="active",
            book=ADDRESS,
            lots_per_base=self.lots_per_base,
            tick_atoms=100,
            price_step=text(self.tick),
            size_step=text(self.lot),
            price_decimals=digits(self.tick),
            size_decimals=digits(self.lot),
            min_price=text(self.tick),
            max_price="10000000",
            min_size=text(self.lot),
            min_order_notional="10",
            max_position_notional="5000000",
            open_interest_cap=None,
            max_leverage="20",
            margin_tiers=[],
            maintenance_fraction="0.5",
            trade_band="0.05",
            mark_band="0.01",
            profit_vesting_s=600,
            funding_cap_1h="0.005",
            interest_rate_8h="0.0001",
            impact_notional="5000",
            liquidation_fee="0.005",
            price_source="signed",
            max_price_age_open_ms=10_000,
            max_price_age_liquidate_ms=60_000,
            created_ms=None,
            resume_at_ms=None,
        ).model_dump(mode="json")

    def ticker(self) -> dict[str, Any]:
        bid, ask = max(self.bids, default=None), min(self.asks, default=None)
        prices = [price for _, price, _ in self.marks]
        volume = sum((size for _, _, size in self.marks), Decimal(0))
        return Ticker(
            symbol=self.symbol,
            status="active",
            restrictions=[],
            feed="simulated",
            bid=text(bid) if bid else None,
            bid_size="1",
            ask=text(ask) if ask else None,
            ask_size="1",
            last=text(self.price),
            last_ms=now_ms(),
            mark=text(self.price),
            index=text(self.price),
            confidence="0.05",
            index_published_ms=now_ms() - 200,
            funding_rate_1h="0.0000125",
            next_rate="-0.000021",
            next_funding_ms=(now_ms() // 3_600_000 + 1) * 3_600_000,
            open_interest="182.4",
            open_interest_notional=text(Decimal("182.4") * self.price),
            open_24h=text(self.opened),
            high_24h=text(max(prices)),
            low_24h=text(min(prices)),
            volume_24h=text(volume),
            volume_quote_24h=text(volume * self.price),
            change_24h=text((self.price / self.opened - 1).quantize(Decimal("0.000001"))),
            trades_24h=len(prices),
            updated_ms=now_ms(),
        ).model_dump(mode="json")
