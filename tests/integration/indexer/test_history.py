"""What goes, and what is said about what is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from solders.pubkey import Pubkey
from sqlalchemy import Table, func, select

from fakes.accounts import account_bytes
from fakes.chain_story import Story
from fakes.solana_node import SolanaNode, account, solana_node
from indexer_ground import sqlite_ground
from quantdesk.indexer.config import DAY_MS, Retention
from quantdesk.indexer.measures import Measures
from quantdesk.indexer.projection import project
from quantdesk.indexer.retention import Pruner
from quantdesk.indexer.state import IndexState
from quantdesk.indexer.storage import IndexStorage
from quantdesk.infra.store import Store, migrate, open_store, tables
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.dtypes import struct_dtype

VENUE = Addresses(program_id())


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path}/index.db"
    await migrate(url)
    opened = open_store(url)
    yield opened
    await opened.close()


async def column(store: Store, table: Table, name: str) -> list[Any]:
    async with store.read() as connection:
        return list((await connection.execute(select(table.c[name]))).scalars())


async def bounds(store: Store) -> dict[str, int]:
    async with store.read() as connection:
        rows = await connection.execute(select(tables.history_bounds))
        return {row.name: row.since_event_seq for row in rows}


async def indexed(store: Store, seed: int, steps: int) -> IndexState:
    story, state = Story(seed), IndexState()
    events = [*story.opening(), *story.go(steps)]
    await IndexStorage(store).commit(project(state, events), 0)
    return state


def pruner(store: Store, **kept: int) -> Pruner:
    everything = {"events": 10**9, "prices": 10**9, "unfilled_orders": 10**9, "history_ms": 10**15}
    retention = Retention(**(everything | {"second_candles_ms": 10**15} | kept))
    return Pruner(store, retention, Measures(CollectorRegistry()))


async def test_old_events_go_but_who_sits_where_stays(store: Store) -> None:
    state = await indexed(store, 1, 200)
    await pruner(store, events=50).prune(state, 0)
    kept = await column(store, tables.chain_events, "event_seq")
    assert len([seq for seq in kept if seq > state.cursor - 50]) == 50
    names = await column(store, tables.chain_events, "name")
    assert names.count("TraderActivated") == 4
    assert (await bounds(store))["chain_events"] == state.cursor - 50


async def test_old_orders_go_only_when_they_ended_without_a_fill(store: Store) -> None:
    state = await indexed(store, 2, 300)
    async with store.read() as connection:
        stays = (tables.orders.c.status == "open") | (tables.orders.c.filled_lots > 0)
        before = (await connection.execute(select(func.count()).where(stays))).scalar()
    await pruner(store, unfilled_orders=1).prune(state, 0)
    statuses = await column(store, tables.orders, "status")
    assert len(statuses) in {before, before + 1}
    assert (await bounds(store))["orders"] == state.cursor - 1


async def test_history_goes_by_its_own_time_and_the_rest_is_untouched(store: Store) -> None:
    state = await indexed(store, 3, 200)
    times = sorted(await column(store, tables.fills, "ts_ms"))
    middle = times[len(times) // 2]
    await pruner(store, history_ms=DAY_MS).prune(state, middle + DAY_MS)
    left = await column(store, tables.fills, "ts_ms")
    assert min(left) >= middle
    assert len(left) == len([each for each in times if each >= middle])
    assert "fills" in await bounds(store)


async def test_second_candles_go_before_minute_candles(store: Store) -> None:
    state = await indexed(store, 4, 200)
    last = max(await column(store, tables.candles, "t_ms"))
    await pruner(store, second_candles_ms=0).prune(state, last + 1)
    assert set(await column(store, tables.candles, "resolution")) == {
        "1m",
        "5m",
        "15m",
        "1h",
        "4h",
        "1d",
        "1w",
    }


async def test_nothing_is_bounded_where_nothing_went(store: Store) -> None:
    state = await indexed(store, 5, 50)
    await pruner(store).prune(state, 10**12)
    assert await bounds(store) == {}


@pytest.fixture
async def node() -> AsyncIterator[SolanaNode]:
    async with solana_node(VENUE) as running:
        yield running


def put_accounts(node: SolanaNode, owner: Pubkey, event_seq: int) -> None:
    """An exchange with one market and one trader, as the chain would hold them."""
    markets = np.zeros(64, struct_dtype("Market"))
    markets[0]["symbol"] = np.frombuffer(b"SOL-PERP".ljust(16, b"\0"), "u1")
    markets[0]["lots_per_base"], markets[0]["tick_size"] = 100, 100
    slots = np.zeros(1, struct_dtype("Slot"))
    slots["positions"]["market"] = 255
    slots[0]["owner"], slots[0]["flags"], slots[0]["generation"] = np.void(bytes(owner)), 1, 1
    slots[0]["usdc"], slots[0]["positions"][0]["market"], slots[0]["positions"][0]["base"] = 500, 0, 7
    exchange = {"market_count": 1, "event_seq": event_seq, "markets": markets}
    seat = {"active": 1, "slot_index": 0, "generation": 1, "created": 1_700_000_000}
    trader = account_bytes("Trader", seat | {"owner": np.void(bytes(owner))})
    node.accounts[str(VENUE.exchange)] = account_bytes("Exchange", exchange)
    node.accounts[str(VENUE.ledger)] = account_bytes("Ledger", {"high_water": 1, "capacity": 1}, slots)
    address = str(VENUE.trader(owner))
    node.answers["getProgramAccounts"] = [{"pubkey": address, "account": account(trader)}]


async def test_where_the_nodes_history_begins_later_the_accounts_give_the_state(
    node: SolanaNode, tmp_path: Path
) -> None:
    story = Story(6)
    events = [*story.opening(), *story.go(60)]
    put_accounts(node, story.traders[0].owner, events[-1].seq)
    ground = await sqlite_ground(node, tmp_path)
    node.land(events[40:])
    async with ground.life() as run:
        await run.reaches(len(events))
    store = open_store(ground.url)
    assert min(await column(store, tables.chain_events, "event_seq")) == 41
    assert await column(store, tables.traders, "wallet") == [str(story.traders[0].owner)]
    assert await column(store, tables.market_states, "symbol") == ["SOL-PERP"]
    assert len(await column(store, tables.positions, "base")) == 1
    assert set((await bounds(store)).values()) == {41}
    await store.close()


async def test_a_quiet_exchange_whose_whole_history_is_gone_still_shows_its_state(
    node: SolanaNode, tmp_path: Path
) -> None:
    owner = Story(7).key()
    put_accounts(node, owner, 99)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await run.reaches(99)
    store = open_store(ground.url)
    assert await column(store, tables.balances, "amount") == [500]
    assert await column(store, tables.positions, "base") == [7]
    assert (await bounds(store))["fills"] == 100
    await store.close()
