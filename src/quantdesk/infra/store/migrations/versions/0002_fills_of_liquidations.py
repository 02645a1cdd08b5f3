"""Fills say whether they are of a liquidation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Fills of before are of orders: no program that liquidates had run."""
    with op.batch_alter_table("fills") as fills:
        fills.add_column(
            sa.Column(
                "liquidation",
                sa.Boolean(),
                nullable=False,
                server_default=sa.false(),
                comment="the taker is an account under maintenance margin, sold by a keeper",
            )
        )
    op.create_index(
        "ix_fills_of_liquidations",
        "fills",
        ["market", "event_seq"],
        sqlite_where=sa.text("liquidation = 1"),
        postgresql_where=sa.text("liquidation"),
    )
