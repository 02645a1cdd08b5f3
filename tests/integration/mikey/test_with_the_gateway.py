"""MIKEY on the real thing: words in through the gateway, a signed transaction out, a position on chain.

One localnet, indexer, gateway and MIKEY for the whole file; the tests follow one trader's session in order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from solders.keypair import Keypair

from gateway_ground import GatewayGround, Trader, bound_socket, gateway_ground
from quantdesk.mikey.app import assemble, serve_parts
from quantdesk.mikey.config import MikeyConfig
from quantdesk.mikey.gateway_venue import GatewayVenue

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Session:
    """A trader who talks."""

    ground: GatewayGround
    trader: Trader
    token: str

    async def say(self, text: str) -> dict[str, Any]:
        body = {"text": text, "wallet": self.trader.wallet}
        answer = await self.ground.client.post("/v1/mikey/parse", json=body, headers=self._headers())
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def confirm(self, reply: dict[str, Any]) -> list[dict[str, Any]]:
        """Confirm, sign and send: the states in which the transactions ended."""
        answer = await self.ground.client.post(
            f"/v1/mikey/tickets/{reply['ticket_id']}/confirm",
            json={"wallet": self.trader.wallet},
            headers=self._headers(),
        )
        assert answer.status_code == 200, answer.text
        return [await self.trader.send(built) for built in answer.json()["transactions"]]

    async def account(self) -> dict[str, Any]:
        answer = await self.ground.client.get(f"/v1/accounts/{self.trader.wallet}")
        return dict(answer.json()["sub_accounts"][0])

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


async def signed_in(ground: GatewayGround, key: Keypair) -> str:
    nonce = (await ground.client.post("/v1/auth/nonce", json={"wallet": str(key.pubkey())})).json()
    signature = str(key.sign_message(nonce["message"].encode()))
    login = {"wallet": str(key.pubkey()), "message": nonce["message"], "signature": signature}
    return str((await ground.client.post("/v1/auth/login", json=login)).json()["access_token"])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def session() -> AsyncIterator[Session]:
    bound = bound_socket()
    mikey_url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    async with gateway_ground(mikey_url=mikey_url, rate_limits=None) as ground:
        config = MikeyConfig(ground.config.database_url, ground.config.mikey_secret, ground.url)
        venue = GatewayVenue(config.gateway_url)
        serving = asyncio.create_task(serve_parts(assemble(config, ground.store, venue), bound))
        maker = await ground.trader().funded()
        for side, price in (("sell", "140.5"), ("buy", "139.5")):
            await maker.do("place-order", market="SOL-PERP", side=side, size="50", price=price)
        trader = await ground.trader().funded()
        yield Session(ground, trader, await signed_in(ground, trader.key))
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await venue.close()


async def test_long_2_sol_at_market_becomes_a_position(session: Session) -> None:
    reply = await session.say("long 2 sol at market")
    assert reply["kind"] == "ticket", reply
    assert reply["preview"]["filled"] == "2"
    assert "Fee $" in reply["text"]
    (state,) = await session.confirm(reply)
    assert state["state"] == "confirmed"
    (position,) = (await session.account())["positions"]
    assert (position["market"], position["side"], position["size"]) == ("SOL-PERP", "long", "2")


async def test_a_bid_rests_and_is_cancelled_by_its_name(session: Session) -> None:
    reply = await session.say("bid 3 sol at 130, post only")
    assert reply["kind"] == "ticket", reply
    await session.confirm(reply)
    reply = await session.say("cancel my sol bid")
    assert [action["instruction"] for action in reply["actions"]] == ["cancel-order"], reply
    await session.confirm(reply)
    assert (await session.account())["open_orders"] == 0


async def test_close_half_my_sol_leaves_half(session: Session) -> None:
    reply = await session.say("close half my sol")
    assert reply["actions"][0]["size"] == "1", reply
    await session.confirm(reply)
    (position,) = (await session.account())["positions"]
    assert position["size"] == "1"


async def test_what_if_shows_the_preview_of_the_real_program(session: Session) -> None:
    reply = await session.say("what if i long 10 sol")
    assert (reply["kind"], reply["preview"]["filled"]) == ("answer", "10")


async def test_a_stop_on_the_position_is_confirmed_and_waits(session: Session) -> None:
    reply = await session.say("set a stop at 120 on my sol")
    assert [action["instruction"] for action in reply["actions"]] == ["place-trigger"], reply
    assert "Not available yet" not in reply["text"]
    await session.confirm(reply)


async def test_a_size_beyond_the_margin_is_asked_with_the_numbers(session: Session) -> None:
    reply = await session.say("buy 4000 sol at 139")
    assert reply["kind"] == "question", reply
    assert "your free collateral is $" in reply["text"]


async def test_flatten_leaves_nothing(session: Session) -> None:
    await session.confirm(await session.say("bid 1 sol at 130"))
    reply = await session.say("flatten")
    assert [action["instruction"] for action in reply["actions"]] == ["cancel-all", "place-order"], reply
    await session.confirm(reply)
    account = await session.account()
    assert (account["positions"], account["open_orders"]) == ([], 0)
    assert (await session.say("close everything"))["kind"] == "answer"


async def test_a_ticket_confirms_once_through_the_gateway_too(session: Session) -> None:
    reply = await session.say("buy 1 sol at 130")
    await session.confirm(reply)
    answer = await session.ground.client.post(
        f"/v1/mikey/tickets/{reply['ticket_id']}/confirm",
        json={},
        headers={"authorization": f"Bearer {session.token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "ticket_used")
    assert answer.json()["fresh"]["kind"] == "ticket"


async def test_nobody_reaches_mikey_past_the_gateway(session: Session) -> None:
    url = session.ground.config.mikey_url
    body = {"text": "buy 1 sol", "wallet": session.trader.wallet}
    answer = await session.ground.client.post(f"{url}/v1/parse", json=body)
    assert answer.status_code == 401
