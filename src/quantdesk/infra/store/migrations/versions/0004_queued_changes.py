"""The events that queue a change of the rules are found without reading the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards only."""
    op.create_index(
        "ix_chain_events_changes",
        "chain_events",
        ["event_seq"],
        sqlite_where=sa.text("name = 'ChangeQueued'"),
        postgresql_where=sa.text("name = 'ChangeQueued'"),
    )
