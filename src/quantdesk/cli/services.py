"""Commands that run one service in the foreground."""

from __future__ import annotations

import asyncio
from enum import StrEnum

import typer

from quantdesk.bootstrap.part import run
from quantdesk.bootstrap.settings import load_settings


class Keeper(StrEnum):
    ORACLE = "oracle"
    MAKER = "maker"
    TAKER = "taker"
    LIQUIDATOR = "liquidator"
    TRIGGER = "trigger"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    panel = "Services, each in the foreground"

    @app.command(rich_help_panel=panel)
    def localnet() -> None:
        """A Solana node on this machine: the real VM behind JSON-RPC and pubsub."""
        run("localnet", load_settings())

    @app.command(rich_help_panel=panel)
    def gateway() -> None:
        """REST and WebSocket API, and the terminal."""
        run("gateway", load_settings())

    @app.command(rich_help_panel=panel)
    def indexer() -> None:
        """Follows the chain into the store and onto the bus."""
        run("indexer", load_settings())

    @app.command(rich_help_panel=panel)
    def ingest() -> None:
        """Market data from venues or the recording."""
        run("ingestion", load_settings())

    @app.command(rich_help_panel=panel)
    def keeper(role: Keeper) -> None:
        """One keeper alone: the oracle, the maker, the taker, the liquidator or the trigger keeper."""
        run("keepers", load_settings(keepers=role.value))

    @app.command(rich_help_panel=panel)
    def mikey() -> None:
        """The trading assistant."""
        run("mikey", load_settings())

    @app.command(rich_help_panel=panel)
    def migrate() -> None:
        """Bring the store's tables to this version."""
        from quantdesk.bootstrap.compose import database_url
        from quantdesk.infra.store import migrate as migrate_store

        settings = load_settings()
        asyncio.run(migrate_store(database_url(settings)))
        print("the store is up to date")
