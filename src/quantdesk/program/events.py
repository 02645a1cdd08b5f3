"""The program's events: typed, decoded from the program's calls to itself (Anchor's ``emit_cpi``).

Every instruction makes one such call; its data is tag, discriminator, borsh. Only inner instructions of
successful transactions whose program is ours and whose account is our event authority are events: nobody else
can sign one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Protocol

import msgspec
from msgspec import Struct
from solders.pubkey import Pubkey

from quantdesk.program import base58
from quantdesk.program.addresses import Addresses
from quantdesk.program.changes import COLLATERAL_GREW, Change, change_of
from quantdesk.program.codec import read_value
from quantdesk.program.errors import EventInvalid
from quantdesk.program.idl import idl
from quantdesk.program.records import (
    Balances,
    CollateralParams,
    DelegateTerms,
    FillRecord,
    MarketAfter,
    MarketParams,
    OrderRecord,
    PriceRecord,
    Record,
    RemovedRecord,
    TouchedRecord,
    TransferRecord,
    TriggerTerms,
    build,
)

EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
PREFIX_BYTES = 16
_COMMON = struct.Struct("<QQq")


class Event(Record, frozen=True):
    """Base: ``seq`` runs over the exchange without a gap; ``unix_ts`` is the chain's clock in seconds."""

    seq: int
    slot: int
    unix_ts: int

    @property
    def name(self) -> str:
        """Name in the IDL."""
        return type(self).__name__


class UnknownEvent(Event, frozen=True):
    """An event of a newer program: its place in the sequence is known, its content is not."""


class ExchangeInitialised(Event, frozen=True):
    """An exchange was created."""

    id: int
    admin: Pubkey
    guardian: Pubkey


class ExchangeOpened(Event, frozen=True):
    """The exchange takes deposits from here on."""

    id: int


class CollateralAdded(Event, frozen=True):
    """A collateral was added."""

    collateral: int
    mint: Pubkey
    vault: Pubkey
    decimals: int
    params: CollateralParams


class MarketCreated(Event, frozen=True):
    """A market was created."""

    market: int
    book: Pubkey
    params: MarketParams


class AccountGrown(Event, frozen=True):
    """An account grew to ``bytes``."""

    kind: int
    account: Pubkey
    bytes: int
    ready: bool


class AccountMigrated(Event, frozen=True):
    """Rows were brought to the program's layout; ``cursor`` is the account's next row, 0 once it is done."""

    account: Pubkey
    cursor: int
    layout_version: int


class TraderOpened(Event, frozen=True):
    """A sub-account was created."""

    trader: Pubkey
    owner: Pubkey
    sub: int


class TraderActivated(Event, frozen=True):
    """A sub-account took a Ledger slot."""

    owner: Pubkey
    sub: int
    slot_index: int
    generation: int
    after: Balances


class Deposited(Event, frozen=True):
    """Money came in; ``amount`` in the collateral's native units."""

    owner: Pubkey
    sub: int
    collateral: int
    amount: int
    parked: bool
    after: Balances


class Withdrawn(Event, frozen=True):
    """Money went out: ``amount`` less ``cut``, its share of losses that nobody paid."""

    owner: Pubkey
    sub: int
    collateral: int
    amount: int
    cut: int
    parked: bool
    after: Balances


class TraderClosed(Event, frozen=True):
    """A sub-account was closed; ``slot_index`` 65535 when it had none."""

    owner: Pubkey
    sub: int
    slot_index: int
    generation: int


class TraderParked(Event, frozen=True):
    """A sub-account gave up its slot; its money is parked."""

    owner: Pubkey
    sub: int
    slot_index: int
    generation: int
    after: Balances


class DeadManSet(Event, frozen=True):
    """Past ``cancel_after_slot`` the sub-account's orders count as expired; 0 is never."""

    owner: Pubkey
    sub: int
    slot_index: int
    generation: int
    cancel_after_slot: int


class Transferred(Event, frozen=True):
    """Money moved between two sub-accounts of one owner."""

    owner: Pubkey
    from_sub: int
    to_sub: int
    collateral: int
    amount: int
    from_after: Balances
    to_after: Balances


class DelegateSet(Event, frozen=True):
    """A key may trade for the sub-account within limits; revoked when it has expired already."""

    owner: Pubkey
    sub: int
    terms: DelegateTerms


class TriggerPlaced(Event, frozen=True):
    """A trigger waits for the mark, bound to the position of ``epoch``."""

    owner: Pubkey
    sub: int
    epoch: int
    terms: TriggerTerms
    after: Balances


class TriggerCancelled(Event, frozen=True):
    """A trigger was cancelled; what its executor would have earned came back."""

    owner: Pubkey
    sub: int
    index: int
    after: Balances


class Realized(Event, frozen=True):
    """A position's profit became balance, where it vests; ``price`` is quote atoms per lot."""

    owner: Pubkey
    sub: int
    market: int
    price: int
    profit: int
    after: TouchedRecord


class CollateralConverted(Event, frozen=True):
    """Collateral of an account in debt changed hands for USDC that ``owner`` paid; ``discount`` in 1e-6."""

    owner: Pubkey
    sub: int
    collateral: int
    amount: int
    paid: int
    discount: int
    after: Balances
    debtor_slot: int
    debtor_generation: int
    debtor_usdc: int
    debtor_left: int


class AuthoritiesSet(Event, frozen=True):
    """Who governs and who may restrict."""

    admin: Pubkey
    pending_admin: Pubkey
    guardian: Pubkey


class PauseSet(Event, frozen=True):
    """What is refused now (bits), since ``by`` said so."""

    paused: int
    resume_at: int
    by: Pubkey


class ChangeQueued(Event, frozen=True):
    """``by`` queued a change, due at ``eta`` (Unix seconds) at the earliest."""

    change_seq: int
    eta: int
    by: Pubkey
    change: Change


class ChangeApplied(Event, frozen=True):
    """A change took effect."""

    change_seq: int
    change: Change


class ChangeCancelled(Event, frozen=True):
    """A change was dropped."""

    change_seq: int
    by: Pubkey


class MarketStatusSet(Event, frozen=True):
    """A market was restricted; ``status`` as in ``layouts.exchange.MARKET_STATUS``."""

    market: int
    status: int
    by: Pubkey


class PricesUpdated(Event, frozen=True):
    """Prices were posted."""

    prices: list[PriceRecord]


class CollateralPriceUpdated(Event, frozen=True):
    """A collateral's price was posted: quote atoms per 1e6 of the token's smallest units."""

    collateral: int
    price: int
    confidence: int
    publish_ms: int
    flags: int


class OrdersProcessed(Event, frozen=True):
    """Orders were placed, matched or cancelled in one market."""

    market: int
    kind: int
    taker_slot: int
    generation: int
    signer: Pubkey
    update_seq: int
    orders: list[OrderRecord]
    fills: list[FillRecord]
    removed: list[RemovedRecord]
    touched: list[TouchedRecord]
    market_after: MarketAfter


class PositionsTransferred(Event, frozen=True):
    """An account in trouble lost part of a position to others, without the book."""

    market: int
    kind: int
    from_slot: int
    generation: int
    signer: Pubkey
    transfers: list[TransferRecord]
    touched: list[TouchedRecord]
    market_after: MarketAfter


class BankruptcyResolved(Event, frozen=True):
    """What an account owed and did not have was paid by insurance or written off (quote atoms)."""

    market: int
    from_slot: int
    generation: int
    signer: Pubkey
    paid: int
    unpaid: int
    insurance: int
    deficit: int
    touched: list[TouchedRecord]


class InsuranceDeposited(Event, frozen=True):
    """Somebody gave to the insurance fund (quote atoms)."""

    by: Pubkey
    amount: int
    insurance: int
    deficit: int


class FeesSwept(Event, frozen=True):
    """Collected fees were taken out (quote atoms)."""

    destination: Pubkey
    amount: int
    fees_collected: int
    deficit: int


EVENTS: Mapping[str, type[Event]] = {
    each.__name__: each
    for each in (
        ExchangeInitialised,
        ExchangeOpened,
        CollateralAdded,
        MarketCreated,
        AccountGrown,
        AccountMigrated,
        TraderOpened,
        TraderActivated,
        Deposited,
        Withdrawn,
        TraderClosed,
        TraderParked,
        DeadManSet,
        Transferred,
        Realized,
        CollateralConverted,
        DelegateSet,
        TriggerPlaced,
        TriggerCancelled,
        AuthoritiesSet,
        PauseSet,
        ChangeQueued,
        ChangeApplied,
        ChangeCancelled,
        MarketStatusSet,
        PricesUpdated,
        CollateralPriceUpdated,
        OrdersProcessed,
        PositionsTransferred,
        BankruptcyResolved,
        InsuranceDeposited,
        FeesSwept,
    )
}


class InnerCall(Protocol):
    """An inner instruction as Solana's JSON has it (``infra.solana`` and the structs below satisfy it)."""

    @property
    def program_id_index(self) -> int: ...
    @property
    def accounts(self) -> list[int]: ...
    @property
    def data(self) -> str: ...


GROWN: Mapping[str, int] = {
    "CollateralAdded": COLLATERAL_GREW,
    "CollateralPriceUpdated": 1,
    "ChangeQueued": COLLATERAL_GREW,
    "ChangeApplied": COLLATERAL_GREW,
}
"""Bytes that an event of an earlier program may lack at its end: what it did not say reads as 0."""


def decode_event(data: bytes) -> Event | None:
    """The event in a self-call's ``data``; None for data that is no event.

    Raises ``EventInvalid`` when it does not decode.
    """
    if data[:8] != EVENT_TAG:
        return None
    return decode_payload(_names().get(data[8:PREFIX_BYTES], "UnknownEvent"), data[PREFIX_BYTES:])


def decode_payload(name: str, payload: bytes) -> Event:
    """The event called ``name`` from its borsh bytes, as the store keeps it. Raises ``EventInvalid``."""
    kind = EVENTS.get(name)
    if kind is None:
        if len(payload) < _COMMON.size:
            raise EventInvalid(f"{name}: {len(payload)} bytes hold no sequence, slot and time")
        return UnknownEvent(*_COMMON.unpack_from(payload))
    values, end = read_value({"defined": {"name": name}}, payload + bytes(GROWN.get(name, 0)), 0)
    if end < len(payload):
        raise EventInvalid(f"{name} has {len(payload) - end} bytes too many")
    if "change" in values:
        values["change"] = change_of(values["change"])
    return build(kind, values)


def event_calls(calls: Iterable[InnerCall], keys: list[str], venue: Addresses) -> list[bytes]:
    """Data of the calls that carry events. ``keys``: the transaction's, looked-up ones at the end."""
    program, authority = str(venue.program), str(venue.event_authority)
    found: list[bytes] = []
    for call in calls:
        if keys[call.program_id_index] != program or len(call.accounts) != 1:
            continue
        if keys[call.accounts[0]] == authority:
            found.append(base58.decode(call.data))
    return found


class SimulatedCall(Protocol):
    """A call in a simulation's answer, where keys stand instead of indices."""

    @property
    def program_id(self) -> str: ...

    @property
    def accounts(self) -> list[str]: ...

    @property
    def data(self) -> str: ...


def simulated_events(calls: Iterable[SimulatedCall], venue: Addresses) -> list[Event]:
    """Events among the calls of a simulation, in order."""
    program, authority = str(venue.program), [str(venue.event_authority)]
    ours = (call.data for call in calls if call.program_id == program and call.accounts == authority)
    found = [decode_event(base58.decode(data)) for data in ours]
    return [event for event in found if event is not None]


class _Call(Struct, rename="camel", frozen=True):
    program_id_index: int
    accounts: list[int]
    data: str


class _Calls(Struct, frozen=True):
    instructions: list[_Call]


class _Loaded(Struct, frozen=True):
    writable: list[str] = []
    readonly: list[str] = []


class _Meta(Struct, rename="camel", frozen=True):
    err: Any = None
    inner_instructions: list[_Calls] | None = None
    loaded_addresses: _Loaded | None = None


class _Message(Struct, rename="camel", frozen=True):
    account_keys: list[str]


class _Transaction(Struct, frozen=True):
    message: _Message


class _Landed(Struct, frozen=True):
    transaction: _Transaction
    meta: _Meta | None = None


def events_of_json(transaction: Mapping[str, Any], venue: Addresses) -> list[Event]:
    """Events of one transaction as getTransaction or getBlock give it (encoding ``json``), in order."""
    landed = msgspec.convert(transaction, _Landed)
    meta = landed.meta
    if meta is None or meta.err is not None:
        return []
    keys = landed.transaction.message.account_keys
    if meta.loaded_addresses is not None:
        keys = keys + meta.loaded_addresses.writable + meta.loaded_addresses.readonly
    calls = [call for group in meta.inner_instructions or [] for call in group.instructions]
    decoded = [decode_event(data) for data in event_calls(calls, keys, venue)]
    return [event for event in decoded if event is not None]


def event_json(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values: keys in base58, bytes in base64, integers as integers."""
    fields: dict[str, Any] = msgspec.to_builtins(event, enc_hook=str)
    return fields


@cache
def _names() -> Mapping[bytes, str]:
    return {bytes(each.discriminator): each.name for each in idl().events}
