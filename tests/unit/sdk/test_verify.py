"""What a lying gateway could build, and that none of it is signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import MessageV0
from solders.null_signer import NullSigner
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import Ticks
from quantdesk.program import instructions as program
from quantdesk.program.addresses import Addresses, program_id, token_account
from quantdesk.program.instructions import NewOrder, TraderKey
from quantdesk.program.records import DelegateTerms, OrderKind, Side, TriggerKind, TriggerTerms
from quantdesk.sdk import WrongTransaction
from quantdesk.sdk.models import Market
from quantdesk.sdk.verify import Request, require_as_asked

VENUE = Addresses(program_id())
WALLET, THIEF, MINT = Pubkey.new_unique(), Pubkey.new_unique(), Pubkey.new_unique()
TRADER = TraderKey(WALLET)
SOL = Market(
    symbol="SOL-PERP", index=2, base="SOL", quote="USDC", status="active", book=str(VENUE.book(2)),
    price_step=Decimal("0.01"), size_step=Decimal("0.01"), min_size=Decimal("0.01"),
    min_order_notional=Decimal(10), max_leverage=Decimal(20), trade_band=Decimal("0.05"),
)  # fmt: skip
LIMIT = NewOrder(Side.BID, OrderKind.LIMIT, ticks=14_231, lots=200, client_id=7)
ASKED: dict[str, Any] = {
    "wallet": str(WALLET), "sub": 0, "market": "SOL-PERP", "side": "buy", "type": "limit", "size": "2",
    "price": "142.31", "client_id": "7",
}  # fmt: skip


def _built(instructions: Sequence[Instruction], payer: Pubkey = WALLET) -> VersionedTransaction:
    message = MessageV0.try_compile(payer, list(instructions), [], Hash.default())
    return VersionedTransaction(message, [NullSigner(key) for key in _signers(message)])


def _signers(message: MessageV0) -> list[Pubkey]:
    return list(message.account_keys[: message.header.num_required_signatures])


def _check(instruction: str, fields: dict[str, Any], *built: Instruction, payer: Pubkey = WALLET) -> None:
    market = SOL if "market" in fields else None
    require_as_asked(_built(built, payer), Request(instruction, fields, VENUE, market, MINT))


def _order(**changes: Any) -> Instruction:
    return program.place_order(VENUE, TRADER, 2, replace(LIMIT, **changes))


def _money(amount: int, destination: Pubkey) -> Instruction:
    return program.withdraw(VENUE, TRADER, collateral=0, mint=MINT, destination=destination, amount=amount)


def test_the_order_that_was_asked_for_passes_with_its_compute_budget() -> None:
    _check("place-order", ASKED, *program.compute_budget(units=50_000, micro_lamports=1), _order())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"side": Side.ASK}, "side is not buy"),
        ({"lots": 2_000}, r"size is 20.00, not 2"),
        ({"ticks": 14_232}, r"price is 142.32, not 142.31"),
        ({"client_id": 8}, "client id"),
        ({"reduce_only": True}, "reduce-only"),
        ({"min_fill_lots": 200}, "least fill"),
    ],
)
def test_an_order_that_differs_in_one_field_is_not_signed(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(WrongTransaction, match=reason):
        _check("place-order", ASKED, _order(**changes))


def test_a_delegate_signs_for_the_owners_account_and_for_no_other() -> None:
    bot = Pubkey.new_unique()
    asked = ASKED | {"signer": str(bot)}
    order = program.place_order(VENUE, TraderKey(WALLET, signer=bot), 2, LIMIT)
    _check("place-order", asked, order, payer=bot)
    with pytest.raises(WrongTransaction, match="someone else signs too"):
        _check("place-order", asked, _order(), payer=bot)
    with pytest.raises(WrongTransaction, match="someone else pays"):
        _check("place-order", asked, order, payer=WALLET)
    own = program.place_order(VENUE, TraderKey(bot), 2, LIMIT)
    with pytest.raises(WrongTransaction, match="another trader"):
        _check("place-order", asked, own, payer=bot)


def test_another_market_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="another book"):
        _check("place-order", ASKED, program.place_order(VENUE, TRADER, 1, LIMIT))


def test_another_sub_account_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="another trader"):
        _check("place-order", ASKED, program.place_order(VENUE, TraderKey(WALLET, 1), 2, LIMIT))


def test_a_market_order_that_could_rest_is_not_signed() -> None:
    asked = ASKED | {"type": "market", "price": None}
    _check("place-order", asked, _order(kind=OrderKind.IMMEDIATE_OR_CANCEL))
    with pytest.raises(WrongTransaction, match="must not rest"):
        _check("place-order", asked, _order())


def test_a_post_only_order_that_could_take_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="not post-only"):
        _check("place-order", ASKED | {"post_only": "reject"}, _order())


def test_a_reduce_only_order_may_be_clamped_but_never_enlarged() -> None:
    asked = ASKED | {"reduce_only": True}
    _check("place-order", asked, _order(reduce_only=True, lots=150))
    with pytest.raises(WrongTransaction, match="size is"):
        _check("place-order", asked, _order(reduce_only=True, lots=201))


def test_a_second_order_beside_the_one_asked_for_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="same thing twice"):
        _check("place-order", ASKED, _order(), _order())


def test_a_withdrawal_slipped_into_an_order_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="it holds withdraw"):
        _check("place-order", ASKED, _order(), _money(5, token_account(THIEF, MINT)))


def test_a_transfer_of_the_wallets_sol_is_not_signed() -> None:
    drain = transfer(TransferParams(from_pubkey=WALLET, to_pubkey=THIEF, lamports=1))
    with pytest.raises(WrongTransaction, match="foreign program"):
        _check("place-order", ASKED, _order(), drain)


def test_a_withdrawal_to_someone_else_or_of_another_amount_is_not_signed() -> None:
    asked = {"wallet": str(WALLET), "sub": 0, "asset": "USDC", "amount": "5"}
    _check("withdraw", asked, _money(5_000_000, token_account(WALLET, MINT)))
    with pytest.raises(WrongTransaction, match="go to someone else"):
        _check("withdraw", asked, _money(5_000_000, token_account(THIEF, MINT)))
    with pytest.raises(WrongTransaction, match="it moves 6, not"):
        _check("withdraw", asked, _money(6_000_000, token_account(WALLET, MINT)))


def test_a_first_deposit_may_open_and_activate_the_account() -> None:
    asked = {"wallet": str(WALLET), "sub": 0, "asset": "USDC", "amount": "5"}
    source = token_account(WALLET, MINT)
    deposit = program.deposit(VENUE, TRADER, collateral=0, mint=MINT, source=source, amount=5_000_000)
    _check(
        "deposit", asked, program.open_trader(VENUE, WALLET, WALLET), deposit, program.activate(VENUE, TRADER)
    )


def test_a_transaction_that_does_nothing_asked_for_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="no instruction of the exchange"):
        _check("place-order", ASKED, *program.compute_budget(units=1))


def test_another_order_is_not_cancelled_in_its_place() -> None:
    wanted = OrderId(Ticks(14_231), 9)
    asked = {"wallet": str(WALLET), "sub": 0, "market": "SOL-PERP", "order_id": str(wanted)}
    _check("cancel-order", asked, program.cancel_order(VENUE, TRADER, 2, wanted))
    with pytest.raises(WrongTransaction, match="it cancels"):
        _check("cancel-order", asked, program.cancel_order(VENUE, TRADER, 2, OrderId(Ticks(14_231), 10)))


@pytest.mark.parametrize(
    ("order", "change", "reason"),
    [
        (OrderId(Ticks(14_231), 10), program.OrderChange(14_300, 100), "it changes"),
        (OrderId(Ticks(14_231), 9), program.OrderChange(14_301, 100), r"price is 143\.01, not 143"),
        (OrderId(Ticks(14_231), 9), program.OrderChange(14_300, 10_000), r"size is 100\.00, not 1"),
    ],
)
def test_a_change_of_another_order_price_or_size_is_not_signed(
    order: OrderId, change: program.OrderChange, reason: str
) -> None:
    mine = OrderId(Ticks(14_231), 9)
    asked = {
        "wallet": str(WALLET),
        "sub": 0,
        "market": "SOL-PERP",
        "order_id": str(mine),
        "price": "143",
        "size": "1",
    }
    wanted = program.OrderChange(14_300, 100)
    _check("modify-order", asked, program.modify_order(VENUE, TRADER, 2, mine, wanted))
    with pytest.raises(WrongTransaction, match=reason):
        _check("modify-order", asked, program.modify_order(VENUE, TRADER, 2, order, change))


def test_a_transfer_to_another_sub_account_than_asked_is_not_signed() -> None:
    asked = {"wallet": str(WALLET), "sub": 0, "to_sub": 1, "asset": "USDC", "amount": "5"}
    _check("transfer", asked, program.transfer(VENUE, TRADER, to_sub=1, collateral=0, amount=5_000_000))
    with pytest.raises(WrongTransaction, match="another to_trader"):
        _check("transfer", asked, program.transfer(VENUE, TRADER, to_sub=2, collateral=0, amount=5_000_000))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"delegate": THIEF}, "it gives rights to"),
        ({"expires": 0}, "another time"),
        ({"max_order": 0}, "max_order_notional is 0, not 100"),
        ({"daily_limit": 10**15}, "daily_notional"),
        ({"flags": 2}, "its rights"),
        ({"market_bitmap": 6}, "other markets"),
    ],
)
def test_a_delegate_with_wider_limits_than_asked_is_not_signed(change: dict[str, Any], reason: str) -> None:
    bot = Pubkey.new_unique()
    asked = {
        "wallet": str(WALLET), "sub": 0, "delegate": str(bot), "expires_at_ms": 9_000,
        "markets": ["SOL-PERP"], "max_order_notional": "100",
        "max_position_notional": "200", "daily_notional": "300",
    }  # fmt: skip
    terms = DelegateTerms(bot, 9, 4, 100_000_000, 200_000_000, 300_000_000, 0)
    _check("set-delegate", asked, program.set_delegate(VENUE, TRADER, terms))
    wider = msgspec.structs.replace(terms, **change)
    with pytest.raises(WrongTransaction, match=reason):
        _check("set-delegate", asked, program.set_delegate(VENUE, TRADER, wider))


def test_giving_rights_is_not_signed_as_taking_them_away() -> None:
    bot = Pubkey.new_unique()
    asked = {"wallet": str(WALLET), "sub": 0, "delegate": str(bot)}
    _check("revoke-delegate", asked, program.revoke_delegate(VENUE, TRADER, bot))
    giving = program.set_delegate(VENUE, TRADER, DelegateTerms(bot, 0, 1, 0, 0, 0, 0))
    with pytest.raises(WrongTransaction, match="gives rights instead"):
        _check("revoke-delegate", asked, giving)


STOP: dict[str, Any] = {
    "wallet": str(WALLET), "sub": 0, "market": "SOL-PERP", "kind": "stop", "side": "sell", "type": "market",
    "size": "2", "trigger_price": "138",
}  # fmt: skip
STOP_TERMS = TriggerTerms(
    3, 2, TriggerKind.STOP_MARKET, Side.ASK, 255, 0, 10_000, 1_380_000, 200, 100_000, 0, 0
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"side": Side.BID}, "side is not sell"),
        ({"kind": TriggerKind.TAKE_PROFIT_MARKET}, "it is no stop"),
        ({"trigger_price": 1_390_000}, "it waits for 139, not 138"),
        ({"lots": 0}, "its size is"),
        ({"executor_fee": 1_000_000}, "it reserves 1 USDC"),
        ({"limit_ticks": 13_000}, "its price is 130"),
        ({"market": 1}, "market 1"),
    ],
)
def test_another_trigger_than_asked_is_not_signed(change: dict[str, Any], reason: str) -> None:
    _check("place-trigger", STOP, program.place_trigger(VENUE, TRADER, STOP_TERMS))
    other = msgspec.structs.replace(STOP_TERMS, **change)
    with pytest.raises(WrongTransaction, match=reason):
        _check("place-trigger", STOP, program.place_trigger(VENUE, TRADER, other))


def test_an_order_comes_with_the_exits_asked_for_and_no_others() -> None:
    order = replace(LIMIT, kind=OrderKind.IMMEDIATE_OR_CANCEL)
    asked = {**ASKED, "time_in_force": "ioc", "stop_loss": "138"}
    placed = program.place_order(VENUE, TRADER, 2, order)
    stop = program.place_trigger(VENUE, TRADER, STOP_TERMS)
    _check("place-order", asked, placed, stop)
    for built in ([placed], [placed, stop, stop]):
        with pytest.raises(WrongTransaction, match="triggers, not 1"):
            _check("place-order", asked, *built)
    with pytest.raises(WrongTransaction, match="waits for"):
        _check("place-order", {**asked, "stop_loss": None, "take_profit": "150"}, placed, stop)


def test_another_trigger_is_not_cancelled_in_its_place() -> None:
    asked = {"wallet": str(WALLET), "sub": 0, "market": "SOL-PERP", "trigger_id": str(7 * 16 + 3)}
    _check("cancel-trigger", asked, program.cancel_trigger(VENUE, TRADER, 3))
    with pytest.raises(WrongTransaction, match="another trigger"):
        _check("cancel-trigger", asked, program.cancel_trigger(VENUE, TRADER, 4))


def test_an_order_of_another_program_with_our_bytes_is_not_signed() -> None:
    forged = Addresses(Pubkey.new_unique())
    with pytest.raises(WrongTransaction, match="foreign program"):
        _check("place-order", ASKED, program.place_order(forged, TRADER, 2, LIMIT))


def test_bytes_behind_the_arguments_are_not_signed() -> None:
    real = _order()
    padded = Instruction(real.program_id, bytes(real.data) + b"\0", real.accounts)
    with pytest.raises(WrongTransaction, match="bytes behind its arguments"):
        _check("place-order", ASKED, padded)


def test_a_fee_payer_other_than_the_wallet_is_not_signed() -> None:
    with pytest.raises(WrongTransaction, match="someone else pays"):
        _check("place-order", ASKED, _order(), payer=THIEF)
