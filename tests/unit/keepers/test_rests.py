"""A refused thing is left alone for longer each time, and forgotten when it has not come up for long."""

from __future__ import annotations

from quantdesk.keepers.rests import Rests


def test_a_refused_thing_rests_twice_as_long_each_time_up_to_a_limit_and_success_ends_it() -> None:
    rests, now, pauses = Rests(first_s=1, most_s=4), 0.0, []
    for _ in range(4):
        rests.refused("act", now)
        began = now
        while not rests.over("act", now):
            now += 0.5
        pauses.append(now - began)
    assert pauses == [1, 2, 4, 4]
    rests.done("act")
    rests.refused("act", now)
    assert rests.over("act", now + 1)


def test_what_has_not_come_up_for_long_is_forgotten() -> None:
    rests = Rests(first_s=1, most_s=4)
    rests.refused("act", 0)
    rests.refused("act", 1)
    rests.forget(100)
    rests.refused("act", 100)
    assert rests.over("act", 101)


def test_one_thing_rests_and_another_does_not() -> None:
    rests = Rests(first_s=1)
    rests.refused(("act", 1), 0)
    assert not rests.over(("act", 1), 0.5)
    assert rests.over(("act", 2), 0.5)
