"""The indexer on a real localnet with the real program while keepers trade, killed -9 again and again."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fakes.book_reader import BookReader
from indexer_ground import dump
from keepers_ground import Ground, ground
from nats_process import free_port
from part_process import part
from quantdesk.domain.orders import OrderId, Side
from quantdesk.domain.units import Ticks
from quantdesk.infra.bus import Delivery, NatsBus
from quantdesk.infra.bus.messages import BookDelta, Price, SnapshotRequest, VenueTrade, book_snapshot_subject
from quantdesk.infra.store import Store, migrate, open_store, tables
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.keepers.app import serve
from quantdesk.keepers.config import KeepersConfig, MakerConfig, OracleConfig, TakerConfig
from quantdesk.program.layouts import Book, Exchange, Ledger

__all__ = ["ground"]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]
START = {"BTC-PERP": 87_232.0, "ETH-PERP": 2_059.1, "SOL-PERP": 143.54}
KILLS = 4
WITHIN_S = 60.0


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def feed(bus: NatsBus) -> None:
    """Prices that swing by half a percent, and a trade on either side now and then."""
    for turn in range(1_000_000):
        swing = 1 + 0.005 * ((turn // 10) % 3 - 1)
        for symbol, start in START.items():
            price = f"{start * swing:.2f}"
            common: dict[str, Any] = {"symbol": symbol, "price": price, "feed": "simulated"}
            await bus.publish(f"prices.{symbol}", Price(confidence="0.01", published_ms=now_ms(), **common))
            if turn % 3 == 0:
                side = "buy" if turn % 2 else "sell"
                named: dict[str, Any] = {
                    "venue": "test",
                    "trade_id": str(turn),
                    "size": "0.5",
                    "ts_ms": now_ms(),
                }
                await bus.publish(f"trades.{symbol}", VenueTrade(side=side, **named, **common))
        await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def trading(ground: Ground) -> AsyncIterator[None]:
    """The real keepers make a market until the block ends."""
    config = KeepersConfig(
        bus=ground.nats.config("keepers"),
        rpc_url=ground.localnet.rpc_url,
        program_id=ground.deployment.program_id,
        exchange_id=ground.deployment.exchange_id,
        http=HttpConfig("127.0.0.1", free_port()),
        oracle=OracleConfig(ground.key_file("oracle")),
        maker=MakerConfig(ground.key_file("maker"), every_s=0.2),
        taker=TakerConfig(ground.key_file("taker"), every_s=0.3),
    )
    async with NatsBus(ground.nats.config("feed")) as bus:
        await bus.wait_connected(20)
        tasks = [asyncio.create_task(feed(bus)), asyncio.create_task(serve(config))]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def cursor(store: Store) -> int:
    return await scalar(store, select(tables.cursors.c.event_seq).where(tables.cursors.c.name == "indexed"))


async def scalar(store: Store, statement: Any) -> int:
    async with store.read() as connection:
        return int((await connection.execute(statement)).scalar() or 0)


async def head(ground: Ground) -> int:
    answer = await ground.rpc.get_account(ground.venue.exchange, "confirmed")
    assert answer.value is not None
    return Exchange.decode(answer.value.bytes).event_seq


async def finishes(store: Store, seq: int, running: Any) -> None:
    """Everything is indexed and every event knows its block."""
    await reaches(store, seq, running)
    unsealed = select(func.count()).where(tables.chain_events.c.blockhash == "")
    deadline = time.monotonic() + WITHIN_S
    while await scalar(store, unsealed):
        assert time.monotonic() < deadline, running.log()
        await asyncio.sleep(0.1)


async def reaches(store: Store, seq: int, running: Any) -> None:
    deadline = time.monotonic() + WITHIN_S
    while await cursor(store) < seq:
        assert time.monotonic() < deadline, running.log()
        await asyncio.sleep(0.05)


def indexer(ground: Ground, database: Path) -> Any:
    url = f"sqlite:///{database}"
    folder = ground.data.root
    settings = {"QUANTDESK_DATABASE_URL": url}
    return part("indexer", data_dir=folder, offset=ground.offset, nats=ground.nats, **settings)


async def test_killed_again_and_again_while_the_market_trades_it_holds_what_the_chain_holds(
    ground: Ground, tmp_path: Path
) -> None:
    disturbed, fresh = tmp_path / "disturbed.db", tmp_path / "fresh.db"
    for database in (disturbed, fresh):
        await migrate(f"sqlite:///{database}")
    store = open_store(f"sqlite:///{disturbed}")
    async with trading(ground):
        for _ in range(KILLS):
            async with indexer(ground, disturbed) as running:
                await reaches(store, await cursor(store) + 5, running)
                await asyncio.sleep(0.3)
                await running.kill()
    last = await settled(ground)
    async with indexer(ground, disturbed) as running:
        await finishes(store, last, running)
    await compare_with_chain(store, ground)
    await store.close()
    anew = open_store(f"sqlite:///{fresh}")
    async with indexer(ground, fresh) as running:
        await finishes(anew, last, running)
    await anew.close()
    assert await dump(f"sqlite:///{disturbed}") == await dump(f"sqlite:///{fresh}")


async def test_the_book_on_the_bus_is_the_book_on_the_chain(ground: Ground, tmp_path: Path) -> None:
    database = tmp_path / "books.db"
    await migrate(f"sqlite:///{database}")
    store = open_store(f"sqlite:///{database}")
    async with NatsBus(ground.nats.config("reader")) as bus:
        await bus.wait_connected(20)
        books = {each.symbol: BookReader() for each in ground.deployment.markets}
        reading = asyncio.create_task(read_books(bus, books))
        async with indexer(ground, database) as running:
            async with trading(ground):
                await reaches(store, await head(ground), running)
                await asyncio.sleep(4.0)
            await reaches(store, await settled(ground), running)
            for market in ground.deployment.markets:
                answer = await ground.rpc.get_account(ground.venue.book(market.index))
                assert answer.value is not None
                book = Book.decode(answer.value.bytes)
                reader = books[market.symbol]
                assert reader.deltas > 3, "the book did not move: the test shows nothing"
                assert reader.levels() == (book.levels(Side.BUY), book.levels(Side.SELL))
                question = SnapshotRequest(symbol=market.symbol)
                whole = await bus.request(book_snapshot_subject(market.symbol), question, BookDelta, 5.0)
                assert (whole.bids, whole.asks) == reader.levels()
                assert (whole.epoch, whole.seq) == (reader.epoch, book.update_seq)
        reading.cancel()
    await store.close()


async def read_books(bus: NatsBus, books: dict[str, BookReader]) -> None:
    subscription = await bus.subscribe("book.*", BookDelta)
    async for item in subscription:
        assert isinstance(item, Delivery)
        books[item.message.symbol].take(item.message)


async def settled(ground: Ground) -> int:
    """Sequence of the last event once nothing happens any more."""
    before = -1
    while (now := await head(ground)) != before:
        before = now
        await asyncio.sleep(1.0)
    return now


async def compare_with_chain(store: Store, ground: Ground) -> None:
    """Balances, positions, open orders and market states are the accounts' own."""
    markets = ground.deployment.markets
    keys = [ground.venue.exchange, ground.venue.ledger, *(ground.venue.book(each.index) for each in markets)]
    datas = [each.bytes for each in (await ground.rpc.get_accounts(keys)).value if each is not None]
    exchange, ledger, books = Exchange.decode(datas[0]), Ledger.decode(datas[1]), datas[2:]
    async with store.read() as connection:

        async def every(table: Any) -> list[Any]:
            return list((await connection.execute(select(table))).all())

        balances = {(row.wallet, row.sub): row for row in await every(tables.balances) if row.collateral == 0}
        positions = {(row.wallet, row.sub, row.market): row for row in await every(tables.positions)}
        orders = {
            (o.market, o.order_id): o.resting_lots for o in await every(tables.orders) if o.status == "open"
        }
        states = {row.market: row for row in await every(tables.market_states)}
        fills = await every(tables.fills)
    assert fills, "nothing was traded: the test shows nothing"
    seats = [slot for slot in map(ledger.slot, range(len(ledger.slots))) if slot.active]
    for slot in seats:
        balance = balances[str(slot.owner), slot.sub]
        assert (balance.amount, balance.locked) == (slot.usdc, slot.locked)
        for position in slot.positions:
            row = positions[str(slot.owner), slot.sub, position.market]
            for name in ("base", "quote", "entry_quote", "funding_index", "bid_lots", "ask_lots"):
                assert getattr(row, name) == getattr(position, name), name
    assert orders == {
        (market.index, str(OrderId(Ticks(int(order["ticks"])), int(order["seq"])))): int(order["lots"])
        for market, data in zip(markets, books, strict=True)
        for side in (Book.decode(data).bids, Book.decode(data).asks)
        for order in side
    }
    for market in exchange.markets:
        row = states[market.index]
        assert (row.index, row.mark, row.open_interest) == (
            market.index_price,
            market.mark_price,
            market.open_long,
        )
        assert sum(fill.lots for fill in fills if fill.market == market.index) == market.volume_lots
