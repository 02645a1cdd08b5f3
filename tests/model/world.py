"""The program in the VM and the model side by side: every step goes to both, and both must agree.

A step is plain data, so that a sequence can be written down, replayed and made smaller.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from solders.account import Account
from solders.compute_budget import set_compute_unit_limit
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata

from integration.program import idl
from integration.program.exchange import EVENT_AUTHORITY, Exchange, error_name
from integration.program.pyth import RECEIVER, PythPrice
from integration.program.vm import PROGRAM_BYTES, Vm
from model import (
    authority,
    collaterals,
    compare,
    delegates,
    governance,
    invariants,
    layout,
    liquidation,
    money,
    orders,
    prices,
    pyth,
    rare,
    setting_up,
    traders,
    triggers,
    waterfall,
)
from model.exact import Refused, require
from model.layout import Record
from model.settings import Setting
from model.state import RULES, Call, Event, Key, Slot, State

MODELLED = (
    authority,
    collaterals,
    delegates,
    governance,
    liquidation,
    money,
    orders,
    prices,
    pyth,
    setting_up,
    traders,
    triggers,
    waterfall,
)
"""The files whose rules are in RULES."""
GROWING = ("init_exchange", "grow_account", "migrate")
"""Instructions for accounts that cannot be used yet."""
PROGRAM = idl.program_id()
PRICE_ACCOUNT = Keypair.from_seed(bytes([80] * 32)).pubkey()
WALLET = 10**15
DECIMALS = [6, 9, 8, 5, 0, 6, 10]
"""Of the mints; the first is USDC, the last has too many."""
LIMIT = set_compute_unit_limit(1_400_000)
WHOLE_EVERY = 200
"""Instructions from one comparison of every account and every sum, whole, to the next."""


QUIET = ("slots", "seconds", "older")
"""What a step does not say of itself when it is nothing."""


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
    mint: int | None = None
    """Number of the mint that it takes."""
    book: int | None = None
    """Market whose book it grows."""
    older: bool = False
    """Whether the exchange is first written back to the layout before the program's."""
    pyth: dict[str, Any] | None = None
    """What the price account says that it takes (:func:`pyth_account`)."""

    def __str__(self) -> str:
        shown = {key: value for key, value in asdict(self).items() if value not in (None, {})}
        shown = {key: value for key, value in shown.items() if value or key not in QUIET}
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


def pyth_account(feed: bytes, price: int, publish_time: int, **changes: Any) -> dict[str, Any]:
    """A fully verified price account of Pyth: ``price`` x 10^``exponent`` dollars, unix seconds."""
    plain = {
        "owned": True,
        "kind": "price",
        "signatures": None,
        "feed_id": feed,
        "price": price,
        "confidence": 0,
        "exponent": -8,
        "publish_time": publish_time,
    }
    return plain | changes


class Books(dict[int, bytes]):
    """Addresses of books by market, found when they are asked for."""

    def __init__(self, find: Callable[[int], Pubkey]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, market: int) -> bytes:
        self[market] = bytes(self.find(market))
        return self[market]


class Quick(Vm):
    """The VM without signature checks and without a memory of transactions: the program is what is tested."""

    def __init__(self) -> None:
        super().__init__()
        svm = LiteSVM().with_mainnet_features().with_sigverify(False).with_blockhash_check(False)
        self.svm = svm.with_transaction_history(0)
        self.svm.airdrop(self.payer.pubkey(), 10**14)
        self.set_time(slot=1_000, unix=1_790_000_000)


class World:
    """Both implementations of one exchange that does not exist yet; ``setting`` says what it will be like."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.vm = Quick()
        self.vm.deploy_at(PROGRAM_BYTES.read_bytes(), PROGRAM)
        self.payer = self.vm.payer.pubkey()
        self.box = Exchange(self.vm)
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
        self.wallets: dict[tuple[bytes, int], Pubkey] = {}
        self.metas: dict[Any, tuple[list[AccountMeta], bytes]] = {}
        self.data: dict[Pubkey, bytearray] = {}
        """Tables as they were last found equal."""
        self.regions: dict[tuple[Pubkey, int], dict[Any, tuple[int, int]]] = {}
        self.done = 0
        self._begin()
        self.sums = invariants.Sums()
        self.references: dict[int, int] = {}
        """What markets cost when they were created."""

    def _begin(self) -> None:
        """Addresses, and the mints that collaterals can be made of."""
        rows, box = self.state.rows, self.box
        program, key = PROGRAM, bytes(box.address)
        for name, seeds in (("exchange", [b"exchange", bytes(2)]), ("ledger", [b"ledger", key, b"\0"])):
            _, bump = Pubkey.find_program_address(seeds, program)
            rows["bump", name] = Record(bump=bump)
        self.mints = [box.mint]
        self.mints += [
            Keypair.from_seed(struct.pack("<QQ16x", 79, number)).pubkey() for number in range(1, 7)
        ]
        self.vaults = [box.pda(b"vault", key, bytes(mint)) for mint in self.mints]
        for number, (mint, vault) in enumerate(zip(self.mints, self.vaults, strict=True)):
            box._put_mint(mint, DECIMALS[number])
            rows["mint", number] = Record(key=bytes(mint), vault=bytes(vault), decimals=DECIMALS[number])
        books = Books(self.book)
        address = Record(key=key, payer=bytes(self.payer), ledger=bytes(box.ledger), books=books)
        rows["address", 0] = address

    # -- who and where ----------------------------------------------------------------------

    def key(self, who: int | str) -> Keypair:
        """An owner's key, or a role's."""
        if who not in self.keys:
            assert isinstance(who, int)
            self.keys[who] = key = Keypair.from_seed(struct.pack("<QQ16x", 77, who))
            self.vm.svm.airdrop(key.pubkey(), 10**9)
        return self.keys[who]

    def wallet(self, who: int | str, index: int = 0) -> Pubkey:
        """The token account of an owner or a role for a collateral; for one that is not there, of USDC."""
        if ("collateral", index) not in self.state.rows:
            index = 0
        owner = self.public(who)
        if (owner, index) not in self.wallets:
            number = struct.pack("<QQ", len(self.wallets), index)
            self.wallets[owner, index] = address = Keypair.from_seed(
                struct.pack("<Q", 78) + number + bytes(8)
            ).pubkey()
            self.state.rows["tokens", (owner, index)] = Record(amount=WALLET)
            self.box.put_tokens(address, Pubkey(owner), WALLET, Pubkey(self.mint_of(index)))
        return self.wallets[owner, index]

    def mint_of(self, index: int) -> bytes:
        """Mint of a collateral; USDC before there is one."""
        known = self.state.rows.get(("collateral", index))
        return bytes(known.mint) if known else bytes(self.mints[0])

    def vault_of(self, index: int) -> Pubkey:
        """Vault of a collateral; for one that is not there, of USDC."""
        known = self.state.rows.get(("collateral", index))
        return Pubkey(known.vault) if known else self.vaults[0]

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
            self.books[market] = address = self.box.book(market)
            _, bump = Pubkey.find_program_address(
                [b"book", bytes(self.box.address), struct.pack("<H", market)], PROGRAM
            )
            self.state.rows["bump", ("book", market)] = Record(bump=bump)
            return address
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
        if step.pyth:
            self._put_price(step.pyth)
        if step.older:
            self._grow_old()
        if step.slots or step.seconds:
            self.clock = (self.clock[0] + step.slots, self.clock[1] + step.seconds)
            self.vm.set_time(slot=self.clock[0], unix=self.clock[1])
        instruction = self._build(step)
        error, event, units = self._send(instruction)
        mine, told = self._model(step)
        if error != mine:
            raise compare.Different(f"{step}: program {error or 'succeeds'}, model {mine or 'succeeds'}")
        if told is not None and step.name == "create_market":
            self.references[step.args["market"]] = step.args["params"]["reference_price"]
        if told is not None:
            self._compare_event(step, event, told)
            self._compare_accounts(instruction)
            self._check_invariants(step, told)
        if self.done % WHOLE_EVERY == 0:
            self.compare_everything()
        return Seen(step, error, told, units, list(rare.states(self.state, told)) if told else [])

    def _put_price(self, account: Mapping[str, Any]) -> None:
        """The account of Pyth that the next instruction takes."""
        fields = ("price", "publish_time", "confidence", "exponent", "feed_id", "signatures")
        data = PythPrice(**{name: account[name] for name in fields}).data()
        if account["kind"] != "price":
            data = bytes(8) + data[8:]
        owner = RECEIVER if account["owned"] else PROGRAM
        self.vm.svm.set_account(PRICE_ACCOUNT, Account(10**9, data, owner))

    def _grow_old(self) -> None:
        """The exchange of the layout before, in both."""
        self.state.begin()
        setting_up.grow_old(self.state)
        account = self.vm.svm.get_account(self.box.address)
        assert account is not None
        data = compare.exchange_bytes(self.state, account.data)
        self.vm.svm.set_account(self.box.address, Account(account.lamports, data, PROGRAM))
        self.data.pop(self.box.address, None)

    def _signer(self, step: Step) -> int | str:
        if step.signer is not None:
            return step.signer
        return step.trader[0] if step.trader else 0

    def public(self, who: int | str) -> bytes:
        """Address of an owner or a role."""
        if who not in self.addresses:
            self.addresses[who] = bytes(self.key(who).pubkey())
        return self.addresses[who]

    def who(self, address: bytes) -> int | str:
        """Whose address it is, of those that are known; else the price authority."""
        found = (one for one in self.keys if self.public(one) == address)
        return next(found, "authority")

    def _build(self, step: Step) -> Instruction:
        market = step.args.get("market")
        seq = step.args.get("seq") if step.name == "queue_change" else step.change
        index = step.args.get("collateral", 0)
        growing = step.args["kind"] if step.name == "grow_account" else None
        cached = (
            *(step.name, step.trader, step.signer, step.other, market, seq),
            *(index, ("collateral", index) in self.state.rows, step.mint, step.book, growing),
        )
        if cached not in self.metas:
            self.metas[cached] = (
                self._metas(step, market, seq),
                bytes(idl.instructions()[step.name]["discriminator"]),
            )
        metas, tag = self.metas[cached]
        return Instruction(PROGRAM, tag + pack_args(step.name, step.args), metas)

    def _metas(self, step: Step, market: int | None, seq: int | None) -> list[AccountMeta]:
        box, signer = self.box, Pubkey(self.public(self._signer(step)))
        index = step.args.get("collateral", 0)
        accounts = {
            "payer": self.payer,
            "exchange": box.address,
            "ledger": box.ledger,
            "vault": self.vault_of(index) if step.mint is None else self.vaults[step.mint],
            "event_authority": EVENT_AUTHORITY,
            "program": PROGRAM,
            "rent_receiver": self.payer,
            "price_update": PRICE_ACCOUNT,
        } | dict.fromkeys(("owner", "signer", "authority", "admin"), signer)
        if {"source", "destination"} & {one["name"] for one in idl.instructions()[step.name]["accounts"]}:
            wallet = self.wallet(step.trader[0] if step.trader else self._signer(step), index)
            accounts |= dict.fromkeys(("source", "destination"), wallet)
        if step.mint is not None:
            accounts["mint"] = self.mints[step.mint]
        if step.name == "grow_account":
            known = {"Exchange": box.address, "Ledger": box.ledger}
            accounts["account"] = known.get(step.args["kind"]) or self.book(step.book or 0)
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
            wallet=bytes(self.wallet(self._signer(step))) if step.name == "sweep_fees" else b"",
            mint=step.mint,
            book=step.book,
            pyth=step.pyth or {},
            slot=self.clock[0],
            unix=self.clock[1],
        )
        try:
            require(step.trader is None or step.trader != step.other, "DuplicateAccount")
            if step.name not in GROWING:
                state.enter(takes_ledger(step.name))
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
        written = {meta.pubkey for meta in instruction.accounts if meta.is_writable}
        if self.box.address in written:
            self._compare_table("exchange", self.box.address)
        if self.box.ledger in written:
            self._compare_table("ledger", self.box.ledger)
        for kind, key in self.state.kept:
            self._compare_account(kind, key)

    def _compare_account(self, kind: str, key: Any) -> None:
        """A row that is an account of its own; nothing of another one."""
        if kind == "book":
            data = self._sized(("book", key), self.book(key))
            compare.check(self.state, (kind, key), data)
        elif kind == "trader":
            compare.check(self.state, (kind, key), self.vm.data(self.address(key)))
        elif kind == "change":
            compare.check(self.state, (kind, key), self.vm.data(self.change_address(key)))
        elif kind == "tokens":
            self._compare_tokens(key)

    def _sized(self, key: Any, address: Pubkey) -> bytes:
        """An account's bytes, of which there must be as many as the model says."""
        data, row = self.vm.data(address), self.state.rows.get(("size", key))
        if len(data) != (row.bytes if row else 0):
            raise compare.Different(f"{key}: program {len(data)} bytes, model {row}")
        return data

    def _compare_table(self, name: str, address: Pubkey) -> None:
        """Rows that the model touched; apart from them not a byte may have changed."""
        data, kept = self._sized(name, address), self.state.kept
        before = self.data.get(address)
        if (address, len(data)) not in self.regions:
            rows = {key: (first, last) for key, first, last in compare.REGIONS[name](data)}
            self.regions[address, len(data)] = rows
        places = self.regions[address, len(data)]
        if before is None or len(before) != len(data):
            self._compare_rows(places, data)
            self.data[address] = bytearray(data)
            return
        for kind, key in kept:
            place = key if kind == "leave" else (kind, key)
            if place in places:
                first, last = places[place]
                row = data[first:last]
                compare.check(self.state, place, row)
                before[first:last] = row
        if before != data:
            self._compare_rows(places, data)
            raise compare.Different(f"{name}: bytes outside of every row changed")

    def _compare_rows(self, places: Mapping[Any, tuple[int, int]], data: bytes) -> None:
        for key, (first, last) in places.items():
            compare.check(self.state, key, data[first:last])

    def _compare_tokens(self, key: Any) -> None:
        owner, index = key
        address = self.vault_of(index) if owner == "vault" else self.wallets[owner, index]
        found, wanted = self.box.tokens(address), self.state.rows["tokens", key].amount
        if found != wanted:
            raise compare.Different(f"tokens {key}: program {found}, model {wanted}")

    def compare_everything(self) -> None:
        """Every account of the exchange, whole."""
        if ("exchange", 0) not in self.state.rows:
            return
        self.data.clear()
        invariants.check_whole(self.state, self.sums)
        self._compare_table("exchange", self.box.address)
        self._compare_table("ledger", self.box.ledger)
        for kind, key in list(self.state.rows):
            self._compare_account(kind, key)

    def _check_invariants(self, step: Step, told: Event) -> None:
        state = self.state
        invariants.check(state, self.sums)
        actors = set()
        for (kind, _), before in state.kept.items():
            row = before if kind == "trader" else None
            if row is not None and row.active:
                actors.add(row.slot_index)
        names = ("taker_slot", "from_slot", "debtor_slot")
        actors |= {told[1][name] for name in names if name in told[1]}
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
def takes_ledger(name: str) -> bool:
    """Whether an instruction looks at the ledger before its own checks."""
    names = {one["name"] for one in idl.instructions()[name]["accounts"]}
    return "ledger" in names and name != "open_exchange"


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
