"""MIKEY's tickets. Written by ``mikey`` only."""

from __future__ import annotations

from sqlalchemy import Index

from quantdesk.infra.store.tables._columns import integer, signature, small, table, text, wallet

WRITER = "mikey"

tickets = table(
    "tickets",
    WRITER,
    "owned",
    text("ticket_id", 64, key=True),
    wallet(),
    small("sub"),
    text("request", comment="the user's words"),
    text("actions", comment="JSON: what would be done, as /v1/tx fields"),
    text("content_sha256", 64, comment="hash that the confirmation is bound to"),
    text("band", comment="JSON: per market the prices between which the ticket holds"),
    text("state", 10, comment="open | confirmed | cancelled | expired | refused"),
    text("answer", null=True, comment="JSON: what confirming returned, so that a retry gets the same"),
    signature(null=True),
    integer("created_ms"),
    integer("expires_ms"),
    integer("confirmed_ms", null=True, comment="set by the one confirmation that consumed it"),
    Index("ix_tickets_wallet_created_ms", "wallet", "created_ms"),
    comment="Signed, single-use tickets.",
)
