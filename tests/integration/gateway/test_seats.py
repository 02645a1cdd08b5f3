"""A ledger slot and what it holds, from the SDK to the chain: park, activate, dead man, realized profit."""

from __future__ import annotations

import pytest

from gateway_ground import GatewayGround, Trader
from quantdesk.keepers.chain import ChainView
from quantdesk.sdk import Client, Refused, Wallet

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_slot_is_given_up_and_taken_again_with_the_parked_money(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    async with Client(ground.url, Wallet(trader.key)) as client:
        parked = await client.sub_account((await client.park()).slot)
        assert parked is not None
        assert (parked.status, str(parked.balances[0].parked)) == ("parked", "10000")
        with pytest.raises(Refused, match="TraderNotActive"):
            await client.place("SOL-PERP", "buy", 1, price="138")
        active = await client.sub_account((await client.activate()).slot)
        assert active is not None
        assert (active.status, str(active.balances[0].amount)) == ("active", "10000")


async def test_a_dead_mans_switch_is_set_in_slots_from_now_and_ended(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    chain = ChainView(ground.rpc, ground.venue)
    async with Client(ground.url, Wallet(trader.key)) as client:
        sent = await client.set_dead_man(1_000)
        seat = await chain.trader(trader.key.pubkey())
        assert seat is not None
        assert sent.slot is not None
        switch = (await chain.slot(seat.slot_index)).cancel_after_slot
        assert sent.slot + 900 < switch <= sent.slot + 1_000
        await client.set_dead_man(0)
        assert (await chain.slot(seat.slot_index)).cancel_after_slot == 0


async def test_profit_is_turned_into_balance_where_it_vests_and_is_shown_as_locked(
    ground: GatewayGround, maker: Trader
) -> None:
    trader = await ground.trader().funded()
    async with Client(ground.url, Wallet(trader.key)) as client:
        with pytest.raises(Refused, match="NothingToRealize"):
            await client.realize("SOL-PERP")
        await maker.do("place-order", market="SOL-PERP", side="sell", size="5", price="137")
        await client.place("SOL-PERP", "buy", 5, price="137")
        built = await trader.build("realize", market="SOL-PERP")
        words = "Turn the profit of the SOL-PERP position into balance"
        assert built["instructions"][-1]["summary"] == words
        before, after = built["simulation"]["before"], built["simulation"]["after"]
        assert float(after["locked"]) > float(before["locked"])
        account = await client.sub_account((await client.realize("SOL-PERP")).slot)
        assert account is not None
        assert 0 < account.locked <= 15, "five times the three dollars under the index"
        assert account.withdrawable is not None
        assert account.withdrawable < account.balances[0].amount - account.locked + 1
        with pytest.raises(Refused) as too_much:
            await client.withdraw(account.balances[0].amount)
        assert (too_much.value.code, too_much.value.field) == ("ExceedsWithdrawable", "amount")
        await maker.do("place-order", market="SOL-PERP", side="buy", size="5", price="140")
        await client.close("SOL-PERP")


async def test_a_market_that_does_not_settle_is_not_settled(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    async with Client(ground.url, Wallet(trader.key)) as client:
        with pytest.raises(Refused) as not_settling:
            await client.settle_slots("BTC-PERP")
        assert (not_settling.value.code, not_settling.value.value) == (
            "MarketNotActive",
            "BTC-PERP is active",
        )


async def test_what_an_account_does_not_allow_now_says_what_it_takes(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    async with Client(ground.url, Wallet(trader.key)) as client:
        await client.place("SOL-PERP", "buy", 1, price="138")
        with pytest.raises(Refused) as not_empty:
            await client.park()
        assert (not_empty.value.code, not_empty.value.field) == ("TraderNotEmpty", "sub")
        assert "there is 1 orders of SOL-PERP" in str(not_empty.value.expected)
        with pytest.raises(Refused) as no_such:
            await client.transfer(9, 10)
        assert (no_such.value.field, no_such.value.value) == ("to_sub", "9")
        await client.cancel_all()
        await client.withdraw(9_998)
        await client.park()
        with pytest.raises(Refused) as too_little:
            await client.activate()
        assert too_little.value.code == "BelowSlotEquity"
        assert "5 USDC of equity or more" in str(too_little.value.expected)
        with pytest.raises(Refused) as parked:
            await client.place("SOL-PERP", "buy", 1, price="138")
        assert (parked.value.code, parked.value.field) == ("TraderNotActive", "sub")


async def test_only_another_collateral_of_a_debtor_with_a_slot_is_converted(ground: GatewayGround) -> None:
    trader, debtor = await ground.trader().funded(), ground.trader()
    body = {"wallet": trader.wallet, "debtor": debtor.wallet, "asset": "USDC"}
    nobody = (await ground.client.post("/v1/tx/convert-collateral", json=body)).json()
    assert (nobody["code"], nobody["field"]) == ("debtor_not_active", "debtor")
    await debtor.funded()
    quote = (await ground.client.post("/v1/tx/convert-collateral", json=body)).json()
    assert (quote["code"], quote["field"], quote["expected"]) == (
        "asset_is_quote",
        "asset",
        "another collateral",
    )
    mint = "So11111111111111111111111111111111111111112"
    unknown = (await ground.client.post("/v1/tx/convert-collateral", json=body | {"asset": mint})).json()
    assert (unknown["code"], unknown["expected"]) == ("unknown_asset", "one of USDC")
