"""An exchange in the VM, driven through the IDL: set-up, traders, prices, orders, and what came of it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

import requires
from integration.program import idl
from integration.program.pyth import SOL_FEED
from integration.program.vm import PROGRAM_BYTES, Outcome, Vm

USDC = 1_000_000
"""Quote atoms of one USDC."""
ASK = 1 << 63
"""The side bit of an order's running number."""
HEADER_BYTES = {name: 8 + idl.size_of(name) for name in ("Ledger", "Book")}
"""Bytes before the slots of a ledger and the orders of a book, discriminator included."""
EVENT_AUTHORITY, _ = Pubkey.find_program_address([b"__event_authority"], idl.program_id())
ZERO_KEY = Pubkey(bytes(32))


@dataclass(frozen=True)
class Trader:
    """A sub-account: its owner's key and where it is."""

    key: Keypair
    sub: int
    address: Pubkey
    wallet: Pubkey
    """The owner's USDC token account."""


@dataclass
class Result:
    """One instruction's outcome, decoded."""

    outcome: Outcome
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def error(self) -> str | None:
        """Name of the numbered error, the runtime's text for another, None for success."""
        return error_name(self.outcome.error)

    @property
    def units(self) -> int:
        """Compute units."""
        return self.outcome.units

    @property
    def event(self) -> dict[str, Any]:
        """The one event."""
        assert len(self.events) == 1, (self.error, self.events, self.outcome.logs)
        return self.events[0][1]


def error_name(text: str | None) -> str | None:
    """``Custom(6037)`` becomes ``PriceStale``; anything else stays as it is."""
    if text is None:
        return None
    digits = text.rsplit("InstructionErrorCustom(", 1)
    if len(digits) == 2:
        number = int(digits[1].split(")")[0])
        return idl.errors().get(number, f"Custom({number})")
    return text


def market_params(authority: Pubkey, **changes: Any) -> dict[str, Any]:
    """A SOL-like market: $150, lots of 0.01, ticks of $0.01, 20x."""
    params: dict[str, Any] = {
        "symbol": b"SOL-PERP".ljust(16, b"\0"),
        "price_authority": authority,
        "feed_id": bytes(32),
        "source": 0,
        "book_capacity": 256,
        "lots_per_base": 100,
        "tick_size": 100,
        "reference_price": 1_500_000,
        "tiers": [
            {"up_to": 250_000 * USDC, "rate": 50_000},
            {"up_to": 1_000_000 * USDC, "rate": 100_000},
            {"up_to": 5_000_000 * USDC, "rate": 200_000},
            {"up_to": 20_000_000 * USDC, "rate": 400_000},
        ],
        "maintenance_fraction": 500_000,
        "profit_weight": 1_000_000,
        "oi_cap": 10_000_000,
        "surcharge_start": 800_000,
        "surcharge_rate": 100_000,
        "max_position": 5_000_000,
        "mark_band": 12_500,
        "trade_band": 50_000,
        "vesting_s": 600,
        "funding_cap": 5_000,
        "interest": 100,
        "liquidation_fee": 5_000,
        "impact_notional": 10_000 * USDC,
        "min_order_notional": 10 * USDC,
        "insurance_budget": 100_000 * USDC,
        "open_max_age_ms": 10_000,
        "liquidate_max_age_ms": 60_000,
        "open_confidence": 2_500,
        "liquidate_confidence": 10_000,
        "jump_band": 20_000,
        "minute_band": 100_000,
    }
    assert set(changes) <= set(params), set(changes) - set(params)
    return params | changes


class Exchange:
    """One exchange under the program and everything a test does with it."""

    def __init__(
        self, vm: Vm, number: int = 0, *, slots: int = 64, client_data_limit: int = 16 << 20
    ) -> None:
        self.vm, self.number = vm, number
        self.admin = vm.fund(1_000_001 + number)
        self.authority = vm.fund(2_000_001 + number)
        program = idl.program_id()
        self.address, _ = Pubkey.find_program_address([b"exchange", struct.pack("<H", number)], program)
        self.ledger = self.pda(b"ledger", bytes(self.address), b"\0")
        self.mint = Keypair.from_seed(bytes([5] * 31 + [number])).pubkey()
        self.vault = self.pda(b"vault", bytes(self.address), bytes(self.mint))
        self.slots, self.client_data_limit = slots, client_data_limit
        self.traders: list[Trader] = []
        self.sequence = 0
        self._put_mint(self.mint, decimals=6)

    def pda(self, *seeds: bytes) -> Pubkey:
        """An address derived from the program."""
        return Pubkey.find_program_address(list(seeds), idl.program_id())[0]

    def book(self, market: int) -> Pubkey:
        """Address of a market's book."""
        return self.pda(b"book", bytes(self.address), struct.pack("<H", market))

    def change(self, seq: int) -> Pubkey:
        """Address of a queued change."""
        return self.pda(b"change", bytes(self.address), struct.pack("<Q", seq))

    # -- accounts made directly -------------------------------------------------------------

    def _put_mint(self, address: Pubkey, decimals: int) -> None:
        data = struct.pack("<I32sQBBI32s", 0, bytes(32), 1 << 60, decimals, 1, 0, bytes(32))
        self.vm.svm.set_account(address, Account(10**10, data, TOKEN_PROGRAM))

    def put_tokens(self, address: Pubkey, owner: Pubkey, amount: int, mint: Pubkey | None = None) -> None:
        """A token account with ``amount`` smallest units."""
        body = bytes(mint or self.mint) + bytes(owner) + struct.pack("<Q", amount)
        data = body + bytes(36) + b"\1" + bytes(12) + bytes(8) + bytes(36)
        assert len(data) == 165, len(data)
        self.vm.svm.set_account(address, Account(10**10, data, TOKEN_PROGRAM))

    def tokens(self, address: Pubkey) -> int:
        """Amount in a token account."""
        return int.from_bytes(self.vm.data(address)[64:72], "little")

    # -- instructions -----------------------------------------------------------------------

    def accounts(self, **more: Pubkey) -> dict[str, Pubkey]:
        """The accounts that most instructions share, by IDL name."""
        shared = {
            "payer": self.vm.payer.pubkey(),
            "admin": self.admin.pubkey(),
            "exchange": self.address,
            "ledger": self.ledger,
            "authority": self.authority.pubkey(),
            "mint": self.mint,
            "vault": self.vault,
            "event_authority": EVENT_AUTHORITY,
            "program": idl.program_id(),
        }
        return shared | more

    def build(self, name: str, args: Mapping[str, Any] | None = None, **accounts: Pubkey) -> Instruction:
        """An instruction with the shared accounts and ``accounts``."""
        return idl.instruction(name, self.accounts(**accounts), args)

    def run(self, *instructions: Instruction, signers: list[Keypair] | None = None) -> Result:
        """One transaction; its events must carry on the running number without a gap."""
        self.vm.svm.expire_blockhash()
        outcome = self.vm.send(*instructions, signers=signers)
        result = Result(outcome)
        if outcome.error is None:
            found = [idl.decode_event(data) for data in outcome.inner]
            result.events = [event for event in found if event is not None]
            for name, fields in result.events:
                self.sequence += 1
                assert fields["seq"] == self.sequence, (name, fields["seq"], self.sequence)
        return result

    def ok(self, result: Result) -> Result:
        """``result``, which must have succeeded."""
        assert result.error is None, (result.error, result.outcome.logs)
        return result

    def init(self, **changes: Any) -> Result:
        """init_exchange."""
        args: dict[str, Any] = {
            "id": self.number,
            "guardian": self.admin.pubkey(),
            "timelock_s": 86_400,
            "min_slot_equity": 5 * USDC,
            "client_data_limit": self.client_data_limit,
            "slot_capacity": self.slots,
            "fee_tiers": [
                {"min_volume": 0, "maker": -20, "taker": 500},
                {"min_volume": 1_000_000 * USDC, "maker": -40, "taker": 400},
            ]
            + [{"min_volume": 0, "maker": 0, "taker": 0}] * 6,
        }
        return self.run(self.build("init_exchange", args | changes), signers=[self.admin])

    def grow(self, kind: str, account: Pubkey, target: int = 0) -> Result:
        """One step of grow_account."""
        args = {"kind": kind, "target": target}
        return self.run(self.build("grow_account", args, account=account), signers=[self.admin])

    def grow_fully(self, kind: str, account: Pubkey, target: int = 0) -> None:
        """grow_account, ten steps a transaction, until it is ready."""
        step = self.build("grow_account", {"kind": kind, "target": target}, account=account)
        while True:
            if self.grow_ready(self.ok(self.run(step, signers=[self.admin]))):
                return

    @staticmethod
    def grow_ready(result: Result) -> bool:
        """Whether the last event says that the account is usable."""
        return bool(result.events[-1][1]["ready"])

    def add_usdc(self, **changes: Any) -> Result:
        """add_collateral for USDC."""
        params: dict[str, Any] = {
            "feed_id": bytes(32),
            "max_age_s": 0,
            "initial_weight": 1_000_000,
            "maintenance_weight": 1_000_000,
            "convert_discount_min": 0,
            "convert_discount_max": 0,
            "deposit_cap": 10**15,
            "bucket_capacity": 0,
            "bucket_refill": 0,
            "jump_band": 20_000,
        }
        return self.run(self.build("add_collateral", {"params": params | changes}), signers=[self.admin])

    def create_market(self, market: int, **changes: Any) -> Result:
        """create_market, its book still to be grown."""
        params = market_params(self.authority.pubkey(), **changes)
        args = {"market": market, "params": params}
        return self.run(self.build("create_market", args, book=self.book(market)), signers=[self.admin])

    def add_market(self, market: int, **changes: Any) -> None:
        """A market whose book is ready."""
        self.ok(self.create_market(market, **changes))
        if self.state()["markets"][market]["status"] == 0:
            self.grow_fully("Book", self.book(market))

    def migrate(self, cursor: int = 0, rows: int = 8) -> Result:
        """migrate, signed by nobody but the fee payer."""
        return self.run(self.build("migrate", {"cursor": cursor, "rows": rows}))

    def open(self) -> Result:
        """open_exchange."""
        return self.run(self.build("open_exchange"), signers=[self.admin])

    def queue(self, change: Mapping[str, Any], admin: Keypair | None = None) -> Result:
        """queue_change with the next number."""
        key = admin or self.admin
        seq = self.state()["change_seq"] + 1
        more = {"admin": key.pubkey(), "change": self.change(seq)}
        return self.run(self.build("queue_change", {"seq": seq, "change": change}, **more), signers=[key])

    def apply(self, seq: int) -> Result:
        """apply_change, signed by nobody but the fee payer."""
        more = {"change": self.change(seq), "rent_receiver": self.vm.payer.pubkey()}
        return self.run(self.build("apply_change", **more))

    def enact(self, change: Mapping[str, Any]) -> Result:
        """A change queued, waited out and applied."""
        seq = self.ok(self.queue(change)).event["change_seq"]
        self.vm.advance(seconds=self.state()["timelock_s"])
        return self.apply(seq)

    def set_up(
        self,
        markets: int = 1,
        *,
        sol: bool = False,
        sol_changes: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """Everything up to the opening; with ``sol`` SOL is collateral 1."""
        self.ok(self.init())
        self.grow_fully("Exchange", self.address)
        if self.ledger_bytes() < HEADER_BYTES["Ledger"] + self.slots * idl.size_of("Slot"):
            self.grow_fully("Ledger", self.ledger)
        self.ok(self.add_usdc())
        if sol:
            self.ok(add_sol(self, **(sol_changes or {})))
        for market in range(markets):
            symbol = f"M{market}-PERP".encode().ljust(16, b"\0")
            self.add_market(market, **({"symbol": symbol} | changes))
        self.ok(self.open())

    def ledger_bytes(self) -> int:
        """Bytes of the ledger now."""
        return len(self.vm.data(self.ledger))

    # -- traders ----------------------------------------------------------------------------

    def open_trader(self, seed: int, sub: int = 0, funds: int = 10**12) -> Trader:
        """A trader with ``funds`` in the owner's token account, nothing deposited."""
        key = self.vm.fund(seed)
        seeds = (b"trader", bytes(self.address), bytes(key.pubkey()), bytes([sub]))
        wallet = self.wallet(seed)
        trader = Trader(key, sub, self.pda(*seeds), wallet)
        if not self.vm.data(wallet):
            self.put_tokens(wallet, key.pubkey(), funds)
        instruction = self.build("open_trader", {"sub": sub}, owner=key.pubkey(), trader=trader.address)
        self.ok(self.run(instruction, signers=[key]))
        self.traders.append(trader)
        return trader

    def wallet(self, seed: int) -> Pubkey:
        """The USDC token account of the owner made from ``seed``."""
        return Keypair.from_seed((seed + (1 << 200) + (self.number << 220)).to_bytes(32, "little")).pubkey()

    def deposit(self, trader: Trader, amount: int, **accounts: Pubkey) -> Result:
        """deposit USDC."""
        more = {"owner": trader.key.pubkey(), "trader": trader.address, "source": trader.wallet} | accounts
        return self.run(
            self.build("deposit", {"collateral": 0, "amount": amount}, **more), signers=[trader.key]
        )

    def withdraw(self, trader: Trader, amount: int, **accounts: Pubkey) -> Result:
        """withdraw USDC."""
        more = {
            "owner": trader.key.pubkey(),
            "trader": trader.address,
            "destination": trader.wallet,
        } | accounts
        return self.run(
            self.build("withdraw", {"collateral": 0, "amount": amount}, **more), signers=[trader.key]
        )

    def activate(self, trader: Trader) -> Result:
        """activate."""
        more = {"owner": trader.key.pubkey(), "trader": trader.address}
        return self.run(self.build("activate", **more), signers=[trader.key])

    def close(self, trader: Trader) -> Result:
        """close_trader."""
        more = {
            "owner": trader.key.pubkey(),
            "trader": trader.address,
            "rent_receiver": self.vm.payer.pubkey(),
        }
        return self.run(self.build("close_trader", **more), signers=[trader.key])

    def funded(self, seed: int, usdc: int, sub: int = 0) -> Trader:
        """An active trader with ``usdc`` whole USDC in its slot."""
        trader = self.open_trader(seed, sub)
        self.ok(self.deposit(trader, usdc * USDC))
        self.ok(self.activate(trader))
        return trader

    def token_account_of(self, owner: Pubkey, amount: int) -> Pubkey:
        """A new USDC account of ``owner`` with ``amount`` in it."""
        address = Keypair().pubkey()
        self.put_tokens(address, owner, amount)
        return address

    def insure(self, amount: int) -> Result:
        """deposit_insurance by a new owner."""
        owner = self.vm.fund(250)
        source = self.token_account_of(owner.pubkey(), amount)
        call = self.build("deposit_insurance", {"amount": amount}, owner=owner.pubkey(), source=source)
        return self.run(call, signers=[owner])

    def sweep_fees(self, amount: int, destination: Pubkey) -> Result:
        """sweep_fees by the admin."""
        return self.run(
            self.build("sweep_fees", {"amount": amount}, destination=destination), signers=[self.admin]
        )

    def against(self, name: str, keeper: Trader, victim: Trader, market: int = 0, **args: int) -> Result:
        """A step of liquidation, run by ``keeper`` on the account of ``victim``."""
        state = self.trader_state(victim)
        named = {"slot": state["slot_index"], "generation": state["generation"]} | args
        return self.run(self.trading(name, keeper, market, named), signers=[keeper.key])

    # -- prices and orders ------------------------------------------------------------------

    def post(
        self, prices: Mapping[int, int], *, confidence: int = 0, publish_ms: int | None = None
    ) -> Result:
        """update_price, published now unless ``publish_ms`` says otherwise."""
        stamp = self.vm.unix * 1_000 if publish_ms is None else publish_ms
        updates = [
            {"market": market, "price": price, "confidence": confidence, "publish_ms": stamp}
            for market, price in prices.items()
        ]
        return self.run(self.build("update_price", {"updates": updates}), signers=[self.authority])

    def trading(self, name: str, trader: Trader, market: int, args: Mapping[str, Any]) -> Instruction:
        """A trading instruction signed by the owner."""
        more = {"book": self.book(market), "trader": trader.address, "signer": trader.key.pubkey()}
        return self.build(name, {"market": market} | dict(args), **more)

    def place(
        self, trader: Trader, side: str, ticks: int, lots: int, market: int = 0, **changes: Any
    ) -> Result:
        """place_order."""
        instruction = self.trading("place_order", trader, market, order(side, ticks, lots, **changes))
        return self.run(instruction, signers=[trader.key])

    def batch(self, name: str, trader: Trader, market: int = 0, **args: Any) -> Result:
        """place_many or replace_many."""
        base = {
            "self_trade": "CancelMaker",
            "expiry_kind": "Never",
            "expiry": 0,
            "nonce": 0,
            "valid_until_slot": 0,
        }
        return self.run(self.trading(name, trader, market, base | args), signers=[trader.key])

    def cancel(self, trader: Trader, ticks: int, seq: int, market: int = 0) -> Result:
        """cancel_order."""
        instruction = self.trading("cancel_order", trader, market, {"ticks": ticks, "seq": seq})
        return self.run(instruction, signers=[trader.key])

    def trigger(self, trader: Trader, terms: Mapping[str, Any]) -> Result:
        """place_trigger."""
        more = {"trader": trader.address, "signer": trader.key.pubkey()}
        return self.run(self.build("place_trigger", {"terms": terms}, **more), signers=[trader.key])

    def fire(self, trader: Trader, index: int, executor: Keypair, earner: Trader, market: int = 0) -> Result:
        """execute_trigger by ``executor``, for the slot of ``earner``."""
        state = self.trader_state(earner)
        args = {
            "market": market,
            "index": index,
            "slot": state["slot_index"],
            "generation": state["generation"],
        }
        more = {"book": self.book(market), "trader": trader.address, "signer": executor.pubkey()}
        return self.run(self.build("execute_trigger", args, **more), signers=[executor])

    def cancel_all(self, trader: Trader, side: str = "Both", market: int = 0) -> Result:
        """cancel_all."""
        return self.run(self.trading("cancel_all", trader, market, {"side": side}), signers=[trader.key])

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """The exchange account."""
        return idl.decode_account("Exchange", self.vm.data(self.address))

    def market(self, market: int = 0) -> dict[str, Any]:
        """A market of the exchange account."""
        found = self.state()["markets"][market]
        assert isinstance(found, dict)
        return found

    def trader_state(self, trader: Trader) -> dict[str, Any]:
        """A trader account."""
        return idl.decode_account("Trader", self.vm.data(trader.address))

    def slot(self, trader: Trader) -> dict[str, Any]:
        """The slot of an active trader."""
        return self.slot_at(self.trader_state(trader)["slot_index"])

    def slot_at(self, index: int) -> dict[str, Any]:
        """A slot of the ledger."""
        at = HEADER_BYTES["Ledger"] + index * idl.size_of("Slot")
        return idl.decode_struct("Slot", self.vm.data(self.ledger)[at : at + idl.size_of("Slot")])

    def active_slots(self) -> list[tuple[int, dict[str, Any]]]:
        """Every slot in use."""
        header = idl.decode_account("Ledger", self.vm.data(self.ledger))
        found = [(index, self.slot_at(index)) for index in range(header["high_water"])]
        return [(index, slot) for index, slot in found if slot["flags"] & 1]

    def position(self, trader: Trader, market: int = 0) -> dict[str, Any] | None:
        """The trader's position in a market; None without one and without orders."""
        found = [entry for entry in self.slot(trader)["positions"] if entry["market"] == market]
        return found[0] if found else None

    def orders(self, side: str, market: int = 0) -> list[dict[str, Any]]:
        """Resting orders of a side, best first."""
        data = self.vm.data(self.book(market))
        header = idl.decode_account("Book", data)
        offset = HEADER_BYTES["Book"] + (0 if side == "Bid" else header["capacity"] * 32)
        count = header["bid_count" if side == "Bid" else "ask_count"]
        found = [
            idl.decode_struct("Order", data[offset + 32 * at : offset + 32 * at + 32]) for at in range(count)
        ]
        return found[::-1]


def trigger_terms(**changes: Any) -> dict[str, Any]:
    """A stop of a long at $148 in entry 0, at the market with 1 % slippage, $0.10 for who fires it."""
    terms: dict[str, Any] = {
        "index": 0,
        "market": 0,
        "kind": 0,
        "side": 1,
        "pair": 255,
        "limit_ticks": 0,
        "max_slippage": 10_000,
        "trigger_price": 1_480_000,
        "lots": 0,
        "executor_fee": USDC // 10,
        "client_id": 0,
        "expires": 0,
    }
    assert set(changes) <= set(terms), set(changes) - set(terms)
    return terms | changes


def delegate_terms(delegate: Pubkey, **changes: Any) -> dict[str, Any]:
    """A delegate of market 0 for orders of $100, positions of $150 and $400 a day."""
    terms: dict[str, Any] = {
        "delegate": delegate,
        "expires": 0,
        "market_bitmap": 1,
        "max_order": 100 * USDC,
        "max_position": 150 * USDC,
        "daily_limit": 400 * USDC,
        "flags": 0,
    }
    return terms | changes


SOL_MINT = Keypair.from_seed(bytes([6] * 32)).pubkey()


def sol_vault(exchange: Exchange) -> Pubkey:
    """The exchange's vault of SOL."""
    return exchange.pda(b"vault", bytes(exchange.address), bytes(SOL_MINT))


def add_sol(exchange: Exchange, **changes: Any) -> Result:
    """add_collateral for SOL: weights 80 % and 90 %, discount 0.5 % to 5 %, stale after a minute."""
    exchange._put_mint(SOL_MINT, decimals=9)
    params: dict[str, Any] = {
        "feed_id": SOL_FEED,
        "max_age_s": 60,
        "initial_weight": 800_000,
        "maintenance_weight": 900_000,
        "convert_discount_min": 5_000,
        "convert_discount_max": 50_000,
        "deposit_cap": 1_000 * 10**9,
        "bucket_capacity": 0,
        "bucket_refill": 0,
        "jump_band": 20_000,
    }
    accounts = {"mint": SOL_MINT, "vault": sol_vault(exchange)}
    instruction = exchange.build("add_collateral", {"params": params | changes}, **accounts)
    return exchange.run(instruction, signers=[exchange.admin])


def sol_wallet(exchange: Exchange, trader: Trader) -> Pubkey:
    """The owner's token account of SOL; made with 1,000 SOL when there is none."""
    seed = bytes(trader.key.pubkey())[:30] + bytes([exchange.number, 9])
    address = Keypair.from_seed(seed).pubkey()
    if not exchange.vm.data(address):
        exchange.put_tokens(address, trader.key.pubkey(), 1_000 * 10**9, SOL_MINT)
    return address


def deposit_sol(exchange: Exchange, trader: Trader, amount: int) -> Result:
    """deposit of SOL, in lamports."""
    accounts = {
        "owner": trader.key.pubkey(),
        "trader": trader.address,
        "source": sol_wallet(exchange, trader),
        "vault": sol_vault(exchange),
    }
    built = exchange.build("deposit", {"collateral": 1, "amount": amount}, **accounts)
    return exchange.run(built, signers=[trader.key])


def withdraw_sol(exchange: Exchange, trader: Trader, amount: int) -> Result:
    """withdraw of SOL, in lamports."""
    accounts = {
        "owner": trader.key.pubkey(),
        "trader": trader.address,
        "destination": sol_wallet(exchange, trader),
        "vault": sol_vault(exchange),
    }
    built = exchange.build("withdraw", {"collateral": 1, "amount": amount}, **accounts)
    return exchange.run(built, signers=[trader.key])


def order(side: str, ticks: int, lots: int, **changes: Any) -> dict[str, Any]:
    """Arguments of place_order without the market; a plain limit order unless changed."""
    base: dict[str, Any] = {
        "side": side,
        "kind": "Limit",
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
    assert set(changes) <= set(base), set(changes) - set(base)
    return base | changes


def quote(side: str, ticks: int, lots: int, kind: str = "PostOnly", **changes: Any) -> dict[str, Any]:
    """One order of a batch."""
    base = {"side": side, "kind": kind, "reduce_only": False, "ticks": ticks, "lots": lots, "client_id": 0}
    return base | changes


def machine() -> Vm:
    """A VM with the shipped program deployed."""
    if not PROGRAM_BYTES.exists():
        requires.missing("onchain/bin/quantdesk.so is not built (onchain/build.sh)")
    vm = Vm()
    program = idl.program_id()
    vm.deploy_at(PROGRAM_BYTES.read_bytes(), program)
    return vm


@pytest.fixture
def exchange() -> Exchange:
    """An open exchange with one market priced at $150."""
    box = Exchange(machine())
    box.set_up()
    box.ok(box.post({0: 1_500_000}))
    return box
