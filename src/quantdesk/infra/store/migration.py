"""Bring a database to this version's schema. Run once, by ``quantdesk up`` or ``quantdesk migrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from quantdesk.infra.store.database import create_engine, is_sqlite, with_async_driver
from quantdesk.infra.store.errors import StoreVersionUnknown

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


async def migrate(url: str) -> str:
    """Apply every missing revision in one transaction; answers the revision now in place.

    Raises ``StoreUrlInvalid``, and ``StoreVersionUnknown`` when a newer QuantDesk wrote the database.
    """
    parsed = with_async_driver(url)
    if is_sqlite(parsed) and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration for the packaged revisions on ``connection``."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> str:
    # Imported here: services import the store, only the migration needs Alembic (10 MB resident).
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    scripts = ScriptDirectory.from_config(config)
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise StoreVersionUnknown(
            f"the database is at revision {present}, which this version does not know; "
            f"it knows up to {scripts.get_current_head()}: update QuantDesk or use another database"
        )
    command.upgrade(config, "head")
    head = scripts.get_current_head()
    if head is None:
        raise StoreVersionUnknown(f"no revisions found in {SCRIPTS}: the installation is incomplete")
    return head
