"""The indexer service."""

from __future__ import annotations

from quantdesk.indexer.config import IndexerConfig
from quantdesk.indexer.measures import Measures
from quantdesk.indexer.service import Indexer
from quantdesk.infra.bus import NatsBus
from quantdesk.infra.solana import SolanaRpc
from quantdesk.infra.store import open_store
from quantdesk.infra.telemetry import StatusServer, process_registry


async def serve(config: IndexerConfig) -> None:
    """Index until cancelled. Raises ``ChainMismatch``, ``EventInvalid``, ``OSError`` (port taken)."""
    registry = process_registry("indexer")
    store = open_store(config.database_url, pool_size=3)
    bus = await NatsBus(config.bus).open()
    rpc = SolanaRpc(config.rpc_url)
    indexer = Indexer(config, store, bus, rpc, Measures(registry))
    pages = {"/status": indexer.status}
    try:
        async with StatusServer(config.http, "indexer", indexer.readiness, registry, pages):
            await indexer.run()
    finally:
        await indexer.close()
        await bus.close()
        await rpc.close()
        await store.close()
