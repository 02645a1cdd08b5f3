from __future__ import annotations

from pathlib import Path

from quantdesk.infra.store import migrate, open_store


async def test_sqlite_keeps_a_log_waits_five_seconds_and_syncs_at_checkpoints(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = open_store(url)
    async with store.read() as connection:
        found = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous")
        ]
    await store.close()
    assert found == ["wal", 5_000, 1]
