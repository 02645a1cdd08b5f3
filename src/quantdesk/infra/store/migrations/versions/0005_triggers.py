"""Stop and take-profit orders from their placing to their end; steps of liquidation by market."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _whole(name: str, comment: str | None = None, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=null, comment=comment)


def _small(name: str, comment: str | None = None, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=null, comment=comment)


def _text(name: str, length: int, comment: str | None = None, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=null, comment=comment)


def upgrade() -> None:
    """Forwards only. What was placed before is unknown to the table, and `history_bounds` says so."""
    op.create_table(
        "triggers",
        _whole("event_seq", "of TriggerPlaced"),
        _text("wallet", 44),
        _small("sub"),
        _small("entry", "place in the Trader account; used again once it is free"),
        _whole("epoch", "of the position that it is bound to"),
        _small("market"),
        _small("kind", "TriggerKind"),
        _text("side", 4, "buy | sell"),
        _small("pair", "entry that goes when this one fires", null=True),
        _whole("limit_ticks", "0 = at market"),
        _whole("max_slippage", "1e-6 of the mark"),
        _whole("trigger_price", "LotPrice"),
        _whole("lots", "0 = the whole position"),
        _whole("executor_fee", "quote atoms"),
        _text("client_id", 20, "decimal u64; 0 = none"),
        _whole("expires_at", "Unix seconds; null = never", null=True),
        sa.Column("live", sa.Boolean(), nullable=False, comment="may still fire, for all that events say"),
        _text("status", 9, "waiting | executed | cancelled | expired"),
        _text("reason", 40, "why it ended without firing", null=True),
        _text("order_id", 39, "of the order that it sent last", null=True),
        _whole("filled_lots", "of the orders that it sent, at once"),
        _whole("filled_quote", "quote atoms of these fills"),
        _whole("created_ms"),
        _whole("updated_ms"),
        _whole("updated_event_seq"),
        _whole("slot"),
        _text("signature", 88),
        _text("ended_signature", 88, "transaction that fired or ended it", null=True),
        sa.PrimaryKeyConstraint("event_seq", name=op.f("pk_triggers")),
        comment="Life of every stop and take-profit order.",
    )
    op.create_index("ix_triggers_wallet_event_seq", "triggers", ["wallet", "event_seq"])
    op.create_index("ix_liquidations_market_event_seq", "liquidations", ["market", "event_seq"])
    op.execute(
        "INSERT INTO history_bounds (name, since_ms, since_event_seq) "
        "SELECT 'triggers', updated_ms, event_seq + 1 FROM cursors WHERE name = 'indexed'"
    )
