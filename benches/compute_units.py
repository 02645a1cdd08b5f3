"""Compute units per instruction of the shipped program, against budgets and a committed table.

    python benches/compute_units.py           print
    python benches/compute_units.py --check   also fail over a budget, or 3 % over the table
    python benches/compute_units.py --write   replace the table

Worst ordinary case: every trader holds eight positions, the ledger has room for 8,000 slots, the book is full
(2,048 orders a side; at a full side the one that rests evicts the worst).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from solders.account import Account
from solders.compute_budget import set_compute_unit_limit

from integration.program import idl
from integration.program.exchange import ASK, HEADER_BYTES, USDC, Exchange, Trader, machine, quote
from integration.program.invariants import check, dtype

TABLE = ROOT / "benches" / "compute_units.json"
TOLERANCE = 0.03
MARKETS = 8
FILLERS = 32
CAPACITY = 2_048
NO_MARKET = 255
BUDGETS = {
    "place_order, rests": 6_000,
    "place_order, takes 1 maker": 10_000,
    "place_order, takes 4 makers": 18_000,
    "place_order, takes 16 makers": 60_000,
    "cancel_order": 3_000,
    "cancel_by_client_id": 3_500,
    "replace_many, 16 for 16": 25_000,
    "deposit": 12_000,
    "withdraw": 12_000,
    "liquidate, five positions": 60_000,
    "auto_deleverage, 1,000 on the other side": 1_400_000,
}
"""Units that issue 4 allows."""


class Scene:
    """The crowded exchange."""

    def __init__(self) -> None:
        self.box = Exchange(machine(), slots=8_000)
        self.box.set_up(markets=MARKETS, book_capacity=CAPACITY, oi_cap=10_000_000)
        self.box.ok(self.box.post(dict.fromkeys(range(MARKETS), 1_500_000)))
        self.makers = [self.box.funded(700 + index, 100_000) for index in range(16)]
        self.taker = self.box.funded(800, 1_000_000)
        for maker in self.makers:
            for market in range(MARKETS):
                self.box.ok(self.box.place(maker, "Ask", 15_000, 20, market))
                self.box.ok(self.box.place(self.taker, "Bid", 15_000, 20, market))
        self._fill_book()
        check(self.box)

    def _fill_book(self) -> None:
        """Orders deep in market 0's book, written into the accounts directly: placing them takes long."""
        box = self.box
        fillers = [box.funded(900 + index, 1_000) for index in range(FILLERS)]
        indexes = [box.trader_state(filler)["slot_index"] for filler in fillers]
        room = CAPACITY - 40
        book = bytearray(box.vm.data(box.book(0)))
        header = np.frombuffer(book, dtype("Book"), 1, 8)
        first = int(header["order_seq"][0])
        for side, count_field in enumerate(("bid_count", "ask_count")):
            at = HEADER_BYTES["Book"] + side * CAPACITY * 32
            orders = np.frombuffer(book, dtype("Order"), room, at)
            number = np.arange(room, dtype="u8")
            worst_first = 10_000 + number // 4 if side == 0 else 20_000 - number // 4
            orders["ticks"], orders["lots"] = worst_first, 10
            orders["seq"] = (first + room - number) | (ASK if side else 0)
            orders["slot"] = np.array(indexes, "u2")[number % FILLERS]
            header[count_field] = room
        header["order_seq"] = first + room
        box.vm.svm.set_account(box.book(0), _with(box, box.book(0), bytes(book)))
        self._fill_totals(indexes, room)
        box.ok(box.place(self.makers[0], "Bid", 14_000, 300))  # refreshes the cached top
        box.ok(box.place(self.makers[0], "Ask", 16_000, 300))

    def _fill_totals(self, indexes: list[int], room: int) -> None:
        ledger = bytearray(self.box.vm.data(self.box.ledger))
        slots = np.frombuffer(ledger, dtype("Slot"), max(indexes) + 1, HEADER_BYTES["Ledger"])
        for place, index in enumerate(indexes):
            held = len(range(place, room, FILLERS))
            position = slots[index]["positions"][0]
            for name, value in [("market", 0), ("bid_orders", held), ("ask_orders", held)]:
                position[name] = value
            position["bid_lots"] = position["ask_lots"] = 10 * held
            slots["market_bitmap"][index] = 1
        self.box.vm.svm.set_account(self.box.ledger, _with(self.box, self.box.ledger, bytes(ledger)))

    def takes(self, makers: int) -> int:
        """A bid that takes one order of each of so many makers."""
        box = self.box
        for place, maker in enumerate(self.makers[:makers]):
            box.ok(box.place(maker, "Ask", 15_010 + place, 300))
        taken = box.ok(box.place(self.taker, "Bid", 15_010 + makers, 300 * makers, kind="ImmediateOrCancel"))
        assert len(taken.event["fills"]) == makers
        check(box)
        return taken.units


def _with(box: Exchange, address: object, data: bytes) -> Account:
    old = box.vm.svm.get_account(address)  # type: ignore[arg-type]
    assert old is not None
    return Account(old.lamports, data, old.owner)


def quotes(offset: int) -> list[dict[str, object]]:
    """Eight a side around $150."""
    bids = [quote("Bid", 14_980 - offset - place, 300) for place in range(8)]
    return bids + [quote("Ask", 15_020 + offset + place, 300) for place in range(8)]


def measure() -> dict[str, int]:
    """Units of each case."""
    scene = Scene()
    box, maker = scene.box, scene.makers[0]
    units: dict[str, int] = {}
    placed = box.ok(box.place(maker, "Bid", 14_950, 300, client_id=5))
    units["place_order, rests"] = placed.units
    units["place_order, post-only rests behind 500"] = box.ok(box.place(maker, "Bid", 10_400, 400)).units
    for makers in (1, 4, 16):
        name = f"place_order, takes {makers} maker" + ("s" if makers > 1 else "")
        units[name] = scene.takes(makers)
    seq = placed.event["orders"][0]["seq"]
    units["cancel_order"] = box.ok(box.cancel(maker, 14_950, seq)).units
    box.ok(box.place(maker, "Bid", 14_950, 300, client_id=5))
    by_client_id = box.trading("cancel_by_client_id", maker, 0, {"client_id": 5})
    units["cancel_by_client_id"] = box.ok(box.run(by_client_id, signers=[maker.key])).units
    many = box.ok(box.batch("place_many", maker, quotes=quotes(0)))
    units["place_many, 16"] = many.units
    cancels = [{"ticks": row["ticks"], "seq": row["seq"]} for row in many.event["orders"]]
    replaced = box.ok(box.batch("replace_many", maker, cancels=cancels, quotes=quotes(1)))
    units["replace_many, 16 for 16"] = replaced.units
    units["cancel_all, 19 orders"] = box.ok(box.cancel_all(maker)).units
    units |= _money(box, maker)
    check(box)
    return units | {
        "liquidate, five positions": _liquidated(),
        f"auto_deleverage, {OTHER_SIDE:,} on the other side": _deleveraged(),
    }


def _money(box: Exchange, maker: Trader) -> dict[str, int]:
    units = {
        "deposit": box.ok(box.deposit(maker, USDC)).units,
        "withdraw": box.ok(box.withdraw(maker, USDC)).units,
    }
    box.vm.advance(seconds=1)
    units["update_price, 1 market"] = box.ok(box.post({0: 1_500_100})).units
    box.vm.advance(seconds=1)
    units["update_price, 8 markets"] = box.ok(box.post(dict.fromkeys(range(MARKETS), 1_500_100))).units
    key = box.vm.fund(990)
    address = box.pda(b"trader", bytes(box.address), bytes(key.pubkey()), b"\0")
    opened = box.build("open_trader", {"sub": 0}, owner=key.pubkey(), trader=address)
    units["open_trader"] = box.ok(box.run(opened, signers=[key])).units
    other = box.open_trader(991)
    box.ok(box.deposit(other, 100 * USDC))
    units["activate"] = box.ok(box.activate(other)).units
    box.ok(box.withdraw(other, 2**64 - 1))
    units["close_trader"] = box.ok(box.close(other)).units
    return units


FALL = (1_475_000, 1_450_000)
FURTHER = (1_435_000, 1_415_000, 1_395_000)
"""Prices on the way down: an account with 20 times its money is under maintenance, and owes at the end."""
OTHER_SIDE = 1_000


def _fall(box: Exchange, prices: tuple[int, ...], markets: int = 1) -> None:
    for price in prices:
        box.vm.advance(slots=3, seconds=2)
        box.ok(box.post(dict.fromkeys(range(markets), price)))


def _liquidated() -> int:
    """A fifth of an account's risk sold to one bid."""
    box = Exchange(machine(), slots=8_000)
    box.set_up(markets=5)
    box.ok(box.post(dict.fromkeys(range(5), 1_500_000)))
    keeper, other, victim = box.funded(1, 1_000), box.funded(2, 1_000_000), box.funded(3, 4_000)
    for market in range(5):
        box.ok(box.place(other, "Ask", 15_000, 10_000, market))
        box.ok(box.place(victim, "Bid", 15_000, 10_000, market))
    _fall(box, FALL, 5)
    box.ok(box.place(other, "Bid", 14_490, 10_000))
    done = box.ok(box.against("liquidate", keeper, victim))
    assert len(done.event["fills"]) == 1
    check(box)
    return done.units


def _deleveraged() -> int:
    """The four best of many: their positions are written into the ledger, placing them takes long."""
    box = Exchange(machine(), slots=8_000)
    box.set_up(markets=1)
    box.ok(box.post({0: 1_500_000}))
    keeper, other, victim = box.funded(1, 1_000), box.funded(2, 1_000_000), box.funded(3, 1_000)
    box.ok(box.place(other, "Ask", 15_000, 10_000))
    box.ok(box.place(victim, "Bid", 15_000, 10_000))
    _spread(box, box.trader_state(other)["slot_index"])
    _fall(box, FALL + FURTHER)
    state = box.trader_state(victim)
    named = {"slot": state["slot_index"], "generation": state["generation"]}
    call = box.trading("auto_deleverage", keeper, 0, named)
    done = box.ok(box.run(set_compute_unit_limit(1_400_000), call, signers=[keeper.key]))
    assert len(done.event["transfers"]) == 4
    check(box)
    return done.units


def _spread(box: Exchange, index: int) -> None:
    """Shares one slot's position and money among ``OTHER_SIDE`` new ones, evenly."""
    ledger = bytearray(box.vm.data(box.ledger))
    header = np.frombuffer(ledger, dtype("Ledger"), 1, 8)
    first = int(header["high_water"][0])
    slots = np.frombuffer(ledger, dtype("Slot"), first + OTHER_SIDE, HEADER_BYTES["Ledger"])
    whole, position = slots[index], slots[index]["positions"][0]
    for name in ("base", "quote", "entry_quote"):
        assert position[name] % OTHER_SIDE == 0, name
        position[name] //= OTHER_SIDE
    share, rest = divmod(int(whole["usdc"]), OTHER_SIDE)
    whole["usdc"] = share
    slots[first:] = whole
    slots["owner"][first:] = [bytes([1, *number.to_bytes(31, "little")]) for number in range(OTHER_SIDE)]
    slots[first:]["usdc"][0] += rest
    # The one it was shared from keeps nothing.
    position["base"] = position["quote"] = position["entry_quote"] = 0
    position["market"], whole["market_bitmap"], whole["usdc"] = NO_MARKET, 0, 0
    header["high_water"] = header["active"] = first + OTHER_SIDE
    box.vm.svm.set_account(box.ledger, _with(box, box.ledger, bytes(ledger)))
    exchange = bytearray(box.vm.data(box.address))
    np.frombuffer(exchange, dtype("Exchange"), 1, 8)["active_slots"] = first + OTHER_SIDE
    box.vm.svm.set_account(box.address, _with(box, box.address, bytes(exchange)))


def problems(units: dict[str, int], table: dict[str, int]) -> list[str]:
    """What is over its budget or over the table."""
    found = [
        f"{name}: {units[name]} over the budget of {most}"
        for name, most in BUDGETS.items()
        if units[name] > most
    ]
    for name, value in units.items():
        before = table.get(name)
        if before is None:
            found.append(f"{name}: not in {TABLE.name}; run with --write")
        elif value > before * (1 + TOLERANCE):
            found.append(f"{name}: {value}, more than 3 % over the table's {before}")
    return found


def main() -> int:
    """Entry point."""
    units = measure()
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    print(f"{'instruction':42}{'units':>8}{'table':>8}{'budget':>8}")
    for name, value in units.items():
        print(f"{name:42}{value:>8}{table.get(name, '-'):>8}{BUDGETS.get(name, '-'):>8}")
    if "--write" in sys.argv:
        TABLE.write_text(json.dumps(units, indent=2) + "\n")
        return 0
    found = problems(units, table) if "--check" in sys.argv else []
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    assert idl.program_id()
    sys.exit(main())
