"""The path of the recorded feed: the recording once, then without a jump its own returns, resampled.

After the first pass the path goes on in blocks: a random stretch of the recording (the same for all markets,
so that they keep moving together), scaled to the current price and given a random sign. With the sign a
block's return is as often up as down, so the expected price is the current one whatever way the recording
drifted: price' = price x (1 + sign x (recorded / recorded at the block's start - 1)). Where the sign is
negative, buyers become sellers. Method: block bootstrap (Kuensch 1989) with random signs.

Floats appear only here: the path is a drawing, each price that leaves it is a whole number of ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from quantdesk.ingestion.sources.recorded.recording import TICK_E8, Ints, Recording, Track

Phase = Literal["replay", "simulated"]
BLOCK_LEAST_US = 4_000_000
BLOCK_MOST_US = 12_000_000
_TICK2 = 2 * TICK_E8


class PathState(msgspec.Struct, frozen=True):
    """All that a restart needs: the phase, how far the recording was played, twice the mid of each market."""

    phase: Phase
    position_us: int
    mid2: dict[str, int]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one market did in one step: its last quote if it changed, and its trades (prices in 1e-8).

    ``offset_us`` of each trade counts from the step's start. ``recorded_id`` is 0 where trades are resampled.
    """

    symbol: str
    phase: Phase
    quote: tuple[int, int] | None
    offset_us: Ints
    price: Ints
    size: Ints
    taker_buys: np.ndarray[tuple[int], np.dtype[np.bool_]]
    recorded_id: Ints


@dataclass(slots=True)
class _Block:
    start_us: int
    length_us: int
    sign: int
    anchors: list[float]  # twice the mid at the block's start, as published
    origins: list[int]  # twice the recorded mid there
    done_us: int = 0

    def place(self, track: int, doubled: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Recorded values (doubled prices) moved onto the path."""
        change = doubled / self.origins[track] - 1.0
        return np.asarray(self.anchors[track] * (1.0 + self.sign * change), dtype=np.float64)


class MarketPath:
    """All markets of a recording, moved on step by step. Not for two threads."""

    def __init__(
        self, recording: Recording, rng: np.random.Generator, state: PathState | None = None
    ) -> None:
        self._recording = recording
        self._rng = rng
        first = state or PathState("replay", 0, {})
        self._phase: Phase = first.phase
        if self._phase == "replay" and first.position_us >= recording.duration_us:
            self._phase = "simulated"
        if self._phase == "replay":
            self._block = self._replay_from(max(0, first.position_us))
        else:
            self._block = self._draw(self._anchors_from(first.mid2))

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(track.symbol for track in self._recording.tracks)

    def state(self) -> PathState:
        """What to keep so that a restart continues from here."""
        position = self._block.start_us + self._block.done_us
        mids = {
            track.symbol: round(value)
            for track, value in zip(self._recording.tracks, self._current(), strict=True)
        }
        return PathState(self._phase, position if self._phase == "replay" else 0, mids)

    def quotes(self) -> dict[str, tuple[int, int]]:
        """The best bid and ask of each market as they stand."""
        at_us = self._block.start_us + self._block.done_us
        shown = {}
        for number, track in enumerate(self._recording.tracks):
            index = max(0, int(np.searchsorted(track.quote_us, at_us, side="right")) - 1)
            shown[track.symbol] = self._quote(number, track, index)
        return shown

    def advance(self, step_us: int) -> list[Stretch]:
        """Move on by ``step_us`` (> 0) and say what happened, market by market, in order of time."""
        stretches: list[Stretch] = []
        gone = 0
        while gone < step_us:
            part = min(step_us - gone, self._block.length_us - self._block.done_us)
            begin = self._block.start_us + self._block.done_us
            for number, track in enumerate(self._recording.tracks):
                stretch = self._stretch(number, track, begin, begin + part, gone)
                if stretch is not None:
                    stretches.append(stretch)
            gone += part
            self._block.done_us += part
            if self._block.done_us >= self._block.length_us:
                self._phase, self._block = "simulated", self._draw(self._current())
        return stretches

    def _replay_from(self, position_us: int) -> _Block:
        mids = [track.mid2_at(position_us) for track in self._recording.tracks]
        anchors = [float(mid) for mid in mids]
        return _Block(position_us, self._recording.duration_us - position_us, 1, anchors, mids)

    def _anchors_from(self, mid2: Mapping[str, int]) -> list[float]:
        return [float(mid2.get(track.symbol) or track.mid2_at(0)) for track in self._recording.tracks]

    def _draw(self, anchors: list[float]) -> _Block:
        length = int(self._rng.integers(BLOCK_LEAST_US, BLOCK_MOST_US))
        length = min(length, self._recording.duration_us)
        start = int(self._rng.integers(0, self._recording.duration_us - length + 1))
        sign = 1 if self._rng.integers(0, 2) else -1
        origins = [track.mid2_at(start) for track in self._recording.tracks]
        return _Block(start, length, sign, anchors, origins)

    def _current(self) -> list[float]:
        at_us = self._block.start_us + self._block.done_us
        return [
            float(self._block.place(number, np.array([track.mid2_at(at_us)], dtype=np.int64))[0])
            for number, track in enumerate(self._recording.tracks)
        ]

    def _stretch(self, number: int, track: Track, begin: int, end: int, gone: int) -> Stretch | None:
        first, last = np.searchsorted(track.trade_us, (begin, end), side="right")
        quote_from, quote_to = np.searchsorted(track.quote_us, (begin, end), side="right")
        replay = self._phase == "replay"
        if replay and begin == 0:  # the recording's first events stand at offset 0
            first = quote_from = 0
        if first == last and quote_from == quote_to:
            return None
        trades = slice(int(first), int(last))
        placed = self._block.place(number, 2 * track.price[trades])
        buys = track.taker_buys[trades]
        return Stretch(
            symbol=track.symbol,
            phase=self._phase,
            quote=self._quote(number, track, int(quote_to) - 1) if quote_to > quote_from else None,
            offset_us=track.trade_us[trades] - begin + gone,
            price=np.maximum(np.rint(placed / _TICK2).astype(np.int64), 1) * TICK_E8,
            size=track.size[trades],
            taker_buys=buys if self._block.sign > 0 else ~buys,
            recorded_id=track.trade_id[trades] if replay else np.zeros_like(track.trade_id[trades]),
        )

    def _quote(self, number: int, track: Track, index: int) -> tuple[int, int]:
        bid, ask = int(track.bid[index]), int(track.ask[index])
        if self._phase == "replay":
            return bid, ask
        mid2 = float(self._block.place(number, np.array([bid + ask], dtype=np.int64))[0])
        placed = max(TICK_E8, round((mid2 - (ask - bid)) / _TICK2) * TICK_E8)
        return placed, placed + ask - bid
