"""The index price of one symbol from its sources' quotes.

Each source votes with its mid price. Votes that are stale or far from the others are left out, with the
reason; the index is the median of the rest (of an even number, the mean of the middle two, rounded down).
Confidence is the widest of the used votes' half spreads and half the range of the votes. With no usable vote
the last index stays as it is, with its old time: it is never refreshed by age.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from quantdesk.infra.bus.messages import Feed, SourcePrice
from quantdesk.ingestion.quantities import PriceE8, format_e8
from quantdesk.ingestion.sources.port import Quote

STALE_MS = 5_000
OUTLIER_BPS = 100
"""With three or more votes, one further than this from their median is left out."""
_LEAST_REAL_FIRST: tuple[Feed, ...] = ("simulated", "replay", "live")


@dataclass(frozen=True, slots=True)
class IndexPrice:
    """The index as last known. ``confidence`` is a half width; ``true_ms`` is when it last held, Unix ms."""

    price: PriceE8
    confidence: PriceE8
    true_ms: int
    feed: Feed


@dataclass(slots=True)
class _Vote:
    mid: int
    half_spread: int
    seen_ms: int
    feed: Feed


@dataclass(slots=True)
class PriceIndex:
    """Votes and index of one symbol. Prices in 1e-8 quote per base unit, times in Unix ms."""

    symbol: str
    last: IndexPrice | None = None
    _votes: dict[str, _Vote | str] = field(default_factory=dict)

    def vote(self, quote: Quote) -> None:
        """A believed quote of one source."""
        half_spread = (quote.ask - quote.bid + 1) // 2
        mid = (quote.bid + quote.ask) // 2
        self._votes[quote.venue] = _Vote(mid, half_spread, quote.seen_ms, quote.feed)

    def confirm(self, venue: str, seen_ms: int) -> None:
        """The source's vote still holds at ``seen_ms``."""
        vote = self._votes.get(venue)
        if isinstance(vote, _Vote):
            vote.seen_ms = max(vote.seen_ms, seen_ms)

    def withdraw(self, venue: str, reason: str) -> None:
        """The source lost its stream: no vote until its next quote."""
        self._votes[venue] = reason

    def compute(self, now_ms: int) -> tuple[IndexPrice | None, list[SourcePrice]]:
        """The index now and what became of each source's vote."""
        reasons = {venue: self._left_out(vote, now_ms) for venue, vote in self._votes.items()}
        fresh = {
            venue: vote
            for venue, vote in self._votes.items()
            if isinstance(vote, _Vote) and reasons[venue] is None
        }
        if len(fresh) >= 3:
            middle = _median([vote.mid for vote in fresh.values()])
            for venue, vote in list(fresh.items()):
                if abs(vote.mid - middle) * 10_000 > OUTLIER_BPS * middle:
                    reasons[venue] = f"over {OUTLIER_BPS} bp from the median {format_e8(middle)}"
                    del fresh[venue]
        if fresh:
            self.last = _index(list(fresh.values()))
        shown = [self._shown(venue, reasons[venue], now_ms) for venue in sorted(self._votes)]
        return self.last, shown

    @staticmethod
    def _left_out(vote: _Vote | str, now_ms: int) -> str | None:
        if isinstance(vote, str):
            return vote
        age_ms = now_ms - vote.seen_ms
        return f"stale: last seen {age_ms} ms ago" if age_ms > STALE_MS else None

    def _shown(self, venue: str, reason: str | None, now_ms: int) -> SourcePrice:
        vote = self._votes[venue]
        if isinstance(vote, str):
            return SourcePrice(venue=venue, price=None, age_ms=None, used=False, reason=reason)
        return SourcePrice(
            venue=venue,
            price=format_e8(vote.mid),
            age_ms=max(0, now_ms - vote.seen_ms),
            used=reason is None,
            reason=reason,
        )


def _median(values: list[int]) -> int:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) // 2


def _index(votes: list[_Vote]) -> IndexPrice:
    mids = [vote.mid for vote in votes]
    half_range = (max(mids) - min(mids) + 1) // 2
    confidence = max(half_range, *(vote.half_spread for vote in votes), 1)
    feeds = {vote.feed for vote in votes}
    label = next(feed for feed in _LEAST_REAL_FIRST if feed in feeds)
    newest = max(vote.seen_ms for vote in votes)
    return IndexPrice(PriceE8(_median(mids)), PriceE8(confidence), newest, label)
