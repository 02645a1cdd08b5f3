"""From nothing to an open exchange: accounts that grow, collaterals, markets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integration.program import idl
from integration.program.exchange import HEADER_BYTES
from model import bounds, layout
from model.exact import MILLION, floor, require
from model.layout import Record
from model.state import EXCHANGE_VERSION, LAYOUT_VERSION, NO_SLOT, Book, Call, Event, State, instruction

STEP = 10_240
"""Most bytes that an instruction adds to an account."""
EXCHANGE_BYTES = 8 + idl.size_of("Exchange")
SLOT, ORDER = idl.size_of("Slot"), idl.size_of("Order")
INITIALISING, READY = 0, 1
ACTIVE = 2
FIRST_JUMP_BAND = 20_000
"""Of collaterals that are older than jump bands."""
CHANGEABLE = [
    "maintenance_fraction",
    "profit_weight",
    "oi_cap",
    "surcharge_start",
    "surcharge_rate",
    "max_position",
    "mark_band",
    "trade_band",
    "vesting_s",
    "funding_cap",
    "interest",
    "liquidation_fee",
    "impact_notional",
    "min_order_notional",
    "insurance_budget",
    "open_max_age_ms",
    "liquidate_max_age_ms",
    "open_confidence",
    "liquidate_confidence",
    "jump_band",
    "minute_band",
]
"""Parameters of a market that may change later, beside its tiers."""
FIRST_INTEREST = 10**12
"""Quote atoms of open interest of a market that is created after opening, in its first week."""


def ledger_bytes(slots: int) -> int:
    """A ledger's account."""
    return HEADER_BYTES["Ledger"] + slots * SLOT


def book_bytes(capacity: int) -> int:
    """A book's account."""
    return HEADER_BYTES["Book"] + 2 * capacity * ORDER


def header(state: State, key: Any, ready: bool, stride: int) -> Record:
    """Of a new account."""
    bump = state.use("bump", key).bump
    return Record(
        layout_version=LAYOUT_VERSION, status=READY if ready else INITIALISING, bump=bump, stride=stride
    )


def readied(header: Record) -> Record:
    """The header of an account that has its full size."""
    twin = header.copy()
    twin.status = READY
    return twin


@instruction
def init_exchange(state: State, call: Call) -> Event:
    """Exchange and ledger at their first size."""
    require(("exchange", 0) not in state.rows, "AlreadyInitialised")
    bounds.exchange(call.args)
    full = ledger_bytes(call.slot_capacity)
    require(full <= call.client_data_limit, "GrowthLimit")
    addresses = state.use("address")
    row = layout.zero("Exchange")
    del row.collaterals, row.markets
    row.header = header(state, "exchange", ready=False, stride=idl.size_of("Market"))
    row.header.layout_version = EXCHANGE_VERSION
    row.id, row.ledger_count, row.ledger = call.id, 1, addresses.ledger
    row.admin, row.guardian = call.signer, call.guardian
    for name in ("timelock_s", "min_slot_equity", "client_data_limit"):
        setattr(row, name, call.args[name])
    row.fee_tiers = bounds.fee_tiers(call.fee_tiers)
    done = full <= STEP
    row.slot_capacity = call.slot_capacity if done else 0
    state.put("exchange", 0, row)
    state.put("size", "exchange", Record(bytes=STEP))
    ledger = layout.zero("Ledger")
    ledger.header = header(state, "ledger", ready=done, stride=SLOT)
    ledger.exchange, ledger.free_head = addresses.key, NO_SLOT
    ledger.target_capacity, ledger.capacity = call.slot_capacity, row.slot_capacity
    state.put("ledger", 0, ledger)
    state.put("size", "ledger", Record(bytes=min(full, STEP)))
    return "ExchangeInitialised", {"id": call.id, "admin": call.signer, "guardian": call.guardian}


@instruction
def migrate(state: State, call: Call) -> Event:
    """Brings collaterals of the layout before to this one: those other than USDC get a jump band."""
    require(("exchange", 0) in state.rows, "WrongAccountOwner")
    exchange = state.exchange
    require(state.use("size", "exchange").bytes == EXCHANGE_BYTES, "WrongAccountKind")
    require(exchange.header.layout_version < EXCHANGE_VERSION, "AlreadyMigrated")
    require(call.cursor == exchange.migrated, "CursorNotNext")
    require(call.rows > 0, "ZeroAmount")
    last = min(call.cursor + call.rows, exchange.collateral_count)
    for index in range(max(1, call.cursor), last):
        state.collateral(index).jump_band = FIRST_JUMP_BAND
    exchange.migrated = last
    if last == exchange.collateral_count:
        exchange.header, exchange.migrated = versioned(exchange.header, EXCHANGE_VERSION), 0
    return "AccountMigrated", {
        "account": state.use("address").key,
        "cursor": exchange.migrated,
        "layout_version": exchange.header.layout_version,
    }


def versioned(header: Record, version: int) -> Record:
    """The header of an account of another layout."""
    twin = header.copy()
    twin.layout_version = version
    return twin


def grow_old(state: State) -> None:
    """The exchange as the program before this one wrote it: no instruction, but what `migrate` meets."""
    exchange = state.exchange
    exchange.header = versioned(exchange.header, EXCHANGE_VERSION - 1)
    for index in range(exchange.collateral_count):
        row = state.collateral(index)
        row.jump_band = row.pending_count = row.pending_price = row.pending_publish_ms = row.pending_slot = 0


@instruction
def grow_account(state: State, call: Call) -> Event:
    """One step towards the full size, which makes it usable."""
    require(("exchange", 0) in state.rows, "WrongAccountOwner")
    exchange = state.exchange
    current = exchange.header.layout_version == EXCHANGE_VERSION
    require(current or call.kind == "Exchange", "WrongLayoutVersion")
    require(exchange.admin == call.signer, "NotAuthorised")
    addresses = state.use("address")
    if call.kind == "Exchange":
        size, done = step(state, "exchange", EXCHANGE_BYTES)
        if done:
            exchange.header = readied(exchange.header)
        account = addresses.key
    elif call.kind == "Ledger":
        ledger = state.ledger
        target = max(call.target, ledger.target_capacity)
        fits = target <= bounds.MOST_SLOTS and ledger_bytes(target) <= exchange.client_data_limit
        require(fits, "GrowthLimit")
        size, done = step(state, "ledger", ledger_bytes(target))
        ledger.target_capacity = target
        ledger.capacity = exchange.slot_capacity = (size - HEADER_BYTES["Ledger"]) // SLOT
        if done:
            ledger.header = readied(ledger.header)
        account = addresses.ledger
    else:
        require(("book", call.book) in state.rows, "WrongAccountOwner")
        book, market = state.book(call.book), state.market(call.book)
        size, done = step(state, ("book", call.book), book_bytes(book.capacity))
        if done:
            book.header = readied(book.header)
            market.status = ACTIVE
        account = market.book
    return "AccountGrown", {"kind": call.kind, "account": account, "bytes": size, "ready": done}


def step(state: State, key: Any, full: int) -> tuple[int, bool]:
    """Bytes afterwards, and whether that is all."""
    row = state.use("size", key)
    size = min(full, row.bytes + STEP)
    require(size > row.bytes, "GrowthLimit")
    row.bytes = size
    return size, size == full


def forget_leave(state: State, key: tuple[str, int], wanted: bytes) -> None:
    """Once open, only what an applied change left in the free entry may be created."""
    left = state.rows.get(("leave", key))
    allowed = state.exchange.opened == 0 or (left is not None and left.data == wanted)
    require(allowed, "ExchangeAlreadyOpen")
    if left is not None:
        state.put("leave", key, None)


def leave(state: State, key: tuple[str, int], what: bytes) -> None:
    """Keeps in the free entry what may be created there."""
    state.put("leave", key, Record(data=what))


def encoded(name: str, value: Any) -> bytes:
    """A struct of fixed size."""
    return idl.encode({"defined": {"name": name}}, value)


def new_collateral(state: State, mint: bytes) -> int:
    """The index that a collateral of this mint would get."""
    count = int(state.exchange.collateral_count)
    require(count < bounds.MOST_COLLATERALS, "TableFull")
    known = {row.mint for _, row in state.all("collateral")}
    require(mint not in known, "AlreadyInitialised")
    return count


@instruction
def add_collateral(state: State, call: Call) -> Event:
    """The next entry of the table, and its vault; the first is USDC."""
    exchange, mint = state.exchange, state.use("mint", call.mint)
    require(exchange.admin == call.signer, "NotAuthorised")
    require(all(row.mint != mint.key for _, row in state.all("collateral")), "AlreadyInitialised")
    index = new_collateral(state, mint.key)
    params = call.params
    forget_leave(state, ("collateral", index), encoded("NewCollateral", {"mint": mint.key, "params": params}))
    bounds.collateral(index, params, mint.decimals)
    row = layout.zero("Collateral")
    row.mint, row.vault, row.decimals = mint.key, mint.vault, mint.decimals
    row.kind, row.status = int(index > 0), 1
    row.bucket_level = params["bucket_capacity"]
    row.__dict__.update(params)
    state.put("collateral", index, row)
    state.put("tokens", ("vault", index), Record(amount=0))
    exchange.collateral_count = index + 1
    told = {"collateral": index, "mint": mint.key, "vault": mint.vault, "decimals": mint.decimals}
    return "CollateralAdded", told | {"params": layout.record(params)}


def new_market(state: State, params: Mapping[str, Any]) -> int:
    """The index that a market would get."""
    count = int(state.exchange.market_count)
    require(count < bounds.MOST_MARKETS, "TableFull")
    known = {row.symbol for _, row in state.all("market")}
    require(bytes(params["symbol"]) not in known, "AlreadyInitialised")
    bounds.market(params)
    require_fees_below_maintenance(params, state.exchange.fee_tiers)
    return count


def require_fees_below_maintenance(params: Mapping[str, Any], tiers: list[Record]) -> None:
    """Closing must free more maintenance margin than its fees cost."""
    taker = max(tier.taker for tier in tiers if tier.min_volume < 2**64 - 1)
    maintenance = floor(params["tiers"][0]["rate"], params["maintenance_fraction"], MILLION)
    require(params["liquidation_fee"] + taker < maintenance, "FeesExceedMaintenance")


@instruction
def create_market(state: State, call: Call) -> Event:
    """The next entry of the table, and its book at its first size."""
    exchange, params = state.exchange, call.params
    require(exchange.admin == call.signer, "NotAuthorised")
    require(("book", call.market) not in state.rows, "AlreadyInitialised")
    index = new_market(state, params)
    require(call.market == index, "UnknownMarket")
    forget_leave(state, ("market", index), encoded("MarketParams", params))
    size = book_bytes(params["book_capacity"])
    book = Book(**layout.zero("Book").__dict__, bids=[], asks=[])
    book.header = header(state, ("book", index), ready=size <= STEP, stride=ORDER)
    book.exchange, book.market = state.use("address").key, index
    book.capacity = params["book_capacity"]
    book.seats = [seat.copy() for seat in book.seats]
    for seat in book.seats:
        seat.slot = NO_SLOT
    state.put("book", index, book)
    state.put("size", ("book", index), Record(bytes=min(size, STEP)))
    state.put("market", index, market_row(state, call, index))
    exchange.market_count = index + 1
    told = {"market": index, "book": state.market(index).book, "params": layout.record(params)}
    return "MarketCreated", told


def market_row(state: State, call: Call, index: int) -> Record:
    """A new market."""
    params, row = call.params, layout.zero("Market")
    for name in (
        "symbol",
        "price_authority",
        "feed_id",
        "source",
        "book_capacity",
        "lots_per_base",
        "tick_size",
    ):
        setattr(row, name, params[name])
    row.book, row.index = state.use("address").books[index], index
    row.status = ACTIVE if book_bytes(params["book_capacity"]) <= STEP else INITIALISING
    row.created = row.funding_at = row.sampled_at = call.unix
    row.funding_hour = call.unix // bounds.HOUR_S
    write_limits(row, params)
    if state.exchange.opened:
        row.later_oi_cap = row.oi_cap
        row.oi_cap = min(row.oi_cap, FIRST_INTEREST // params["reference_price"])
    return row


def write_limits(row: Record, params: Mapping[str, Any]) -> None:
    """What may change later; the last tier in use has no end."""
    for name in CHANGEABLE:
        setattr(row, name, params[name])
    count = bounds.used(params["tiers"], "up_to")
    ends = [tier["up_to"] for tier in params["tiers"][: count - 1]] + [2**64 - 1] * (5 - count)
    rates = [tier["rate"] for tier in params["tiers"][:count]]
    rates += rates[-1:] * (4 - count)
    row.tiers = [Record(up_to=end, rate=rate, reserved=0) for end, rate in zip(ends, rates, strict=True)]


@instruction
def open_exchange(state: State, call: Call) -> Event:
    """For good, once there is money to deposit and every book can be used."""
    exchange = state.exchange
    require(exchange.admin == call.signer, "NotAuthorised")
    require(state.ledger.header.status == READY, "AccountNotReady")
    require(exchange.opened == 0, "ExchangeAlreadyOpen")
    require(exchange.collateral_count > 0, "UnknownCollateral")
    require(all(row.status != INITIALISING for _, row in state.all("market")), "BookNotUsable")
    exchange.opened = 1
    return "ExchangeOpened", {"id": exchange.id}
