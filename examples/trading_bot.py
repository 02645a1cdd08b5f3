"""A market-making bot in one screen: two quotes around the index, moved as it moves.

    make run                                        # in another shell
    .venv/bin/python examples/trading_bot.py [GATEWAY] [ROUNDS]

One `replace_many` a round moves both quotes with one margin check; the position leans the quotes, so that
the bot sells when it is long and buys when it is short. It stops quoting when prices are older than it bears.
"""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal

from quantdesk.sdk import Client, Market, NotConfirmed, Refused, Ticker, Wallet

MARKET = "ETH-PERP"
SIZE = Decimal("0.1")
HALF_SPREAD = Decimal("0.0008")
LARGEST_POSITION = Decimal("1")
PAUSE_S = 0.5


def quotes(market: Market, ticker: Ticker, position: Decimal) -> list[dict[str, object]]:
    """Both quotes; nothing while a price is unknown. Bids are rounded down and asks up, to whole steps."""
    if ticker.index is None:
        return []
    lean = -position / LARGEST_POSITION * HALF_SPREAD
    middle = ticker.index * (1 + lean)
    bid = middle * (1 - HALF_SPREAD) // market.price_step * market.price_step
    ask = -(-(middle * (1 + HALF_SPREAD)) // market.price_step) * market.price_step
    wanted = []
    if position < LARGEST_POSITION:
        wanted.append(order("buy", bid))
    if position > -LARGEST_POSITION:
        wanted.append(order("sell", ask))
    return wanted


def order(side: str, price: Decimal) -> dict[str, object]:
    return {"side": side, "type": "limit", "size": f"{SIZE}", "price": f"{price:f}", "post_only": "reject"}


async def main(gateway: str, rounds: int) -> None:
    async with Client(gateway, Wallet()) as client:
        await client.faucet(10_000)
        await client.deposit(10_000)
        market = await client.market(MARKET)
        try:
            for number in range(1, rounds + 1):
                ticker = await client.ticker(MARKET)
                position = await client.position(MARKET)
                base = position.base if position else Decimal(0)
                try:
                    sent = await client.replace_many(MARKET, quotes(market, ticker, base))
                    print(
                        f"round {number}: index {ticker.index}, position {base}, quoted in slot {sent.slot}"
                    )
                except (Refused, NotConfirmed) as problem:
                    print(f"round {number}: not quoted: {problem}")
                await asyncio.sleep(PAUSE_S)
        finally:
            await client.cancel_all(MARKET)
            await client.close(MARKET)
            print("quotes cancelled, position closed")


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:3002", int((sys.argv[2:] or [20])[0]))
    )
