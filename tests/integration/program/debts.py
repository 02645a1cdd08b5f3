"""Accounts with SOL as collateral and a debt in USDC, and the instructions about them."""

from __future__ import annotations

from integration.program import pyth
from integration.program.exchange import Exchange, Result, Trader, deposit_sol


def in_debt(exchange: Exchange, seed: int) -> Trader:
    """A trader with 10 SOL who lost $70 and had $10: long from $150, out at $143."""
    maker, debtor = exchange.funded(seed + 1, 50_000), exchange.funded(seed, 10)
    exchange.ok(deposit_sol(exchange, debtor, 10 * 10**9))
    exchange.ok(exchange.place(maker, "Ask", 15_000, 1_000))
    exchange.ok(exchange.place(debtor, "Bid", 15_000, 1_000))
    exchange.ok(exchange.place(maker, "Bid", 14_300, 1_000))
    exchange.ok(exchange.place(debtor, "Ask", 14_300, 1_000))
    return debtor


def priced_sol(exchange: Exchange, dollars: float = 150) -> None:
    """A Pyth price of SOL, published now."""
    account = pyth.put(exchange.vm, pyth.dollars(dollars, exchange.vm))
    built = exchange.build("update_collateral_price", {"collateral": 1}, price_update=account)
    exchange.ok(exchange.run(built))


def convert(exchange: Exchange, payer: Trader, debtor: Trader, amount: int) -> Result:
    """convert_collateral of SOL."""
    state = exchange.trader_state(debtor)
    args = {"slot": state["slot_index"], "generation": state["generation"], "collateral": 1, "amount": amount}
    accounts = {"owner": payer.key.pubkey(), "trader": payer.address}
    return exchange.run(exchange.build("convert_collateral", args, **accounts), signers=[payer.key])


def realize(exchange: Exchange, trader: Trader, market: int = 0) -> Result:
    """Signed by the owner."""
    accounts = {"owner": trader.key.pubkey(), "trader": trader.address}
    built = exchange.build("realize", {"market": market}, **accounts)
    return exchange.run(built, signers=[trader.key])
