"""Leases: the one table that several services write, each only the rows that it names itself in."""

from __future__ import annotations

from quantdesk.infra.store.tables._columns import integer, table, text

WRITER = "the holder"

leases = table(
    "leases",
    WRITER,
    "derived",
    text("name", 64, key=True, comment="what is held, e.g. ingestion:binance"),
    text("holder", 64, comment="random per process"),
    integer("fence", comment="+1 at each change of holder"),
    integer("expires_ms"),
    comment="Who runs what only one may run at a time.",
)
