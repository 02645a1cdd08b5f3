"""A seeded random sequence of instructions, every invariant checked after each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader, machine, quote
from integration.program.invariants import Books

PRICE = 1_500_000
TICK = 100
PLAIN = ["Limit", "Limit", "PostOnly", "PostOnlySlide", "ImmediateOrCancel"]


class RandomRun:
    """An exchange, some traders, a price that wanders, and a random choice at each step."""

    def __init__(self, seed: int, traders: int = 10, markets: int = 2, capacity: int = 24) -> None:
        self.draw = random.Random(seed)
        self.exchange = Exchange(machine(), slots=64)
        self.exchange.set_up(markets=markets, book_capacity=capacity, vesting_s=60, oi_cap=400_000)
        self.markets = markets
        self.prices = [PRICE + 1_000 * market for market in range(markets)]
        self.post()
        for index in range(traders):
            self.exchange.funded(500 + index, self.draw.choice([60, 300, 3_000, 50_000]))
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.fills = 0
        self.books = invariants.check(self.exchange)
        self.actions: list[tuple[int, Callable[[], tuple[str, Result, Trader | None]]]] = [
            (40, self.place),
            (8, self.place_many),
            (10, self.replace_many),
            (8, self.cancel_order),
            (3, self.cancel_by_client_id),
            (2, self.cancel_all),
            (5, self.deposit),
            (6, self.withdraw),
            (12, self.update_price),
            (2, self.reopen),
        ]

    def step(self) -> None:
        """One instruction; invariants; nobody else changed except through trades and removals."""
        weights = [weight for weight, _ in self.actions]
        action = self.draw.choices([action for _, action in self.actions], weights)[0]
        before = self.books
        name, result, actor = action()
        self.outcomes[name, result.error or "ok"] += 1
        self.books = invariants.check(self.exchange)
        if result.error is not None:
            assert result.error != "BrokenInvariant", (name, result.outcome.logs)
            assert "Custom" not in result.error, (name, result.error)
            assert "Transaction" not in result.error, (name, result.error, result.outcome.logs)
        self.others_are_untouched(before, result, actor)

    def others_are_untouched(self, before: Books, result: Result, actor: Trader | None) -> None:
        """A slot differs only if the instruction's event names it, or it is the actor's."""
        named = (
            {int(self.exchange.trader_state(actor)["slot_index"])}
            if actor and self.exchange.vm.data(actor.address)
            else set()
        )
        for _, fields in result.events:
            named |= {row["slot"] for row in fields.get("touched", [])}
            named |= {fields[key] for key in ("slot_index",) if key in fields}
            self.fills += len(fields.get("fills", []))
            self._event_tells_the_truth(fields)
        for index in range(min(len(before.slots), len(self.books.slots))):
            if index not in named:
                assert before.slots[index].tobytes() == self.books.slots[index].tobytes(), (
                    index,
                    result.events,
                )

    def _event_tells_the_truth(self, fields: dict[str, Any]) -> None:
        for row in fields.get("touched", []):
            slot = self.books.slots[row["slot"]]
            assert (int(slot["usdc"]), int(slot["generation"])) == (row["usdc"], row["generation"])
            held = [p for p in slot["positions"] if p["market"] == fields["market"]]
            base, quoted = (int(held[0]["base"]), int(held[0]["quote"])) if held else (0, 0)
            assert (base, quoted) == (row["base"], row["quote"]), row

    # -- choices ----------------------------------------------------------------------------

    def trader(self) -> Trader:
        return self.draw.choice(self.exchange.traders)

    def near(self, market: int, spread: int = 60) -> int:
        """A price in ticks around the index."""
        return max(1, self.prices[market] // TICK + round(self.draw.gauss(0, spread)))

    def post(self) -> Result:
        self.exchange.vm.advance(
            slots=self.draw.randrange(1, 4), seconds=self.draw.choice([0, 1, 1, 2, 5, 60])
        )
        return self.exchange.post(dict(enumerate(self.prices)), confidence=self.draw.choice([0, 100, 2_000]))

    def update_price(self) -> tuple[str, Result, None]:
        for market in range(self.markets):
            jump = self.draw.random() < 0.03
            change = self.draw.gauss(0, 0.03 if jump else 0.002)
            drift = (PRICE - self.prices[market]) / PRICE * 0.02
            self.prices[market] = int(self.prices[market] * (1 + change + drift))
        return "update_price", self.post(), None

    def place(self) -> tuple[str, Result, Trader]:
        trader, market = self.trader(), self.draw.randrange(self.markets)
        result = self.exchange.place(
            trader,
            self.draw.choice(["Bid", "Ask"]),
            self.near(market),
            self.draw.choice([0, 1, 7, 10, 33, 50, 100, 400, 2_000]),
            market,
            kind=self.draw.choice(PLAIN),
            reduce_only=self.draw.random() < 0.15,
            self_trade=self.draw.choice(["CancelMaker", "CancelTaker", "CancelBoth"]),
            client_id=self.draw.choice([0, 0, 0, 1, 2, 3]),
            **self._expiry(),
        )
        return "place_order", result, trader

    def _expiry(self) -> dict[str, Any]:
        kind = self.draw.choice(["Never"] * 6 + ["Slot", "Time"])
        at = {"Never": 0, "Slot": self.exchange.vm.slot, "Time": self.exchange.vm.unix}[kind]
        return {"expiry_kind": kind, "expiry": at + self.draw.randrange(0, 12) if at else 0}

    def _quotes(self, market: int) -> list[dict[str, Any]]:
        return [
            quote(
                self.draw.choice(["Bid", "Ask"]),
                self.near(market),
                self.draw.choice([7, 10, 20, 60]),
                self.draw.choice(["PostOnly", "PostOnly", "PostOnlySlide", "Limit"]),
                client_id=self.draw.choice([0, 0, 4, 5]),
            )
            for _ in range(self.draw.randrange(1, 9))
        ]

    def place_many(self) -> tuple[str, Result, Trader]:
        trader, market = self.trader(), self.draw.randrange(self.markets)
        return (
            "place_many",
            self.exchange.batch("place_many", trader, market, quotes=self._quotes(market)),
            trader,
        )

    def resting(self, trader: Trader, market: int) -> list[dict[str, int]]:
        """Ids of the trader's orders, and sometimes one that is not there."""
        index = int(self.exchange.trader_state(trader)["slot_index"])
        _, bids, asks = self.books.books[market]
        own = [order for order in np.concatenate([bids, asks]) if int(order["slot"]) == index]
        ids = [{"ticks": int(order["ticks"]), "seq": int(order["seq"])} for order in own]
        return [*ids, {"ticks": 15_000, "seq": 99_999_999}] if self.draw.random() < 0.2 else ids

    def replace_many(self) -> tuple[str, Result, Trader]:
        trader, market = self.trader(), self.draw.randrange(self.markets)
        cancels = self.resting(trader, market)[:16]
        result = self.exchange.batch(
            "replace_many", trader, market, cancels=cancels, quotes=self._quotes(market)
        )
        return "replace_many", result, trader

    def cancel_order(self) -> tuple[str, Result, Trader]:
        trader, market = self.trader(), self.draw.randrange(self.markets)
        ids = self.resting(trader, market) or [{"ticks": 1, "seq": 1}]
        chosen = self.draw.choice(ids)
        return "cancel_order", self.exchange.cancel(trader, chosen["ticks"], chosen["seq"], market), trader

    def cancel_by_client_id(self) -> tuple[str, Result, Trader]:
        trader, market = self.trader(), self.draw.randrange(self.markets)
        instruction = self.exchange.trading(
            "cancel_by_client_id", trader, market, {"client_id": self.draw.randrange(6)}
        )
        return "cancel_by_client_id", self.exchange.run(instruction, signers=[trader.key]), trader

    def cancel_all(self) -> tuple[str, Result, Trader]:
        trader = self.trader()
        side = self.draw.choice(["Both", "Bids", "Asks"])
        return "cancel_all", self.exchange.cancel_all(trader, side, self.draw.randrange(self.markets)), trader

    def deposit(self) -> tuple[str, Result, Trader]:
        trader = self.trader()
        return (
            "deposit",
            self.exchange.deposit(trader, self.draw.choice([0, 1, 20 * USDC, 500 * USDC])),
            trader,
        )

    def withdraw(self) -> tuple[str, Result, Trader]:
        trader = self.trader()
        amount = self.draw.choice([1, 5 * USDC, 400 * USDC, 2**64 - 1])
        return "withdraw", self.exchange.withdraw(trader, amount), trader

    def reopen(self) -> tuple[str, Result, Trader]:
        """Closes an account if it is empty, and opens it again with money; else tries to and is refused."""
        trader = self.trader()
        closed = self.exchange.close(trader)
        if closed.error is None:
            self.exchange.traders.remove(trader)
            again = self.exchange.open_trader(int.from_bytes(bytes(trader.key)[:32], "little"), trader.sub)
            self.exchange.ok(self.exchange.deposit(again, 100 * USDC))
            return "activate", self.exchange.activate(again), again
        return "close_trader", closed, trader

    # -- the end ----------------------------------------------------------------------------

    def unwind(self) -> None:
        """Everyone cancels, closes against one rich account, and leaves."""
        box = self.exchange
        self.prices = [int(box.market(market)["index_price"]) for market in range(self.markets)]
        for trader in box.traders:
            for market in range(self.markets):
                box.ok(box.cancel_all(trader, market=market))
        whale = box.funded(999, 400_000)
        for _ in range(4):
            self.exchange.vm.advance(slots=3, seconds=70)
            box.ok(box.post(dict(enumerate(self.prices))))
        for trader in box.traders:
            for market in range(self.markets):
                self._close_position(trader, whale, market)
        invariants.check(box)

    def _close_position(self, trader: Trader, whale: Trader, market: int) -> None:
        box = self.exchange
        held = box.position(trader, market)
        if trader == whale or held is None:
            return
        base, price = held["base"], self.prices[market] // TICK
        mine, theirs = ("Ask", "Bid") if base > 0 else ("Bid", "Ask")
        box.ok(box.place(whale, theirs, price, abs(base) + 100, market, kind="PostOnly"))
        closing = box.ok(
            box.place(trader, mine, price, abs(base), market, kind="ImmediateOrCancel", reduce_only=True)
        )
        assert closing.event["orders"][0]["filled"] == abs(base)
        box.ok(box.cancel_all(whale, market=market))
