"""An exchange in the machine, set up as `make run` sets one up, and its accounts read as whole arrays."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from quantdesk.bootstrap import parameters
from quantdesk.bootstrap.market_file import MarketEntry, MarketFile
from quantdesk.domain.market import Market
from quantdesk.program import instructions as build
from quantdesk.program.addresses import TOKEN_PROGRAM, Addresses, program_id, token_account
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.idl import idl
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import READY, Book, Exchange, Trader
from quantdesk.program.layouts.reading import Records, account_record, table
from quantdesk.program.records import GrowKind
from quantdesk.program.token import token_amount
from quantdesk.stress.errors import SetUpFailed
from quantdesk.stress.machine import Machine, Receipt

USDC = 0
ATOMS = 1_000_000
"""Quote atoms of one USDC."""
WALLET = 2**60
"""What an owner's token account holds at first, quote atoms."""
STATUS_OFFSET = 10


@dataclass(frozen=True, slots=True)
class Seat:
    """An active account: its slot and how its owner acts for it."""

    slot: int
    generation: int
    key: TraderKey
    source: Pubkey
    """The owner's USDC token account."""


@dataclass(frozen=True)
class State:
    """Exchange and ledger at one moment. ``slots``: structured array of every slot ever used."""

    exchange: Any
    slots: Records

    @cached_property
    def markets(self) -> Records:
        """The markets' records. Shape (markets,)."""
        found: Records = self.exchange["markets"][: int(self.exchange["market_count"])]
        return found


def on_chain(name: str) -> bool:
    """Whether the program has the instruction ``name``."""
    return name in idl().instructions_by_name


def builder(name: str) -> Callable[..., Instruction]:
    """The builder of the instruction ``name``. Raises ``SetUpFailed`` when the program has none such."""
    if not on_chain(name):
        raise SetUpFailed(f"this program has no {name}")
    found: Callable[..., Instruction] = getattr(build, name)
    return found


def _with_room(entry: MarketEntry, room: int) -> MarketEntry:
    least = 64
    return entry.model_copy(update={"book_capacity": min(entry.book_capacity, max(room, least))})


def named_key(*what: object) -> Pubkey:
    """An address of its own for each name."""
    return Pubkey.from_bytes(hashlib.sha256(":".join(map(str, what)).encode()).digest())


class Venue:
    """One open exchange with ``seats`` slots and ``room`` orders a side of a book, or the market's if less.

    Raises ``SetUpFailed`` when the program refuses its parameters.
    """

    def __init__(
        self, machine: Machine, file: MarketFile, entries: Sequence[MarketEntry], seats: int, room: int
    ) -> None:
        self.machine, self.seats = machine, seats
        self.addresses = Addresses(program_id())
        self.admin, self.oracle, self.mint = (named_key(name) for name in ("admin", "oracle", "usdc"))
        for key in (self.admin, self.oracle):
            machine.put(key, b"", Pubkey.default())
        machine.put(
            self.mint, struct.pack("<I32sQBBI32s", 0, bytes(32), 0, 6, 1, 0, bytes(32)), TOKEN_PROGRAM
        )
        self._set_up(file, [_with_room(entry, room) for entry in entries], seats)
        self.markets: list[Market] = [market.parameters for market in self.read_exchange().markets]

    # set-up

    def _set_up(self, file: MarketFile, entries: Sequence[MarketEntry], seats: int) -> None:
        place, payer, admin = self.addresses, self.machine.payer, self.admin
        self._must(
            "init_exchange",
            build.init_exchange(
                place,
                payer,
                admin,
                guardian=admin,
                timelock_s=file.exchange.timelock_s,
                min_slot_equity=parameters.quote(file.exchange.min_slot_equity, "min_slot_equity"),
                client_data_limit=file.exchange.client_data_limit,
                slot_capacity=seats,
                fee_tiers=parameters.fee_tiers(file.exchange.fee_tiers),
            ),
        )
        self._grow(GrowKind.EXCHANGE, place.exchange)
        self._grow(GrowKind.LEDGER, place.ledger)
        usdc = build.add_collateral(place, payer, admin, self.mint, parameters.usdc())
        self._must("add_collateral", usdc)
        for index, entry in enumerate(entries):
            params = parameters.market_params(entry, self.oracle)
            self._must("create_market", build.create_market(place, payer, admin, index, params), entry.symbol)
            self._grow(GrowKind.BOOK, place.book(index))
        self._must("open_exchange", build.open_exchange(place, admin))

    def _grow(self, kind: GrowKind, account: Pubkey) -> None:
        step = build.grow_account(self.addresses, self.machine.payer, self.admin, kind, account)
        while self.machine.data(account)[STATUS_OFFSET] != READY:
            self._must("grow_account", step)

    def _must(self, name: str, instruction: Instruction, of: str = "") -> Receipt:
        receipt = self.machine.run(name, instruction)
        if receipt.error is not None:
            raise SetUpFailed(f"the program refused {name}{' of ' + of if of else ''}: {receipt.error}")
        return receipt

    def seat(self, name: str, deposit: int) -> Seat:
        """A new owner called ``name`` with ``deposit`` quote atoms in a slot. Raises ``SetUpFailed``."""
        owner = named_key("owner", name)
        key, source = TraderKey(owner), self._wallet(owner)
        self._must("open_trader", build.open_trader(self.addresses, self.machine.payer, owner), name)
        self._must("deposit", self.deposit(key, source, deposit), name)
        self._must("activate", build.activate(self.addresses, key), name)
        trader = Trader.decode(self.machine.data(self.addresses.trader(owner)))
        return Seat(trader.slot_index, trader.generation, key, source)

    def _wallet(self, owner: Pubkey) -> Pubkey:
        """An owner that exists, and its token account with more USDC than a run can spend."""
        source = token_account(owner, self.mint)
        self.machine.put(owner, b"", Pubkey.default())
        holding = bytes(self.mint) + bytes(owner) + struct.pack("<Q", WALLET) + bytes(36) + b"\1"
        self.machine.put(source, holding.ljust(165, b"\0"), TOKEN_PROGRAM)
        return source

    def give_insurance(self, amount: int) -> None:
        """Pay ``amount`` quote atoms into the insurance fund. Raises ``SetUpFailed``."""
        owner = named_key("sponsor")
        name = "deposit_insurance"
        self._must(name, builder(name)(self.addresses, owner, self._wallet(owner), self.mint, amount))

    def deposit(self, key: TraderKey, source: Pubkey, amount: int) -> Instruction:
        """Deposit of ``amount`` quote atoms."""
        return build.deposit(
            self.addresses, key, collateral=USDC, mint=self.mint, source=source, amount=amount
        )

    # reading

    def read_exchange(self) -> Exchange:
        """The exchange account, decoded field by field."""
        return Exchange.decode(self.machine.data(self.addresses.exchange))

    def read_markets(self) -> Records:
        """The markets' records as they are now. Shape (markets,)."""
        exchange = account_record("Exchange", self.machine.data(self.addresses.exchange))
        markets: Records = exchange["markets"][: int(exchange["market_count"])]
        return markets

    def read(self) -> State:
        """Exchange and ledger as they are now."""
        exchange = account_record("Exchange", self.machine.data(self.addresses.exchange))
        data = self.machine.data(self.addresses.ledger)
        header = account_record("Ledger", data)
        slots = table("Slot", data, account_dtype("Ledger").itemsize, int(header["high_water"]))
        return State(exchange, slots)

    def read_book(self, market: int) -> Book:
        """A market's book."""
        return Book.decode(self.machine.data(self.addresses.book(market)))

    def vault(self) -> int:
        """Quote atoms in the exchange's USDC vault."""
        return token_amount(self.machine.data(self.addresses.vault(self.mint)))
