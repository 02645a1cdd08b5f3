"""The liquidator on a real localnet with the real program, seen through the indexer and the gateway."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from sqlalchemy import select

from gateway_ground import PRICES, GatewayGround, Trader, gateway_ground, next_message
from integration.program.pyth import SOL_FEED, PythPrice
from nats_process import free_port
from quantdesk.infra.store.tables import chain_events
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.keepers.app import serve
from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.config import KeepersConfig, LiquidatorConfig, Role
from quantdesk.program.addresses import token_account
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.events import decode_payload, event_json
from quantdesk.program.instructions import (
    TraderKey,
    add_collateral,
    create_token_account,
    deposit,
    deposit_insurance,
    update_collateral_price,
)
from quantdesk.program.layouts import Exchange
from quantdesk.program.pyth import RECEIVER, price_account
from quantdesk.program.records import CollateralParams, MarketStatus, TransferKind
from quantdesk.program.token import MINT_BYTES, create_mint, mint_to

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOL = 2
STEP = 0.012
"""Largest move of one post: well within the band past which a price is held as pending."""


@dataclass
class Scene:
    """A gateway's ground whose SOL price the test moves, and a rich trader who quotes."""

    ground: GatewayGround
    rich: Trader
    prices: dict[int, int] = field(default_factory=lambda: dict(PRICES))

    async def keep_prices(self) -> None:
        while True:
            await self.ground.post_prices(self.prices)
            await asyncio.sleep(0.3)

    async def move(self, dollars: float) -> None:
        """Walk SOL's price to ``dollars``."""
        target = round(dollars * 10_000)
        while self.prices[SOL] != target:
            near = self.prices[SOL] * STEP
            self.prices[SOL] += round(max(-near, min(near, target - self.prices[SOL])))
            await self.ground.post_prices(self.prices)
            await asyncio.sleep(0.5)

    async def quote(self, side: str, size: str, price: str) -> None:
        await self.rich.do("place-order", market="SOL-PERP", side=side, size=size, price=price)

    async def longs(self, count: int, *, deposit: str = "1000", size: str = "130") -> list[Trader]:
        """Traders who bought at 140 what their money just allows."""
        made = await asyncio.gather(
            *(self.ground.trader().funded(amount=deposit, deposit=deposit) for _ in range(count))
        )
        for trader in made:
            await self.quote("sell", size, "140")
            await trader.do("place-order", market="SOL-PERP", side="buy", size=size, price="140")
        return made

    async def exchange(self) -> Exchange:
        return await ChainView(self.ground.rpc, self.ground.venue).exchange(0)

    async def account(self, trader: Trader) -> dict[str, Any]:
        reply = (await self.ground.client.get(f"/v1/accounts/{trader.wallet}")).json()
        sub: dict[str, Any] = reply["sub_accounts"][0]
        return sub

    async def size(self, trader: Trader) -> float:
        positions = (await self.account(trader))["positions"]
        return float(positions[0]["size"]) if positions else 0.0

    async def insure(self, usdc: int) -> None:
        """Give to the insurance fund out of the rich one's wallet."""
        exchange, owner = await self.exchange(), self.rich.key.pubkey()
        mint = exchange.collaterals[0].mint
        source = token_account(owner, mint)
        gift = deposit_insurance(self.ground.venue, owner, source, mint, usdc * 1_000_000)
        await self.ground.land([gift], self.rich.key)

    async def steps(self, trader: Trader) -> list[dict[str, Any]]:
        """Steps of liquidation without the book, newest first."""
        reply = (await self.ground.client.get(f"/v1/accounts/{trader.wallet}/liquidations")).json()
        items: list[dict[str, Any]] = reply["items"]
        return items

    async def events(self, name: str) -> list[dict[str, Any]]:
        """What the indexer stored of the events with that name, oldest first."""
        statement = select(chain_events.c.payload).where(chain_events.c.name == name)
        async with self.ground.store.read() as connection:
            rows = await connection.execute(statement.order_by(chain_events.c.event_seq))
            return [event_json(decode_payload(name, row.payload)) for row in rows]

    def config(self, **changes: Any) -> KeepersConfig:
        return KeepersConfig(
            bus=self.ground.nats.config("keepers"),
            rpc_url=self.ground.localnet.rpc_url,
            program_id=self.ground.config.program_id,
            exchange_id=self.ground.config.exchange_id,
            http=HttpConfig("127.0.0.1", free_port()),
            liquidator=replace(
                LiquidatorConfig(self.ground.data.keys / "liquidator.json", every_s=0.2), **changes
            ),
        )


@pytest_asyncio.fixture(loop_scope="module")
async def scene() -> AsyncIterator[Scene]:
    async with gateway_ground(rate_limits=None) as ground:
        ground.tasks.pop("prices").cancel()
        made = Scene(ground, await ground.trader().funded(amount="100000", deposit="99000"))
        ground.tasks["prices"] = asyncio.create_task(made.keep_prices())
        yield made


@contextlib.asynccontextmanager
async def liquidating(config: KeepersConfig) -> AsyncIterator[None]:
    task = asyncio.create_task(serve(config, [Role.LIQUIDATOR]))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def measure(config: KeepersConfig, name: str) -> dict[str, float]:
    """Values of a measure by their labels' text; asked again when a stalled machine closed the connection."""
    text = ""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{config.http.port}") as client:
        while not text:
            with contextlib.suppress(httpx.ReadError):
                text = (await client.get("/metrics")).text
    rows = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith(name)]
    return {labels.removeprefix(name): float(value) for labels, value in rows}


async def test_an_account_under_water_is_closed_in_part_and_everyone_can_read_it(scene: Scene) -> None:
    config = scene.config()
    (victim,) = await scene.longs(1)
    await victim.do("place-order", market="SOL-PERP", side="sell", size="1", price="146")
    await scene.quote("buy", "300", "135.4")
    async with liquidating(config):
        await asyncio.sleep(1)
        assert await scene.size(victim) == 130
        assert (await scene.account(victim))["open_orders"] == 1
        await scene.move(135.6)

        async def reduced() -> bool:
            return 0 < await scene.size(victim) < 130

        await until(reduced)
        account = await scene.account(victim)
        assert float(account["equity"]) > float(account["maintenance_margin"]) > 0
        assert account["open_orders"] == 0
        done = await measure(config, "quantdesk_liquidator_steps_total")
        assert done['{outcome="done",step="force_cancel"}'] == 1
        assert done['{outcome="done",step="liquidate"}'] >= 1

    client = scene.ground.client
    fill = (await client.get(f"/v1/accounts/{victim.wallet}/fills")).json()["items"][0]
    assert (fill["side"], fill["role"], fill["price"], fill["liquidation"]) == (
        "sell",
        "taker",
        "135.4",
        True,
    )
    tape = (await client.get("/v1/markets/SOL-PERP/trades")).json()["items"]
    assert [trade["liquidation"] for trade in tape[:2]] == [True, False]
    only = (await client.get("/v1/markets/SOL-PERP/trades?liquidations=true")).json()["items"]
    assert only == tape[:1]
    async with scene.ground.connect() as socket:
        await socket.send('{"op":"subscribe","channel":"liquidations","market":"SOL-PERP"}')
        assert (await next_message(socket, op="subscribed"))["data"]["trades"] == only
    orders = (await client.get(f"/v1/accounts/{victim.wallet}/orders?status=closed")).json()["items"]
    assert {order["reason"] for order in orders} >= {"forced", "liquidation"}
    keeper = Trader(client, scene.ground.data.keypair("liquidator"))
    assert float((await scene.account(keeper))["equity"]) > 100_000


async def test_half_way_only_what_adds_risk_is_cancelled_and_nothing_is_sold(scene: Scene) -> None:
    (trader,) = await scene.longs(1, size="80")
    for side, size, price in (("buy", "30", "133.2"), ("buy", "25", "133.6"), ("sell", "10", "146")):
        await trader.do("place-order", market="SOL-PERP", side=side, size=size, price=price)
    config = scene.config()
    async with liquidating(config):
        await asyncio.sleep(1)
        assert (await scene.account(trader))["standing"] == "good"
        await scene.move(134.5)

        async def cancelled() -> bool:
            return bool((await scene.account(trader))["open_orders"] == 2)

        await until(cancelled)
        await asyncio.sleep(1)
        assert await scene.size(trader) == 80
        account = await scene.account(trader)
        assert (account["open_orders"], account["standing"]) == (2, "good")
        assert '{outcome="done",step="liquidate"}' not in await measure(
            config, "quantdesk_liquidator_steps_total"
        )
    path = f"/v1/accounts/{trader.wallet}/orders?status=closed"
    closed = (await scene.ground.client.get(path)).json()["items"]
    assert [order["price"] for order in closed if order["reason"] == "forced"] == ["133.2"]


async def test_without_a_bid_it_notes_since_when_once_and_sells_when_one_comes(scene: Scene) -> None:
    (victim,) = await scene.longs(1)
    own = {"side": "sell", "size": "10", "price": "146", "reduce_only": True}
    await victim.do("place-order", market="SOL-PERP", **own)
    config = scene.config(inventory_usdc=0)
    async with liquidating(config):
        await scene.move(135.5)

        async def noted() -> bool:
            return (await scene.exchange()).markets[SOL].no_bid_since > 0

        await until(noted)
        await asyncio.sleep(3)
        sent = await measure(config, "quantdesk_keeper_transactions_total")
        assert sent['{role="liquidator"}'] == 1
        refused = await measure(config, "quantdesk_liquidator_steps_total")
        assert refused['{outcome="OrderNotFound",step="force_cancel"}'] >= 1
        assert 1 < refused['{outcome="NothingFilled",step="liquidate"}'] < 8
        assert (await scene.account(victim))["standing"] == "liquidation"
        await scene.quote("buy", "300", "135.4")

        async def sold() -> bool:
            return 0 < await scene.size(victim) < 130

        await until(sold)
        assert (await scene.exchange()).markets[SOL].no_bid_since == 0
        assert (await scene.account(victim))["open_orders"] == 1


async def test_many_at_once_share_transactions_and_a_restart_in_between_loses_none(scene: Scene) -> None:
    victims = await scene.longs(8)
    await scene.move(135.6)
    await scene.quote("buy", "500", "135.4")

    async def reduced(least: int) -> bool:
        sizes = [await scene.size(victim) for victim in victims]
        assert all(size > 0 for size in sizes)
        return sum(size < 130 for size in sizes) >= least

    async with liquidating(scene.config(most_accounts=1, every_s=5)):
        await until(lambda: reduced(1))
    again = scene.config()
    async with liquidating(again):
        await until(lambda: reduced(8))
        sent = await measure(again, "quantdesk_keeper_transactions_total")
        assert sent['{role="liquidator"}'] < 6
        assert {(await scene.account(victim))["standing"] for victim in victims} == {"cancelling"}
        left = await measure(again, "quantdesk_liquidator_accounts")
        assert left['{under="maintenance"}'] == 0


async def test_one_whom_nobody_can_help_keeps_no_other_waiting(scene: Scene) -> None:
    hopeless = await scene.ground.trader().funded(amount="1000", deposit="1000")
    for trader, side in ((scene.rich, "sell"), (hopeless, "buy")):
        order = {"market": "ETH-PERP", "side": side, "size": "13", "price": "3500"}
        await trader.do("place-order", **order)
    (helped,) = await scene.longs(1)
    await scene.quote("buy", "300", "135.4")
    scene.prices[1] = 3_444_000
    await scene.move(135.6)
    missing = [
        float(account["maintenance_margin"]) - float(account["equity"])
        for account in (await scene.account(hopeless), await scene.account(helped))
    ]
    assert missing[0] > missing[1] > 0

    async def sold() -> bool:
        return 0 < await scene.size(helped) < 130

    async with liquidating(scene.config(most_accounts=1, inventory_usdc=0)):
        await until(sold)
    assert await scene.size(hopeless) == 13


async def test_what_the_book_does_not_take_the_backstop_assumes_and_sells_when_it_can(scene: Scene) -> None:
    (victim,) = await scene.longs(1)
    keeper = Trader(scene.ground.client, scene.ground.data.keypair("liquidator"))
    config = scene.config()
    async with liquidating(config), scene.ground.connect() as socket:
        for wanted in (
            {"channel": "liquidations", "market": "SOL-PERP"},
            {"channel": "account", "wallet": victim.wallet},
        ):
            await socket.send(json.dumps({"op": "subscribe", **wanted}))
            await next_message(socket, op="subscribed", channel=wanted["channel"])
        await scene.move(135.5)
        told: dict[str, Any] = {}
        while len(told) < 2:
            data = await next_message(socket, 30, op="update")
            steps = data["data"].get("steps" if data["channel"] == "liquidations" else "liquidations")
            told |= {data["channel"]: steps[0]} if steps else {}
        public, own = told["liquidations"], told["account"]
        assert (public["kind"], public["side"], public["wallet"]) == ("take_over", "sell", victim.wallet)
        assert public["counterparty"] == keeper.wallet
        assert (own["id"], own["role"], own["price"]) == (public["id"], "account", public["price"])
        kept = (await scene.ground.client.get("/v1/markets/SOL-PERP/liquidations")).json()["items"]
        assert kept == [public]
        left = await scene.size(victim)
        assert left > 0
        assert await scene.size(keeper) == pytest.approx(130 - left)
        assert (await scene.account(victim))["standing"] != "liquidation"
        await scene.quote("buy", "300", "135.4")

        async def sold() -> bool:
            return await scene.size(keeper) == 0

        await until(sold)
        done = await measure(config, "quantdesk_liquidator_steps_total")
        assert done['{outcome="done",step="take_over"}'] == 1
    (event,) = await scene.events("PositionsTransferred")
    assert (event["market"], event["kind"]) == (SOL, TransferKind.TAKE_OVER)
    assert event["transfers"][0]["price"] < 1_355_000
    for trader, role, side in ((victim, "account", "sell"), (keeper, "counterparty", "buy")):
        (step,) = await scene.steps(trader)
        assert (step["kind"], step["role"], step["side"]) == ("take_over", role, side)
        assert float(step["size"]) == pytest.approx(130 - left)
        assert 132 < float(step["price"]) < 135.5


async def rewrite(ground: GatewayGround, change: Callable[[Any], None]) -> None:
    """Let ``change`` edit the Exchange's record behind the program's back, while nobody sends anything."""
    found = (await ground.rpc.get_account(ground.venue.exchange, "processed")).value
    assert found is not None
    data = bytearray(found.bytes)
    change(np.frombuffer(data, account_dtype("Exchange"), count=1)[0])
    changed = {"data": [base64.b64encode(data).decode(), "base64"]}
    await ground.rpc.call("surfnet_setAccount", str(ground.venue.exchange), changed)


async def add_sol(ground: GatewayGround) -> Pubkey:
    """SOL as second collateral, priced at $140. The day that its announcement waits is left out: for one
    instruction the exchange is written as it was before opening, while nobody sends anything."""
    admin, mint, venue = ground.data.keypair("admin"), Keypair(), ground.venue
    key = admin.pubkey()
    rent = await ground.rpc.get_minimum_balance(MINT_BYTES)
    await ground.land(create_mint(key, mint.pubkey(), key, 9, rent), admin, mint)

    def set_opened(opened: int) -> Callable[[Any], None]:
        def change(exchange: Any) -> None:
            exchange["opened"] = opened

        return change

    params = CollateralParams(SOL_FEED, 3_600, 800_000, 900_000, 5_000, 50_000, 10**13, 0, 0, 20_000)
    await rewrite(ground, set_opened(0))
    await ground.land([add_collateral(venue, key, key, mint.pubkey(), params)], admin)
    await rewrite(ground, set_opened(1))
    price = PythPrice(140 * 10**8, int(time.time()))
    account = {"lamports": 10**9, "data": [base64.b64encode(price.data()).decode(), "base64"]}
    address = price_account(SOL_FEED)
    await ground.rpc.call("surfnet_setAccount", str(address), account | {"owner": str(RECEIVER)})
    await ground.land([update_collateral_price(venue, 1, address)], admin)
    return mint.pubkey()


async def give_sol(ground: GatewayGround, trader: Trader, mint: Pubkey, lamports: int) -> None:
    """Minted to the trader's wallet and deposited."""
    admin, owner = ground.data.keypair("admin"), trader.key.pubkey()
    source = token_account(owner, mint)
    made = create_token_account(admin.pubkey(), owner, mint)
    await ground.land([made, mint_to(mint, source, admin.pubkey(), lamports)], admin)
    key = TraderKey(owner)
    wanted = deposit(ground.venue, key, collateral=1, mint=mint, source=source, amount=lamports)
    await ground.land([wanted], trader.key)


async def test_collateral_of_the_bankrupt_is_bought_within_the_limit_before_anything_is_written_off(
    scene: Scene,
) -> None:
    scene.ground.tasks.pop("prices").cancel()
    await asyncio.sleep(1)
    mint = await add_sol(scene.ground)
    scene.ground.tasks["prices"] = asyncio.create_task(scene.keep_prices())
    (victim,) = await scene.longs(1)
    await give_sol(scene.ground, victim, mint, 10**9 // 2)
    await scene.insure(50)
    view, keeper = ChainView(scene.ground.rpc, scene.ground.venue), scene.ground.data.keypair("liquidator")

    async def sol_of(owner: Pubkey) -> int:
        trader = await view.trader(owner)
        return (
            (await view.slot(trader.slot_index)).collaterals[0] if trader is not None and trader.active else 0
        )

    async def bought(least: int) -> bool:
        return await sol_of(keeper.pubkey()) >= least

    async def told() -> bool:
        """Whether the gateway has the deposit, which it did not send itself."""
        held = (await scene.account(victim))["balances"][1]
        return (held["amount"], held["value"]) == ("0.5", "70")

    await until(told)
    known = (await scene.ground.client.get("/v1/exchange")).json()["collaterals"][1]
    assert (known["price"], known["is_stale"], known["pending_price"]) == ("140", False, None)
    before = float((await scene.account(victim))["equity"])
    await scene.move(131)
    account = await scene.account(victim)
    assert account["standing"] == "bankrupt"
    # 130 SOL fell by $9; the SOL at hand counts nine tenths of $70.
    assert float(account["equity"]) == pytest.approx(before - 130 * 9, abs=10)
    assert before == pytest.approx(1_000 + 63, abs=15)
    async with liquidating(scene.config(collateral_usdc=28)):
        await until(lambda: bought(1))
        await asyncio.sleep(2)
        assert await sol_of(keeper.pubkey()) == 10**9 // 5, "$28 at $140"
        assert await sol_of(victim.key.pubkey()) == 3 * 10**8
        assert await scene.size(victim) == 130, "neither resolved nor deleveraged"
    config = scene.config()
    async with liquidating(config):

        async def closed() -> bool:
            return await scene.size(victim) == 0

        await until(closed)
        done = await measure(config, "quantdesk_liquidator_steps_total")
        for step in ("convert_collateral", "resolve_bankruptcy", "auto_deleverage"):
            assert done[f'{{outcome="done",step="{step}"}}'] == 1
    assert (await sol_of(keeper.pubkey()), await sol_of(victim.key.pubkey())) == (10**9 // 2, 0)
    first, second = await scene.events("CollateralConverted")
    assert (first["amount"], second["amount"], second["debtor_left"]) == (2 * 10**8, 3 * 10**8, 0)
    assert first["paid"] == 133 * 200_000, "bankrupt: 5 % off $140"
    (resolved,) = await scene.events("BankruptcyResolved")
    assert resolved["seq"] > second["seq"]
    assert (await scene.exchange()).deficit == 0


async def test_insurance_pays_what_it_has_and_the_best_placed_close_the_rest(scene: Scene) -> None:
    (victim,) = await scene.longs(1)
    await scene.insure(50)
    await scene.move(131)
    account = await scene.account(victim)
    assert (account["standing"], float(account["equity"])) == ("bankrupt", pytest.approx(-179.1, abs=10))
    before = (await scene.account(scene.rich))["positions"][0]["size"]
    config = scene.config()
    async with liquidating(config):

        async def closed() -> bool:
            return await scene.size(victim) == 0

        await until(closed)
        done = await measure(config, "quantdesk_liquidator_steps_total")
        assert done['{outcome="done",step="resolve_bankruptcy"}'] == 1
        assert done['{outcome="done",step="auto_deleverage"}'] == 1
    after = await scene.size(scene.rich)
    assert float(before) - after == 130
    account = await scene.account(victim)
    assert 0 <= float(account["equity"]) < 0.02
    assert (await scene.exchange()).insurance == 0
    (paid,) = await scene.events("BankruptcyResolved")
    assert (paid["paid"], paid["unpaid"], paid["insurance"]) == (50_000_000, 0, 0)
    (moved,) = await scene.events("PositionsTransferred")
    assert moved["kind"] == TransferKind.AUTO_DELEVERAGE
    assert moved["seq"] > paid["seq"]
    closing, paying = await scene.steps(victim)
    assert (paying["kind"], paying["insurance_paid"], paying["deficit"]) == ("resolve_bankruptcy", "50", "0")
    assert (closing["kind"], closing["side"], closing["size"]) == ("auto_deleverage", "sell", "130")
    (closed_for,) = await scene.steps(scene.rich)
    assert (closed_for["role"], closed_for["side"], closed_for["price"]) == (
        "counterparty",
        "buy",
        closing["price"],
    )
    assert float(closed_for["realized_pnl"]) > 900


async def test_a_delisted_market_is_settled_when_its_hour_is_full_until_nobody_holds_a_position(
    scene: Scene,
) -> None:
    """The day's notice and all but five seconds of the hour are written; those five the chain gathers."""
    longs = await scene.longs(17, size="10")
    await scene.quote("buy", "5", "135")
    before = [float((await scene.account(trader))["balances"][0]["amount"]) for trader in longs]
    scene.ground.tasks.pop("prices").cancel()
    await asyncio.sleep(1)

    def nearly_over(exchange: Any) -> None:
        market = exchange["markets"][SOL]
        market["status"] = MarketStatus.SETTLING
        market["settlement_seconds"], market["settlement_sum"] = 3_595, 3_595 * 1_500_000

    await rewrite(scene.ground, nearly_over)
    config = scene.config()
    async with liquidating(config):

        async def looked() -> bool:
            with contextlib.suppress(httpx.ConnectError):  # it starts just now
                return (await measure(config, "quantdesk_liquidator_scan_seconds_count"))[""] >= 5
            return False

        await until(looked)
        assert await measure(config, "quantdesk_liquidator_steps_total") == {}
        scene.ground.tasks["prices"] = asyncio.create_task(scene.keep_prices())

        async def settled() -> bool:
            return (await scene.exchange()).markets[SOL].status == MarketStatus.SETTLED

        await until(settled)
        await asyncio.sleep(1)
        # One call for the order, and two for eighteen positions.
        steps = await measure(config, "quantdesk_liquidator_steps_total")
        assert steps == {'{outcome="done",step="settle_slots"}': 3}
        assert await measure(config, "quantdesk_liquidator_notional_usdc_total") == {}

    ends = await scene.events("PositionsTransferred")
    assert [(end["kind"], len(end["transfers"])) for end in ends] == [
        (TransferKind.SETTLEMENT, 16),
        (TransferKind.SETTLEMENT, 2),
    ]
    # The mean of 3,595 s at 150 and 5 s at 140.
    assert {each["price"] for end in ends for each in end["transfers"]} == {
        (3_595 * 1_500_000 + 5 * 1_400_000) // 3_600
    }
    for trader in (*longs, scene.rich):
        account = await scene.account(trader)
        assert (account["positions"], account["open_orders"]) == ([], 0)
    after = [float((await scene.account(trader))["balances"][0]["amount"]) for trader in longs]
    gained = [now - then for now, then in zip(after, before, strict=True)]
    assert gained == pytest.approx([10 * (149.9861 - 140)] * 17, abs=0.01)
    view = ChainView(scene.ground.rpc, scene.ground.venue)
    assert [slot for slot in (await view.picture()).ledger.slots["positions"]["base"].flat if slot] == []
