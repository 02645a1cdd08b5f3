"""Which pauses of an exchange are in force."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quantdesk.program.layouts import Exchange
from quantdesk.program.records import Pause


def test_a_pause_of_withdrawals_ends_by_itself_and_no_other_does() -> None:
    exchange: Any = SimpleNamespace(paused=Pause.WITHDRAWALS | Pause.ADMISSION, withdrawals_paused_until=110)
    assert Exchange.pauses(exchange, 109) == Pause.WITHDRAWALS | Pause.ADMISSION
    assert Exchange.pauses(exchange, 110) == Pause.ADMISSION
