"""The program's events: typed, decoded from the program's calls to itself (Anchor's ``emit_cpi``).

Every instruction makes one such call; its data is tag, discriminator, borsh. Only inner instructions of
successful transactions whose program is ours and whose account is our event authority are events: nobody else
can sign one.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Protocol, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from solders.pubkey import Pubkey

from quantdesk.program import base58
from quantdesk.program.addresses import Addresses
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
    TriggerTerms,
)

EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
PREFIX_BYTES = 16
_COMMON = struct.Struct("<QQq")
R = TypeVar("R", bound=Record)


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
    """Money went out."""

    owner: Pubkey
    sub: int
    collateral: int
    amount: int
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


class PricesUpdated(Event, frozen=True):
    """Prices were posted."""

    prices: list[PriceRecord]


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


EVENTS: Mapping[str, type[Event]] = {
    each.__name__: each
    for each in (
        ExchangeInitialised,
        ExchangeOpened,
        CollateralAdded,
        MarketCreated,
        AccountGrown,
        TraderOpened,
        TraderActivated,
        Deposited,
        Withdrawn,
        TraderClosed,
        TraderParked,
        DeadManSet,
        Transferred,
        DelegateSet,
        TriggerPlaced,
        TriggerCancelled,
        AuthoritiesSet,
        PauseSet,
        PricesUpdated,
        OrdersProcessed,
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
    values, end = read_value({"defined": {"name": name}}, payload, 0)
    if end != len(payload):
        raise EventInvalid(f"{name} has {len(payload) - end} bytes too many")
    return _build(kind, values)


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


@cache
def _shape(kind: type[Record]) -> Mapping[str, tuple[Any, bool]]:
    """Field -> (record type or Pubkey or None, whether it is a list) where conversion is needed."""
    shape: dict[str, tuple[Any, bool]] = {}
    for name, hint in get_type_hints(kind).items():
        is_list = get_origin(hint) is list
        of = get_args(hint)[0] if is_list else hint
        if of is Pubkey or (isinstance(of, type) and issubclass(of, Record)):
            shape[name] = (of, is_list)
    return shape


def _build(kind: type[R], values: Mapping[str, Any]) -> R:
    wanted = kind.__struct_fields__
    given = {name: values[name] for name in wanted}
    for name, (of, is_list) in _shape(kind).items():
        if of is Pubkey:
            given[name] = Pubkey.from_bytes(given[name])
        elif is_list:
            given[name] = [_build(of, each) for each in given[name]]
        else:
            given[name] = _build(of, given[name])
    return kind(**given)
