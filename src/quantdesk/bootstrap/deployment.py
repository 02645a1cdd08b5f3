"""Puts the exchange on the chain: program, mint, exchange, markets, funded keepers; each step if missing.

Everything is found again from the chain, so that a crash between any two steps loses and doubles nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.bootstrap import compose, parameters
from quantdesk.bootstrap.data_dir import DataDir, write_atomically
from quantdesk.bootstrap.market_file import (
    MarketFile,
    MarketFileError,
    default_market_file,
    read_market_file,
)
from quantdesk.bootstrap.program_file import (
    LOADER,
    ProgramFileError,
    program_account,
    program_data_account,
    program_data_address,
    read_program,
)
from quantdesk.bootstrap.settings import Settings
from quantdesk.infra.solana import SolanaError, SolanaRpc, send_and_confirm
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses, program_id, token_account
from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.layouts import EXCHANGE_VERSION, READY, Exchange
from quantdesk.program.records import GrowKind
from quantdesk.program.token import MINT_BYTES, create_mint, mint_to, token_amount

Say = Callable[[str], None]
GROWTH_BYTES = 10_240
GROWTHS_PER_TRANSACTION = 12
ROWS_PER_MIGRATION = 64
STATUS_OFFSET = 10
MOST_UNITS = 1_400_000
SOL = 1_000_000_000
LEAST_SOL, AIRDROP_SOL = 50 * SOL, 500 * SOL
KEEPER_USDC = {"maker": 1_000_000, "taker": 200_000, "liquidator": 200_000, "trigger": 1_000}


class DeploymentError(RuntimeError):
    """The exchange could not be put on the chain: says which step failed and why."""


class CollateralFacts(msgspec.Struct, frozen=True):
    """A collateral as the services need to know it."""

    symbol: str
    mint: str
    decimals: int
    vault: str


class MarketFacts(msgspec.Struct, frozen=True):
    """A market as the services need to know it."""

    index: int
    symbol: str
    book: str


class Deployment(msgspec.Struct, frozen=True):
    """What `deployment.json` holds: where the exchange is. Everything else is read from the chain."""

    cluster: str
    program_id: str
    exchange_id: int
    exchange: str
    ledger: str
    collaterals: list[CollateralFacts]
    markets: list[MarketFacts]
    price_authority: str


def venue(settings: Settings) -> Addresses:
    """Addresses of the exchange that the settings name."""
    program = Pubkey.from_string(settings.program_id) if settings.program_id else program_id()
    return Addresses(program, settings.exchange_id)


async def prepare_exchange(settings: Settings, data: DataDir, say: Say) -> Deployment:
    """Make what is missing of the exchange and write `deployment.json`. Raises DeploymentError."""
    try:
        async with SolanaRpc(compose.rpc_url(settings)) as rpc:
            return await _Preparation(settings, data, rpc, say).run()
    except (SolanaError, MarketFileError, ProgramFileError) as error:
        raise DeploymentError(f"the exchange could not be prepared: {error}") from error


class _Preparation:
    def __init__(self, settings: Settings, data: DataDir, rpc: SolanaRpc, say: Say) -> None:
        self._is_localnet = not settings.rpc_url
        self._data, self._rpc, self._say = data, rpc, say
        self._venue = venue(settings)
        self._admin = data.keypair("admin")
        self._mint = data.keypair("usdc-mint-address")
        self._mint_authority = data.keypair("usdc-mint")
        self._price_authority = data.keypair("oracle")
        self._sent = 0

    async def run(self) -> Deployment:
        file = read_market_file(default_market_file())
        if self._is_localnet:
            await self._fund(self._admin.pubkey())
            await self._deploy_program()
            await self._create_mint(file)
        await self._create_exchange(file)
        exchange = await self._exchange()
        for index, entry in enumerate(file.markets):
            if index >= len(exchange.markets):
                params = parameters.market_params(entry, self._price_authority.pubkey())
                key = self._admin.pubkey()
                await self._send([instructions.create_market(self._venue, key, key, index, params)])
                self._say(f"market {entry.symbol} created")
            await self._grow(GrowKind.BOOK, self._venue.book(index))
        if not exchange.opened:
            await self._send([instructions.open_exchange(self._venue, self._admin.pubkey())])
            self._say("exchange opened")
        if self._is_localnet:
            await self._fund_keepers()
        return await self._write_facts(file)

    async def _fund(self, key: Pubkey) -> None:
        if await self._rpc.get_balance(key) < LEAST_SOL:
            await self._rpc.request_airdrop(key, AIRDROP_SOL)

    async def _deploy_program(self) -> None:
        """Place the shipped program, or replace an older one, as the upgradeable loader would."""
        program, holder = self._venue.program, program_data_address(self._venue.program)
        elf, authority = read_program(), self._admin.pubkey()
        found = await self._find(holder)
        if found is not None and found.endswith(elf) and await self._rpc.get_account(program) is not None:
            return
        slot = await self._rpc.get_slot()
        for address, content, executable in (
            (holder, program_data_account(elf, slot, authority), False),
            (program, program_account(program), True),
        ):
            account = {
                "lamports": await self._rpc.get_minimum_balance(len(content)),
                "data": [base64.b64encode(content).decode(), "base64"],
                "owner": str(LOADER),
                "executable": executable,
            }
            await self._rpc.call("surfnet_setAccount", str(address), account)
        self._say("program deployed" if found is None else "program upgraded")

    async def _create_mint(self, file: MarketFile) -> None:
        if await self._find(self._mint.pubkey()) is not None:
            return
        rent = await self._rpc.get_minimum_balance(MINT_BYTES)
        admin, mint, authority = self._admin.pubkey(), self._mint.pubkey(), self._mint_authority.pubkey()
        decimals = file.collaterals[0].decimals
        await self._send(create_mint(admin, mint, authority, decimals, rent), self._mint)

    async def _create_exchange(self, file: MarketFile) -> None:
        key = self._admin.pubkey()
        if await self._find(self._venue.exchange) is None:
            if not self._is_localnet:
                raise DeploymentError(
                    f"this cluster has no exchange {self._venue.exchange_id} under {self._venue.program}; "
                    "name one that exists with QUANTDESK_PROGRAM_ID and QUANTDESK_EXCHANGE_ID"
                )
            await self._send(
                [
                    instructions.init_exchange(
                        self._venue,
                        key,
                        key,
                        guardian=self._data.keypair("guardian").pubkey(),
                        timelock_s=file.exchange.timelock_s,
                        min_slot_equity=parameters.quote(file.exchange.min_slot_equity, "min_slot_equity"),
                        client_data_limit=file.exchange.client_data_limit,
                        slot_capacity=file.exchange.slots,
                        fee_tiers=parameters.fee_tiers(file.exchange.fee_tiers),
                    )
                ]
            )
            self._say("exchange created")
        await self._grow(GrowKind.EXCHANGE, self._venue.exchange)
        while (exchange := await self._exchange()).layout_version != EXCHANGE_VERSION:
            await self._send([instructions.migrate(self._venue, exchange.migrated, ROWS_PER_MIGRATION)])
            self._say(f"exchange migrated from layout {exchange.layout_version}")
        await self._grow(GrowKind.LEDGER, self._venue.ledger)
        if not (await self._exchange()).collaterals:
            mint = self._mint.pubkey()
            await self._send([instructions.add_collateral(self._venue, key, key, mint, parameters.usdc())])

    async def _grow(self, kind: GrowKind, account: Pubkey) -> None:
        """Send growth steps until the account is ready; more than needed is refused, so count them."""
        full = _full_size(kind, await self._content(account))
        while True:
            content = await self._content(account)
            if content[STATUS_OFFSET] == READY:
                return
            steps = min(-(-(full - len(content)) // GROWTH_BYTES), GROWTHS_PER_TRANSACTION)
            key = self._admin.pubkey()
            step = instructions.grow_account(self._venue, key, key, kind, account)
            await self._send([step] * max(steps, 1))

    async def _content(self, account: Pubkey) -> bytes:
        found = await self._find(account)
        if found is None:
            raise DeploymentError(f"account {account} is not on the chain")
        return found

    async def _find(self, account: Pubkey) -> bytes | None:
        found = (await self._rpc.get_account(account, "processed")).value
        return None if found is None else found.bytes

    async def _exchange(self) -> Exchange:
        return Exchange.decode(await self._content(self._venue.exchange))

    async def _fund_keepers(self) -> None:
        """Give the keepers that trade SOL for fees and, once, test USDC."""
        mint = self._mint.pubkey()
        await self._fund(self._price_authority.pubkey())
        for name, amount in KEEPER_USDC.items():
            owner = self._data.keypair(name).pubkey()
            await self._fund(owner)
            account = token_account(owner, mint)
            opened = await self._find(self._venue.trader(owner)) is not None
            found = await self._find(account)
            if opened or (found is not None and token_amount(found)):
                continue
            units = amount * parameters.QUOTE_ATOMS
            await self._send(
                [
                    instructions.create_token_account(self._admin.pubkey(), owner, mint),
                    mint_to(mint, account, self._mint_authority.pubkey(), units),
                ],
                self._mint_authority,
            )

    async def _write_facts(self, file: MarketFile) -> Deployment:
        exchange = await self._exchange()
        facts = Deployment(
            cluster="localnet" if self._is_localnet else str(await self._rpc.get_genesis_hash()),
            program_id=str(self._venue.program),
            exchange_id=self._venue.exchange_id,
            exchange=str(self._venue.exchange),
            ledger=str(self._venue.ledger),
            collaterals=[
                CollateralFacts(entry.symbol, str(found.mint), found.decimals, str(found.vault))
                for entry, found in zip(file.collaterals, exchange.collaterals, strict=False)
            ],
            markets=[MarketFacts(m.index, m.symbol, str(m.book)) for m in exchange.markets],
            price_authority=str(self._price_authority.pubkey()),
        )
        write_atomically(self._data.deployment, msgspec.json.format(msgspec.json.encode(facts), indent=2))
        return facts

    async def _send(self, wanted: Sequence[Instruction], *signers: Keypair) -> None:
        latest = await self._rpc.get_latest_blockhash()
        self._sent += 1  # two equal growth steps in one slot must not be the same transaction
        budget = instructions.compute_budget(units=MOST_UNITS - self._sent)
        message = MessageV0.try_compile(
            self._admin.pubkey(), [*budget, *wanted], [], Hash.from_string(str(latest.blockhash))
        )
        transaction = VersionedTransaction(message, [self._admin, *signers])
        await send_and_confirm(
            self._rpc, bytes(transaction), latest.last_valid_block_height, commitment="processed", poll_s=0.02
        )


def _full_size(kind: GrowKind, content: bytes) -> int:
    """Bytes of the account at full size, by its own header."""
    if kind is GrowKind.EXCHANGE:
        return account_dtype("Exchange").itemsize
    name, element = ("Ledger", "Slot") if kind is GrowKind.LEDGER else ("Book", "Order")
    header: Any = _header(name, content)
    count = int(header["target_capacity"]) if kind is GrowKind.LEDGER else 2 * int(header["capacity"])
    return account_dtype(name).itemsize + count * struct_dtype(element).itemsize


def _header(name: str, content: bytes) -> Any:
    import numpy as np

    return np.frombuffer(content, account_dtype(name), 1)[0]
