"""${message}."""
# ruff: noqa: PLR0915

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards only: a database is never taken back to an older version."""
    ${upgrades if upgrades else "pass"}
