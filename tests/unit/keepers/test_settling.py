"""Which markets a keeper settles, and that each call names the market and nothing else."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair

from fakes.ledger import exchange_of, ledger_bytes, seat, slots_of
from quantdesk.keepers.rests import Rests
from quantdesk.keepers.settling import settling
from quantdesk.keepers.waterfall import Act
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.instructions import TraderKey, instruction_name
from quantdesk.program.layouts import Ledger
from quantdesk.program.records import MarketStatus

FULL = {"status": MarketStatus.SETTLING, "settlement_seconds": 3_600}
ACTIVE = {"status": MarketStatus.ACTIVE}


def acts(*markets: dict[str, int]) -> list[Act]:
    """For a keeper in slot 3 of generation 7."""
    slots = slots_of(4)
    seat(slots, 3, generation=7)
    return settling(3, Ledger.decode(ledger_bytes(slots)).slot(3), exchange_of(markets))


@pytest.mark.parametrize(
    "market",
    [
        ACTIVE,
        FULL | {"settlement_seconds": 3_599},
        FULL | {"status": MarketStatus.REDUCE_ONLY},
        FULL | {"status": MarketStatus.SETTLED},
    ],
)
def test_a_market_is_left_alone_before_its_hour_is_full_and_after_its_end(market: dict[str, int]) -> None:
    assert acts(ACTIVE, market) == []


def test_every_market_that_is_due_gets_one_call_a_round() -> None:
    due = acts(ACTIVE, FULL, ACTIVE, FULL | {"settlement_price": 1_500_000, "cursor": 40})
    assert [(act.step.name, act.market, act.slot, act.generation) for act in due] == [
        ("settle_slots", 1, 3, 7),
        ("settle_slots", 3, 3, 7),
    ]
    made = due[1].instruction(Addresses(program_id()), TraderKey(Keypair().pubkey()))
    assert instruction_name(made.data) == "settle_slots"
    assert made.data[8:] == bytes([3, 0])


def test_a_refused_call_rests_in_the_next_rounds_and_another_market_does_not() -> None:
    first, second = acts(FULL, FULL)
    rests = Rests()
    rests.refused(first, 100.0)
    again = acts(FULL, FULL)
    assert [rests.over(act, 100.4) for act in again] == [False, True]
    assert rests.over(again[0], 100.5)
    assert second == again[1]
