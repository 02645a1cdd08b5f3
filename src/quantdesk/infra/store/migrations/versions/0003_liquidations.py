"""The last steps of liquidation, which leave no fill."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards only."""
    op.create_table(
        "liquidations",
        sa.Column("event_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "step_index",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="2 x place in the event, + 1 for the counterparty",
        ),
        sa.Column(
            "role",
            sa.String(length=12),
            nullable=False,
            comment="account (the one in trouble) | counterparty",
        ),
        sa.Column("wallet", sa.String(length=44), nullable=False),
        sa.Column("sub", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=18),
            nullable=False,
            comment="take_over | auto_deleverage | settlement | resolve_bankruptcy",
        ),
        sa.Column("market", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=4), nullable=True, comment="buy | sell: what this wallet did"),
        sa.Column("lots", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("price", sa.BigInteger(), autoincrement=False, nullable=True, comment="LotPrice"),
        sa.Column("pnl", sa.BigInteger(), autoincrement=False, nullable=True, comment="realised quote atoms"),
        sa.Column(
            "paid", sa.BigInteger(), autoincrement=False, nullable=True, comment="quote atoms, by insurance"
        ),
        sa.Column(
            "unpaid",
            sa.BigInteger(),
            autoincrement=False,
            nullable=True,
            comment="quote atoms, added to the exchange's deficit",
        ),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ts_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("event_seq", "step_index", name=op.f("pk_liquidations")),
        comment="What changed hands or was paid without the book: the last steps of liquidation.",
    )
    op.create_index("ix_liquidations_wallet_event_seq", "liquidations", ["wallet", "event_seq"])
