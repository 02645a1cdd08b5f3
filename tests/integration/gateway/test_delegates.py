"""A bot trades for a wallet through the gateway, within limits, until it is revoked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from solders.keypair import Keypair

from gateway_ground import GatewayGround, Trader
from quantdesk.sdk import Client, Refused, Wallet

pytestmark = pytest.mark.asyncio(loop_scope="session")


def limits(bot: str, **changes: Any) -> dict[str, Any]:
    return {
        "delegate": bot,
        "expires_at_ms": (int(time.time()) + 86_400) * 1_000,
        "markets": ["SOL-PERP"],
        "max_order_notional": "500",
        "max_position_notional": "1000",
        "daily_notional": "5000",
    } | changes


async def test_a_delegate_trades_within_its_limits_until_it_is_revoked(
    ground: GatewayGround, taker: Trader
) -> None:
    bot = Trader(ground.client, Keypair())
    paid = await ground.client.post("/v1/faucet", json={"wallet": bot.wallet, "amount": "1"})
    assert paid.status_code == 200
    built = await taker.build("set-delegate", **limits(bot.wallet))
    assert built["instructions"][-1]["summary"] == f"Let {bot.wallet} trade for this account within limits"
    assert (await taker.send(built))["state"] == "confirmed"
    acting: dict[str, Any] = {"wallet": taker.wallet, "signer": bot.wallet, "market": "SOL-PERP"}
    order = acting | {"side": "buy", "size": "1", "price": "138"}
    placed = await bot.do("place-order", **order)
    assert placed["events"][0]["data"]["signer"] == bot.wallet
    refused = await bot.build("place-order", **(order | {"size": "10"}))
    assert refused["simulation"]["error"]["code"] == "DelegateLimit"
    await bot.do("cancel-all", **acting)
    for name, fields in (("withdraw", {"amount": "1"}), ("set-delegate", limits(bot.wallet))):
        body = {"wallet": taker.wallet, "signer": bot.wallet, **fields}
        answer = await ground.client.post(f"/v1/tx/{name}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "NotAuthorised")
    (listed,) = (await ground.client.get(f"/v1/accounts/{taker.wallet}/delegates")).json()["items"]
    assert (listed["delegate"], listed["markets"], listed["max_order_notional"], listed["expired"]) == (
        bot.wallet,
        ["SOL-PERP"],
        "500",
        False,
    )
    assert float(listed["used_today"]) >= 138
    built = await taker.build("revoke-delegate", delegate=bot.wallet)
    assert built["instructions"][-1]["summary"] == f"Take the right to trade away from {bot.wallet}"
    assert (await taker.send(built))["state"] == "confirmed"
    refused = await bot.build("place-order", **order)
    assert refused["simulation"]["error"]["code"] == "NotAuthorised"
    assert (await ground.client.get(f"/v1/accounts/{taker.wallet}/delegates")).json()["items"] == []


async def test_the_sdk_trades_the_owners_account_with_a_delegates_key(ground: GatewayGround) -> None:
    owner = await ground.trader().funded()
    bot = Wallet()
    paid = await ground.client.post("/v1/faucet", json={"wallet": bot.address, "amount": "1"})
    assert paid.status_code == 200
    terms = limits(bot.address)
    async with (
        Client(ground.url, Wallet(owner.key)) as itself,
        Client(ground.url, bot, owner=owner.wallet) as client,
    ):
        with pytest.raises(Refused) as stranger:
            await client.place("SOL-PERP", "buy", 1, price="138")
        assert (stranger.value.code, stranger.value.field) == ("NotAuthorised", "signer")
        await itself.set_delegate(**terms)
        placed = await client.place("SOL-PERP", "buy", 1, price="138", client_id=7)
        assert placed.events[0]["data"]["signer"] == bot.address
        (order,) = await client.orders(min_slot=placed.slot)
        assert (order.client_id, order.status) == ("7", "open")
        await client.cancel("SOL-PERP", client_id=7)
        assert await client.orders() == []
        for fields, field, right in (
            ({"market": "SOL-PERP", "size": 4, "price": "138"}, "size", "at most 500 USDC an order"),
            ({"market": "ETH-PERP", "size": "0.1", "price": "3450"}, "market", "one of SOL-PERP"),
        ):
            with pytest.raises(Refused) as past:
                await client.place(side="buy", **fields)
            assert (past.value.code, past.value.field) == ("DelegateLimit", field)
            assert right in str(past.value.expected)
        for _ in range(2):
            await client.place("SOL-PERP", "buy", 3, price="138")
        with pytest.raises(Refused) as position:
            await client.place("SOL-PERP", "buy", 3, price="138")
        assert position.value.code == "DelegateLimit"
        assert "a position, with its orders, of at most 1000 USDC" in str(position.value.expected)
        with pytest.raises(Refused, match="NotAuthorised"):
            await client.withdraw(1)
        with pytest.raises(Refused, match="NotAuthorised"):
            await client.set_delegate(**terms)
        await client.cancel_all()
        await itself.revoke_delegate(bot.address)
        with pytest.raises(Refused, match="NotAuthorised"):
            await client.place("SOL-PERP", "buy", 1, price="138")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"expires_at_ms": 1_000}, (422, "expiry_invalid", "expires_at_ms")),
        ({"max_order_notional": "0"}, (422, "amount_invalid", "max_order_notional")),
        ({"daily_notional": "0.0000001"}, (422, "amount_invalid", "daily_notional")),
        ({"markets": ["DOGE-PERP"]}, (404, "unknown_market", "market")),
        ({"delegate": "you"}, (400, "malformed", "delegate")),
        ({"delegate": None}, (422, "delegate_is_owner", "delegate")),
    ],
)
async def test_limits_that_make_no_sense_are_refused_by_field(
    ground: GatewayGround, taker: Trader, change: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    change = {name: taker.wallet if value is None else value for name, value in change.items()}
    body = {"wallet": taker.wallet, **limits(str(Keypair().pubkey()), **change)}
    answer = await ground.client.post("/v1/tx/set-delegate", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == expected
