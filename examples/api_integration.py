"""The whole life of an account from Python: fund, deposit, trade, close, withdraw.

    make run                                        # in another shell
    .venv/bin/python examples/api_integration.py [GATEWAY]

Every transaction is built by the gateway, decoded and checked here, and signed by a key made here.
"""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal

from quantdesk.sdk import Client, Refused, Wallet

MARKET = "SOL-PERP"


async def main(gateway: str) -> None:
    async with Client(gateway, Wallet()) as client:
        print(f"wallet {client.wallet.address}")
        ticker = await client.ticker(MARKET)
        print(f"{MARKET}: bid {ticker.bid}, ask {ticker.ask}, mark {ticker.mark} ({ticker.feed} prices)")

        await client.faucet(10_000)
        await client.deposit(5_000)

        preview = await client.preview(MARKET, "buy", 2)
        print(f"preview: {preview.summary}")
        bought = await client.place(MARKET, "buy", 2)
        position = await client.position(MARKET, min_slot=bought.slot)
        assert position is not None and position.size == 2, position
        print(f"long {position.size} at {position.entry_price}, liquidation at {position.liquidation_price}")

        market = await client.market(MARKET)
        assert ticker.bid is not None
        far = (ticker.bid * Decimal("0.97") // market.price_step) * market.price_step
        resting = await client.place(MARKET, "buy", 1, price=far, post_only="reject", client_id=7)
        orders = await client.orders(min_slot=resting.slot)
        assert [order.client_id for order in orders] == ["7"], orders
        await client.cancel(MARKET, client_id=7)

        try:
            await client.place(MARKET, "buy", "0.001", price=far)
        except Refused as refusal:
            print(f"refused, as it should be: {refusal}")

        closed = await client.close(MARKET)
        assert closed is not None
        account = await client.sub_account(min_slot=closed.slot)
        assert account is not None and not account.positions, account
        print(f"flat again, withdrawable {account.withdrawable}")
        assert account.withdrawable is not None
        withdrawn = await client.withdraw(account.withdrawable)
        print(f"withdrew {account.withdrawable} USDC in slot {withdrawn.slot}: done")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3002"))
