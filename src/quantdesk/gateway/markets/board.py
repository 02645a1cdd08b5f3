"""What the gateway knows of each market right now, in the program's integers; fed by the bus.

Nothing here is the only copy: after a lost connection each part is read anew from its source.
"""

from bisect import insort
from collections import deque
from dataclasses import dataclass, field

from quantdesk.gateway.wire import Feed
from quantdesk.infra.bus.messages import BookDelta, Candle, MarketState, Price
from quantdesk.program.layouts import Market

RECENT_PRICES = 1_000
RECENT_CANDLES = 4
Levels = dict[int, int]


@dataclass(slots=True)
class LiveBook:
    """A book followed through its deltas: ticks -> lots a side."""

    epoch: str = ""
    seq: int = 0
    slot: int = 0
    seen_ms: int = 0
    synced: bool = False
    bids: Levels = field(default_factory=dict)
    asks: Levels = field(default_factory=dict)

    def apply(self, delta: BookDelta, now_ms: int) -> bool:
        """Take a delta or snapshot in; False when there is a gap: ask for a snapshot."""
        if delta.snapshot:
            self.bids = {ticks: lots for ticks, lots in delta.bids if lots}
            self.asks = {ticks: lots for ticks, lots in delta.asks if lots}
            self.synced = True
        else:
            if not self.synced or delta.epoch != self.epoch or delta.prev_seq != self.seq:
                self.synced = False
                return False
            _update(self.bids, delta.bids)
            _update(self.asks, delta.asks)
        self.epoch, self.seq, self.slot, self.seen_ms = delta.epoch, delta.seq, delta.slot, now_ms
        return True

    def is_old(self, delta: BookDelta) -> bool:
        """Whether this delta is contained in what is held."""
        return self.synced and delta.epoch == self.epoch and delta.seq <= self.seq

    def best_bid(self) -> tuple[int, int] | None:
        """Highest bid as (ticks, lots)."""
        if not self.bids:
            return None
        ticks = max(self.bids)
        return ticks, self.bids[ticks]

    def best_ask(self) -> tuple[int, int] | None:
        """Lowest ask as (ticks, lots)."""
        if not self.asks:
            return None
        ticks = min(self.asks)
        return ticks, self.asks[ticks]

    def sorted_bids(self) -> list[tuple[int, int]]:
        """Bids, best first."""
        return sorted(self.bids.items(), reverse=True)

    def sorted_asks(self) -> list[tuple[int, int]]:
        """Asks, best first."""
        return sorted(self.asks.items())


def _update(levels: Levels, changes: list[tuple[int, int]]) -> None:
    for ticks, lots in changes:
        if lots:
            levels[ticks] = lots
        else:
            levels.pop(ticks, None)


@dataclass(frozen=True, slots=True)
class NewestIndex:
    """The newest index price that is known: LotPrice (0 before the first), and Unix milliseconds."""

    price: int
    confidence: int
    publish_ms: int


@dataclass(slots=True)
class LiveMarket:
    """One market's newest state. None where nothing was seen yet."""

    symbol: str
    state: MarketState | None = None
    last_ms: int | None = None
    book: LiveBook = field(default_factory=LiveBook)
    prices: deque[Price] = field(default_factory=lambda: deque(maxlen=RECENT_PRICES))
    candles: dict[tuple[str, str], list[Candle]] = field(default_factory=dict)

    def take_state(self, state: MarketState) -> bool:
        """Keep the newer of two states; False when `state` is late."""
        if self.state is not None and state.event_seq < self.state.event_seq:
            return False
        self.state = state
        return True

    def take_price(self, price: Price) -> bool:
        """Keep prices in order of publication; False when `price` is late or known."""
        if self.prices and price.published_ms <= self.prices[-1].published_ms:
            return False
        self.prices.append(price)
        return True

    def take_candle(self, candle: Candle) -> None:
        """Keep the last buckets of each resolution and source."""
        kept = self.candles.setdefault((candle.resolution, candle.source), [])
        kept[:] = [each for each in kept if each.t_ms != candle.t_ms]
        insort(kept, candle, key=lambda each: each.t_ms)
        del kept[:-RECENT_CANDLES]

    def index(self, market: Market) -> NewestIndex:
        """The bus's, which is newer than ``market``, the account read; without one the account's."""
        known = self.state
        if known is None:
            return NewestIndex(market.index_price, market.confidence, market.publish_ms)
        return NewestIndex(known.index, known.confidence, known.publish_ms)

    @property
    def feed(self) -> Feed | None:
        """Origin of the newest index price."""
        return self.prices[-1].feed if self.prices else None


class Board:
    """Every market by symbol, and how far the chain and the indexer are."""

    def __init__(self) -> None:
        self._markets: dict[str, LiveMarket] = {}
        self.slot = 0
        self.event_seq = 0
        self.slot_seen_ms = 0
        self.indexer_lag_ms: int | None = None
        self.indexer_seen_ms: int | None = None

    def market(self, symbol: str) -> LiveMarket:
        """The live part of a market, made when first asked for."""
        found = self._markets.get(symbol)
        if found is None:
            found = self._markets[symbol] = LiveMarket(symbol)
        return found

    def markets(self) -> list[LiveMarket]:
        """All that were asked for or heard of."""
        return list(self._markets.values())

    def saw_slot(self, slot: int, now_ms: int) -> None:
        """The index has everything up to `slot`."""
        if slot >= self.slot:
            self.slot = slot
            self.slot_seen_ms = now_ms

    def saw_event(self, event_seq: int) -> None:
        """The newest event known."""
        self.event_seq = max(self.event_seq, event_seq)

    @property
    def feed(self) -> Feed | None:
        """The feed of all markets when they agree, else the least real of them."""
        rank: dict[Feed, int] = {"live": 0, "replay": 1, "simulated": 2}
        feeds = [live.feed for live in self._markets.values()]
        return max((feed for feed in feeds if feed is not None), key=lambda feed: rank[feed], default=None)
