"""What the program refuses comes back with the field at fault, its value and what would be right."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway_ground import GatewayGround, Trader

pytestmark = pytest.mark.asyncio(loop_scope="session")
BID: dict[str, Any] = {"side": "buy", "size": "1", "price": "138"}


async def test_each_quote_of_a_batch_that_would_be_refused_says_which_and_why(
    ground: GatewayGround, taker: Trader
) -> None:
    orders = [BID, BID | {"size": "0.05"}, BID | {"price": "160"}]
    await ground.post_prices()
    built = await taker.build("place-many", market="SOL-PERP", orders=orders)
    simulation = built["simulation"]
    assert simulation["ok"]
    small, far = simulation["order_errors"]
    assert (small["code"], small["field"]) == ("BelowMinimumNotional", "orders.1.size")
    assert small["value"] == "0.05 SOL or 6.9 USDC"
    assert small["expected"].startswith("10 USDC or more, ")
    assert (far["code"], far["field"], far["value"]) == ("PriceOutsideBand", "orders.2.price", "160")
    assert far["expected"].startswith("at most 147, ")
    gone = {"market": "SOL-PERP", "orders": [BID], "cancel": [str(138 << 64 | 999)]}
    (missing,) = (await taker.build("replace-many", **gone))["simulation"]["order_errors"]
    assert (missing["code"], missing["field"], missing["value"]) == (
        "OrderNotFound",
        "cancel.0",
        gone["cancel"][0],
    )


async def test_a_batch_past_the_margin_says_what_is_free_and_what_it_needs(
    ground: GatewayGround, taker: Trader
) -> None:
    orders = [BID | {"size": "900"}, BID | {"size": "900"}]
    error = (await taker.build("place-many", market="SOL-PERP", orders=orders))["simulation"]["error"]
    assert (error["code"], error["field"], error["value"]) == ("InsufficientMargin", "orders", "2 orders")
    assert "free collateral of" in error["expected"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"price": "160"}, ("PriceOutsideBand", "price", "at most 147, ")),
        ({"size": "2000"}, ("InsufficientMargin", "size", "free collateral of")),
        ({"size": "0.05"}, ("BelowRestingMinimum", "size", "to rest takes 10 USDC")),
    ],
)
async def test_a_modification_is_explained_like_an_order(
    ground: GatewayGround, taker: Trader, change: dict[str, str], named: tuple[str, str, str]
) -> None:
    number = str(time.time_ns() % 10**9 + 1)
    await taker.do("place-order", market="SOL-PERP", client_id=number, **BID)
    try:
        built = await taker.build("modify-order", market="SOL-PERP", client_id=number, **change)
        error = built["simulation"]["error"]
        assert (error["code"], error["field"]) == named[:2]
        assert named[2] in error["expected"]
        assert error["expected"] in error["message"]
    finally:
        await taker.do("cancel-order", market="SOL-PERP", client_id=number)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"trigger_price": "150"}, ("TriggerWouldFire", "trigger_price", "a price under the mark ")),
        ({"side": "buy", "trigger_price": "150"}, ("ReduceOnlyWouldIncrease", "side", "which is 1")),
        ({"market": "ETH-PERP", "trigger_price": "3000"}, ("ReduceOnlyWouldIncrease", "market", "open")),
        ({"size": "0.01"}, ("BelowMinimumNotional", "size", "or the whole position of 1")),
    ],
)
async def test_a_trigger_is_explained(
    ground: GatewayGround, maker: Trader, change: dict[str, str], named: tuple[str, str, str]
) -> None:
    trader = await ground.trader().funded()
    await maker.do("place-order", market="SOL-PERP", side="sell", size="1", price="140")
    await trader.do("place-order", market="SOL-PERP", side="buy", size="1", price="140")
    stop = {"market": "SOL-PERP", "side": "sell", "size": "1", "type": "market", "kind": "stop"}
    error = (await trader.build("place-trigger", **(stop | {"trigger_price": "120"} | change)))["simulation"][
        "error"
    ]
    assert (error["code"], error["field"]) == named[:2]
    assert named[2] in error["expected"]


async def test_an_order_with_a_taken_client_id_is_explained(ground: GatewayGround, taker: Trader) -> None:
    await taker.do("place-order", market="SOL-PERP", client_id="4711", **BID)
    try:
        error = (await taker.build("place-order", market="SOL-PERP", client_id="4711", **BID))["simulation"][
            "error"
        ]
        assert (error["code"], error["field"], error["value"]) == ("DuplicateClientId", "client_id", "4711")
    finally:
        await taker.do("cancel-order", market="SOL-PERP", client_id="4711")
