"""The tables of the one SQLite file.

`entries` is the log: what the bank is rebuilt from, with each transaction's result beside it. `blocks`,
`addresses` and `address_entries` are the index for history; `snapshots` and `snapshot_accounts` are states
of the bank from which a restart replays the rest.
"""

from __future__ import annotations

SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    body BLOB NOT NULL,
    signature BLOB,
    result BLOB
);
CREATE UNIQUE INDEX entries_by_signature ON entries (signature) WHERE signature IS NOT NULL;
CREATE TABLE blocks (
    slot INTEGER PRIMARY KEY,
    parent INTEGER NOT NULL,
    height INTEGER NOT NULL,
    blockhash BLOB NOT NULL,
    unix_time INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
);
CREATE TABLE addresses (id INTEGER PRIMARY KEY, address BLOB NOT NULL UNIQUE);
CREATE TABLE address_entries (
    address_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (address_id, seq)
) WITHOUT ROWID;
CREATE TABLE snapshots (
    seq INTEGER PRIMARY KEY,
    slot INTEGER NOT NULL,
    unix_time INTEGER NOT NULL,
    transaction_count INTEGER NOT NULL,
    state_hash BLOB NOT NULL
);
CREATE TABLE snapshot_accounts (
    snapshot_seq INTEGER NOT NULL,
    address BLOB NOT NULL,
    owner BLOB NOT NULL,
    lamports TEXT NOT NULL,
    executable INTEGER NOT NULL,
    rent_epoch TEXT NOT NULL,
    size INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (snapshot_seq, address)
) WITHOUT ROWID;
"""
