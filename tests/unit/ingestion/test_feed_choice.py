"""Which feed runs, and where it goes on from."""

from __future__ import annotations

from pathlib import Path

import pytest

from quantdesk.infra.bus.messages import Feed
from quantdesk.ingestion.app import path_state
from quantdesk.ingestion.config import FeedMode
from quantdesk.ingestion.feed_choice import FeedChoiceBroken, choose_feed
from quantdesk.ingestion.history.record import Remembered


class Venue:
    def __init__(self, answers: bool) -> None:
        self.answers = answers
        self.asked = 0

    async def __call__(self) -> bool:
        self.asked += 1
        return self.answers


@pytest.mark.parametrize(("answers", "chosen"), [(True, "live"), (False, "replay")])
async def test_auto_asks_once_and_keeps_what_it_found(tmp_path: Path, answers: bool, chosen: Feed) -> None:
    venue = Venue(answers)
    assert await choose_feed("auto", tmp_path / "new", venue) == chosen
    venue.answers = not answers
    assert await choose_feed("auto", tmp_path / "new", venue) == chosen
    assert venue.asked == 1


@pytest.mark.parametrize("mode", ["live", "replay", "simulated"])
async def test_an_explicit_mode_is_taken_as_it_is_and_changes_nothing_kept(
    tmp_path: Path, mode: FeedMode
) -> None:
    venue = Venue(True)
    assert await choose_feed(mode, tmp_path, venue) == mode
    assert venue.asked == 0
    assert list(tmp_path.iterdir()) == []


async def test_a_spoilt_choice_is_named(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text("maybe\n")
    with pytest.raises(FeedChoiceBroken, match="'maybe'; expected one of live, replay, simulated"):
        await choose_feed("auto", tmp_path, Venue(True))


def row(feed: Feed, progress: str, price: str | None = "143.5") -> dict[str, Remembered]:
    return {"SOL-PERP": Remembered("SOL-PERP", feed, price, 1, progress, 1)}


def test_the_first_start_begins_the_recording() -> None:
    assert path_state("replay", {}) is None


def test_a_replay_goes_on_where_it_was_and_stays_simulated_once_it_is() -> None:
    state = path_state("replay", row("replay", '{"phase":"replay","position_us":7,"mid2":9}'))
    assert state is not None
    assert (state.phase, state.position_us, state.mid2) == ("replay", 7, {"SOL-PERP": 9})
    state = path_state("replay", row("simulated", '{"phase":"simulated","position_us":0,"mid2":9}'))
    assert state is not None
    assert state.phase == "simulated"


def test_a_simulation_asked_for_begins_at_the_last_live_price() -> None:
    state = path_state("simulated", row("live", "{}"))
    assert state is not None
    assert (state.phase, state.mid2) == ("simulated", {"SOL-PERP": 28_700_000_000})


def test_progress_of_an_unknown_form_is_not_guessed_at() -> None:
    assert path_state("replay", row("replay", '{"what":1}')) is None
