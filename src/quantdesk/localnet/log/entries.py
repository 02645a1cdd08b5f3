"""The kinds of log entry and their stored form."""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Kind(IntEnum):
    """What an entry does to the bank. The numbers are stored: never reuse one."""

    GENESIS = 1
    TRANSACTION = 2
    BLOCK_CLOSED = 3
    ACCOUNT_SET = 4
    CLOCK_PAUSED = 5
    CLOCK_RESUMED = 6


class GenesisBody(msgspec.Struct, array_like=True, frozen=True):
    """The chain began. `unix_time` in seconds."""

    seed: bytes
    unix_time: int


class BlockClosedBody(msgspec.Struct, array_like=True, frozen=True):
    """The open block closed and `next_slot` opened at `unix_time` (seconds)."""

    next_slot: int
    unix_time: int


class AccountSetBody(msgspec.Struct, array_like=True, frozen=True):
    """An account was overwritten by an admin."""

    address: bytes
    lamports: int
    data: bytes
    owner: bytes
    executable: bool
    rent_epoch: int


class Entry(msgspec.Struct, frozen=True):
    """One row of the log. `addresses` are the keys a transaction is found by."""

    seq: int
    kind: Kind
    slot: int
    body: bytes
    signature: bytes | None = None
    result: bytes | None = None
    addresses: tuple[bytes, ...] = ()


class BlockRow(msgspec.Struct, frozen=True):
    """A closed block; `last_seq` is the log entry that closed it. `unix_time` in seconds."""

    slot: int
    parent: int
    height: int
    blockhash: bytes
    unix_time: int
    last_seq: int


pack = msgspec.msgpack.Encoder().encode


def unpack_genesis(body: bytes) -> GenesisBody:
    """The body of a GENESIS entry."""
    return msgspec.msgpack.decode(body, type=GenesisBody)


def unpack_block_closed(body: bytes) -> BlockClosedBody:
    """The body of a BLOCK_CLOSED entry."""
    return msgspec.msgpack.decode(body, type=BlockClosedBody)


def unpack_account_set(body: bytes) -> AccountSetBody:
    """The body of an ACCOUNT_SET entry."""
    return msgspec.msgpack.decode(body, type=AccountSetBody)
