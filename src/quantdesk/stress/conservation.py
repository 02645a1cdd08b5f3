"""Whether the exchange's money adds up: invariants 1 to 3 of the program, over all accounts at once."""

from __future__ import annotations

from typing import Any

from quantdesk.stress.risk import Standings
from quantdesk.stress.venue import State


def broken(state: State, now: Standings, vault: int) -> list[str]:
    """What does not hold, in words; empty when everything does. ``vault``: quote atoms in the USDC vault."""
    found = _money(state, now, vault)
    for index in range(len(state.markets)):
        found += _market(state.markets[index], now, index)
    return found


def _money(state: State, now: Standings, vault: int) -> list[str]:
    """1: the vault covers what is accounted, and that is the sum of all claims, exactly."""
    exchange = state.exchange
    usdc = exchange["collaterals"][0]
    quote, pools = int(now.quote.sum()), int(state.markets["funding_pool"].sum())
    held = int(exchange["fees_collected"]) + int(exchange["insurance"]) - int(exchange["deficit"])
    claims = int(state.slots["usdc"].sum()) + quote + pools + int(usdc["total_parked"]) + held
    accounted, stored = int(usdc["total_deposits"]), int(exchange["open_quote"])
    found = []
    if vault < accounted:
        found.append(f"1: the vault holds {vault}, accounted are {accounted}")
    if claims != accounted:
        found.append(f"1: claims are {claims}, accounted are {accounted}")
    if quote != stored:
        found.append(f"1: open quote is {quote}, stored {stored}")
    return found


def _market(market: Any, now: Standings, index: int) -> list[str]:
    """2: longs, shorts and stored open interest are one number. 3: funding is never paid out of nothing."""
    base = now.base[:, index]
    longs, net = int(base[base > 0].sum()), int(base.sum())
    stored = (int(market["open_long"]), int(market["open_short"]))
    pool = int(market["funding_pool"]) + int(now.owed[:, index].sum())
    found = []
    if net or stored != (longs, longs):
        found.append(f"2: market {index} has {longs} lots long, {longs - net} short, stored {stored}")
    if pool < 0:
        found.append(f"3: market {index} owes {-pool} quote atoms of funding more than it takes in")
    return found
