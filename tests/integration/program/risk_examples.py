"""The worked examples of `docs/guides/risk.md`, played on the real program: each gives the rows of its table.

`python -m integration.program.risk_examples` from `tests` writes the tables into the guide.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from integration.program.exchange import USDC, Exchange, Trader, machine, quote
from integration.program.vm import ROOT

GUIDE = ROOT / "docs" / "guides" / "risk.md"
Rows = list[tuple[str, str]]
EVERYTHING = 2**64 - 1
LOTS = 100
"""Lots of one SOL."""
INITIAL, MAINTENANCE = 20, 40
"""Of the first margin tier: one part in so many of the notional."""


def usd(atoms: int, places: int = 2) -> str:
    """Quote atoms as dollars, with more than ``places`` decimals only where they are not zero."""
    sign, atoms = ("-" if atoms < 0 else ""), abs(atoms)
    decimals = f"{atoms % USDC:06d}"
    kept = max(places, len(decimals.rstrip("0")))
    return f"{sign}${atoms // USDC:,}.{decimals[:kept]}"


def price(per_lot: int) -> str:
    """A price in quote atoms per lot as dollars per SOL."""
    return usd(per_lot * LOTS)


def share(part: int, whole: int) -> str:
    """Per cent, two decimals, rounded down."""
    hundredths = part * 10_000 // whole
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def market() -> Exchange:
    """One market, SOL at $150."""
    exchange = Exchange(machine())
    exchange.set_up()
    exchange.ok(exchange.post({0: 1_500_000}))
    return exchange


def bought(exchange: Exchange, usdc: int, sol: int, ticks: int = 15_000) -> tuple[Trader, Trader]:
    """A trader with ``usdc`` who bought ``sol``, and the maker who sold."""
    maker, trader = exchange.funded(1, 1_000_000), exchange.funded(2, usdc)
    exchange.ok(exchange.place(maker, "Ask", ticks, sol * LOTS))
    exchange.ok(exchange.place(trader, "Bid", ticks, sol * LOTS, kind="ImmediateOrCancel"))
    return trader, maker


def profit(exchange: Exchange, trader: Trader) -> int:
    """Of the position at the mark, quote atoms."""
    position = exchange.position(trader)
    assert position is not None
    found = position["quote"] + position["base"] * exchange.market()["mark_price"]
    assert isinstance(found, int)
    return found


def margin() -> Rows:
    """10 SOL bought at $150.10 with $1,000."""
    exchange = market()
    trader, maker = bought(exchange, 1_000, 10, ticks=15_010)
    mark = exchange.market()["mark_price"]
    notional = 10 * LOTS * mark
    usdc, gain = exchange.slot(trader)["usdc"], profit(exchange, trader)
    equity, initial, maintenance = usdc + gain, notional // INITIAL, notional // MAINTENANCE
    most = equity * INITIAL // mark - 10 * LOTS
    assert exchange.place(trader, "Bid", 14_990, most + 1).error == "InsufficientMargin"
    exchange.ok(exchange.place(trader, "Bid", 14_990, most))
    exchange.ok(exchange.cancel_all(trader))
    leaves = exchange.ok(exchange.withdraw(trader, EVERYTHING)).event["amount"]
    assert leaves == usdc + min(0, gain) - initial
    exchange.ok(exchange.cancel_all(maker))
    return [
        ("Mark", price(mark)),
        ("Balance after the fee of 0.05 %", usd(usdc)),
        ("Profit at the mark", usd(gain)),
        ("Equity", usd(equity)),
        ("Notional at the mark", usd(notional)),
        ("Initial margin, 5 %", usd(initial)),
        ("Maintenance margin, half of it", usd(maintenance)),
        ("Could still be bought", f"{most / LOTS:.2f} SOL"),
        ("May be withdrawn", usd(leaves)),
    ]


def mark() -> Rows:
    """The book leans upwards, then the last trade grows old."""
    exchange = market()
    trader, maker = bought(exchange, 10_000, 10, ticks=15_060)
    rows = [("Index", price(exchange.market()["index_price"]))]
    quotes = [quote("Bid", 15_020, 10_000), quote("Ask", 15_080, 10_000)]
    exchange.ok(exchange.batch("place_many", maker, quotes=quotes))
    found = exchange.market()
    three = [found["best_bid_ticks"] * 100, found["best_ask_ticks"] * 100, found["last_trade"]]
    rows.append(("Best bid, best ask, last trade", ", ".join(map(price, three))))
    rows.append(("Median of those three", price(sorted(three)[1])))
    rows.append(("Mark at once: the EMA is still at the index", price(exchange.market()["mark_price"])))
    for _ in range(15):
        exchange.vm.advance(slots=12, seconds=5)
        exchange.ok(exchange.post({0: 1_500_000}))
    state = exchange.market()
    rows.append(
        ("Index + EMA of (impact mid - index) after 75 s", price(1_500_000 + state["premium_ema"] // USDC))
    )
    rows.append(
        ("Mark then: the last trade is over 60 s old, so the index stands for it", price(state["mark_price"]))
    )
    rows.append(("Farthest that the mark may leave the index (1.25 %)", price(1_500_000 + 1_500_000 // 80)))
    assert trader
    return rows


def funding() -> Rows:
    """A book 0.2 % above the index for an hour, then an hour in which that is paid."""
    exchange = market()
    trader, maker = bought(exchange, 10_000, 10)
    quotes = [quote("Bid", 15_030, 10_000), quote("Ask", 15_050, 10_000)]
    start = exchange.vm.unix
    to_the_hour = 3_600 - start % 3_600
    pass_time(exchange, to_the_hour)
    exchange.ok(exchange.batch("place_many", maker, quotes=quotes))
    pass_time(exchange, 3_600)
    rate, index = exchange.market()["funding_rate"], exchange.market()["funding_index"]
    pass_time(exchange, 3_600)
    paid_index = exchange.market()["funding_index"] - index
    before = exchange.slot(trader)["usdc"]
    owed = -(
        -10 * LOTS * (exchange.market()["funding_index"] - exchange.position(trader)["funding_index"]) // USDC
    )  # type: ignore[index]
    exchange.ok(exchange.place(trader, "Ask", 15_030, 100, kind="ImmediateOrCancel"))
    sold = exchange.slot(trader)["usdc"]
    gain = 100 * 30 * 100
    assert before - owed + gain - 100 * 15_030 * 100 // 2_000 == sold
    return [
        ("Impact bid over the index, all hour", price(exchange.market()["impact_bid"] - 1_500_000)),
        ("Premium", share(3_000, 1_500_000)),
        ("Interest pulls it down by at most 0.05 %", "0.15 %"),
        ("An eighth of that, of $150, a SOL and hour", usd(rate * LOTS // USDC, 6)),
        ("Index moves in the hour, a SOL", usd(paid_index * LOTS // USDC, 6)),
        ("10 SOL long pay for it", usd(paid_index * 10 * LOTS // USDC, 6)),
        ("and with the hours before, when settled", usd(owed, 6)),
    ]


def pass_time(exchange: Exchange, seconds: int) -> None:
    """Time in steps of 30 s, a price at each."""
    for _ in range(seconds // 30):
        exchange.vm.advance(slots=75, seconds=30)
        exchange.ok(exchange.post({0: 1_500_000}))
    exchange.vm.advance(slots=1, seconds=seconds % 30)
    exchange.ok(exchange.post({0: 1_500_000}))


def liquidation() -> Rows:
    """100 SOL long with $1,000 as the price falls to $142.50."""
    exchange = market()
    trader, maker = bought(exchange, 1_000, 100)
    for index in (1_475_000, 1_450_000, 1_425_000):
        exchange.vm.advance(slots=5, seconds=2)
        exchange.ok(exchange.post({0: index}))
    exchange.ok(exchange.place(maker, "Bid", 14_230, 10_000))
    state, usdc = exchange.market(), exchange.slot(trader)["usdc"]
    now = state["mark_price"]
    equity, maintenance = usdc + profit(exchange, trader), 10_000 * now // MAINTENANCE
    keeper = exchange.funded(3, 100)
    who = exchange.trader_state(trader)
    call = {"slot": who["slot_index"], "generation": who["generation"]}
    event = exchange.ok(
        exchange.run(exchange.trading("liquidate", keeper, 0, call), signers=[keeper.key])
    ).event
    (order,), (fill,) = event["orders"], event["fills"]
    earned = exchange.slot(keeper)["usdc"] - 100 * USDC
    after = exchange.slot(trader)["usdc"] + profit(exchange, trader)
    left = exchange.position(trader)["base"]  # type: ignore[index]
    kept = left * exchange.market()["mark_price"] // MAINTENANCE
    return [
        ("Mark", price(now)),
        ("Equity", usd(equity)),
        ("Maintenance margin", usd(maintenance)),
        ("Q, the one over the other", share(equity, maintenance)),
        ("Worst price it may be sold at", price(order["ticks"] * 100)),
        ("Sold", f"{fill['lots'] / LOTS:.2f} SOL at {price(fill['ticks'] * 100)}"),
        ("Trading fee", usd(fill["taker_fee"])),
        ("Liquidation fee, half to the keeper", usd(earned + exchange.state()["insurance"])),
        ("Equity afterwards", usd(after)),
        ("Maintenance margin afterwards", usd(kept)),
        ("Q afterwards", share(after, kept)),
    ]


def vesting() -> Rows:
    """$20 won on 10 SOL."""
    exchange = market()
    trader, maker = bought(exchange, 1_000, 10)
    exchange.ok(exchange.place(maker, "Bid", 15_200, 1_000))
    exchange.ok(exchange.place(trader, "Ask", 15_200, 1_000, kind="ImmediateOrCancel"))
    slot = exchange.slot(trader)
    rows = [("Balance", usd(slot["usdc"])), ("Locked profit", usd(slot["locked"]))]
    rows.append(
        ("May be withdrawn at once", usd(exchange.ok(exchange.withdraw(trader, EVERYTHING)).event["amount"]))
    )
    for minutes in (5, 10):
        exchange.vm.advance(slots=750, seconds=300)
        leaves = exchange.ok(exchange.withdraw(trader, EVERYTHING)).event["amount"]
        rows.append((f"more after {minutes} minutes", usd(leaves)))
    return rows


EXAMPLES: dict[str, Callable[[], Rows]] = {
    one.__name__: one for one in (margin, mark, funding, liquidation, vesting)
}


def table(rows: Rows) -> str:
    """The rows as the guide writes them."""
    return "\n".join(["| what | number |", "|---|---|", *(f"| {what} | {number} |" for what, number in rows)])


if __name__ == "__main__":
    text = GUIDE.read_text()
    for name, example in EXAMPLES.items():
        pattern = rf"(<!-- example: {name} -->\n)(?:\|.*\n)*"
        text = re.sub(pattern, lambda found, made=example: found[1] + table(made()) + "\n", text)
    GUIDE.write_text(text)
