"""One typed builder per instruction of the program. Accounts and bytes follow the IDL.

``venue`` gives every derived address. ``owner`` and ``sub`` name the trader account; ``signer`` is its owner
unless a delegate signs. Prices are ticks, sizes lots, amounts native units: ``quantdesk.domain`` converts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from solders.compute_budget import (
    set_compute_unit_limit,
    set_compute_unit_price,
    set_loaded_accounts_data_size_limit,
)
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from quantdesk.domain.orders import OrderId
from quantdesk.program.addresses import (
    ASSOCIATED_TOKEN_PROGRAM,
    SYSTEM_PROGRAM,
    TOKEN_PROGRAM,
    Addresses,
    token_account,
)
from quantdesk.program.changes import Change, written
from quantdesk.program.codec import write_arguments
from quantdesk.program.errors import ArgumentInvalid
from quantdesk.program.idl import idl
from quantdesk.program.records import (
    CancelSide,
    CollateralParams,
    DelegateTerms,
    ExpiryKind,
    FeeTierParams,
    GrowKind,
    MarketParams,
    MarketStatus,
    OrderKind,
    PriceUpdate,
    Quote,
    SelfTrade,
    Side,
    TriggerTerms,
)

MAX_BATCH = 16
ALL_WITHDRAWABLE = 2**64 - 1
"""``withdraw`` amount that means all that may leave."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """One order. A market order is ``IMMEDIATE_OR_CANCEL`` with the worst acceptable ``ticks``.

    ``min_fill_lots`` equal to ``lots`` is fill or kill; ``expiry`` is the first slot or Unix second at which
    the order is dead; ``client_id``, ``nonce`` and ``valid_until_slot`` are unused when 0.
    """

    side: Side
    kind: OrderKind
    ticks: int
    lots: int
    reduce_only: bool = False
    self_trade: SelfTrade = SelfTrade.CANCEL_MAKER
    min_fill_lots: int = 0
    expiry_kind: ExpiryKind = ExpiryKind.NEVER
    expiry: int = 0
    client_id: int = 0
    nonce: int = 0
    valid_until_slot: int = 0


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """What the orders of one batch have in common."""

    self_trade: SelfTrade = SelfTrade.CANCEL_MAKER
    expiry_kind: ExpiryKind = ExpiryKind.NEVER
    expiry: int = 0
    nonce: int = 0
    valid_until_slot: int = 0


@dataclass(frozen=True, slots=True)
class OrderChange:
    """What a resting order shall become: price in ticks and size in lots; 0 leaves the last two unused."""

    ticks: int
    lots: int
    nonce: int = 0
    valid_until_slot: int = 0


@dataclass(frozen=True, slots=True)
class TraderKey:
    """Whose trader account: owner and sub-account number; ``signer`` when a delegate signs."""

    owner: Pubkey
    sub: int = 0
    signer: Pubkey | None = None


# set-up


def init_exchange(
    venue: Addresses,
    payer: Pubkey,
    admin: Pubkey,
    *,
    guardian: Pubkey,
    timelock_s: int,
    min_slot_equity: int,
    client_data_limit: int,
    slot_capacity: int,
    fee_tiers: Sequence[FeeTierParams],
) -> Instruction:
    """Create exchange ``venue.exchange_id`` and its ledger, to be grown afterwards. Eight fee tiers."""
    return _build(
        "init_exchange",
        venue,
        {"payer": payer, "admin": admin},
        {
            "id": venue.exchange_id,
            "guardian": guardian,
            "timelock_s": timelock_s,
            "min_slot_equity": min_slot_equity,
            "client_data_limit": client_data_limit,
            "slot_capacity": slot_capacity,
            "fee_tiers": list(fee_tiers),
        },
    )


def open_exchange(venue: Addresses, admin: Pubkey) -> Instruction:
    """Open for deposits; irreversible."""
    return _build("open_exchange", venue, {"admin": admin}, {})


def add_collateral(
    venue: Addresses, payer: Pubkey, admin: Pubkey, mint: Pubkey, params: CollateralParams
) -> Instruction:
    """Add a collateral and create its vault; the first one is USDC."""
    accounts = {"payer": payer, "admin": admin, "mint": mint, "vault": venue.vault(mint)}
    return _build("add_collateral", venue, accounts, {"params": params})


def create_market(
    venue: Addresses, payer: Pubkey, admin: Pubkey, market: int, params: MarketParams
) -> Instruction:
    """Create market ``market`` (the next free index) and its book, to be grown afterwards."""
    accounts = {"payer": payer, "admin": admin, "book": venue.book(market)}
    return _build("create_market", venue, accounts, {"market": market, "params": params})


def grow_account(
    venue: Addresses, payer: Pubkey, admin: Pubkey, kind: GrowKind, account: Pubkey, *, target: int = 0
) -> Instruction:
    """Grow ``account`` by up to 10,240 bytes; ``target`` entries, 0 keeps the present target."""
    accounts = {"payer": payer, "admin": admin, "account": account}
    return _build("grow_account", venue, accounts, {"kind": kind, "target": target})


def migrate(venue: Addresses, cursor: int, rows: int) -> Instruction:
    """Bring up to ``rows`` rows of the exchange, from ``Exchange.migrated`` on, to the program's layout."""
    return _build("migrate", venue, {}, {"cursor": cursor, "rows": rows})


def update_price(venue: Addresses, authority: Pubkey, updates: Sequence[PriceUpdate]) -> Instruction:
    """Post up to 16 signed prices."""
    _at_most(len(updates), "prices")
    return _build("update_price", venue, {"authority": authority}, {"updates": list(updates)})


def update_price_pyth(venue: Addresses, market: int, price_update: Pubkey) -> Instruction:
    """Take a market's price, or the anchor of its signed feed, from Pyth account ``price_update``."""
    return _build("update_price_pyth", venue, {"price_update": price_update}, {"market": market})


def update_collateral_price(venue: Addresses, collateral: int, price_update: Pubkey) -> Instruction:
    """Take the price of a collateral other than USDC from Pyth account ``price_update``."""
    return _build(
        "update_collateral_price", venue, {"price_update": price_update}, {"collateral": collateral}
    )


def propose_authority(venue: Addresses, admin: Pubkey, proposed: Pubkey) -> Instruction:
    """Name the next admin; it has to accept."""
    return _build("propose_authority", venue, {"admin": admin}, {"admin": proposed})


def accept_authority(venue: Addresses, authority: Pubkey) -> Instruction:
    """Become admin, once proposed."""
    return _build("accept_authority", venue, {"authority": authority}, {})


def set_guardian(venue: Addresses, authority: Pubkey, guardian: Pubkey) -> Instruction:
    """Say who may restrict: signed by the guardian, before the exchange opens also by the admin."""
    return _build("set_guardian", venue, {"authority": authority}, {"guardian": guardian})


def set_pause(venue: Addresses, authority: Pubkey, paused: int) -> Instruction:
    """Refuse what the bits of ``paused`` say; the guardian may only add bits."""
    return _build("set_pause", venue, {"authority": authority}, {"paused": paused})


def queue_change(venue: Addresses, payer: Pubkey, admin: Pubkey, seq: int, change: Change) -> Instruction:
    """Queue change number ``seq``: one more than ``Exchange.change_seq``."""
    accounts = {"payer": payer, "admin": admin, "change": venue.change(seq)}
    return _build("queue_change", venue, accounts, {"seq": seq, "change": written(change)})


def apply_change(venue: Addresses, seq: int, rent_receiver: Pubkey) -> Instruction:
    """Apply a change that is due; the rent goes back to who paid it."""
    return _build("apply_change", venue, {"change": venue.change(seq), "rent_receiver": rent_receiver}, {})


def cancel_change(venue: Addresses, authority: Pubkey, seq: int, rent_receiver: Pubkey) -> Instruction:
    """Drop a queued change: admin or guardian, anyone once it has expired."""
    accounts = {"authority": authority, "change": venue.change(seq), "rent_receiver": rent_receiver}
    return _build("cancel_change", venue, accounts, {})


def set_market_status(venue: Addresses, authority: Pubkey, market: int, status: MarketStatus) -> Instruction:
    """Restrict a market at once; loosening has to be queued."""
    arguments = {"market": market, "status": status}
    return _build("set_market_status", venue, {"authority": authority}, arguments)


# traders


def open_trader(venue: Addresses, payer: Pubkey, owner: Pubkey, sub: int = 0) -> Instruction:
    """Create the owner's sub-account, without a slot."""
    accounts = {"payer": payer, "owner": owner, "trader": venue.trader(owner, sub)}
    return _build("open_trader", venue, accounts, {"sub": sub})


def activate(venue: Addresses, trader: TraderKey) -> Instruction:
    """Take a ledger slot and move the parked money into it."""
    return _build("activate", venue, _own(venue, trader), {})


def deposit(
    venue: Addresses, trader: TraderKey, *, collateral: int, mint: Pubkey, source: Pubkey, amount: int
) -> Instruction:
    """Deposit ``amount`` native units from token account ``source``."""
    accounts = _own(venue, trader) | {"source": source, "vault": venue.vault(mint)}
    return _build("deposit", venue, accounts, {"collateral": collateral, "amount": amount})


def withdraw(
    venue: Addresses, trader: TraderKey, *, collateral: int, mint: Pubkey, destination: Pubkey, amount: int
) -> Instruction:
    """Withdraw ``amount`` native units (``ALL_WITHDRAWABLE`` for all) to token account ``destination``."""
    accounts = _own(venue, trader) | {"destination": destination, "vault": venue.vault(mint)}
    return _build("withdraw", venue, accounts, {"collateral": collateral, "amount": amount})


def park(venue: Addresses, trader: TraderKey) -> Instruction:
    """Give up the slot; ``trader.signer`` is anyone once it is idle or under the minimum."""
    return _build("park", venue, _seated(venue, trader), {})


def set_dead_man(venue: Addresses, trader: TraderKey, cancel_after_slot: int) -> Instruction:
    """Let all orders expire past that slot; 0 is never."""
    return _build("set_dead_man", venue, _seated(venue, trader), {"cancel_after_slot": cancel_after_slot})


def transfer(
    venue: Addresses, trader: TraderKey, to_sub: int, *, collateral: int, amount: int
) -> Instruction:
    """Move ``amount`` native units to another sub-account of the same owner."""
    accounts = _seated(venue, trader) | {"to_trader": venue.trader(trader.owner, to_sub)}
    return _build("transfer", venue, accounts, {"collateral": collateral, "amount": amount})


def set_delegate(venue: Addresses, trader: TraderKey, terms: DelegateTerms) -> Instruction:
    """Let another key trade for the owner within limits, or change them."""
    return _build("set_delegate", venue, _own(venue, trader), {"terms": terms})


def revoke_delegate(venue: Addresses, trader: TraderKey, delegate: Pubkey) -> Instruction:
    """Take a delegate's rights away."""
    return set_delegate(venue, trader, DelegateTerms(delegate, 1, 0, 0, 0, 0, 0))


def place_trigger(venue: Addresses, trader: TraderKey, terms: TriggerTerms) -> Instruction:
    """Let an order wait for the mark price; it dies with the position that is open now."""
    return _build("place_trigger", venue, _seated(venue, trader), {"terms": terms})


def cancel_trigger(venue: Addresses, trader: TraderKey, index: int) -> Instruction:
    """Remove the trigger in entry ``index``."""
    return _build("cancel_trigger", venue, _seated(venue, trader), {"index": index})


def execute_trigger(
    venue: Addresses, trader: TraderKey, market: int, index: int, *, slot: int, generation: int
) -> Instruction:
    """Fire a trigger that the mark has reached, as ``trader.signer``; the named slot earns its fee."""
    arguments = {"market": market, "index": index, "slot": slot, "generation": generation}
    return _build("execute_trigger", venue, _trading(venue, trader, market), arguments)


def realize(venue: Addresses, trader: TraderKey, market: int) -> Instruction:
    """Turn a position's profit, at the worse of mark and index, into balance, where it vests."""
    return _build("realize", venue, _own(venue, trader), {"market": market})


def convert_collateral(
    venue: Addresses, trader: TraderKey, debtor: tuple[int, int], *, collateral: int, amount: int
) -> Instruction:
    """Pay the debt of ``debtor`` (slot, generation) and take its collateral at a discount.

    At most ``amount`` native units, ``ALL_WITHDRAWABLE`` for all that is due and can be paid for.
    """
    slot, generation = debtor
    arguments = {"slot": slot, "generation": generation, "collateral": collateral, "amount": amount}
    return _build("convert_collateral", venue, _own(venue, trader), arguments)


def close_trader(venue: Addresses, trader: TraderKey, *, rent_receiver: Pubkey | None = None) -> Instruction:
    """Close an empty sub-account; its rent goes to the owner unless said otherwise."""
    accounts = _own(venue, trader) | {"rent_receiver": rent_receiver or trader.owner}
    return _build("close_trader", venue, accounts, {})


# orders


def place_order(venue: Addresses, trader: TraderKey, market: int, order: NewOrder) -> Instruction:
    """Place one order: takes what crosses, rests the remainder if its kind allows."""
    names = NewOrder.__slots__
    arguments = {"market": market} | {name: getattr(order, name) for name in names}
    return _build("place_order", venue, _trading(venue, trader, market), arguments)


def place_many(
    venue: Addresses, trader: TraderKey, market: int, quotes: Sequence[Quote], terms: BatchTerms | None = None
) -> Instruction:
    """Place up to 16 orders with one margin check; each failure is a result code of its own."""
    _at_most(len(quotes), "quotes")
    arguments = {"market": market, "quotes": list(quotes)} | _terms(terms)
    return _build("place_many", venue, _trading(venue, trader, market), arguments)


def replace_many(
    venue: Addresses,
    trader: TraderKey,
    market: int,
    *,
    cancels: Sequence[OrderId],
    quotes: Sequence[Quote],
    terms: BatchTerms | None = None,
) -> Instruction:
    """Cancel up to 16 orders, then place up to 16, with one margin check."""
    _at_most(len(cancels), "cancels")
    _at_most(len(quotes), "quotes")
    named = [{"ticks": each.ticks, "seq": each.seq} for each in cancels]
    arguments = {"market": market, "cancels": named, "quotes": list(quotes)} | _terms(terms)
    return _build("replace_many", venue, _trading(venue, trader, market), arguments)


def modify_order(
    venue: Addresses, trader: TraderKey, market: int, order_id: OrderId, change: OrderChange
) -> Instruction:
    """Change a resting order: a smaller size keeps its place in the queue, anything else loses it."""
    arguments = {
        "market": market,
        "ticks": order_id.ticks,
        "seq": order_id.seq,
        "new_ticks": change.ticks,
        "new_lots": change.lots,
        "nonce": change.nonce,
        "valid_until_slot": change.valid_until_slot,
    }
    return _build("modify_order", venue, _trading(venue, trader, market), arguments)


def prune_expired(venue: Addresses, trader: TraderKey, market: int, orders: Sequence[OrderId]) -> Instruction:
    """Remove up to 16 expired orders of anyone."""
    _at_most(len(orders), "orders")
    named = [{"ticks": each.ticks, "seq": each.seq} for each in orders]
    return _build(
        "prune_expired", venue, _trading(venue, trader, market), {"market": market, "orders": named}
    )


def cancel_order(venue: Addresses, trader: TraderKey, market: int, order_id: OrderId) -> Instruction:
    """Cancel one order by its id."""
    arguments = {"market": market, "ticks": order_id.ticks, "seq": order_id.seq}
    return _build("cancel_order", venue, _trading(venue, trader, market), arguments)


def cancel_by_client_id(venue: Addresses, trader: TraderKey, market: int, client_id: int) -> Instruction:
    """Cancel one order by the client's own number."""
    arguments = {"market": market, "client_id": client_id}
    return _build("cancel_by_client_id", venue, _trading(venue, trader, market), arguments)


def cancel_all(
    venue: Addresses, trader: TraderKey, market: int, side: CancelSide = CancelSide.BOTH
) -> Instruction:
    """Cancel the trader's orders of a market."""
    return _build("cancel_all", venue, _trading(venue, trader, market), {"market": market, "side": side})


# risk


def force_cancel(venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int) -> Instruction:
    """Cancel orders of the account in ``slot``, which is under half-way to its initial margin."""
    arguments = {"market": market, "slot": slot, "generation": generation}
    return _build("force_cancel", venue, _trading(venue, keeper, market), arguments)


def liquidate(venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int) -> Instruction:
    """Reduce the position of the account in ``slot``, which is under maintenance margin, against the book."""
    arguments = {"market": market, "slot": slot, "generation": generation}
    return _build("liquidate", venue, _trading(venue, keeper, market), arguments)


def take_over(
    venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int, *, lots: int
) -> Instruction:
    """Assume at most ``lots`` of a position of the account in ``slot``, a little better than the mark."""
    arguments = {"market": market, "slot": slot, "generation": generation, "lots": lots}
    return _build("take_over", venue, _trading(venue, keeper, market), arguments)


def resolve_bankruptcy(
    venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int
) -> Instruction:
    """Let insurance pay what the account in ``slot`` owes and does not have."""
    arguments = {"market": market, "slot": slot, "generation": generation}
    return _build("resolve_bankruptcy", venue, _trading(venue, keeper, market), arguments)


def auto_deleverage(
    venue: Addresses, keeper: TraderKey, market: int, slot: int, generation: int
) -> Instruction:
    """Close a position of the account in ``slot``, which has no equity, against those who profit most."""
    arguments = {"market": market, "slot": slot, "generation": generation}
    return _build("auto_deleverage", venue, _trading(venue, keeper, market), arguments)


def settle_slots(venue: Addresses, trader: TraderKey, market: int) -> Instruction:
    """Cancel orders, then close positions, of a market that settles; again and again until it is settled."""
    return _build("settle_slots", venue, _trading(venue, trader, market), {"market": market})


def deposit_insurance(
    venue: Addresses, owner: Pubkey, source: Pubkey, mint: Pubkey, amount: int
) -> Instruction:
    """Give quote atoms to the insurance fund from the token account ``source``; ``mint`` is USDC's."""
    accounts = {"exchange": venue.exchange, "owner": owner, "source": source, "vault": venue.vault(mint)}
    return _build("deposit_insurance", venue, accounts, {"amount": amount})


def sweep_fees(
    venue: Addresses, admin: Pubkey, destination: Pubkey, mint: Pubkey, amount: int
) -> Instruction:
    """Take collected fees (quote atoms) out to the token account ``destination``; ``mint`` is USDC's."""
    accounts = {"admin": admin, "exchange": venue.exchange, "destination": destination}
    return _build("sweep_fees", venue, accounts | {"vault": venue.vault(mint)}, {"amount": amount})


# around them


def compute_budget(*, units: int, micro_lamports: int = 0, data_limit: int = 0) -> list[Instruction]:
    """Unit limit, unit price and loaded-data limit (bytes) for a transaction; zeros are left out."""
    instructions = [set_compute_unit_limit(units)]
    if micro_lamports:
        instructions.append(set_compute_unit_price(micro_lamports))
    if data_limit:
        instructions.append(set_loaded_accounts_data_size_limit(data_limit))
    return instructions


def create_token_account(payer: Pubkey, owner: Pubkey, mint: Pubkey) -> Instruction:
    """Create the associated token account of ``owner``; does nothing when it exists."""
    metas = [
        AccountMeta(payer, is_signer=True, is_writable=True),
        AccountMeta(token_account(owner, mint), is_signer=False, is_writable=True),
        AccountMeta(owner, is_signer=False, is_writable=False),
        AccountMeta(mint, is_signer=False, is_writable=False),
        AccountMeta(SYSTEM_PROGRAM, is_signer=False, is_writable=False),
        AccountMeta(TOKEN_PROGRAM, is_signer=False, is_writable=False),
    ]
    return Instruction(ASSOCIATED_TOKEN_PROGRAM, bytes([1]), metas)


def instruction_name(data: bytes) -> str | None:
    """Which instruction of ours ``data`` begins, or None."""
    for each in idl().instructions:
        if data[:8] == bytes(each.discriminator):
            return each.name
    return None


def _own(venue: Addresses, trader: TraderKey) -> dict[str, Pubkey]:
    return {"trader": venue.trader(trader.owner, trader.sub), "owner": trader.owner}


def _seated(venue: Addresses, trader: TraderKey) -> dict[str, Pubkey]:
    return {"trader": venue.trader(trader.owner, trader.sub), "signer": trader.signer or trader.owner}


def _trading(venue: Addresses, trader: TraderKey, market: int) -> dict[str, Pubkey]:
    return {
        "book": venue.book(market),
        "trader": venue.trader(trader.owner, trader.sub),
        "signer": trader.signer or trader.owner,
    }


def _terms(terms: BatchTerms | None) -> dict[str, Any]:
    chosen = terms or BatchTerms()
    return {name: getattr(chosen, name) for name in BatchTerms.__slots__}


def _at_most(count: int, what: str) -> None:
    if count > MAX_BATCH:
        raise ArgumentInvalid(f"{count} {what} in one instruction; the program takes at most {MAX_BATCH}")


@cache
def _account_list(name: str) -> tuple[tuple[str, Pubkey | None, bool, bool], ...]:
    """Name, address where the IDL fixes it, signer and writable of each account of the instruction."""
    found = []
    for each in idl().instructions_by_name[name].accounts:
        is_fixed = each.address and each.name != "program"
        address = Pubkey.from_string(each.address or "") if is_fixed else None
        found.append((each.name, address, each.signer, each.writable))
    return tuple(found)


@cache
def _discriminator(name: str) -> bytes:
    return bytes(idl().instructions_by_name[name].discriminator)


def _build(
    name: str, venue: Addresses, accounts: Mapping[str, Pubkey], arguments: Mapping[str, Any]
) -> Instruction:
    known = {
        "exchange": venue.exchange,
        "ledger": venue.ledger,
        "event_authority": venue.event_authority,
        "program": venue.program,
        **accounts,
    }
    metas = [
        AccountMeta(fixed or known[account], is_signer, is_writable)
        for account, fixed, is_signer, is_writable in _account_list(name)
    ]
    return Instruction(venue.program, _discriminator(name) + write_arguments(name, arguments), metas)
