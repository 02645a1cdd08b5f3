"""Every account of every instruction, replaced in turn: refused by a name that says why; nothing changes.

Generated from the IDL, so that a new instruction is covered by being there.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program import idl, pyth
from integration.program.exchange import Exchange, Result
from integration.program.scenes import SCENES, Scene, copy_account

HERE_ANYTHING_GOES = {
    ("close_trader", "rent_receiver"): "the owner may send the rent anywhere",
    ("withdraw", "destination"): "the owner may send the money to any account of the mint",
}
ANOTHER_EXCHANGE_WILL_DO = {"update_price_pyth", "update_collateral_price", "migrate"}
"""Anyone may bring any exchange a price of the feed that it names, or to today's layout."""
ANYONE = {
    ("init_exchange", "admin"): "whoever creates an exchange becomes its admin",
    ("execute_trigger", "signer"): "anyone may fire what the mark has reached",
}
STRUCTURAL = {
    "WrongAccountCount",
    "MissingSignature",
    "AccountNotWritable",
    "WrongAccountOwner",
    "WrongAccountKind",
    "WrongAddress",
    "WrongExchange",
    "WrongMarket",
    "DuplicateAccount",
    "AccountNotReady",
    "AlreadyInitialised",
    "NotAuthorised",
    "WrongMint",
    "WrongFeed",
    "PriceNotVerified",
}


@pytest.fixture(scope="module", params=sorted(idl.instructions()))
def scene(request: pytest.FixtureRequest) -> Scene:
    return SCENES[request.param]()


def refused(scene: Scene, instruction: Instruction, signers: list[Keypair], what: str) -> None:
    """Sends it: a structural error by name, and all state byte-identical."""
    before = scene.state()
    result: Result = scene.exchange.run(instruction, signers=signers)
    assert result.error in STRUCTURAL, (scene.name, what, result.error, result.outcome.logs[-3:])
    assert scene.state() == before, (scene.name, what)


def test_every_instruction_has_a_scene() -> None:
    assert set(SCENES) == set(idl.instructions())


def test_a_missing_signature_is_refused(scene: Scene) -> None:
    for role in scene.signers:
        rest = [key for other, key in scene.signers.items() if other != role]
        unsigned = scene.instruction(signer={role: False})
        if role == "payer":
            before = scene.state()
            assert scene.exchange.run(unsigned, signers=rest).error == "MissingSignature"
            assert scene.state() == before
        else:
            refused(scene, unsigned, rest, f"{role} unsigned")


def test_a_stranger_in_a_signers_place_is_refused(scene: Scene) -> None:
    stranger = scene.exchange.vm.fund(70)
    for role in scene.signers:
        if role == "payer" or (scene.name, role) in ANYONE:
            continue  # anyone may pay
        keys = [stranger if other == role else key for other, key in scene.signers.items()]
        refused(scene, scene.instruction({role: stranger.pubkey()}), keys, f"stranger as {role}")


def test_an_account_passed_read_only_is_refused(scene: Scene) -> None:
    for one in scene.spec:
        if one.get("writable") and scene.accounts.get(one["name"]) != scene.exchange.vm.payer.pubkey():
            spoiled = scene.instruction(writable={one["name"]: False})
            refused(scene, spoiled, list(scene.signers.values()), f"{one['name']} read-only")


def _replacements(scene: Scene, name: str, address: Pubkey) -> Mapping[str, Pubkey]:
    """What an attacker could pass for an account, by what it is."""
    found = {"uninitialised": Keypair.from_seed(bytes([90] * 32)).pubkey()}
    found |= {f"the account of {other}": key for other, key in scene.addresses().items() if key != address}
    if scene.exchange.vm.data(address):
        found["a copy under another owner"] = copy_account(
            scene, address, owner=scene.exchange.vm.payer.pubkey()
        )
    theirs: dict[str, Pubkey] = {
        "exchange": scene.other.address,
        "ledger": scene.other.ledger,
        "vault": scene.other.vault,
        "book": scene.other.book(0),
        "account": scene.other.book(0),
        "trader": scene.other.traders[0].address if scene.other.traders else scene.other.address,
        "to_trader": scene.other.traders[-1].address if scene.other.traders else scene.other.address,
        "change": scene.other.change(1),
    }
    if name in theirs and not (name == "exchange" and scene.name in ANOTHER_EXCHANGE_WILL_DO):
        found["another exchange's"] = theirs[name]
    if name == "price_update":
        vm = scene.exchange.vm
        found["another feed's"] = pyth.put(vm, pyth.dollars(150, vm, feed_id=bytes([1] * 32)), seed=78)
        found["a partly verified one"] = pyth.put(vm, pyth.dollars(150, vm, signatures=12), seed=79)
        found["another account of Pyth"] = pyth.put(vm, bytes(134), seed=80)
    if name == "book":
        found["another market's"] = scene.exchange.book(1)
    return {what: key for what, key in found.items() if key != address}


def test_another_account_in_its_place_is_refused(scene: Scene) -> None:
    for one in scene.spec:
        if one["name"] in scene.signers or (scene.name, one["name"]) in HERE_ANYTHING_GOES:
            continue
        address = scene.address(one)
        for what, key in _replacements(scene, one["name"], address).items():
            spoiled = scene.instruction({one["name"]: key})
            refused(scene, spoiled, list(scene.signers.values()), f"{what} as {one['name']}")


def test_an_account_of_a_layout_that_the_program_does_not_know_is_refused(scene: Scene) -> None:
    ours = {idl.discriminator("account", one["name"]) for one in idl.idl()["accounts"]}
    for one in scene.spec:
        address = scene.address(one)
        account = scene.exchange.vm.svm.get_account(address)
        if account is None or account.data[:8] not in ours or scene.name == "grow_account":
            continue  # growing changes nothing that a layout says
        version = int.from_bytes(account.data[8:10], "little") + 1
        newer = account.data[:8] + version.to_bytes(2, "little") + account.data[10:]
        scene.exchange.vm.svm.set_account(address, Account(account.lamports, newer, account.owner))
        before = scene.state()
        result = scene.exchange.run(scene.instruction(), signers=list(scene.signers.values()))
        wanted = "AlreadyMigrated" if scene.name == "migrate" else "WrongLayoutVersion"
        assert result.error == wanted, (scene.name, one["name"], result.error)
        assert scene.state() == before
        scene.exchange.vm.svm.set_account(address, account)


def test_one_account_more_or_less_is_refused(scene: Scene) -> None:
    valid = scene.instruction()
    for metas in (valid.accounts[:-1], [*valid.accounts, valid.accounts[-1]], []):
        spoiled = Instruction(valid.program_id, bytes(valid.data), metas)
        needed = {meta.pubkey for meta in metas if meta.is_signer}
        keys = [key for key in scene.signers.values() if key.pubkey() in needed]
        refused(scene, spoiled, keys, f"{len(metas)} accounts")


def test_arguments_cut_short_or_too_long_are_refused(scene: Scene) -> None:
    valid = scene.instruction()
    data = bytes(valid.data)
    for spoiled in [data + b"\0"] + ([data[:-1]] if len(data) > 8 else []):
        before = scene.state()
        instruction = Instruction(valid.program_id, spoiled, valid.accounts)
        result = scene.exchange.run(instruction, signers=list(scene.signers.values()))
        assert result.error == "MalformedArguments", (scene.name, len(spoiled), result.error)
        assert scene.state() == before


def test_the_call_as_it_stands_succeeds_and_fits_a_packet(scene: Scene) -> None:
    """Last: only now is it known that what was refused above was refused for the one thing spoiled."""
    exchange: Exchange = scene.exchange
    exchange.sequence = (
        exchange.state()["event_seq"] if len(exchange.vm.data(exchange.address)) > 20_000 else 0
    )
    result = exchange.run(scene.instruction(), signers=list(scene.signers.values()))
    assert result.error is None, (scene.name, result.error, result.outcome.logs)
    assert result.outcome.size <= 1_232
    assert len(result.events) == 1
