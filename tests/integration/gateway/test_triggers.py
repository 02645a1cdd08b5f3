"""Stop and take-profit orders from a browser's requests to the chain and back."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from solders.keypair import Keypair

from gateway_ground import GatewayGround, Trader
from quantdesk.keepers.chain import ChainView
from quantdesk.sdk import Client, Wallet

pytestmark = pytest.mark.asyncio(loop_scope="session")
STOP: dict[str, Any] = {
    "market": "SOL-PERP",
    "side": "sell",
    "size": "1",
    "type": "market",
    "kind": "stop",
    "trigger_price": "120",
}


async def waiting(ground: GatewayGround, trader: Trader) -> list[tuple[int, int, int]]:
    """Entry, kind and pair of what waits on chain."""
    found = await ChainView(ground.rpc, ground.venue).trader(trader.key.pubkey())
    assert found is not None
    return [(index, each.kind, each.pair) for index, each in found.waiting()]


async def test_an_order_that_fills_at_once_takes_its_exits_along_as_a_pair(
    ground: GatewayGround, maker: Trader
) -> None:
    trader = await ground.trader().funded()
    await maker.do("place-order", market="SOL-PERP", side="sell", size="5", price="140.5")
    exits = {"take_profit": "160", "stop_loss": "120"}
    order = {"market": "SOL-PERP", "side": "buy", "size": "1", "type": "market"}
    preview = await ground.client.post("/v1/preview/order", json={"wallet": trader.wallet, **order, **exits})
    assert preview.status_code == 200, preview.text
    reply = await trader.do("place-order", **order, **exits)
    assert [each["name"] for each in reply["events"]] == ["OrdersProcessed", "TriggerPlaced", "TriggerPlaced"]
    assert await waiting(ground, trader) == [(0, 0, 1), (1, 2, 0)]
    listed = (await ground.client.get(f"/v1/accounts/{trader.wallet}/triggers")).json()["items"]
    assert [(each["kind"], each["trigger_price"], each["size"], each["side"]) for each in listed] == [
        ("stop", "120", "1", "sell"),
        ("take_profit", "160", "1", "sell"),
    ]
    assert [each["cancels"] for each in listed] == [listed[1]["id"], listed[0]["id"]]
    one = listed[0]["id"]
    await trader.do("cancel-trigger", market="SOL-PERP", trigger_id=one)
    assert await waiting(ground, trader) == [(1, 2, 255)]
    stop = await trader.do("place-trigger", **STOP)
    account = (await ground.client.get(f"/v1/accounts/{trader.wallet}?min_slot={stop['slot']}")).json()
    sub = account["sub_accounts"][0]
    chain = await ChainView(ground.rpc, ground.venue).slot(sub["slot_index"])
    assert Decimal(sub["balances"][0]["amount"]) * 1_000_000 == chain.usdc
    await trader.do("cancel-trigger", market="SOL-PERP")
    assert await waiting(ground, trader) == []
    assert (await ground.client.get(f"/v1/accounts/{trader.wallet}/triggers")).json()["items"] == []
    again = await ground.client.post(
        "/v1/tx/cancel-trigger", json={"wallet": trader.wallet, "market": "SOL-PERP"}
    )
    assert (again.status_code, again.json()["code"]) == (422, "nothing_to_cancel")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trigger_price": "120.001"}, (422, "price_invalid", "trigger_price")),
        ({"type": "limit"}, (422, "order_contradicts_itself", "price")),
        ({"price": "119"}, (422, "order_contradicts_itself", "price")),
        ({"post_only": True}, (422, "order_contradicts_itself", "post_only")),
        ({"stop_loss": "110"}, (422, "order_contradicts_itself", "stop_loss")),
        ({"cancels": "77"}, (404, "unknown_trigger", "cancels")),
        ({"kind": "trailing"}, (400, "malformed", "kind")),
    ],
)
async def test_a_trigger_that_makes_no_sense_is_refused_by_field(
    ground: GatewayGround, taker: Trader, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    body = {"wallet": taker.wallet, **STOP, **change}
    answer = await ground.client.post("/v1/tx/place-trigger", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == expected


async def test_a_stop_without_a_position_is_refused_by_the_programs_name(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    built = await trader.build("place-trigger", **STOP)
    assert built["simulation"]["error"]["code"] == "ReduceOnlyWouldIncrease"


async def test_the_sdk_places_lists_and_cancels_triggers_and_delegates(
    ground: GatewayGround, maker: Trader
) -> None:
    trader = await ground.trader().funded()
    await maker.do("place-order", market="SOL-PERP", side="sell", size="5", price="140.5")
    bot = str(Keypair().pubkey())
    async with Client(ground.url, Wallet(trader.key)) as client:
        await client.place("SOL-PERP", "buy", 1, take_profit="160", stop_loss="120")
        await client.place_trigger("SOL-PERP", "stop", "sell", 1, "110", price="109")
        waiting = await client.triggers()
        assert [each["trigger_price"] for each in waiting] == ["120", "160", "110"]
        await client.cancel_trigger("SOL-PERP", waiting[2]["id"])
        await client.cancel_trigger("SOL-PERP")
        assert await client.triggers() == []
        ended = await client.triggers("closed")
        assert [each["trigger_price"] for each in ended] == ["110", "160", "120"]
        assert {(each["status"], each["reason"]) for each in ended} == {("cancelled", "cancelled")}
        limits = {"max_order_notional": 100, "max_position_notional": 200, "daily_notional": 300}
        expires_at_ms = (int(time.time()) + 3_600) * 1_000
        await client.set_delegate(bot, expires_at_ms, markets=["SOL-PERP"], **limits)
        assert [each["delegate"] for each in await client.delegates()] == [bot]
        await client.revoke_delegate(bot)
        assert await client.delegates() == []
