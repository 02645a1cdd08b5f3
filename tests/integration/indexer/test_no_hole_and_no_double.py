"""The indexer, killed or cut off at any point, ends with the same rows as one that never was."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from fakes.bus import MemoryBus
from fakes.chain_story import Story
from fakes.solana_node import SolanaNode, solana_node
from indexer_ground import Dump, Ground, Killed, dump, sqlite_ground
from postgres import postgres
from quantdesk.indexer.placed import PlacedEvent
from quantdesk.indexer.projection import project
from quantdesk.indexer.service import Indexer
from quantdesk.indexer.state import IndexState
from quantdesk.indexer.storage import IndexStorage
from quantdesk.infra.bus import BusAway
from quantdesk.infra.store import migrate, open_store
from quantdesk.program.addresses import Addresses, program_id

VENUE = Addresses(program_id())


@pytest.fixture
async def node() -> AsyncIterator[SolanaNode]:
    async with solana_node(VENUE) as running:
        yield running


def history(seed: int, steps: int = 150) -> list[PlacedEvent]:
    story = Story(seed)
    return [*story.opening(), *story.go(steps)]


async def undisturbed(events: list[PlacedEvent], folder: Path) -> Dump:
    """What one batch after the other leaves, without any process around it."""
    url = f"sqlite:///{folder}/undisturbed.db"
    await migrate(url)
    store, state = open_store(url), IndexState()
    for start in range(0, len(events), 7):
        await IndexStorage(store).commit(project(state, events[start : start + 7]), 0)
    await store.close()
    return await dump(url)


async def test_what_happened_before_the_start_and_after_it_is_indexed_once(
    node: SolanaNode, tmp_path: Path
) -> None:
    events = history(1)
    ground = await sqlite_ground(node, tmp_path)
    node.land(events[:60])
    async with ground.life() as run:
        await run.reaches(60)
        for start in range(60, len(events), 10):
            await node.tell(node.land(events[start : start + 10]))
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)
    assert ground.told == list(range(1, len(events) + 1))


@pytest.mark.parametrize("offered", [True, False])
async def test_following_blocks_gives_the_same_rows_and_logs_are_the_fallback(
    offered: bool, node: SolanaNode, tmp_path: Path
) -> None:
    events = history(2, 80)
    node.offers_blocks = offered
    ground = await sqlite_ground(node, tmp_path, follow_blocks=True)
    async with ground.life() as run:
        for start in range(0, len(events), 10):
            await node.tell(node.land(events[start : start + 10]))
            await asyncio.sleep(0.01)
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


async def test_a_transaction_that_the_node_can_not_give_yet_is_asked_for_again(
    node: SolanaNode, tmp_path: Path
) -> None:
    events = history(13, 30)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await node.tell(node.land(events[:20]))
        await run.reaches(20)
        node.hidden = {each.signature: 3 for each in events[20:]}
        await node.tell(node.land(events[20:]))
        await run.reaches(len(events))
        assert run.indexer._measures.holes._value.get() == 0
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


def kill_before_commit(indexer: Indexer, _: MemoryBus, after: int) -> None:
    _break(indexer._storage, "commit", after, before=True)


def kill_after_commit(indexer: Indexer, _: MemoryBus, after: int) -> None:
    _break(indexer._storage, "commit", after, before=False)


def kill_between_messages(_: Indexer, bus: MemoryBus, after: int) -> None:
    _break(bus, "publish", after * 40, before=False)


def _break(owner: Any, name: str, after: int, *, before: bool) -> None:
    real: Callable[..., Awaitable[Any]] = getattr(owner, name)
    calls = 0

    async def broken(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > after and before:
            raise Killed
        result = await real(*arguments, **named)
        if calls > after:
            raise Killed
        return result

    setattr(owner, name, broken)


@pytest.mark.parametrize("kill", [kill_before_commit, kill_after_commit, kill_between_messages])
async def test_killed_again_and_again_it_continues_without_a_hole_or_a_double(
    kill: Callable[[Indexer, MemoryBus, int], None], node: SolanaNode, tmp_path: Path
) -> None:
    events = history(3, 200)
    ground = await sqlite_ground(node, tmp_path)
    chance = random.Random(5)
    landed = 0
    while landed < len(events):
        async with ground.life(lambda indexer, bus: kill(indexer, bus, chance.randrange(3))) as run:
            for _ in range(6):
                batch = node.land(events[landed : landed + 8])
                landed += len(batch)
                await node.tell(batch)
                await asyncio.sleep(0.02)
            await asyncio.wait([run.task], timeout=0.2)
    async with ground.life() as run:
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)
    assert sorted(set(ground.told)) == list(range(1, len(events) + 1))


async def test_events_that_the_node_never_told_are_found_by_the_sequence(
    node: SolanaNode, tmp_path: Path
) -> None:
    events = history(4, 60)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await node.tell(node.land(events[:20]))
        await run.reaches(20)
        node.land(events[20:25])
        await node.tell(node.land(events[25:40]))
        await run.reaches(40)
        node.land(events[40:])
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


async def test_a_lost_socket_costs_nothing_but_time(node: SolanaNode, tmp_path: Path) -> None:
    events = history(6, 60)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await node.tell(node.land(events[:20]))
        await run.reaches(20)
        await node.stop_pubsub()
        node.land(events[20:50])
        await node.start_pubsub()
        await run.reaches(50)
        await node.tell(node.land(events[50:]))
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


async def test_while_the_bus_is_away_indexing_goes_on_and_the_bus_hears_it_later(
    node: SolanaNode, tmp_path: Path
) -> None:
    events = history(7, 60)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await node.tell(node.land(events[:20]))
        await run.reaches(20)
        await ground.broker.stop()
        await node.tell(node.land(events[20:]))
        with pytest.raises(BusAway):
            await run.bus.publish("status", run.bus.published[-1][1])
        await run.indexes(len(events))
        await ground.broker.start()
        await run.reaches(len(events))
    assert sorted(set(ground.told)) == list(range(1, len(events) + 1))


async def test_a_store_that_fails_for_a_while_loses_nothing(
    node: SolanaNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quantdesk.indexer.service.RETRY_S", 0.01)
    events = history(8, 40)
    ground = await sqlite_ground(node, tmp_path)

    def fail_at_first(indexer: Indexer, _: MemoryBus) -> None:
        real, failures = indexer._storage.commit, [OSError("disk full")] * 5

        async def commit(*arguments: Any) -> None:
            if failures:
                raise failures.pop()
            await real(*arguments)

        indexer._storage.commit = commit  # type: ignore[method-assign]

    async with ground.life(fail_at_first) as run:
        await node.tell(node.land(events))
        await run.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


async def test_two_indexers_on_one_store_harm_nothing(node: SolanaNode, tmp_path: Path) -> None:
    events = history(9, 100)
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as one, ground.life() as two:
        for start in range(0, len(events), 10):
            await node.tell(node.land(events[start : start + 10]))
        await one.reaches(len(events))
        await two.reaches(len(events))
    assert await dump(ground.url) == await undisturbed(events, tmp_path)


async def test_postgresql_ends_with_the_same_rows_as_sqlite(node: SolanaNode, tmp_path: Path) -> None:
    events = history(10, 120)
    with postgres() as url:
        await migrate(url)
        ground = Ground(node, url)
        async with ground.life(lambda i, b: kill_after_commit(i, b, 2)) as run:
            await node.tell(node.land(events[:70]))
            await asyncio.wait([run.task], timeout=5)
        async with ground.life() as run:
            await node.tell(node.land(events[70:]))
            await run.reaches(len(events))
        assert await dump(url) == await undisturbed(events, tmp_path)


async def test_a_chain_that_was_reset_is_refused_and_not_mixed_in(node: SolanaNode, tmp_path: Path) -> None:
    ground = await sqlite_ground(node, tmp_path)
    async with ground.life() as run:
        await node.tell(node.land(history(11, 30)))
        await run.reaches(40)
    node.history.clear()
    late = history(12, 0)[:3]
    node.history += node.land([PlacedEvent(e.event, e.payload, 9_999, "other", e.signature) for e in late])
    async with ground.life() as run:
        with pytest.raises(ExceptionGroup) as refusal:
            await asyncio.wait_for(asyncio.shield(run.task), 10)
    assert "quantdesk reset" in str(refusal.value.exceptions[0])
