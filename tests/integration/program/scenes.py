"""One valid call of every instruction, for tests that then spoil it in one way.

A scene prepares an exchange and gives the instruction's arguments, accounts and signers. A new instruction
in the IDL without a scene fails the tests (``test_every_instruction_has_a_scene``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from integration.program import idl, pyth
from integration.program.exchange import (
    USDC,
    Exchange,
    Trader,
    delegate_terms,
    deposit_sol,
    machine,
    market_params,
    order,
    quote,
    trigger_terms,
)
from integration.program.patching import patched
from integration.program.pyth import SOL_FEED


@dataclass
class Scene:
    """A valid call and what could be passed in its place."""

    exchange: Exchange
    other: Exchange
    """Another exchange under the same program, set up alike."""
    name: str
    args: Mapping[str, Any]
    accounts: dict[str, Pubkey]
    signers: dict[str, Keypair]

    @property
    def spec(self) -> list[dict[str, Any]]:
        """The accounts as the IDL lists them."""
        listed = idl.instructions()[self.name]["accounts"]
        assert isinstance(listed, list)
        return listed

    def addresses(self) -> dict[str, Pubkey]:
        """Every account's address by name."""
        return {one["name"]: self.address(one) for one in self.spec}

    def address(self, one: Mapping[str, Any]) -> Pubkey:
        """An account's address: the IDL's fixed one or the scene's."""
        return Pubkey.from_string(one["address"]) if one.get("address") else self.accounts[one["name"]]

    def instruction(
        self, replace: Mapping[str, Pubkey] | None = None, **flags: dict[str, bool]
    ) -> Instruction:
        """The call, with accounts replaced and signer or writable flags overridden by account name."""
        valid = idl.instruction(self.name, self.accounts, self.args)
        metas = []
        for one in self.spec:
            address = (replace or {}).get(one["name"], self.address(one))
            signer = flags.get("signer", {}).get(one["name"], bool(one.get("signer")))
            writable = flags.get("writable", {}).get(one["name"], bool(one.get("writable")))
            metas.append(AccountMeta(address, signer, writable))
        return Instruction(valid.program_id, bytes(valid.data), metas)

    def state(self) -> dict[Pubkey, bytes]:
        """Every account that this or the other exchange owns, and all token accounts involved."""
        vm = self.exchange.vm
        found = {key: account.data for key, account in vm.svm.get_program_accounts(idl.program_id())}
        found |= {key: account.data for key, account in vm.svm.get_program_accounts(TOKEN_PROGRAM)}
        return found


def _pair(
    *, ready: bool = True, markets: int = 2, sol: bool = False, **changes: Any
) -> tuple[Exchange, Exchange]:
    vm = machine()
    exchange, other = Exchange(vm, 0), Exchange(vm, 1)
    for one in (exchange, other):
        if ready:
            one.set_up(markets=markets, sol=sol, **changes)
            one.ok(one.post(dict.fromkeys(range(markets), 1_500_000)))
        else:
            one.ok(one.init())
            one.grow_fully("Exchange", one.address)
    return exchange, other


def _scene(
    name: str,
    pair: tuple[Exchange, Exchange],
    args: Mapping[str, Any],
    signers: dict[str, Keypair],
    **accounts: Pubkey,
) -> Scene:
    exchange, other = pair
    keys = {role: key.pubkey() for role, key in signers.items()}
    return Scene(exchange, other, name, args, exchange.accounts(**keys, **accounts), signers)


def _payer(exchange: Exchange) -> Keypair:
    """Pays rent apart from the fee payer, so that its flags can be taken away."""
    return exchange.vm.fund(4_000_000)


def init_exchange() -> Scene:
    """Creates exchange 2."""
    pair = _pair(ready=False)
    fresh = Exchange(pair[0].vm, 2)
    args = {
        "id": 2,
        "guardian": fresh.admin.pubkey(),
        "timelock_s": 60,
        "min_slot_equity": USDC,
        "client_data_limit": 1 << 24,
        "slot_capacity": 30,
        "fee_tiers": [{"min_volume": 0, "maker": 0, "taker": 500}]
        + [{"min_volume": 0, "maker": 0, "taker": 0}] * 7,
    }
    return _scene("init_exchange", (fresh, pair[1]), args, {"payer": _payer(fresh), "admin": fresh.admin})


def open_exchange() -> Scene:
    """Opens an exchange with everything ready."""
    pair = _pair(ready=False)
    for one in pair:
        one.grow_fully("Ledger", one.ledger)
        one.ok(one.add_usdc())
    return _scene("open_exchange", pair, {}, {"admin": pair[0].admin})


def add_collateral() -> Scene:
    """USDC."""
    pair = _pair(ready=False)
    params = {
        "feed_id": bytes(32),
        "max_age_s": 0,
        "initial_weight": 1_000_000,
        "maintenance_weight": 1_000_000,
        "convert_discount_min": 0,
        "convert_discount_max": 0,
        "deposit_cap": 10**15,
        "bucket_capacity": 0,
        "bucket_refill": 0,
        "jump_band": 0,
    }
    signers = {"payer": _payer(pair[0]), "admin": pair[0].admin}
    return _scene("add_collateral", pair, {"params": params}, signers)


def create_market() -> Scene:
    """Market 0."""
    pair = _pair(ready=False)
    args = {"market": 0, "params": market_params(pair[0].authority.pubkey())}
    signers = {"payer": _payer(pair[0]), "admin": pair[0].admin}
    return _scene("create_market", pair, args, signers, book=pair[0].book(0))


def grow_account() -> Scene:
    """A step of a book."""
    pair = _pair(ready=False)
    for one in pair:
        one.ok(one.create_market(0))
    signers = {"payer": _payer(pair[0]), "admin": pair[0].admin}
    return _scene("grow_account", pair, {"kind": "Book", "target": 0}, signers, account=pair[0].book(0))


def migrate() -> Scene:
    """An exchange of the layout before, written by hand: the row of USDC."""
    pair = _pair()

    def older(account: Any) -> None:
        account["header"]["layout_version"] = 1

    patched(pair[0], pair[0].address, "Exchange", older)
    return _scene("migrate", pair, {"cursor": 0, "rows": 1}, {})


def update_price() -> Scene:
    """A newer price."""
    pair = _pair()
    pair[0].vm.advance(seconds=1)
    stamp = pair[0].vm.unix * 1_000
    updates = [{"market": 0, "price": 1_500_100, "confidence": 1, "publish_ms": stamp}]
    return _scene("update_price", pair, {"updates": updates}, {"authority": pair[0].authority})


def update_price_pyth() -> Scene:
    """The anchor of a signed market."""
    pair = _pair(source=2, feed_id=SOL_FEED)
    return _scene("update_price_pyth", pair, {"market": 0}, {}, price_update=_sol_price(pair[0]))


def update_collateral_price() -> Scene:
    """SOL."""
    pair = _pair(sol=True)
    price = _sol_price(pair[0])
    return _scene("update_collateral_price", pair, {"collateral": 1}, {}, price_update=price)


def _sol_price(exchange: Exchange) -> Pubkey:
    return pyth.put(exchange.vm, pyth.dollars(150, exchange.vm))


def open_trader() -> Scene:
    """Sub-account 3 of a new owner."""
    pair = _pair()
    owner = pair[0].vm.fund(60)
    trader = pair[0].pda(b"trader", bytes(pair[0].address), bytes(owner.pubkey()), b"\3")
    signers = {"payer": _payer(pair[0]), "owner": owner}
    return _scene("open_trader", pair, {"sub": 3}, signers, trader=trader)


def _with_parked(pair: tuple[Exchange, Exchange]) -> dict[str, Pubkey]:
    """Traders of the same owner, funds parked, on both exchanges."""
    for one in pair:
        trader = one.open_trader(61)
        one.ok(one.deposit(trader, 100 * USDC))
    return {"trader": pair[0].traders[0].address}


def activate() -> Scene:
    """A parked trader takes a slot."""
    pair = _pair()
    accounts = _with_parked(pair)
    return _scene("activate", pair, {}, {"owner": pair[0].traders[0].key}, **accounts)


def deposit() -> Scene:
    """Into an active slot."""
    pair = _pair()
    accounts = _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
    accounts["source"] = pair[0].traders[0].wallet
    args = {"collateral": 0, "amount": 5}
    return _scene("deposit", pair, args, {"owner": pair[0].traders[0].key}, **accounts)


def withdraw() -> Scene:
    """From an active slot."""
    scene = deposit()
    accounts = {name: key for name, key in scene.accounts.items() if name not in ("owner", "source")}
    accounts["destination"] = scene.exchange.traders[0].wallet
    pair = (scene.exchange, scene.other)
    return _scene(
        "withdraw",
        pair,
        scene.args,
        scene.signers,
        trader=accounts["trader"],
        destination=accounts["destination"],
    )


def close_trader() -> Scene:
    """An empty trader with a slot."""
    pair = _pair()
    accounts = _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        one.ok(one.withdraw(one.traders[0], 2**64 - 1))
    accounts["rent_receiver"] = pair[0].vm.payer.pubkey()
    return _scene("close_trader", pair, {}, {"owner": pair[0].traders[0].key}, **accounts)


def _trading(name: str, args: Callable[[int], Mapping[str, Any]]) -> Scene:
    """A trader of both exchanges with a bid resting in both markets; ``args`` gets the bid's number."""
    pair = _pair()
    _with_parked(pair)
    seq = 0
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        for market in (0, 1):
            placed = one.ok(one.place(one.traders[0], "Bid", 14_900, 10, market, client_id=7)).event
            seq = placed["orders"][0]["seq"]
    trader = pair[0].traders[0]
    more = {"book": pair[0].book(0), "trader": trader.address}
    return _scene(name, pair, {"market": 0} | dict(args(seq)), {"signer": trader.key}, **more)


BATCH = {"self_trade": "CancelMaker", "expiry_kind": "Never", "expiry": 0, "nonce": 0, "valid_until_slot": 0}


def place_order() -> Scene:
    """A resting bid."""
    return _trading("place_order", lambda _: order("Bid", 14_950, 10))


def place_many() -> Scene:
    """Two quotes."""
    quotes = [quote("Bid", 14_950, 10), quote("Ask", 15_050, 10)]
    return _trading("place_many", lambda _: BATCH | {"quotes": quotes})


def replace_many() -> Scene:
    """One bid for another."""
    quotes = [quote("Bid", 14_950, 10)]
    return _trading(
        "replace_many", lambda seq: BATCH | {"cancels": [{"ticks": 14_900, "seq": seq}], "quotes": quotes}
    )


def cancel_order() -> Scene:
    """The resting bid by its id."""
    return _trading("cancel_order", lambda seq: {"ticks": 14_900, "seq": seq})


def cancel_by_client_id() -> Scene:
    """The resting bid by its client id."""
    return _trading("cancel_by_client_id", lambda _: {"client_id": 7})


def cancel_all() -> Scene:
    """Everything."""
    return _trading("cancel_all", lambda _: {"side": "Both"})


def modify_order() -> Scene:
    """A trader moves its resting order."""
    changes = {"new_ticks": 14_890, "new_lots": 100, "nonce": 0, "valid_until_slot": 0}
    return _trading("modify_order", lambda seq: {"ticks": 14_900, "seq": seq} | changes)


def prune_expired() -> Scene:
    """A trader asks for an order to be removed that still lives: a result code."""
    return _trading("prune_expired", lambda seq: {"orders": [{"ticks": 14_900, "seq": seq}]})


FALL = (1_475_000, 1_450_000, 1_435_000, 1_415_000, 1_395_000)
"""Prices on the way down: at the third the trader in trouble is under maintenance, at the last it owes."""


def _in_trouble(name: str, *, steps: int = 3, insured: int = 0, **more_args: int) -> Scene:
    """A trader with an order of its own and a bid to sell to, after ``steps`` of ``FALL``."""
    pair = _pair()
    _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        maker, victim = one.funded(62, 50_000), one.funded(63, 1_000)
        one.ok(one.place(maker, "Ask", 15_000, 10_000))
        one.ok(one.place(victim, "Bid", 15_000, 10_000, kind="ImmediateOrCancel"))
        one.ok(one.place(victim, "Ask", 15_300, 50))
        one.ok(one.place(maker, "Bid", 14_300, 10_000))
    if insured:
        for one in pair:
            one.ok(one.insure(insured))
    for price in FALL[:steps]:
        pair[0].vm.advance(slots=3, seconds=2)
        for one in pair:
            one.ok(one.post({0: price, 1: 1_500_000}))
    state = pair[0].trader_state(victim)
    args = {"market": 0, "slot": state["slot_index"], "generation": state["generation"]} | more_args
    keeper = pair[0].traders[0]
    more = {"book": pair[0].book(0), "trader": keeper.address}
    return _scene(name, pair, args, {"signer": keeper.key}, **more)


def force_cancel() -> Scene:
    """A keeper cancels the order of an account in trouble."""
    return _in_trouble("force_cancel")


def liquidate() -> Scene:
    """A keeper reduces the position of an account in trouble."""
    return _in_trouble("liquidate")


def take_over() -> Scene:
    """A keeper assumes ten lots of an account that has almost nothing left."""
    return _in_trouble("take_over", steps=4, lots=10)


def resolve_bankruptcy() -> Scene:
    """Insurance pays what an account is missing."""
    return _in_trouble("resolve_bankruptcy", steps=5, insured=1_000 * USDC)


def auto_deleverage() -> Scene:
    """The one who sold to a bankrupt account buys back."""
    return _in_trouble("auto_deleverage", steps=5)


def settle_slots() -> Scene:
    """Anyone closes positions of a market whose hour is over, written by hand."""
    pair = _pair()
    _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        maker, taker = one.funded(62, 1_000), one.funded(63, 1_000)
        one.ok(one.place(maker, "Ask", 15_000, 100))
        one.ok(one.place(taker, "Bid", 15_000, 100, kind="ImmediateOrCancel"))
        patched(one, one.address, "Exchange", _over)
    keeper = pair[0].traders[0]
    more = {"book": pair[0].book(0), "trader": keeper.address}
    return _scene("settle_slots", pair, {"market": 0}, {"signer": keeper.key}, **more)


def _over(account: Any) -> None:
    market = account["markets"][0]
    market["status"], market["settlement_seconds"], market["settlement_sum"] = 4, 3_600, 3_600 * 1_500_000


def deposit_insurance() -> Scene:
    """Anyone gives to the fund."""
    pair = _pair()
    owner = pair[0].vm.fund(64)
    source = pair[0].token_account_of(owner.pubkey(), 10 * USDC)
    accounts = {"source": source, "vault": pair[0].vault}
    return _scene("deposit_insurance", pair, {"amount": USDC}, {"owner": owner}, **accounts)


def sweep_fees() -> Scene:
    """The admin takes what one trade paid."""
    pair = _pair()
    for one in pair:
        maker, taker = one.funded(62, 1_000), one.funded(63, 1_000)
        one.ok(one.place(maker, "Ask", 15_000, 100))
        one.ok(one.place(taker, "Bid", 15_000, 100, kind="ImmediateOrCancel"))
    destination = pair[0].token_account_of(pair[0].admin.pubkey(), 0)
    accounts = {"destination": destination, "vault": pair[0].vault}
    return _scene("sweep_fees", pair, {"amount": 1}, {"admin": pair[0].admin}, **accounts)


def park() -> Scene:
    """The owner parks a flat trader."""
    pair = _pair()
    accounts = _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
    return _scene("park", pair, {}, {"signer": pair[0].traders[0].key}, **accounts)


def set_dead_man() -> Scene:
    """Ten slots ahead."""
    scene = park()
    args = {"cancel_after_slot": scene.exchange.vm.slot + 10}
    pair = (scene.exchange, scene.other)
    return _scene("set_dead_man", pair, args, scene.signers, trader=scene.accounts["trader"])


def transfer() -> Scene:
    """From a slot to a parked sub-account."""
    pair = _pair()
    accounts = _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        one.open_trader(61, sub=1)
    accounts["to_trader"] = pair[0].traders[1].address
    args = {"collateral": 0, "amount": 5}
    return _scene("transfer", pair, args, {"signer": pair[0].traders[0].key}, **accounts)


def set_delegate() -> Scene:
    """A bot that may trade both markets."""
    pair = _pair()
    accounts = _with_parked(pair)
    bot = Keypair.from_seed(bytes([9] * 32)).pubkey()
    return _scene(
        "set_delegate", pair, {"terms": delegate_terms(bot)}, {"owner": pair[0].traders[0].key}, **accounts
    )


def _with_a_trigger(price: int) -> tuple[Exchange, Exchange]:
    """A long on both exchanges with a stop at ``price``, and a bid to sell to."""
    pair = _pair()
    _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        maker = one.funded(62, 50_000)
        one.ok(one.place(maker, "Ask", 15_000, 100))
        one.ok(one.place(one.traders[0], "Bid", 15_000, 100))
        one.ok(one.place(maker, "Bid", 14_700, 500))
        one.ok(one.trigger(one.traders[0], trigger_terms(trigger_price=price)))
    return pair


def place_trigger() -> Scene:
    """A second stop beside the first."""
    pair = _with_a_trigger(1_480_000)
    trader = pair[0].traders[0]
    args = {"terms": trigger_terms(index=1)}
    return _scene("place_trigger", pair, args, {"signer": trader.key}, trader=trader.address)


def cancel_trigger() -> Scene:
    """The stop."""
    pair = _with_a_trigger(1_480_000)
    trader = pair[0].traders[0]
    return _scene("cancel_trigger", pair, {"index": 0}, {"signer": trader.key}, trader=trader.address)


def execute_trigger() -> Scene:
    """A stop that the mark has fallen through, by a passer-by."""
    pair = _with_a_trigger(1_480_000)
    pair[0].vm.advance(slots=3, seconds=2)
    for one in pair:
        one.ok(one.post({0: 1_475_000}))
    trader = pair[0].traders[0]
    maker = pair[0].trader_state(pair[0].traders[1])
    args = {"market": 0, "index": 0, "slot": maker["slot_index"], "generation": maker["generation"]}
    more = {"book": pair[0].book(0), "trader": trader.address}
    return _scene("execute_trigger", pair, args, {"signer": pair[0].vm.fund(77)}, **more)


def realize() -> Scene:
    """The profit of a long."""
    pair = _pair()
    _with_parked(pair)
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        maker = one.funded(62, 1_000)
        one.ok(one.place(maker, "Ask", 15_000, 10))
        one.ok(one.place(one.traders[0], "Bid", 15_000, 10))
    pair[0].vm.advance(slots=3, seconds=2)
    for one in pair:
        one.ok(one.post({0: 1_520_000, 1: 1_500_000}))
    trader = pair[0].traders[0]
    return _scene("realize", pair, {"market": 0}, {"owner": trader.key}, trader=trader.address)


def convert_collateral() -> Scene:
    """SOL of an account that owes $70."""
    pair = _pair(sol=True)
    _with_parked(pair)
    price = _sol_price(pair[0])
    for one in pair:
        one.ok(one.activate(one.traders[0]))
        one.ok(one.run(one.build("update_collateral_price", {"collateral": 1}, price_update=price)))
        debtor = in_debt(one, 63)
    state = pair[0].trader_state(debtor)
    args = {"slot": state["slot_index"], "generation": state["generation"], "collateral": 1, "amount": 10**8}
    payer = pair[0].traders[0]
    return _scene("convert_collateral", pair, args, {"owner": payer.key}, trader=payer.address)


def in_debt(exchange: Exchange, seed: int) -> Trader:
    """A trader with 10 SOL who lost $70 and had $10: long from $150, out at $143."""
    maker, debtor = exchange.funded(seed + 1, 50_000), exchange.funded(seed, 10)
    exchange.ok(deposit_sol(exchange, debtor, 10 * 10**9))
    exchange.ok(exchange.place(maker, "Ask", 15_000, 1_000))
    exchange.ok(exchange.place(debtor, "Bid", 15_000, 1_000))
    exchange.ok(exchange.place(maker, "Bid", 14_300, 1_000))
    exchange.ok(exchange.place(debtor, "Ask", 14_300, 1_000))
    return debtor


def _authority(name: str, args: Mapping[str, Any], role: str) -> Scene:
    pair = _pair()
    return _scene(name, pair, args, {role: pair[0].admin})


def propose_authority() -> Scene:
    """Names somebody."""
    return _authority("propose_authority", {"admin": Keypair.from_seed(bytes([8] * 32)).pubkey()}, "admin")


def accept_authority() -> Scene:
    """The one named accepts."""
    pair = _pair()
    heir = pair[0].vm.fund(80)
    offer = pair[0].build("propose_authority", {"admin": heir.pubkey()})
    pair[0].ok(pair[0].run(offer, signers=[pair[0].admin]))
    return _scene("accept_authority", pair, {}, {"authority": heir})


def set_guardian() -> Scene:
    """Another guardian."""
    return _authority("set_guardian", {"guardian": Keypair.from_seed(bytes([8] * 32)).pubkey()}, "authority")


def set_pause() -> Scene:
    """No new risk."""
    return _authority("set_pause", {"paused": 1}, "authority")


def _queued(name: str, role: str | None = None) -> Scene:
    """A change of fees waits on both exchanges, due."""
    pair = _pair()
    for one in pair:
        one.ok(one.queue(FEES))
    pair[0].vm.advance(seconds=86_400)
    signers = {role: pair[0].admin} if role else {}
    more = {"change": pair[0].change(1), "rent_receiver": pair[0].vm.payer.pubkey()}
    return _scene(name, pair, {}, signers, **more)


UNUSED = {"min_volume": 0, "maker": 0, "taker": 0}
FEES = {"Fees": {"tiers": [{"min_volume": 0, "maker": 0, "taker": 400}] + [UNUSED] * 7}}


def queue_change() -> Scene:
    """Other fees."""
    pair = _pair()
    signers = {"payer": _payer(pair[0]), "admin": pair[0].admin}
    return _scene("queue_change", pair, {"seq": 1, "change": FEES}, signers, change=pair[0].change(1))


def apply_change() -> Scene:
    """By nobody in particular."""
    return _queued("apply_change")


def cancel_change() -> Scene:
    """By the admin."""
    return _queued("cancel_change", "authority")


def set_market_status() -> Scene:
    """Reduce-only."""
    return _authority("set_market_status", {"market": 0, "status": "ReduceOnly"}, "authority")


SCENES: dict[str, Callable[[], Scene]] = {
    one.__name__: one
    for one in (
        init_exchange,
        open_exchange,
        add_collateral,
        create_market,
        grow_account,
        migrate,
        update_price,
        update_price_pyth,
        update_collateral_price,
        open_trader,
        activate,
        deposit,
        withdraw,
        close_trader,
        place_order,
        place_many,
        replace_many,
        cancel_order,
        cancel_by_client_id,
        cancel_all,
        modify_order,
        prune_expired,
        force_cancel,
        liquidate,
        take_over,
        resolve_bankruptcy,
        auto_deleverage,
        settle_slots,
        deposit_insurance,
        sweep_fees,
        park,
        set_dead_man,
        transfer,
        realize,
        convert_collateral,
        set_delegate,
        place_trigger,
        cancel_trigger,
        execute_trigger,
        propose_authority,
        accept_authority,
        set_guardian,
        set_pause,
        queue_change,
        apply_change,
        cancel_change,
        set_market_status,
    )
}


def copy_account(scene: Scene, source: Pubkey, *, owner: Pubkey | None = None) -> Pubkey:
    """The same bytes at another address, under another owner if named."""
    found = scene.exchange.vm.svm.get_account(source)
    assert found is not None
    forged = Keypair.from_seed(bytes(source)[::-1]).pubkey()
    scene.exchange.vm.svm.set_account(forged, Account(found.lamports, found.data, owner or found.owner))
    return forged
