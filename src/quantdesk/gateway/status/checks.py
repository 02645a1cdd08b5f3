"""How each dependency is asked whether it answers; None when it does, else why not."""

from dataclasses import dataclass

from quantdesk.gateway.exchange.state import ExchangeState
from quantdesk.gateway.mikey.service import MikeyProxy
from quantdesk.gateway.problems import Problem
from quantdesk.gateway.status.service import Check
from quantdesk.gateway.stored import Stored
from quantdesk.infra.bus import Bus
from quantdesk.infra.solana import SolanaError, SolanaRpc


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked."""

    stored: Stored
    rpc: SolanaRpc
    state: ExchangeState
    bus: Bus
    mikey: MikeyProxy


def checks_of(parts: Parts) -> dict[str, Check]:
    """One check a dependency; the indexer is judged by what it says on the bus."""

    async def store() -> str | None:
        try:
            async with parts.stored.read() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except Problem as problem:
            return problem.detail
        return None

    async def rpc() -> str | None:
        try:
            await (
                parts.rpc.get_health()
            )  # a node that answers reads may yet take nothing: a full disk, far behind
        except SolanaError as error:
            return str(error)
        return None

    async def exchange() -> str | None:
        try:
            view = await parts.state.current()
        except Problem as problem:
            return problem.detail
        return None if view.exchange.opened else "the exchange is not open yet"

    async def bus() -> str | None:
        return None if parts.bus.connected else "not connected"

    return {"store": store, "rpc": rpc, "exchange": exchange, "bus": bus, "mikey": parts.mikey.reachable}
