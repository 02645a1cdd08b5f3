"""The keepers' process: the roles that it was given, side by side, each restartable at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from solders.pubkey import Pubkey

from quantdesk.infra.bus import NatsBus
from quantdesk.infra.solana import SolanaRpc
from quantdesk.infra.telemetry import StatusServer, process_registry
from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.config import KeepersConfig, Role
from quantdesk.keepers.feed import PriceFeed, TradeFlow
from quantdesk.keepers.liquidator import Liquidator
from quantdesk.keepers.maker import Maker
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.oracle import Oracle
from quantdesk.keepers.role import Duty
from quantdesk.keepers.sender import Sender
from quantdesk.keepers.taker import Taker
from quantdesk.keepers.trigger import TriggerKeeper
from quantdesk.keepers.wallet import read_key
from quantdesk.program.addresses import Addresses


async def serve(config: KeepersConfig, roles: Iterable[Role] | None = None) -> None:
    """Run ``roles`` (default: the configured ones) until cancelled. Raises KeyBroken, OSError."""
    process = _Process(config, frozenset(roles) if roles is not None else config.roles)
    async with StatusServer(config.http, "keepers", process.readiness, process.registry):
        try:
            await process.run()
        finally:
            await process.close()


class _Process:
    """The parts of one keepers process."""

    def __init__(self, config: KeepersConfig, roles: frozenset[Role]) -> None:
        self.registry = process_registry("keepers")
        self._measures = Measures(self.registry)
        self._bus = NatsBus(config.bus)
        self._rpc = SolanaRpc(config.rpc_url)
        self._venue = Addresses(Pubkey.from_string(config.program_id), config.exchange_id)
        self._view = ChainView(self._rpc, self._venue)
        self._feed = PriceFeed(self._bus)
        self._flow = TradeFlow(self._bus)
        self._duties: list[Duty] = []
        self._jobs: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._last_acts: list[Callable[[], Coroutine[Any, Any, None]]] = []
        if config.oracle is not None and Role.ORACLE in roles:
            oracle = Oracle(
                config.oracle, self._view, self._sender(config.oracle.key_file), self._feed, self._measures
            )
            self._add(oracle.duty, oracle.run)
        if config.maker is not None and Role.MAKER in roles:
            maker = Maker(
                config.maker, self._view, self._sender(config.maker.key_file), self._feed, self._measures
            )
            self._add(maker.duty, maker.run)
            self._last_acts.append(maker.retire)
        if config.taker is not None and Role.TAKER in roles:
            taker = Taker(
                config.taker,
                self._view,
                self._sender(config.taker.key_file),
                feed=self._feed,
                flow=self._flow,
                measures=self._measures,
            )
            self._add(taker.duty, taker.run)
            self._jobs.append(self._flow.run)
        if config.liquidator is not None and Role.LIQUIDATOR in roles:
            sender = Sender(
                self._rpc,
                self._venue,
                read_key(config.liquidator.key_file),
                most_micro_lamports=config.liquidator.most_micro_lamports,
            )
            liquidator = Liquidator(config.liquidator, self._view, sender, self._measures)
            self._add(liquidator.duty, liquidator.run)
        if config.trigger is not None and Role.TRIGGER in roles:
            firing = TriggerKeeper(
                config.trigger, self._view, self._sender(config.trigger.key_file), self._measures
            )
            self._add(firing.duty, firing.run)

    def readiness(self) -> dict[str, str | None]:
        """What the keepers depend on and what each role waits for."""
        checks: dict[str, str | None] = {"bus": None if self._bus.connected else "NATS is away"}
        return checks | {duty.role.value: duty.trouble() for duty in self._duties}

    async def run(self) -> None:
        await self._bus.open()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._feed.run(), name="feed")
            for job in self._jobs:
                tasks.create_task(job())

    async def close(self) -> None:
        for act in self._last_acts:
            await act()
        await self._bus.close()
        await self._rpc.close()

    def _sender(self, key_file: Path) -> Sender:
        return Sender(self._rpc, self._venue, read_key(key_file))

    def _add(self, duty: Duty, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._duties.append(duty)
        self._jobs.append(job)
