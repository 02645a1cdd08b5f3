"""A MIKEY over a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from fakes.venue import FakeVenue
from mikey_service import SECRET, Clock, Mikey
from quantdesk.infra.store.database import open_store
from quantdesk.infra.store.migration import migrate
from quantdesk.mikey.app import assemble, create_app
from quantdesk.mikey.config import MikeyConfig


@pytest.fixture
async def mikey(tmp_path: Path) -> AsyncIterator[Mikey]:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    await migrate(url)
    store, venue, clock = open_store(url), FakeVenue(), Clock()
    parts = assemble(MikeyConfig(database_url=url, secret=SECRET), store, venue, clock)
    transport = httpx.ASGITransport(app=create_app(parts), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://mikey") as http:
        yield Mikey(http, venue, clock, parts)
    await store.close()
