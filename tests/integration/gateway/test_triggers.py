"""Stop and take-profit orders from a browser's requests to the chain and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gateway_ground import GatewayGround, Trader
from quantdesk.keepers.chain import ChainView

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
    first = reply["events"][1]["data"]
    one = str(first["epoch"] * 16 + first["terms"]["index"])
    await trader.do("cancel-trigger", market="SOL-PERP", trigger_id=one)
    assert await waiting(ground, trader) == [(1, 2, 255)]
    stop = await trader.do("place-trigger", **STOP)
    account = (await ground.client.get(f"/v1/accounts/{trader.wallet}?min_slot={stop['slot']}")).json()
    sub = account["sub_accounts"][0]
    chain = await ChainView(ground.rpc, ground.venue).slot(sub["slot_index"])
    assert Decimal(sub["balances"][0]["amount"]) * 1_000_000 == chain.usdc
    await trader.do("cancel-trigger", market="SOL-PERP")
    assert await waiting(ground, trader) == []
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
