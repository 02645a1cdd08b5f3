"""Tables of the first version."""
# ruff: noqa: PLR0915

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards only: a database is never taken back to an older version."""
    op.create_table(
        "accounts",
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="opened | active | parked | closed"),
        sa.Column("slot_index", sa.Integer(), autoincrement=False, nullable=True, comment="while active"),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("opened_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "sub", name=op.f("pk_accounts")),
        comment="Trader accounts by owner and sub-account number.",
    )
    op.create_table(
        "balances",
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "collateral",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="index in the exchange's collateral table; 0 = USDC",
        ),
        sa.Column(
            "amount",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="in the Ledger slot; native atoms; USDC may be negative",
        ),
        sa.Column(
            "parked",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="in the Trader account; native atoms",
        ),
        sa.Column(
            "locked",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="vesting profit in `amount`, as of locked_at",
        ),
        sa.Column(
            "locked_at",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Unix seconds of the chain",
        ),
        sa.Column(
            "locked_for",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="seconds over which `locked` vests from locked_at on",
        ),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "sub", "collateral", name=op.f("pk_balances")),
        comment="Balances as the last event that touched them left them.",
    )
    op.create_table(
        "candles",
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=5), nullable=False, comment="trade | mark | index"),
        sa.Column("resolution", sa.String(length=3), nullable=False),
        sa.Column(
            "t_ms", sa.BigInteger(), autoincrement=False, nullable=False, comment="start of the bucket"
        ),
        sa.Column(
            "o",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="quote atoms per base lot (LotPrice), all sources",
        ),
        sa.Column("h", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("l", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("c", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "v",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="base lots; 0 for mark and index",
        ),
        sa.Column(
            "quote",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="traded quote atoms; 0 for mark and index",
        ),
        sa.Column("trades", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "event_seq",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="last event that went into it",
        ),
        sa.PrimaryKeyConstraint("market", "source", "resolution", "t_ms", name=op.f("pk_candles")),
        comment="Candles of real fills and of the mark and index prices; empty buckets are absent.",
    )
    op.create_table(
        "chain_events",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "blockhash",
            sa.String(length=44),
            nullable=False,
            comment="of its block (a fork repeats sequences); empty = not known yet",
        ),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False, comment="the chain's clock"),
        sa.Column("name", sa.String(length=32), nullable=False, comment="event name in the IDL"),
        sa.Column(
            "payload", sa.LargeBinary(), nullable=False, comment="borsh bytes after the event's discriminator"
        ),
        sa.PrimaryKeyConstraint("event_seq", name=op.f("pk_chain_events")),
        comment="Every event, as it came.",
    )
    with op.batch_alter_table("chain_events", schema=None) as batch_op:
        batch_op.create_index("ix_chain_events_signature", ["signature"], unique=False)

    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=16), nullable=False, comment="indexed | published"),
        sa.Column(
            "event_seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="the last one done"
        ),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=True),
        sa.Column("updated_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
        comment="How far the indexer is.",
    )
    op.create_table(
        "feed_state",
        sa.Column("symbol", sa.String(length=16), nullable=False),
        sa.Column("feed", sa.String(length=9), nullable=False, comment="live | replay | simulated"),
        sa.Column("price", sa.String(length=40), nullable=True, comment="last aggregated price, decimal"),
        sa.Column("published_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("progress", sa.Text(), nullable=False, comment="JSON of the source: where to go on from"),
        sa.Column("updated_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_feed_state")),
        comment="Where a feed continues after a restart.",
    )
    op.create_table(
        "fills",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fill_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ticks", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lots", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taker_side", sa.String(length=4), nullable=False, comment="buy | sell"),
        sa.Column("maker_wallet", sa.String(length=44), nullable=False),
        sa.Column("maker_sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("maker_order_id", sa.String(length=39), nullable=False),
        sa.Column("maker_client_id", sa.String(length=20), nullable=False),
        sa.Column(
            "maker_fee",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="quote atoms paid; negative = rebate",
        ),
        sa.Column(
            "maker_pnl", sa.BigInteger(), autoincrement=False, nullable=False, comment="realised quote atoms"
        ),
        sa.Column("taker_wallet", sa.String(length=44), nullable=False),
        sa.Column("taker_sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taker_order_id", sa.String(length=39), nullable=False),
        sa.Column("taker_client_id", sa.String(length=20), nullable=False),
        sa.Column("taker_fee", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taker_pnl", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "fill_index", name=op.f("pk_fills")),
        comment="Every fill of the program.",
    )
    with op.batch_alter_table("fills", schema=None) as batch_op:
        batch_op.create_index("ix_fills_maker_wallet_event_seq", ["maker_wallet", "event_seq"], unique=False)
        batch_op.create_index("ix_fills_market_event_seq", ["market", "event_seq"], unique=False)
        batch_op.create_index("ix_fills_taker_wallet_event_seq", ["taker_wallet", "event_seq"], unique=False)

    op.create_table(
        "funding_payments",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "paid",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="quote atoms; negative = received",
        ),
        sa.Column("funding_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "wallet", "sub", "market", name=op.f("pk_funding_payments")),
        comment="Funding settled into a balance.",
    )
    with op.batch_alter_table("funding_payments", schema=None) as batch_op:
        batch_op.create_index("ix_funding_payments_wallet_event_seq", ["wallet", "event_seq"], unique=False)

    op.create_table(
        "funding_rates",
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "hour_ms", sa.BigInteger(), autoincrement=False, nullable=False, comment="start of the hour"
        ),
        sa.Column(
            "rate",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="micro quote atoms per base lot and hour, fixed at the hour's start",
        ),
        sa.Column(
            "funding_index",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="as first seen in that hour",
        ),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("market", "hour_ms", name=op.f("pk_funding_rates")),
        comment="Hourly funding of each market.",
    )
    op.create_table(
        "history_bounds",
        sa.Column("name", sa.String(length=20), nullable=False, comment="table"),
        sa.Column(
            "since_ms",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="what lies before is unknown, not empty",
        ),
        sa.Column("since_event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_history_bounds")),
        comment="Where each table's history begins (first start or retention).",
    )
    op.create_table(
        "leases",
        sa.Column(
            "name", sa.String(length=64), nullable=False, comment="what is held, e.g. ingestion:binance"
        ),
        sa.Column("holder", sa.String(length=64), nullable=False, comment="random per process"),
        sa.Column(
            "fence",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="+1 at each change of holder",
        ),
        sa.Column("expires_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        comment="Who runs what only one may run at a time.",
    )
    op.create_table(
        "login_nonces",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("message", sa.Text(), nullable=False, comment="what the wallet is asked to sign"),
        sa.Column("issued_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "used_ms",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="set by the one login that consumed it",
        ),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_login_nonces")),
        comment="Sign-in challenges; single use.",
    )
    with op.batch_alter_table("login_nonces", schema=None) as batch_op:
        batch_op.create_index("ix_login_nonces_expires_ms", ["expires_ms"], unique=False)

    op.create_table(
        "market_states",
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("symbol", sa.String(length=16), nullable=False),
        sa.Column("lots_per_base", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "tick_size",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="quote atoms per base lot per tick",
        ),
        sa.Column("book", sa.String(length=44), nullable=False),
        sa.Column(
            "index",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="LotPrice: quote atoms per base lot; null = never seen",
        ),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("confidence", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "publish_ms", sa.BigInteger(), autoincrement=False, nullable=True, comment="of the index price"
        ),
        sa.Column("price_flags", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column(
            "best_bid",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="ticks; null = empty side",
        ),
        sa.Column("best_ask", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "last", sa.BigInteger(), autoincrement=False, nullable=True, comment="LotPrice of the last fill"
        ),
        sa.Column("last_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column(
            "open_interest",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="base lots, long side",
        ),
        sa.Column("funding_index", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("funding_rate", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("next_rate", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("market", name=op.f("pk_market_states")),
        sa.UniqueConstraint("symbol", name=op.f("uq_market_states_symbol")),
        comment="Each market as the last event left it.",
    )
    op.create_table(
        "orders",
        sa.Column(
            "event_seq",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="of the event that carried the order in",
        ),
        sa.Column(
            "order_index", sa.Integer(), autoincrement=False, nullable=False, comment="place in that event"
        ),
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "order_id",
            sa.String(length=39),
            nullable=True,
            comment="decimal of ticks << 64 | seq; null when it was rejected",
        ),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("client_id", sa.String(length=20), nullable=False, comment="decimal u64; 0 = none"),
        sa.Column("signer", sa.String(length=44), nullable=False),
        sa.Column("side", sa.String(length=4), nullable=False, comment="buy | sell"),
        sa.Column(
            "time_in_force",
            sa.String(length=4),
            nullable=False,
            comment="gtc | gtt | ioc (a fill or kill shows as ioc)",
        ),
        sa.Column("post_only", sa.String(length=6), nullable=False, comment="none | reject | slide"),
        sa.Column("reduce_only", sa.Boolean(), nullable=False),
        sa.Column(
            "expires_at", sa.BigInteger(), autoincrement=False, nullable=True, comment="unit: expiry_kind"
        ),
        sa.Column(
            "expiry_kind", sa.String(length=4), nullable=True, comment="slot | unix (seconds); null = never"
        ),
        sa.Column(
            "ticks",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="limit price; the worst price accepted for a market order",
        ),
        sa.Column("lots", sa.BigInteger(), autoincrement=False, nullable=False, comment="as ordered"),
        sa.Column("filled_lots", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "filled_quote",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="sum of ticks x tick_size x lots of its fills: quote atoms",
        ),
        sa.Column(
            "resting_lots", sa.BigInteger(), autoincrement=False, nullable=False, comment="in the book now"
        ),
        sa.Column(
            "fee",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="quote atoms paid; negative = rebate",
        ),
        sa.Column(
            "status",
            sa.String(length=9),
            nullable=False,
            comment="open | filled | cancelled | expired | rejected",
        ),
        sa.Column(
            "reason",
            sa.String(length=40),
            nullable=True,
            comment="why it ended: a removal reason or an error's IDL name",
        ),
        sa.Column("created_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "order_index", name=op.f("pk_orders")),
        comment="Life of every order; average price = filled_quote / filled_lots.",
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_market_order_id", ["market", "order_id"], unique=False)
        batch_op.create_index("ix_orders_wallet_client_id", ["wallet", "client_id"], unique=False)
        batch_op.create_index("ix_orders_wallet_event_seq", ["wallet", "event_seq"], unique=False)
        batch_op.create_index("ix_orders_wallet_status", ["wallet", "status"], unique=False)

    op.create_table(
        "positions",
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "base", sa.BigInteger(), autoincrement=False, nullable=False, comment="signed base lots; 0 = flat"
        ),
        sa.Column(
            "quote",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="signed quote atoms; equity of the position = quote + base x mark - funding",
        ),
        sa.Column(
            "entry_quote",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="signed quote atoms at the average entry",
        ),
        sa.Column(
            "funding_index",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="micro quote atoms per base lot up to which funding is settled",
        ),
        sa.Column("bid_lots", sa.BigInteger(), autoincrement=False, nullable=False, comment="resting"),
        sa.Column("ask_lots", sa.BigInteger(), autoincrement=False, nullable=False, comment="resting"),
        sa.Column("bid_orders", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ask_orders", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("wallet", "sub", "market", name=op.f("pk_positions")),
        comment="Positions as the last event that touched them left them; flat ones stay with base 0.",
    )
    op.create_table(
        "prices",
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("publish_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("flags", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("market", "event_seq", name=op.f("pk_prices")),
        comment="Accepted prices on chain, one row an update.",
    )
    op.create_table(
        "rate_counters",
        sa.Column("bucket", sa.String(length=160), nullable=False, comment="route class and address"),
        sa.Column("window_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hits", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window_ms", name=op.f("pk_rate_counters")),
        comment="Rate limits where replicas share them.",
    )
    with op.batch_alter_table("rate_counters", schema=None) as batch_op:
        batch_op.create_index("ix_rate_counters_window_ms", ["window_ms"], unique=False)

    op.create_table(
        "refresh_tokens",
        sa.Column(
            "token_sha256", sa.String(length=64), nullable=False, comment="the token itself is never stored"
        ),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "used_ms",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="rotated away; a second use revokes the session",
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_refresh_tokens")),
        comment="Rotating refresh tokens.",
    )
    with op.batch_alter_table("refresh_tokens", schema=None) as batch_op:
        batch_op.create_index("ix_refresh_tokens_session_id", ["session_id"], unique=False)

    op.create_table(
        "relayed_transactions",
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.Column("fee_payer", sa.String(length=44), nullable=False),
        sa.Column(
            "wire", sa.LargeBinary(), nullable=False, comment="the signed transaction, for rebroadcast"
        ),
        sa.Column("blockhash", sa.String(length=44), nullable=False),
        sa.Column("last_valid_block_height", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.String(length=10),
            nullable=False,
            comment="sent | processed | confirmed | failed | expired | unknown",
        ),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("error", sa.Text(), nullable=True, comment="JSON of the chain's error"),
        sa.Column(
            "build_id",
            sa.String(length=64),
            nullable=True,
            comment="`id` of the /v1/tx answer it was built by",
        ),
        sa.Column("replica", sa.String(length=64), nullable=True, comment="which gateway rebroadcasts it"),
        sa.Column("sends", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_relayed_transactions")),
        comment="Transactions taken over for relay; idempotent by signature.",
    )
    with op.batch_alter_table("relayed_transactions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_relayed_transactions_fee_payer_created_ms", ["fee_payer", "created_ms"], unique=False
        )
        batch_op.create_index("ix_relayed_transactions_state", ["state"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_used_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("revoked_reason", sa.String(length=32), nullable=True),
        sa.Column("user_agent", sa.String(length=256), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        comment="Signed-in sessions of a wallet.",
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index("ix_sessions_wallet", ["wallet"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("request", sa.Text(), nullable=False, comment="the user's words"),
        sa.Column("actions", sa.Text(), nullable=False, comment="JSON: what would be done, as /v1/tx fields"),
        sa.Column(
            "content_sha256",
            sa.String(length=64),
            nullable=False,
            comment="hash that the confirmation is bound to",
        ),
        sa.Column(
            "band",
            sa.Text(),
            nullable=False,
            comment="JSON: per market the prices between which the ticket holds",
        ),
        sa.Column(
            "state",
            sa.String(length=10),
            nullable=False,
            comment="open | confirmed | cancelled | expired | refused",
        ),
        sa.Column(
            "answer",
            sa.Text(),
            nullable=True,
            comment="JSON: what confirming returned, so that a retry gets the same",
        ),
        sa.Column("signature", sa.String(length=88), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "confirmed_ms",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="set by the one confirmation that consumed it",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_tickets")),
        comment="Signed, single-use tickets.",
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index("ix_tickets_wallet_created_ms", ["wallet", "created_ms"], unique=False)

    op.create_table(
        "traders",
        sa.Column("slot_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "generation",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="a Ledger slot's occupant: reused slots get another generation",
        ),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "event_seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="of TraderActivated"
        ),
        sa.PrimaryKeyConstraint("slot_index", "generation", name=op.f("pk_traders")),
        comment="Who sits (or sat) in which Ledger slot. Never pruned: events name slots only.",
    )
    with op.batch_alter_table("traders", schema=None) as batch_op:
        batch_op.create_index("ix_traders_wallet_sub", ["wallet", "sub"], unique=False)

    op.create_table(
        "transfers",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=12),
            nullable=False,
            comment="deposit | withdrawal | transfer_out | transfer_in (between own sub-accounts)",
        ),
        sa.Column("collateral", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "amount", sa.BigInteger(), autoincrement=False, nullable=False, comment="native atoms, positive"
        ),
        sa.Column(
            "parked",
            sa.Boolean(),
            nullable=False,
            comment="to or from the Trader account instead of the slot",
        ),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "sub", name=op.f("pk_transfers")),
        comment="Deposits, withdrawals and transfers.",
    )
    with op.batch_alter_table("transfers", schema=None) as batch_op:
        batch_op.create_index("ix_transfers_wallet_event_seq", ["wallet", "event_seq"], unique=False)

    op.create_table(
        "venue_candles",
        sa.Column("venue", sa.String(length=24), nullable=False),
        sa.Column("symbol", sa.String(length=16), nullable=False, comment="our symbol: BTC-PERP"),
        sa.Column("resolution", sa.String(length=3), nullable=False),
        sa.Column("t_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("o", sa.String(length=40), nullable=False, comment="decimal, quote per base unit"),
        sa.Column("h", sa.String(length=40), nullable=False),
        sa.Column("l", sa.String(length=40), nullable=False),
        sa.Column("c", sa.String(length=40), nullable=False),
        sa.Column("v", sa.String(length=40), nullable=False, comment="decimal, base units"),
        sa.Column("trades", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.String(length=9), nullable=False, comment="live | replay | simulated"),
        sa.PrimaryKeyConstraint("venue", "symbol", "resolution", "t_ms", name=op.f("pk_venue_candles")),
        comment="Candles of the venues' own trades; empty buckets are absent.",
    )
