"""The model's state: what the accounts hold, and how an instruction that fails leaves none of its changes.

Fields bear the names of the IDL. Rules reach a row through the methods of :class:`State`, which keep a copy
of it the first time in an instruction; a slot's positions are by market, a book's orders best first.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, ItemsView
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from model import layout
from model.exact import require
from model.layout import Record

LAYOUT_VERSION, EXCHANGE_VERSION = 1, 2
NO_SLOT = 65_535
NO_MARKET = 255
POSITIONS = 8
Key = tuple[int, int]
"""A trader: number of its owner, number of the sub-account."""


class Order(NamedTuple):
    """A resting order. ``number`` is the book's running number, without the side."""

    side: str
    ticks: int
    number: int
    lots: int
    owner: int
    """Slot of its trader."""
    client_id: int = 0
    dies_at_slot: int = 0
    dies_at_time: int = 0
    """Unix seconds; as for the slot, 0 is never."""
    reduce_only: bool = False
    post_only: bool = False

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts the better price first, and at a price the older order."""
        return (-self.ticks if self.side == "Bid" else self.ticks), self.number


class Slot(Record):
    """A trader's slot; ``positions`` by market."""

    positions: dict[int, Record]

    def copy(self) -> Slot:
        twin = super().copy()
        assert isinstance(twin, Slot)
        twin.positions = {market: position.copy() for market, position in self.positions.items()}
        return twin

    @property
    def active(self) -> bool:
        """Whether it belongs to a trader."""
        return bool(self.flags & 1)


class Book(Record):
    """A market's orders."""

    bids: list[Order]
    asks: list[Order]

    def copy(self) -> Book:
        twin = super().copy()
        assert isinstance(twin, Book)
        twin.bids, twin.asks = list(self.bids), list(self.asks)
        return twin

    def side(self, side: str) -> list[Order]:
        """A side's orders, the best first."""
        return self.bids if side == "Bid" else self.asks

    def add(self, order: Order) -> None:
        """Rests an order behind those of its price."""
        insort(self.side(order.side), order, key=lambda one: one.rank)

    def find(self, side: str, ticks: int, number: int) -> Order | None:
        """The order of this id."""
        for order in self.side(side):
            if order.number == number and order.ticks == ticks:
                return order
        return None

    def of(self, owner: int, side: str | None = None) -> list[Order]:
        """A slot's orders, on one side or on both."""
        sides = [side] if side else ["Bid", "Ask"]
        return [order for one in sides for order in self.side(one) if order.owner == owner]

    def replace(self, old: Order, new: Order) -> None:
        """The same order with another size."""
        side = self.side(old.side)
        side[side.index(old)] = new


class Rows(dict[tuple[str, Any], Any]):
    """Rows by kind and key; ``kinds`` has the same ones by key for each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: defaultdict[str, dict[Any, Any]] = defaultdict(dict)

    def __setitem__(self, name: tuple[str, Any], row: Any) -> None:
        super().__setitem__(name, row)
        self.kinds[name[0]][name[1]] = row

    def __delitem__(self, name: tuple[str, Any]) -> None:
        super().__delitem__(name)
        del self.kinds[name[0]][name[1]]


@dataclass
class State:
    """Every row of one exchange: what it is and, by key, which."""

    rows: Rows = field(default_factory=Rows)
    kept: dict[tuple[str, Any], Any] = field(default_factory=dict)
    """Rows as they were before the instruction, None for what was not there."""

    def use(self, kind: str, key: Any = 0) -> Any:
        """A row, to read or to change."""
        row = self.rows[kind, key]
        if (kind, key) not in self.kept:
            self.kept[kind, key] = row.copy()
        return row

    def put(self, kind: str, key: Any, row: Any) -> None:
        """A new row, or none any more."""
        if (kind, key) not in self.kept:
            before = self.rows.get((kind, key))
            self.kept[kind, key] = None if before is None else before.copy()
        if row is None:
            del self.rows[kind, key]
        else:
            self.rows[kind, key] = row

    def begin(self) -> None:
        """An instruction begins."""
        self.kept = {}

    def undo(self) -> None:
        """Everything as it was when the instruction began."""
        for (kind, key), row in self.kept.items():
            if row is None:
                if (kind, key) in self.rows:
                    del self.rows[kind, key]
            else:
                self.rows[kind, key] = row

    # -- rows by name -----------------------------------------------------------------------

    @property
    def exchange(self) -> Record:
        """The exchange, without its tables."""
        row = self.use("exchange")
        assert isinstance(row, Record)
        return row

    @property
    def ledger(self) -> Record:
        """The ledger's header."""
        row = self.use("ledger")
        assert isinstance(row, Record)
        return row

    def collateral(self, index: int) -> Record:
        """A collateral; UnknownCollateral without it."""
        require(index < self.exchange.collateral_count, "UnknownCollateral")
        row = self.use("collateral", index)
        assert isinstance(row, Record)
        return row

    def market(self, index: int) -> Record:
        """A market; UnknownMarket without it."""
        require(index < self.exchange.market_count, "UnknownMarket")
        row = self.use("market", index)
        assert isinstance(row, Record)
        return row

    def book(self, market: int) -> Book:
        """A market's book."""
        row = self.use("book", market)
        assert isinstance(row, Book)
        return row

    def enter(self, takes_ledger: bool) -> None:
        """Whether exchange and ledger can be used."""
        require(("exchange", 0) in self.rows, "WrongAccountOwner")
        header = self.exchange.header
        require(header.status == 1, "WrongAccountKind")
        require(header.layout_version == EXCHANGE_VERSION, "WrongLayoutVersion")
        require(not takes_ledger or self.ledger.header.status == 1, "AccountNotReady")

    def slot(self, index: int) -> Slot:
        """A slot of the ledger; a zeroed one when it was never used."""
        if ("slot", index) not in self.rows:
            self.put("slot", index, empty_slot())
        row = self.use("slot", index)
        assert isinstance(row, Slot)
        return row

    def trader(self, key: Key) -> Record:
        """A trader's account; WrongAccountOwner where there is none: the system program owns it."""
        require(("trader", key) in self.rows, "WrongAccountOwner")
        row = self.use("trader", key)
        assert isinstance(row, Record)
        return row

    def slot_of(self, trader: Record) -> Slot:
        """The slot that an active trader names."""
        require(trader.active == 1, "TraderNotActive")
        slot = self.slot(trader.slot_index)
        require(slot.active and slot.generation == trader.generation, "StaleGeneration")
        return slot

    # -- everything of a kind, only to read ---------------------------------------------------

    def all(self, kind: str) -> ItemsView[Any, Any]:
        """Keys and rows of a kind."""
        return self.rows.kinds[kind].items()

    def active_slots(self) -> dict[int, Slot]:
        """Slots that belong to traders."""
        return {index: slot for index, slot in self.all("slot") if slot.active}


def empty_slot() -> Slot:
    """A slot that nobody has."""
    slot = Slot(**layout.zero("Slot").__dict__)
    slot.positions = {}
    return slot


@dataclass
class Call:
    """One instruction as the rules see it."""

    args: dict[str, Any]
    signer: bytes
    """Address of who signed in the role that matters."""
    slot: int
    unix: int
    trader: Key | None = None
    other: Key | None = None
    """A second trader, where the instruction takes one."""
    address: bytes = b""
    """Address of the trader's account."""
    change_seq: int | None = None
    """Number of the queued change that the instruction takes."""
    wallet: bytes = b""
    """Address of the signer's USDC token account."""
    mint: int | None = None
    """Number of the mint that the instruction takes."""
    book: int | None = None
    """Market whose book the instruction grows."""
    pyth: dict[str, Any] = field(default_factory=dict)
    """What the price account of Pyth says that the instruction takes."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self.args[name]
        except KeyError:
            raise AttributeError(name) from None


Event = tuple[str, dict[str, Any]]
Rule = Callable[[State, Call], Event]
RULES: dict[str, Rule] = {}
"""What each instruction does, by its name in the IDL; a rule returns its event."""


def instruction(rule: Rule) -> Rule:
    """Enters a rule under its own name."""
    RULES[rule.__name__] = rule
    return rule
