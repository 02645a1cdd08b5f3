from __future__ import annotations

import pytest
from sqlalchemy import Float, Numeric, Table

from quantdesk.infra.store import StoreUrlInvalid, open_store, tables

ALL = sorted(tables.metadata.tables.values(), key=lambda table: table.name)


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_table_says_who_writes_it_and_whether_it_may_be_dropped(table: Table) -> None:
    assert table.info["writer"] in {"indexer", "gateway", "mikey", "ingestion", "the holder"}
    assert table.info["data_class"] in {"derived", "recorded", "owned"}
    assert table.comment


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_no_table_keeps_money_in_floating_point(table: Table) -> None:
    assert not [column.name for column in table.columns if isinstance(column.type, Float | Numeric)]


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@host/db", "sqlite://", "sqlite:///:memory:", "not a url", "quantdesk.db"]
)
def test_a_url_of_no_known_engine_is_refused_with_what_would_be_right(url: str) -> None:
    with pytest.raises(StoreUrlInvalid, match="sqlite:////path") as refusal:
        open_store(url)
    assert "secret" not in str(refusal.value)
