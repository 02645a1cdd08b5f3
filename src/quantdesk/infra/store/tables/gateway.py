"""Sign-in and relay. Written by ``gateway`` only."""

from __future__ import annotations

from sqlalchemy import Index

from quantdesk.infra.store.tables._columns import binary, integer, signature, small, table, text, wallet

WRITER = "gateway"

login_nonces = table(
    "login_nonces",
    WRITER,
    "owned",
    text("nonce", 64, key=True),
    wallet(),
    text("message", comment="what the wallet is asked to sign"),
    integer("issued_ms"),
    integer("expires_ms"),
    integer("used_ms", null=True, comment="set by the one login that consumed it"),
    Index("ix_login_nonces_expires_ms", "expires_ms"),
    comment="Sign-in challenges; single use.",
)

sessions = table(
    "sessions",
    WRITER,
    "owned",
    text("session_id", 64, key=True),
    wallet(),
    integer("created_ms"),
    integer("last_used_ms"),
    integer("expires_ms"),
    integer("revoked_ms", null=True),
    text("revoked_reason", 32, null=True),
    text("user_agent", 256, null=True),
    text("address", 64, null=True),
    Index("ix_sessions_wallet", "wallet"),
    comment="Signed-in sessions of a wallet.",
)

refresh_tokens = table(
    "refresh_tokens",
    WRITER,
    "owned",
    text("token_sha256", 64, key=True, comment="the token itself is never stored"),
    text("session_id", 64),
    integer("issued_ms"),
    integer("expires_ms"),
    integer("used_ms", null=True, comment="rotated away; a second use revokes the session"),
    Index("ix_refresh_tokens_session_id", "session_id"),
    comment="Rotating refresh tokens.",
)

relayed_transactions = table(
    "relayed_transactions",
    WRITER,
    "recorded",
    signature(key=True),
    wallet("fee_payer"),
    binary("wire", comment="the signed transaction, for rebroadcast"),
    text("blockhash", 44),
    integer("last_valid_block_height"),
    text("state", 10, comment="sent | processed | confirmed | failed | expired | unknown"),
    integer("slot", null=True),
    text("error", null=True, comment="JSON of the chain's error"),
    text("build_id", 64, null=True, comment="`id` of the /v1/tx answer it was built by"),
    text("replica", 64, null=True, comment="which gateway rebroadcasts it"),
    small("sends"),
    integer("created_ms"),
    integer("updated_ms"),
    Index("ix_relayed_transactions_state", "state"),
    Index("ix_relayed_transactions_fee_payer_created_ms", "fee_payer", "created_ms"),
    comment="Transactions taken over for relay; idempotent by signature.",
)

rate_counters = table(
    "rate_counters",
    WRITER,
    "derived",
    text("bucket", 160, key=True, comment="route class and address"),
    integer("window_ms", key=True),
    integer("hits"),
    Index("ix_rate_counters_window_ms", "window_ms"),
    comment="Rate limits where replicas share them.",
)
