from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from postgres import postgres
from quantdesk.infra.store import Store, migrate, open_store
from quantdesk.infra.store.database import create_engine


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def empty_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """URL of an engine without tables."""
    if engine_name == "sqlite":
        return f"sqlite:///{tmp_path}/new/store.db"
    url: str = request.getfixturevalue("postgres_server")
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
    return url


@pytest.fixture
async def url(empty_url: str) -> str:
    """URL of an engine with the present tables."""
    await migrate(empty_url)
    return empty_url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = open_store(url)
    yield opened
    await opened.close()
