from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from fakes.chain_story import Story
from quantdesk.indexer.sequence import Sequencer

EVENTS = [*(story := Story(5)).opening(), *story.go(30)]


@given(st.randoms(use_true_random=False))
def test_events_come_out_in_order_whatever_way_they_came_in(chance: random.Random) -> None:
    arriving = EVENTS * 2
    chance.shuffle(arriving)
    sequencer, taken = Sequencer(0), []
    for start in range(0, len(arriving), 5):
        sequencer.add(arriving[start : start + 5])
        taken += sequencer.take(3)
    taken += sequencer.take()
    assert taken == EVENTS
    assert sequencer.hole is None


def test_nothing_comes_out_behind_a_missing_event() -> None:
    sequencer = Sequencer(0)
    sequencer.add(EVENTS[:3] + EVENTS[5:8])
    assert len(sequencer.take()) == 3
    assert sequencer.take() == []
    assert sequencer.hole == (4, 5)


def test_what_was_indexed_before_is_not_taken_again() -> None:
    sequencer = Sequencer(10)
    sequencer.add(EVENTS[:12])
    assert [event.seq for event in sequencer.take()] == [11, 12]


def test_lost_history_is_skipped_on_demand_only() -> None:
    sequencer = Sequencer(2)
    sequencer.add(EVENTS[9:12])
    sequencer.skip_to(10)
    assert [event.seq for event in sequencer.take()] == [10, 11, 12]
