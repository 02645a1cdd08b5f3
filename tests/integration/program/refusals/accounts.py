"""Accounts and arguments that are not what the instruction takes."""

from __future__ import annotations

from typing import Any

from solders.instruction import Instruction
from solders.keypair import Keypair

from integration.program.exchange import USDC, Exchange
from integration.program.patching import patched
from integration.program.refusals.rows import Act, fresh, grown, opened_with, reaches, spoiled

EXCHANGE, LEDGER, BOOK, TRADER, SIGNER = range(5)
"""Places of the accounts in an order instruction."""


def _cancel_all(exchange: Exchange) -> tuple[Instruction, list[Keypair]]:
    trader = exchange.funded(1, 100)
    return exchange.trading("cancel_all", trader, 0, {"side": "Both"}), [trader.key]


@reaches("UnknownInstruction")
def _(exchange: Exchange) -> Act:
    valid = exchange.build("open_exchange")
    unknown = Instruction(valid.program_id, b"\1" * 8, valid.accounts)
    return lambda: exchange.run(unknown, signers=[exchange.admin])


@reaches("MalformedArguments")
def _(exchange: Exchange) -> Act:
    valid = exchange.build("open_exchange")
    longer = Instruction(valid.program_id, bytes(valid.data) + b"\0", valid.accounts)
    return lambda: exchange.run(longer, signers=[exchange.admin])


@reaches("WrongAccountCount")
def _(exchange: Exchange) -> Act:
    valid = exchange.build("open_exchange")
    shorter = Instruction(valid.program_id, bytes(valid.data), valid.accounts[:-1])
    return lambda: exchange.run(shorter, signers=[exchange.admin])


@reaches("MissingSignature")
def _(exchange: Exchange) -> Act:
    valid, _ = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, SIGNER, signer=False))


@reaches("AccountNotWritable")
def _(exchange: Exchange) -> Act:
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, BOOK, writable=False), signers=keys)


@reaches("WrongAccountOwner")
def _(exchange: Exchange) -> Act:
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, TRADER, exchange.admin.pubkey()), signers=keys)


@reaches("WrongAccountKind")
def _(exchange: Exchange) -> Act:
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, EXCHANGE, exchange.traders[0].address), signers=keys)


@reaches("WrongAddress")
def _(exchange: Exchange) -> Act:
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, LEDGER, exchange.vault), signers=keys)


@reaches("WrongExchange")
def _(exchange: Exchange) -> Act:
    other = Exchange(exchange.vm, 1)
    other.set_up()
    theirs = other.funded(1, 100).address
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, TRADER, theirs), signers=keys)


@reaches("WrongMarket", lambda: opened_with(markets=2))
def _(exchange: Exchange) -> Act:
    valid, keys = _cancel_all(exchange)
    return lambda: exchange.run(spoiled(valid, BOOK, exchange.book(1)), signers=keys)


@reaches("DuplicateAccount")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.withdraw(trader, USDC, destination=exchange.vault)


@reaches("AccountNotReady", grown)
def _(exchange: Exchange) -> Act:
    return exchange.open


@reaches("AlreadyInitialised", fresh)
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.init())
    return lambda: exchange.init(min_slot_equity=1)


@reaches("WrongLayoutVersion")
def _(exchange: Exchange) -> Act:
    def newer(account: Any) -> None:
        account["header"]["layout_version"] += 1

    patched(exchange, exchange.address, "Exchange", newer)
    return lambda: exchange.post({0: 1_500_000})


def _of_layout_1(exchange: Exchange) -> None:
    """The exchange as an earlier program would have left it, written by hand."""

    def older(account: Any) -> None:
        account["header"]["layout_version"] = 1

    patched(exchange, exchange.address, "Exchange", older)


@reaches("AlreadyMigrated")
def _(exchange: Exchange) -> Act:
    return exchange.migrate


@reaches("CursorNotNext")
def _(exchange: Exchange) -> Act:
    _of_layout_1(exchange)
    return lambda: exchange.migrate(cursor=1)


@reaches("NotAuthorised")
def _(exchange: Exchange) -> Act:
    valid, _ = _cancel_all(exchange)
    thief = exchange.vm.fund(9)
    return lambda: exchange.run(spoiled(valid, SIGNER, thief.pubkey()), signers=[thief])


@reaches("WrongMint")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.deposit(trader, USDC, source=exchange.mint)
