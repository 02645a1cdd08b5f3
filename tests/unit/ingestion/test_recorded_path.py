"""The path of the recorded feed: the recording as it was, then fair and without a jump."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from quantdesk.ingestion.sources.recorded.path import MarketPath, PathState, Stretch
from quantdesk.ingestion.sources.recorded.recording import TICK_E8, Recording, shipped_recording

SECOND = 1_000_000
LARGEST_STEP_BPS = 15
"""The recording's own largest move between two looks 50 ms apart is under this."""


@pytest.fixture(scope="module")
def recording() -> Recording:
    return shipped_recording()


def path(recording: Recording, seed: int = 1, state: PathState | None = None) -> MarketPath:
    return MarketPath(recording, np.random.default_rng(seed), state)


def play(walk: MarketPath, seconds: float, step_us: int = 50_000) -> list[Stretch]:
    return [part for _ in range(int(seconds * SECOND) // step_us) for part in walk.advance(step_us)]


def mids(stretches: list[Stretch], symbol: str) -> list[int]:
    return [sum(part.quote) for part in stretches if part.symbol == symbol and part.quote is not None]


def simulated(recording: Recording, seed: int = 1) -> MarketPath:
    return path(recording, seed, PathState("simulated", 0, {}))


def test_the_first_pass_is_the_recording_to_the_last_trade(recording: Recording) -> None:
    walk = path(recording)
    played = walk.advance(recording.duration_us)
    assert {part.phase for part in played} == {"replay"}
    for track in recording.tracks:
        parts = [part for part in played if part.symbol == track.symbol]
        assert np.concatenate([part.recorded_id for part in parts]).tolist() == track.trade_id.tolist()
        assert np.concatenate([part.price for part in parts]).tolist() == track.price.tolist()
        assert np.concatenate([part.size for part in parts]).tolist() == track.size.tolist()
        assert np.concatenate([part.taker_buys for part in parts]).tolist() == track.taker_buys.tolist()
        assert parts[-1].quote == (int(track.bid[-1]), int(track.ask[-1]))


def test_trades_come_at_the_offsets_at_which_they_were_received(recording: Recording) -> None:
    walk = path(recording)
    offsets: list[int] = []
    for number in range(200):
        for part in walk.advance(50_000):
            if part.symbol == "BTC-PERP":
                offsets += (part.offset_us + number * 50_000).tolist()
    assert offsets == recording.tracks[0].trade_us[: len(offsets)].tolist()


def test_after_the_first_pass_the_path_goes_on_without_a_jump_and_says_that_it_is_simulated(
    recording: Recording,
) -> None:
    walk = path(recording)
    walk.advance(recording.duration_us - SECOND)
    crossing = play(walk, 60)
    assert crossing[0].phase == "replay"
    assert crossing[-1].phase == "simulated"
    for symbol in walk.symbols:
        for before, after in pairwise(mids(crossing, symbol)):
            assert abs(after - before) * 10_000 < LARGEST_STEP_BPS * before


def test_prices_stay_whole_ticks_and_the_spread_stays_open(recording: Recording) -> None:
    for part in play(simulated(recording), 120):
        assert (part.price % TICK_E8 == 0).all()
        if part.quote is not None:
            bid, ask = part.quote
            assert 0 < bid < ask
            assert bid % TICK_E8 == ask % TICK_E8 == 0


def test_the_mean_of_simulated_returns_is_zero_within_its_error(recording: Recording) -> None:
    blocks = 4_000
    walk = simulated(recording)
    returns: dict[str, list[float]] = {symbol: [] for symbol in walk.symbols}
    last = walk.state().mid2
    for _ in range(blocks):
        walk.advance(8 * SECOND)
        now = walk.state().mid2
        for symbol, values in returns.items():
            values.append(now[symbol] / last[symbol] - 1)
        last = now
    for symbol, values in returns.items():
        error = float(np.std(values)) / blocks**0.5
        assert abs(float(np.mean(values))) < 4 * error, symbol


def test_the_recording_alone_would_drift(recording: Recording) -> None:
    """Why the random sign is needed: SOL rose 11 bp in 184 s, which compounds to some 70 % a day."""
    sol = recording.tracks[2]
    drift = sol.mid2_at(recording.duration_us) / sol.mid2_at(0) - 1
    assert 0.0011 < drift < 0.0012


def test_buyers_become_sellers_as_often_as_not(recording: Recording) -> None:
    recorded_buys = np.mean(np.concatenate([track.taker_buys for track in recording.tracks]))
    buys = np.concatenate([part.taker_buys for part in play(simulated(recording), 4_000, 2 * SECOND)])
    assert abs(float(np.mean(buys)) - 0.5) < 0.08
    assert 0 < recorded_buys < 1


def test_markets_keep_moving_together(recording: Recording) -> None:
    walk = simulated(recording)
    moves = []
    last = walk.state().mid2
    for _ in range(1_000):
        walk.advance(5 * SECOND)
        now = walk.state().mid2
        moves.append([now[symbol] / last[symbol] - 1 for symbol in walk.symbols])
        last = now
    correlation = np.corrcoef(np.array(moves).T)
    assert correlation[0, 1] > 0.4


def test_a_restart_in_the_first_pass_goes_on_where_it_was(recording: Recording) -> None:
    walk = path(recording)
    walk.advance(30 * SECOND)
    kept = walk.state()
    again = path(recording, 2, kept)
    assert again.quotes() == walk.quotes()
    ids = [part.recorded_id.tolist() for part in again.advance(SECOND)]
    assert ids == [part.recorded_id.tolist() for part in walk.advance(SECOND)]


def test_a_restart_after_the_first_pass_goes_on_from_the_last_price(recording: Recording) -> None:
    walk = path(recording)
    walk.advance(recording.duration_us + 300 * SECOND)
    kept = walk.state()
    again = path(recording, 99, kept)
    assert again.phase == "simulated"
    for symbol, (bid, ask) in again.quotes().items():
        assert abs(bid + ask - kept.mid2[symbol]) <= 2 * TICK_E8


def test_one_long_step_is_the_same_as_many_short_ones(recording: Recording) -> None:
    once, often = path(recording, 5), path(recording, 5)
    whole = once.advance(recording.duration_us + 60 * SECOND)
    for _ in range((recording.duration_us + 60 * SECOND) // 50_000):
        last = often.advance(50_000)
    often.advance((recording.duration_us + 60 * SECOND) % 50_000)
    assert once.state() == often.state()
    assert whole
    assert last is not None
