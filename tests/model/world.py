"""The program in the VM and the model side by side: every step goes to both, and both must agree.

A step is plain data, so that a sequence can be written down, replayed and made smaller.
"""

from __future__ import annotations

import struct
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from solders.compute_budget import set_compute_unit_limit
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from integration.program import idl
from integration.program.exchange import EVENT_AUTHORITY, HEADER_BYTES, Exchange, error_name
from integration.program.vm import PROGRAM_BYTES, Vm
from model import (
    authority,
    compare,
    delegates,
    governance,
    invariants,
    layout,
    liquidation,
    money,
    orders,
    prices,
    rare,
    traders,
    triggers,
    waterfall,
)
from model.exact import Refused
from model.layout import Record
from model.settings import Setting
from model.state import RULES, Book, Call, Event, Key, Slot, State

MODELLED = (
    authority,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    traders,
    triggers,
    waterfall,
)
"""The files whose rules are in RULES."""
PROGRAM = idl.program_id()
WALLET = 10**15
LIMIT = set_compute_unit_limit(1_400_000)
WHOLE_EVERY = 200
"""Instructions from one comparison of every account and every sum, whole, to the next."""


@dataclass(frozen=True)
class Step:
    """One instruction: whose trader, who signs (number of an owner, or a role), and when."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)
    trader: Key | None = None
    signer: int | str | None = None
    """None is the trader's owner."""
    other: Key | None = None
    slots: int = 0
    seconds: int = 0
    """What passes before it."""
    change: int | None = None
    """Number of the queued change that it takes."""

    def __str__(self) -> str:
        shown = {key: value for key, value in asdict(self).items() if value not in (None, {}, 0)}
        return "Step(" + ", ".join(f"{key}={value!r}" for key, value in shown.items()) + ")"


@dataclass
class Seen:
    """What came of a step."""

    step: Step
    error: str | None
    event: Event | None
    units: int
    states: list[str]
    """Names of the rare states that it met."""


class Quick(Vm):
    """The VM without signature checks and without a memory of transactions: the program is what is tested."""

    def __init__(self) -> None:
        super().__init__()
        svm = LiteSVM().with_mainnet_features().with_sigverify(False).with_blockhash_check(False)
        self.svm = svm.with_transaction_history(0)
        self.svm.airdrop(self.payer.pubkey(), 10**14)
        self.set_time(slot=1_000, unix=1_790_000_000)


class World:
    """Both implementations of one exchange, set up as ``setting`` says."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.vm = Quick()
        self.vm.deploy_at(PROGRAM_BYTES.read_bytes(), PROGRAM)
        self.payer = self.vm.payer.pubkey()
        self.box = Exchange(self.vm, slots=setting.slots)
        self._set_up()
        self.clock = (self.vm.slot, self.vm.unix)
        self.state = State()
        self.keys: dict[int | str, Keypair] = {
            "admin": self.box.admin,
            "guardian": self.box.admin,
            "authority": self.box.authority,
        }
        self.addresses: dict[int | str, bytes] = {}
        self.books: dict[int, Pubkey] = {}
        self.trader_addresses: dict[Key, Pubkey] = {}
        self.wallets: dict[int | str, Pubkey] = {}
        self.metas: dict[Any, tuple[list[AccountMeta], bytes]] = {}
        self.data: dict[Pubkey, bytearray] = {}
        """Tables as they were last found equal."""
        self.regions: dict[tuple[Pubkey, int], dict[Any, tuple[int, int]]] = {}
        self.done = 0
        self._read_everything()
        self.sums = invariants.Sums.of(self.state)

    def _set_up(self) -> None:
        box, setting = self.box, self.setting
        box.ok(box.init(fee_tiers=setting.fee_tiers, min_slot_equity=setting.min_slot_equity, timelock_s=30))
        box.grow_fully("Exchange", box.address)
        if box.ledger_bytes() < HEADER_BYTES["Ledger"] + setting.slots * idl.size_of("Slot"):
            box.grow_fully("Ledger", box.ledger)
        box.ok(box.add_usdc(**setting.usdc))
        for index, changes in enumerate(setting.markets):
            symbol = f"M{index}-PERP".encode().ljust(16, b"\0")
            box.add_market(index, **({"symbol": symbol} | changes))
        box.ok(box.open())

    def _read_everything(self) -> None:
        """The model begins where the set-up ended."""
        box, rows = self.box, self.state.rows
        data = self.vm.data(box.address)
        exchange = layout.decode("Exchange", data[8:])
        rows["exchange", 0] = exchange
        for index in range(exchange.collateral_count):
            rows["collateral", index] = exchange.collaterals[index]
        for index in range(exchange.market_count):
            rows["market", index] = exchange.markets[index]
            book = Book(**layout.decode("Book", self.vm.data(box.book(index))[8:]).__dict__, bids=[], asks=[])
            rows["book", index] = book
        del exchange.collaterals, exchange.markets
        rows["ledger", 0] = layout.decode("Ledger", self.vm.data(box.ledger)[8:])
        rows["address", 0] = Record(key=bytes(box.address), payer=bytes(self.payer))
        rows["tokens", ("vault", 0)] = Record(amount=0)

    # -- who and where ----------------------------------------------------------------------

    def key(self, who: int | str) -> Keypair:
        """An owner's key, or a role's."""
        if who not in self.keys:
            assert isinstance(who, int)
            self.keys[who] = key = Keypair.from_seed(struct.pack("<QQ16x", 77, who))
            self.vm.svm.airdrop(key.pubkey(), 10**9)
        return self.keys[who]

    def wallet(self, who: int | str) -> Pubkey:
        """The USDC token account of an owner or a role."""
        if who not in self.wallets:
            number = who if isinstance(who, int) else 2**32 + list(self.keys).index(who)
            self.wallets[who] = address = Keypair.from_seed(struct.pack("<QQ16x", 78, number)).pubkey()
            owner = self.public(who)
            if ("tokens", (owner, 0)) not in self.state.rows:
                self.state.rows["tokens", (owner, 0)] = Record(amount=WALLET)
                self.box.put_tokens(address, Pubkey(owner), WALLET)
            else:  # Two roles of one key.
                same = next(one for one in self.wallets if one != who and self.public(one) == owner)
                self.wallets[who] = self.wallets[same]
        return self.wallets[who]

    def address(self, key: Key) -> Pubkey:
        """A trader's account."""
        if key not in self.trader_addresses:
            owner, sub = key
            found, bump = trader_address(bytes(self.box.address), self.public(owner), sub)
            self.state.rows["bump", key] = Record(bump=bump)
            self.trader_addresses[key] = found
        return self.trader_addresses[key]

    def book(self, market: int) -> Pubkey:
        """A market's book."""
        if market not in self.books:
            self.books[market] = self.box.book(market)
        return self.books[market]

    def change_address(self, seq: int) -> Pubkey:
        """A queued change's account."""
        seeds = [b"change", bytes(self.box.address), struct.pack("<Q", seq)]
        found, bump = Pubkey.find_program_address(seeds, PROGRAM)
        self.state.rows["bump", ("change", seq)] = Record(bump=bump)
        return found

    # -- one step ---------------------------------------------------------------------------

    def run(self, step: Step) -> Seen:
        """Sends the step to both.

        Raises: Different when they disagree; Broken when an invariant does not hold.
        """
        self.done += 1
        if step.slots or step.seconds:
            self.clock = (self.clock[0] + step.slots, self.clock[1] + step.seconds)
            self.vm.set_time(slot=self.clock[0], unix=self.clock[1])
        instruction = self._build(step)
        error, event, units = self._send(instruction)
        mine, told = self._model(step)
        if error != mine:
            raise compare.Different(f"{step}: program {error or 'succeeds'}, model {mine or 'succeeds'}")
        if told is not None:
            self._compare_event(step, event, told)
            self._compare_accounts(instruction)
            self._check_invariants(step, told)
        if self.done % WHOLE_EVERY == 0:
            self.compare_everything()
        return Seen(step, error, told, units, list(rare.states(self.state, told)) if told else [])

    def _signer(self, step: Step) -> int | str:
        if step.signer is not None:
            return step.signer
        assert step.trader is not None, step
        return step.trader[0]

    def public(self, who: int | str) -> bytes:
        """Address of an owner or a role."""
        if who not in self.addresses:
            self.addresses[who] = bytes(self.key(who).pubkey())
        return self.addresses[who]

    def _build(self, step: Step) -> Instruction:
        market = step.args.get("market")
        seq = step.args.get("seq") if step.name == "queue_change" else step.change
        cached = (step.name, step.trader, step.signer, step.other, market, seq)
        if cached not in self.metas:
            self.metas[cached] = (
                self._metas(step, market, seq),
                bytes(idl.instructions()[step.name]["discriminator"]),
            )
        metas, tag = self.metas[cached]
        return Instruction(PROGRAM, tag + pack_args(step.name, step.args), metas)

    def _metas(self, step: Step, market: int | None, seq: int | None) -> list[AccountMeta]:
        box, signer = self.box, Pubkey(self.public(self._signer(step)))
        accounts = {
            "payer": self.payer,
            "exchange": box.address,
            "ledger": box.ledger,
            "vault": box.vault,
            "event_authority": EVENT_AUTHORITY,
            "program": PROGRAM,
            "rent_receiver": self.payer,
        } | dict.fromkeys(("owner", "signer", "authority", "admin"), signer)
        wallet = self.wallet(step.trader[0] if step.trader else self._signer(step))
        accounts |= dict.fromkeys(("source", "destination"), wallet)
        if step.trader:
            accounts["trader"] = self.address(step.trader)
        if step.other:
            accounts["to_trader"] = self.address(step.other)
        if seq is not None:
            accounts["change"] = self.change_address(seq)
        if market is not None:
            accounts["book"] = self.book(market)
        return [
            AccountMeta(
                Pubkey.from_string(one["address"]) if one.get("address") else accounts[one["name"]],
                one.get("signer", False),
                one.get("writable", False),
            )
            for one in idl.instructions()[step.name]["accounts"]
        ]

    def _send(self, instruction: Instruction) -> tuple[str | None, bytes, int]:
        message = Message([LIMIT, instruction], self.payer)
        result = self.vm.svm.send_transaction(Transaction.new_unsigned(message))
        if isinstance(result, FailedTransactionMetadata):
            meta = result.meta()
            error = named(str(result.err()))
            assert error != "BrokenInvariant", meta.logs()
            return error, b"", meta.compute_units_consumed()
        inner = [bytes(one.instruction().data) for group in result.inner_instructions() for one in group]
        events = [data for data in inner if data[:8] == idl.EVENT_TAG]
        assert len(events) == 1, "one event per instruction"
        return None, events[0], result.compute_units_consumed()

    def _model(self, step: Step) -> tuple[str | None, Event | None]:
        state = self.state
        state.begin()
        call = Call(
            args=step.args,
            signer=self.public(self._signer(step)),
            trader=step.trader,
            other=step.other,
            address=bytes(self.address(step.trader)) if step.trader else b"",
            change_seq=step.change,
            wallet=bytes(self.wallet(step.trader[0] if step.trader else self._signer(step))),
            slot=self.clock[0],
            unix=self.clock[1],
        )
        try:
            event = RULES[step.name](state, call)
        except Refused as refusal:
            state.undo()
            return refusal.name, None
        state.exchange.event_seq += 1
        return None, event

    # -- agreement --------------------------------------------------------------------------

    def _compare_event(self, step: Step, data: bytes, told: Event) -> None:
        name, fields = told
        fields |= {
            "seq": self.state.exchange.event_seq,
            "slot": self.clock[0],
            "unix_ts": self.clock[1],
        }
        expected = event_tag(name) + layout.packer(name)(Record(**fields))
        if data != expected:
            found, wanted = idl.decode_event(data), idl.decode_event(expected)
            assert found is not None
            assert wanted is not None
            raise compare.Different(f"{step}: event: {compare.differences(dict([found]), dict([wanted]))}")

    def _compare_accounts(self, instruction: Instruction) -> None:
        """The accounts that it could write: rows that the model touched, and bytes that changed."""
        kept, box = self.state.kept, self.box
        written = {meta.pubkey for meta in instruction.accounts if meta.is_writable}
        if box.address in written:
            self._compare_table(box.address, compare.exchange_regions)
        if box.ledger in written:
            self._compare_table(box.ledger, compare.ledger_regions)
        for kind, key in list(kept):
            if kind == "book":
                compare.check(self.state, (kind, key), self.vm.data(self.book(key)))
            elif kind == "trader":
                compare.check(self.state, (kind, key), self.vm.data(self.address(key)))
            elif kind == "change":
                compare.check(self.state, (kind, key), self.vm.data(self.change_address(key)))
            elif kind == "tokens":
                self._compare_tokens(key)

    def _compare_table(self, address: Pubkey, regions: Any) -> None:
        """Rows that the model touched; apart from them not a byte may have changed."""
        data, kept = self.vm.data(address), self.state.kept
        before = self.data.get(address)
        if (address, len(data)) not in self.regions:
            rows = {key: (first, last) for key, first, last in regions(data)}
            self.regions[address, len(data)] = rows
        places = self.regions[address, len(data)]
        if before is None or len(before) != len(data):
            for key, (first, last) in places.items():
                compare.check(self.state, key, data[first:last])
            self.data[address] = bytearray(data)
            return
        for key in kept:
            if key in places:
                first, last = places[key]
                row = data[first:last]
                compare.check(self.state, key, row)
                before[first:last] = row
        if before != data:
            for key, (first, last) in places.items():
                compare.check(self.state, key, data[first:last])
            raise compare.Different(f"{address}: bytes outside of every row changed")

    def _compare_tokens(self, key: Any) -> None:
        owner, index = key
        assert index == 0
        if owner == "vault":
            address = self.box.vault
        else:
            address = next(self.wallets[who] for who in self.wallets if self.public(who) == owner)
        found, wanted = self.box.tokens(address), self.state.rows["tokens", key].amount
        if found != wanted:
            raise compare.Different(f"tokens {key}: program {found}, model {wanted}")

    def compare_everything(self) -> None:
        """Every account of the exchange, whole."""
        self.data.clear()
        invariants.check_whole(self.state, self.sums)
        self._compare_table(self.box.address, compare.exchange_regions)
        self._compare_table(self.box.ledger, compare.ledger_regions)
        for (kind, key), _ in list(self.state.rows.items()):
            if kind == "book":
                compare.check(self.state, (kind, key), self.vm.data(self.book(key)))
            elif kind == "trader":
                compare.check(self.state, (kind, key), self.vm.data(self.address(key)))
            elif kind == "change":
                compare.check(self.state, (kind, key), self.vm.data(self.change_address(key)))
            elif kind == "tokens":
                self._compare_tokens(key)

    def _check_invariants(self, step: Step, told: Event) -> None:
        state = self.state
        invariants.check(state, self.sums)
        actors = set()
        for (kind, _), before in state.kept.items():
            row = before if kind == "trader" else None
            if row is not None and row.active:
                actors.add(row.slot_index)
        actors |= {told[1][name] for name in ("taker_slot", "from_slot") if name in told[1]}
        if step.name == "execute_trigger":
            actors.add(step.args["slot"])
        invariants.bystanders(state, told, actors)

    # -- reading ----------------------------------------------------------------------------

    def traders(self) -> list[Key]:
        """Traders whose accounts exist."""
        return [key for key, _ in self.state.all("trader")]

    def slot_of(self, key: Key) -> Slot | None:
        """A trader's slot, if it has one."""
        trader = self.state.rows.get(("trader", key))
        return self.state.rows["slot", trader.slot_index] if trader and trader.active else None


@cache
def event_tag(name: str) -> bytes:
    """What the data of an event begins with."""
    return idl.EVENT_TAG + idl.discriminator("event", name)


named = cache(error_name)


@cache
def trader_address(exchange: bytes, owner: bytes, sub: int) -> tuple[Pubkey, int]:
    """Address and bump of a trader's account."""
    return Pubkey.find_program_address([b"trader", exchange, owner, bytes([sub])], PROGRAM)


@cache
def _args(name: str) -> layout.Pack | None:
    fields = idl.instructions()[name]["args"]
    return layout.packer_of(tuple((one["name"], one["type"]) for one in fields)) if fields else None


def pack_args(name: str, args: dict[str, Any]) -> bytes:
    """An instruction's arguments."""
    pack = _args(name)
    nested = {key: layout.record(one) if type(one) in (list, dict) else one for key, one in args.items()}
    return pack(nested) if pack else b""


__all__ = ["MODELLED", "Seen", "Step", "World"]
