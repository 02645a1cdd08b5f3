"""Invariant 7: everyone cancels, closes, withdraws; what is left in the vault is fees, insurance, dust."""

from __future__ import annotations

from typing import Any

from model.bounds import PYTH, SIGNED
from model.exact import EVERYTHING
from model.run import Run
from model.settings import coin_params, usdc_params
from model.state import EXCHANGE_VERSION, Key
from model.world import Seen, Step, pyth_account

SETTLED = 5
LEAST_PRICE = 5_000
"""Below it a market only reduces."""
LONGEST_VESTING_S = 7 * 86_400

PATIENCE = 40
"""How often a position is tried before its account counts as stuck."""


def unwind(run: Run) -> None:
    """Everyone leaves, through both implementations; then the vault owes nobody.

    Raises: AssertionError naming who could not leave, or what is left.
    """
    Unwinding(run).all()


class Unwinding:
    """Steps that must succeed."""

    def __init__(self, run: Run) -> None:
        self.run, self.world = run, run.world
        self.whale: Key = (1_000, 0)
        self.second: Key | None = None
        """Where the whale is one of the owners: who its other sub-accounts close against."""

    def ok(self, name: str, args: dict[str, Any], trader: Key | None = None, **more: Any) -> Seen:
        """A step that must not be refused."""
        seen = self.run.send(Step(name, args, trader, **more))
        assert seen.error is None, f"invariant 7: {seen.step} is refused: {seen.error}"
        return seen

    def all(self) -> None:
        """Layout up to date, pauses lifted, orders cancelled, positions closed, money withdrawn."""
        exchange = self.world.state.rows["exchange", 0]
        if exchange.header.layout_version != EXCHANGE_VERSION:
            self.ok("migrate", {"cursor": exchange.migrated, "rows": 8}, signer=0)
        self.lift()
        self.fund_whale()
        for key in self.active():
            for market in list(self.slot(key).positions):
                self.ok("cancel_all", {"market": market, "side": "Both"}, key)
        self.post(repeat=5)
        for market, row in list(self.world.state.all("market")):
            if row.status:
                self.close_market(market)
        self.settle_debts()
        self.leave()
        self.world.compare_everything()
        self.nothing_is_left()

    def active(self) -> list[Key]:
        """Traders with a slot."""
        return [key for key in self.world.traders() if self.world.slot_of(key)]

    def slot(self, key: Key) -> Any:
        """A trader's slot."""
        return self.world.slot_of(key)

    def lift(self) -> None:
        """Whoever is admin lifts every pause."""
        exchange = self.world.state.rows["exchange", 0]
        admin = next(who for who in self.world.keys if self.world.public(who) == exchange.admin)
        self.ok("set_pause", {"paused": 0}, signer=admin)
        for index, row in list(self.world.state.all("collateral")):
            params = usdc_params() if index == 0 else {name: getattr(row, name) for name in coin_params(1)}
            params |= {"deposit_cap": 10**15, "bucket_capacity": 0}
            self.change({"Collateral": {"collateral": index, "status": 1, "params": params}}, admin)
        for market, row in list(self.world.state.all("market")):
            if row.status in (1, 3):
                self.change({"Status": {"market": market, "status": 2}}, admin)

    def change(self, change: dict[str, Any], admin: int | str) -> None:
        """Queued, waited out and applied."""
        exchange = self.world.state.rows["exchange", 0]
        seq = exchange.change_seq + 1
        self.ok("queue_change", {"seq": seq, "change": change}, signer=admin)
        self.ok("apply_change", {}, signer=admin, change=seq, seconds=exchange.timelock_s)

    def fund_whale(self) -> None:
        """One rich account that everyone closes against: a new one, or where no slot is free the richest."""
        ledger, known = self.world.state.rows["ledger", 0], self.world.state.rows["collateral", 0]
        full = ledger.active == ledger.capacity
        if full:
            self.whale, *others = sorted(self.active(), key=lambda key: -self.slot(key).usdc)
            self.second = next(key for key in others if key[0] != self.whale[0])
        else:
            self.ok("open_trader", {"sub": 0}, self.whale)
        whales = [self.whale] + ([self.second] if self.second else [])
        room = (known.deposit_cap - known.total_deposits) // len(whales)
        for key in whales:
            self.ok("deposit", {"collateral": 0, "amount": min(room, 10**13)}, key)
        if not full:
            self.ok("activate", {}, self.whale)
        for key in whales:
            self.ok("set_dead_man", {"cancel_after_slot": 0}, key)

    def post(self, repeat: int = 1) -> None:
        """Prices as they are, 20 seconds apart, so that nothing rests or waits for long."""
        for _ in range(repeat):
            now, more = self.world.clock[1] + 20, {"slots": 1, "seconds": 20}
            signed: dict[bytes, list[dict[str, int]]] = {}
            for market, row in self.world.state.all("market"):
                if row.status == SETTLED:
                    continue
                price = row.pending_price or row.index_price or self.world.references[market]
                price = max(price, LEAST_PRICE)
                if row.source != SIGNED:
                    said = pyth_account(row.feed_id, price * row.lots_per_base, now, exponent=-6)
                    self.ok("update_price_pyth", {"market": market}, signer=0, pyth=said, **more)
                    more = {}
                if row.source != PYTH:
                    update = {"market": market, "price": price, "confidence": 0, "publish_ms": now * 1_000}
                    signed.setdefault(row.price_authority, []).append(update)
            for authority, updates in signed.items():
                for at in range(0, len(updates), 16):
                    signer = self.world.who(authority)
                    self.ok("update_price", {"updates": updates[at : at + 16]}, signer=signer, **more)
                    more = {}

    def end_market(self, market: int) -> None:
        """One that settles gathers its hour, and then closes everyone."""
        row = self.world.state.rows["market", market]
        while row.status == 4:
            self.post()
            if row.settlement_seconds >= 3_600:
                self.ok("settle_slots", {"market": market}, self.whale)
            row = self.world.state.rows["market", market]

    def close_market(self, market: int) -> None:
        """Longs against shorts through the whale, at the mark."""
        self.end_market(market)
        own = [key for key in self.active() if self.second and key[0] == self.whale[0]]
        waiting = own + [key for key in self.active() if key not in (*own, self.second)]
        waiting = [key for key in waiting if key != self.whale and market in self.slot(key).positions]
        for _ in range(PATIENCE):
            through = {key: self.second if key in own and self.second else self.whale for key in waiting}
            waiting = [key for key in waiting if not self.close(key, market, through[key])]
        assert not waiting, f"invariant 7: {waiting} cannot close in market {market}"
        if self.second and market in self.slot(self.second).positions:
            self.close(self.second, market, self.whale)
        left = self.slot(self.whale).positions.get(market)
        assert left is None or left.base == 0, f"invariant 7: market {market} keeps {left}"

    def close(self, key: Key, market: int, against: Key) -> bool:
        """One position, in parts as large as the whale may hold; False where it has to wait for others."""
        for _ in range(PATIENCE):
            held = self.slot(key).positions.get(market)
            if held is None or held.base == 0:
                return True
            row = self.world.state.rows["market", market]
            lots = min(abs(held.base), row.max_position)
            least = -(-32 * row.min_order_notional // row.mark_price)
            side, other = ("Ask", "Bid") if held.base > 0 else ("Bid", "Ask")
            theirs = self.slot(against).positions.get(market)
            has = theirs.base if theirs else 0
            then = has + max(lots, least) * (1 if other == "Bid" else -1)
            if abs(then) > max(row.max_position, abs(has)):
                return False
            ticks = max(1, row.mark_price // row.tick_size + (1 if other == "Ask" else 0))
            self.ok("place_order", order(market, other, "PostOnly", ticks, max(lots, least)), against)
            closing = order(market, side, "ImmediateOrCancel", ticks, lots) | {"reduce_only": True}
            self.run.send(Step("place_order", closing, key))
            self.ok("cancel_all", {"market": market, "side": "Both"}, against)
            self.post()
        raise AssertionError(f"invariant 7: {key} cannot close {held} in market {market}")

    def settle_debts(self) -> None:
        """What accounts without a position owe: its collateral pays, then insurance and the deficit."""
        for index, row in self.world.state.all("collateral"):
            if index and row.price:
                now = self.world.clock[1] + 61
                exponent = row.decimals - 12
                said = pyth_account(row.feed_id, row.price, now, exponent=exponent)
                args = {"collateral": index}
                self.ok("update_collateral_price", args, signer=0, pyth=said, slots=1, seconds=61)
                for key in self.active():
                    self.convert(key, index)
        for key in self.active():
            slot = self.slot(key)
            if slot.usdc < 0 and any(slot.collaterals):
                self.ok("deposit", {"collateral": 0, "amount": -slot.usdc}, key)
            elif slot.usdc < 0:
                self.ok(
                    "resolve_bankruptcy", {"market": self.open_market()} | self.named(key), self.rescuer(key)
                )

    def convert(self, key: Key, index: int) -> None:
        """A debt worth it."""
        slot = self.slot(key)
        if slot.usdc < 0 and slot.collaterals[index - 1]:
            args = self.named(key) | {"collateral": index, "amount": EVERYTHING}
            self.run.send(Step("convert_collateral", args, self.rescuer(key)))

    def named(self, key: Key) -> dict[str, int]:
        """Slot and generation of an account."""
        index = self.world.state.rows["trader", key].slot_index
        return {"slot": index, "generation": self.slot(key).generation}

    def rescuer(self, key: Key) -> Key:
        """A rich account of another owner."""
        return self.second if self.second and key[0] == self.whale[0] else self.whale

    def open_market(self) -> int:
        """A market with a book."""
        return next(market for market, row in self.world.state.all("market") if row.status)

    def leave(self) -> None:
        """Profits vest, then everyone withdraws; of what nobody has paid, each bears a share."""
        self.ok("set_dead_man", {"cancel_after_slot": 0}, self.whale, seconds=LONGEST_VESTING_S + 1)
        collaterals = [index for index, _ in self.world.state.all("collateral")]
        for key in self.world.traders():
            if self.world.slot_of(key):
                self.ok("park", {}, key)
            for index in collaterals:
                if self.world.state.rows["trader", key].parked[index]:
                    self.ok("withdraw", {"collateral": index, "amount": EVERYTHING}, key)
            self.ok("close_trader", {}, key)

    def nothing_is_left(self) -> None:
        """The vault holds fees, insurance and the dust of funding, less what nobody has paid."""
        state = self.world.state
        exchange, usdc = state.rows["exchange", 0], state.rows["collateral", 0]
        pools = sum(row.funding_pool for _, row in state.all("market"))
        held = exchange.fees_collected + exchange.insurance - exchange.deficit
        left = usdc.total_deposits - held
        assert left == pools, f"invariant 7: {left} of {usdc.total_deposits} belongs to nobody, pools {pools}"
        dust = self.run.tally.outcomes.total() + 1
        assert 0 <= pools <= dust * self.run.plan.count(), f"invariant 7: {pools} of dust"
        for index, row in state.all("collateral"):
            owed = row.total_deposits if index else 0
            assert owed == 0, f"invariant 7: {owed} of collateral {index} belongs to nobody"


def order(market: int, side: str, kind: str, ticks: int, lots: int) -> dict[str, Any]:
    """Arguments of a plain order."""
    return {
        "market": market,
        "side": side,
        "kind": kind,
        "reduce_only": False,
        "self_trade": "CancelMaker",
        "ticks": ticks,
        "lots": lots,
        "min_fill_lots": 0,
        "expiry_kind": "Never",
        "expiry": 0,
        "client_id": 0,
        "nonce": 0,
        "valid_until_slot": 0,
    }
