from __future__ import annotations

from typing import Any, get_type_hints

import msgspec
import numpy as np
import pytest
from solders.pubkey import Pubkey

from fakes.chain_story import Story, market_params
from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import Ticks
from quantdesk.program import base58, changes, records
from quantdesk.program import events as ev
from quantdesk.program import instructions as ix
from quantdesk.program.addresses import Addresses, program_id, token_account
from quantdesk.program.codec import fields_of
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.errors import ArgumentInvalid, EventInvalid, error_name, error_named, explain
from quantdesk.program.idl import idl

VENUE = Addresses(program_id())
KEY = Pubkey.from_bytes(bytes(range(32)))
ME = ix.TraderKey(KEY)
QUOTE = records.Quote(records.Side.ASK, records.OrderKind.POST_ONLY, False, 86_123, 250, 2**64 - 1)
TIERS = [records.FeeTierParams(0, -10, 50)] * 8
COLLATERAL = records.CollateralParams(bytes(32), 60, 0, 0, 0, 0, 10**15, 0, 0, 20_000)

BUILT = [
    ix.init_exchange(
        VENUE, KEY, KEY, guardian=KEY, timelock_s=1, min_slot_equity=2, client_data_limit=3, slot_capacity=4,
        fee_tiers=TIERS,
    ),
    ix.open_exchange(VENUE, KEY),
    ix.add_collateral(VENUE, KEY, KEY, KEY, COLLATERAL),
    ix.create_market(VENUE, KEY, KEY, 1, market_params("SOL-PERP")),
    ix.grow_account(VENUE, KEY, KEY, records.GrowKind.LEDGER, VENUE.ledger),
    ix.migrate(VENUE, 0, 8),
    ix.update_price(VENUE, KEY, [records.PriceUpdate(0, 1, 2, 3)]),
    ix.update_price_pyth(VENUE, 0, KEY),
    ix.update_collateral_price(VENUE, 1, KEY),
    ix.open_trader(VENUE, KEY, KEY),
    ix.activate(VENUE, ME),
    ix.deposit(VENUE, ME, collateral=0, mint=KEY, source=KEY, amount=5),
    ix.withdraw(VENUE, ME, collateral=0, mint=KEY, destination=KEY, amount=ix.ALL_WITHDRAWABLE),
    ix.close_trader(VENUE, ME),
    ix.park(VENUE, ME),
    ix.set_dead_man(VENUE, ME, 5),
    ix.transfer(VENUE, ME, 1, collateral=0, amount=5),
    ix.set_delegate(VENUE, ME, records.DelegateTerms(VENUE.exchange, 1, 2, 3, 4, 5, 3)),
    ix.place_trigger(VENUE, ME, records.TriggerTerms(0, 1, 2, 1, 255, 0, 5, 6, 7, 8, 9, 10)),
    ix.cancel_trigger(VENUE, ME, 3),
    ix.execute_trigger(VENUE, ME, 0, 3, slot=4, generation=5),
    ix.realize(VENUE, ME, 0),
    ix.convert_collateral(VENUE, ME, (17, 3), collateral=1, amount=5),
    ix.propose_authority(VENUE, KEY, KEY),
    ix.accept_authority(VENUE, KEY),
    ix.set_guardian(VENUE, KEY, KEY),
    ix.set_pause(VENUE, KEY, 1),
    ix.queue_change(VENUE, KEY, KEY, 1, changes.GuardianChange(KEY)),
    ix.apply_change(VENUE, 1, KEY),
    ix.cancel_change(VENUE, KEY, 1, KEY),
    ix.set_market_status(VENUE, KEY, 0, records.MarketStatus.REDUCE_ONLY),
    ix.place_order(VENUE, ME, 0, ix.NewOrder(records.Side.BID, records.OrderKind.LIMIT, 14_231, 10)),
    ix.place_many(VENUE, ME, 0, [QUOTE]),
    ix.replace_many(VENUE, ME, 0, cancels=[OrderId(Ticks(1), 2)], quotes=[QUOTE]),
    ix.modify_order(VENUE, ME, 0, OrderId(Ticks(1), 2), ix.OrderChange(3, 4)),
    ix.prune_expired(VENUE, ME, 0, [OrderId(Ticks(1), 2)]),
    ix.force_cancel(VENUE, ME, 0, 17, 3),
    ix.liquidate(VENUE, ME, 0, 17, 3),
    ix.take_over(VENUE, ME, 0, 17, 3, lots=5),
    ix.resolve_bankruptcy(VENUE, ME, 0, 17, 3),
    ix.auto_deleverage(VENUE, ME, 0, 17, 3),
    ix.settle_slots(VENUE, ME, 0),
    ix.deposit_insurance(VENUE, KEY, KEY, KEY, 5),
    ix.sweep_fees(VENUE, KEY, KEY, KEY, 5),
    ix.cancel_order(VENUE, ME, 0, OrderId(Ticks(1), 2)),
    ix.cancel_by_client_id(VENUE, ME, 0, 7),
    ix.cancel_all(VENUE, ME, 0),
]  # fmt: skip


def test_every_builder_makes_the_instruction_that_it_is_named_after() -> None:
    names = [str(ix.instruction_name(each.data)) for each in BUILT]
    assert len(set(names)) == len(BUILT)
    assert all(callable(getattr(ix, name)) for name in names)
    assert [name for name in idl().instructions_by_name if hasattr(ix, name) and name not in names] == []


@pytest.mark.parametrize("built", BUILT, ids=lambda built: str(ix.instruction_name(built.data)))
def test_accounts_stand_in_the_programs_order_with_its_rights(built: Any) -> None:
    definition = idl().instructions_by_name[str(ix.instruction_name(built.data))]
    assert built.program_id == VENUE.program
    assert [(meta.is_writable, meta.is_signer) for meta in built.accounts] == [
        (account.writable, account.signer) for account in definition.accounts
    ]
    assert built.accounts[-1].pubkey == VENUE.program
    assert built.accounts[-2].pubkey == VENUE.event_authority


def test_an_order_is_these_bytes() -> None:
    order = ix.NewOrder(
        records.Side.ASK, records.OrderKind.IMMEDIATE_OR_CANCEL, 14_231, 10, reduce_only=True,
        self_trade=records.SelfTrade.CANCEL_TAKER, min_fill_lots=10, client_id=2**63, nonce=4,
        valid_until_slot=5,
    )  # fmt: skip
    data = ix.place_order(VENUE, ME, 258, order).data
    numbers = (14_231, 10, 10)
    body = (
        bytes([2, 1, 1, 3, 1, 1]) + b"".join(n.to_bytes(4, "little") for n in numbers) + bytes([0]) + bytes(4)
    )
    tail = b"".join(n.to_bytes(8, "little") for n in (2**63, 4, 5))
    assert data[8:] == body + tail


def test_a_delegate_signs_for_the_owners_account() -> None:
    delegate = Pubkey.from_bytes(bytes(32))
    built = ix.cancel_all(VENUE, ix.TraderKey(KEY, 3, signer=delegate), 0)
    assert built.accounts[3].pubkey == VENUE.trader(KEY, 3)
    assert (built.accounts[4].pubkey, built.accounts[4].is_signer) == (delegate, True)


@pytest.mark.parametrize("amount", [-1, 2**64, 1.5, "1"])
def test_an_argument_that_does_not_fit_is_refused(amount: Any) -> None:
    with pytest.raises(ArgumentInvalid):
        ix.deposit(VENUE, ME, collateral=0, mint=KEY, source=KEY, amount=amount)


def test_a_list_that_does_not_fit_names_the_value_and_no_quotes_are_no_bytes() -> None:
    def data(*lots: Any) -> bytes:
        kind = records.OrderKind.POST_ONLY
        quotes = [records.Quote(records.Side.BID, kind, False, 7, each, 0) for each in lots]
        return bytes(ix.place_many(VENUE, ME, 0, quotes).data)

    with pytest.raises(ArgumentInvalid, match="4294967296"):
        data(1, 2**32)
    nothing, one, two = data(), data(3), data(3, 4)
    assert len(one) - len(nothing) == len(two) - len(one) == 19
    assert two[-38:-19] == one[-19:]


CHANGES = [
    changes.MarketChange(1, market_params("SOL-PERP")),
    changes.PriceSourceChange(1, 0, KEY, bytes(32)),
    changes.FeesChange(TIERS),
    changes.CollateralChange(0, 2, COLLATERAL),
    changes.NewMarket(market_params("SOL-PERP")),
    changes.NewCollateral(KEY, COLLATERAL),
    changes.StatusChange(1, 2),
    changes.ExchangeChange(86_400, 5, 1 << 24),
    changes.GuardianChange(KEY),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_a_change_survives_the_way_into_its_account_and_into_an_event(change: changes.Change) -> None:
    sent = ix.queue_change(VENUE, KEY, KEY, 7, change)
    payload = bytes(sent.data)[16:]
    account = np.zeros(1, account_dtype("QueuedChange"))
    account["discriminator"] = bytes(idl().accounts_by_name["QueuedChange"].discriminator)
    account["seq"], account["length"] = 7, len(payload)
    account["payload"][0, : len(payload)] = list(payload)
    queued = changes.QueuedChange.decode(account.tobytes())
    assert (queued.seq, queued.change) == (7, change)
    event = ev.decode_payload("ChangeApplied", bytes(24) + bytes(8) + payload)
    assert isinstance(event, ev.ChangeApplied)
    assert event.change == change
    assert ev.event_json(event)["change"]["type"] == type(change).__name__


def test_the_kinds_of_change_are_those_of_the_idl() -> None:
    words = [each.name for each in idl().types_by_name["Change"].type.variants]
    assert [changes.word_of(change) for change in CHANGES] == words


def test_more_than_sixteen_quotes_are_refused_before_the_program_does() -> None:
    with pytest.raises(ArgumentInvalid, match="at most 16"):
        ix.place_many(VENUE, ME, 0, [QUOTE] * 17)


def test_the_associated_token_account_is_solanas() -> None:
    owner = Pubkey.from_string("CiDwVBFgWV9E5MvXWoLgnEgn2hK7rJikbvfWavzAQz3")
    mint = Pubkey.from_string("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v")
    derived = Pubkey.find_program_address(
        [bytes(owner), bytes(Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")), bytes(mint)],
        Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"),
    )[0]
    assert token_account(owner, mint) == derived


RECORD_TYPES = [
    each for each in [*vars(records).values(), *changes.KINDS]
    if isinstance(each, type) and issubclass(each, records.Record) and each is not records.Record
]  # fmt: skip


@pytest.mark.parametrize("kind", [*RECORD_TYPES, *ev.EVENTS.values()], ids=lambda kind: kind.__name__)
def test_every_record_here_has_the_fields_of_the_idl_in_its_order(kind: type[records.Record]) -> None:
    assert list(kind.__struct_fields__) == [each.name for each in fields_of(kind.__name__)]
    assert set(get_type_hints(kind)) == set(kind.__struct_fields__)


def test_every_event_here_is_one_of_the_idl() -> None:
    assert [name for name in ev.EVENTS if name not in {each.name for each in idl().events}] == []


CHOICES = ["Side", "OrderKind", "SelfTrade", "ExpiryKind", "CancelSide", "GrowKind", "MarketStatus"]


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_here_has_the_numbers_of_the_idl(choice: str) -> None:
    names = [each.name for each in idl().types_by_name[choice].type.variants]
    mine = [each.name.title().replace("_", "") for each in getattr(records, choice)]
    assert mine == names


def test_events_survive_the_way_through_bytes() -> None:
    story = Story(3)
    marks = {each.name: bytes(each.discriminator) for each in idl().events}
    for placed in [*story.opening(), *story.go(50)]:
        data = ev.EVENT_TAG + marks[placed.event.name] + placed.payload
        assert ev.decode_event(data) == placed.event


def test_an_event_of_a_newer_program_still_has_its_place_in_the_sequence() -> None:
    head = (9).to_bytes(8, "little") + (8).to_bytes(8, "little") + (7).to_bytes(8, "little")
    event = ev.decode_event(ev.EVENT_TAG + b"newevent" + head + b"more")
    assert isinstance(event, ev.UnknownEvent)
    assert (event.seq, event.slot, event.unix_ts) == (9, 8, 7)


def test_what_an_earlier_program_did_not_say_at_an_events_end_reads_as_zero() -> None:
    head = bytes(24)
    payload = bytes(ix.queue_change(VENUE, KEY, KEY, 7, changes.CollateralChange(1, 1, COLLATERAL)).data)[16:]
    for body in (payload, payload[: -changes.COLLATERAL_GREW]):
        event = ev.decode_payload("ChangeApplied", head + bytes(8) + body)
        assert isinstance(event, ev.ChangeApplied)
        assert isinstance(event.change, changes.CollateralChange)
        wanted = COLLATERAL.jump_band if body is payload else 0
        assert event.change.params == msgspec.structs.replace(COLLATERAL, jump_band=wanted)
    with pytest.raises(EventInvalid):
        ev.decode_payload("ChangeApplied", head + bytes(8) + payload[: -changes.COLLATERAL_GREW - 1])


def test_a_cut_or_longer_event_is_refused() -> None:
    placed = next(event for event in Story(1).opening() if event.event.name not in ev.GROWN)
    with pytest.raises(EventInvalid):
        ev.decode_payload(placed.event.name, placed.payload[:-1])
    with pytest.raises(EventInvalid, match="too many"):
        ev.decode_payload(placed.event.name, placed.payload + b"x")


def test_other_data_is_no_event() -> None:
    assert ev.decode_event(b"\0" * 40) is None


def landed(**changes: Any) -> dict[str, Any]:
    placed = next(Story(1).opening())
    (mark,) = (bytes(e.discriminator) for e in idl().events if e.name == placed.event.name)
    call = {"programIdIndex": 0, "accounts": [1], "data": base58.encode(ev.EVENT_TAG + mark + placed.payload)}
    keys = [str(VENUE.program), str(VENUE.event_authority), str(KEY)]
    meta = {"err": None, "innerInstructions": [{"index": 0, "instructions": [call | changes]}]}
    return {"transaction": {"message": {"accountKeys": keys}}, "meta": meta}


def test_events_are_read_from_a_transaction_as_the_node_gives_it() -> None:
    assert [event.name for event in ev.events_of_json(landed(), VENUE)] == ["ExchangeInitialised"]


@pytest.mark.parametrize("change", [{"programIdIndex": 2}, {"accounts": [2]}, {"accounts": [1, 2]}])
def test_a_call_that_our_program_did_not_sign_to_itself_is_no_event(change: dict[str, Any]) -> None:
    assert ev.events_of_json(landed(**change), VENUE) == []


def test_a_failed_transaction_has_no_events() -> None:
    failed = landed()
    failed["meta"]["err"] = "AccountInUse"
    assert ev.events_of_json(failed, VENUE) == []


def test_a_failure_is_told_by_the_programs_own_name() -> None:
    code = error_named("InsufficientMargin").code
    failure = explain({"InstructionError": [2, {"Custom": code}]})
    assert (failure.name, failure.instruction, failure.code) == ("InsufficientMargin", 2, code)
    assert failure.message == "The equity is under the initial margin"


def test_another_programs_code_is_not_read_as_ours() -> None:
    err = {"InstructionError": [0, {"Custom": error_named("InsufficientMargin").code}]}
    failure = explain(err, ["TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"], str(VENUE.program))
    assert failure.code is None
    assert explain({"InstructionError": [0, {"Custom": 1}]}).name == "Custom:1"
    assert error_name(1) == "Custom:1"


def test_a_transfer_of_ours_that_the_token_program_refuses_has_that_programs_name() -> None:
    ours = str(VENUE.program)
    err = {"InstructionError": [0, {"Custom": 1}]}
    failure = explain(err, [ours], ours)
    assert (failure.name, failure.code) == ("InsufficientFunds", None)
    assert explain(err, ["TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"], ours).name == "Custom:1"
    assert explain({"InstructionError": [0, {"Custom": 999}]}, [ours], ours).name == "Custom:999"


@pytest.mark.parametrize(
    ("err", "name"),
    [
        ("BlockhashNotFound", "BlockhashNotFound"),
        ({"InsufficientFundsForRent": {"account_index": 0}}, "InsufficientFundsForRent"),
        ({"InstructionError": [0, "ProgramFailedToComplete"]}, "ProgramFailedToComplete"),
        (17, "Unknown"),
    ],
)
def test_solanas_own_errors_keep_their_names(err: Any, name: str) -> None:
    assert explain(err).name == name
