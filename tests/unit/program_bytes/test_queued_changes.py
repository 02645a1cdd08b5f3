"""A queued change in the words of the API: its kind, when it may be applied, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest
from solders.pubkey import Pubkey

from quantdesk.program import changes
from quantdesk.program.changes import GRACE_S, KINDS, ChangeKind, GuardianChange, QueuedChange
from quantdesk.program.idl import idl

DAY = 86_400
QUEUED = QueuedChange(
    seq=1, queued_at=1_000, eta=1_000 + DAY, payer=Pubkey.default(), change=GuardianChange(Pubkey.default())
)


@dataclass
class Times:
    """The part of an exchange that decides when a change is due."""

    opened: int = 1
    timelock_s: int = DAY
    withdrawals_paused_until: int = 0


def exchange(**times: int) -> Any:
    return cast(Any, Times(**times))


def test_every_kind_has_the_word_of_the_idl() -> None:
    words = [each.name for each in idl().types_by_name["Change"].type.variants]
    kinds = [word.replace("_", "") for word in ChangeKind.__args__]  # type: ignore[attr-defined]
    assert [changes._words()[each.__name__].lower() for each in KINDS] == kinds
    assert sorted(word.lower() for word in words) == sorted(kinds)


@pytest.mark.parametrize(
    ("times", "due"),
    [
        ({}, 1_000 + DAY),
        ({"opened": 0}, 1_000),
        ({"timelock_s": 2 * DAY}, 1_000 + 2 * DAY),
        ({"timelock_s": 10}, 1_000 + DAY),
        ({"withdrawals_paused_until": 5_000}, 5_000 + DAY),
        ({"withdrawals_paused_until": 500}, 1_000 + DAY),
    ],
    ids=["timelock", "not open yet", "a longer timelock", "a shorter one", "a pause since", "a pause before"],
)
def test_a_change_is_due_a_timelock_after_it_was_queued_or_withdrawals_were_paused(
    times: dict[str, int], due: int
) -> None:
    assert QUEUED.due(exchange(**times)) == due


def test_a_change_waits_is_due_for_a_week_and_expires() -> None:
    due = 1_000 + DAY
    states = [QUEUED.state(exchange(), now) for now in (due - 1, due, due + GRACE_S, due + GRACE_S + 1)]
    assert states == ["waiting", "due", "due", "expired"]
    assert QUEUED.state(exchange(opened=0), 10**9) == "due"
