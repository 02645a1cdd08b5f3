"""A wallet's open orders, and those that an event touched, are found without reading all that it ever had."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards only."""
    op.create_index("ix_orders_wallet_updated_event_seq", "orders", ["wallet", "updated_event_seq"])
    op.create_index(
        "ix_orders_wallet_status_event_seq", "orders", ["wallet", "status", "event_seq", "order_index"]
    )
    op.drop_index("ix_orders_wallet_status", "orders")
