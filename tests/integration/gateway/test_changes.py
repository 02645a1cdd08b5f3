"""Changes of the rules that wait out the timelock, as everyone can read them."""

from __future__ import annotations

import time

import pytest

from gateway_ground import GatewayGround
from quantdesk.program import instructions
from quantdesk.program.changes import GRACE_S, Change, ExchangeChange, FeesChange, MarketChange, StatusChange
from quantdesk.program.layouts import Exchange
from quantdesk.program.parameters import params_of
from quantdesk.program.records import FeeTierParams, MarketStatus

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOL = 2
UNUSED = FeeTierParams(0, 0, 0)


async def exchange_of(ground: GatewayGround) -> Exchange:
    """The Exchange account as it is."""
    found = (await ground.rpc.get_account(ground.venue.exchange)).value
    assert found is not None
    return Exchange.decode(found.bytes)


async def queue(ground: GatewayGround, change: Change) -> int:
    """Queue a change as the admin; its number."""
    admin = ground.data.keypair("admin")
    seq = (await exchange_of(ground)).change_seq + 1
    key = admin.pubkey()
    await ground.land([instructions.queue_change(ground.venue, key, key, seq, change)], admin)
    return seq


async def test_queued_changes_say_what_from_to_when_and_by_whom_until_they_are_gone(
    ground: GatewayGround,
) -> None:
    admin = ground.data.keypair("admin")
    exchange = await exchange_of(ground)
    params = params_of(exchange.markets[SOL])
    wider = {name: getattr(params, name) for name in params.__struct_fields__} | {
        "min_order_notional": 2 * params.min_order_notional,
        "mark_band": params.mark_band - 1_000,
    }
    began = time.time()
    seqs = [
        await queue(ground, each)
        for each in (
            MarketChange(SOL, type(params)(**wider)),
            FeesChange([FeeTierParams(0, 0, 1_000), *[UNUSED] * 7]),
            StatusChange(0, MarketStatus.SETTLING),
            ExchangeChange(exchange.timelock_s + 60, exchange.min_slot_equity, exchange.client_data_limit),
        )
    ]
    try:
        slot = await ground.rpc.get_slot("processed")
        answer = await ground.client.get("/v1/exchange/changes", params={"min_slot": slot})
        assert answer.status_code == 200, answer.text
        items = {each["kind"]: each for each in answer.json()["items"]}
        assert [each["seq"] for each in answer.json()["items"]] == seqs[::-1]
        market = items["market"]
        assert (market["market"], market["asset"], market["status"]) == ("SOL-PERP", None, "waiting")
        assert market["queued_by"] == str(admin.pubkey())
        assert abs(market["queued_ms"] / 1_000 - began) < 60
        assert market["due_ms"] == market["queued_ms"] + exchange.timelock_s * 1_000
        assert market["expires_ms"] == market["due_ms"] + GRACE_S * 1_000
        rows = {each["parameter"]: each for each in market["changes"]}
        assert rows["min_order_notional"] == {
            "parameter": "min_order_notional",
            "unit": "USDC",
            "before": "10",
            "after": "20",
        }
        assert float(rows["mark_band"]["before"]) - float(rows["mark_band"]["after"]) == pytest.approx(0.001)
        assert set(rows) == {"min_order_notional", "mark_band"}, "what stays is left out"
        fees = {each["parameter"]: each["after"] for each in items["fees"]["changes"]}
        assert fees["tier_1_taker"] == "0.001"
        assert items["status"]["changes"] == [
            {"parameter": "status", "unit": None, "before": "active", "after": "settling"}
        ]
        [row] = items["exchange"]["changes"]
        assert (row["parameter"], row["unit"]) == ("timelock_s", "s")
        assert int(row["after"]) == int(row["before"]) + 60
        facts = (await ground.client.get("/v1/exchange")).json()
        assert facts["timelock_s"] == exchange.timelock_s
    finally:
        key = admin.pubkey()
        await ground.land([instructions.cancel_change(ground.venue, key, each, key) for each in seqs], admin)
    assert (await ground.client.get("/v1/exchange/changes")).json()["items"] == []
