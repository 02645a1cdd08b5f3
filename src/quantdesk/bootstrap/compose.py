"""Settings into services: the only place where each service's configuration is put together.

Each function here makes one service, ready to be awaited; it imports that service only.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.bootstrap.errors import ServiceRefused
from quantdesk.bootstrap.ports import Ports
from quantdesk.bootstrap.settings import Settings
from quantdesk.infra.bus import BusConfig
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.program.addresses import program_id

Service = Coroutine[Any, Any, None]


async def _in_words(start: Callable[[], Service], *expected: type[Exception]) -> None:
    """Run a service; errors that it expects become a sentence, all others keep their traceback."""
    try:
        await start()
    except expected as error:
        raise ServiceRefused(str(error)) from error


def _data(settings: Settings) -> DataDir:
    return DataDir(settings.data_dir).open()


def database_url(settings: Settings) -> str:
    """The store's SQLAlchemy URL."""
    return settings.database_url or f"sqlite+aiosqlite:///{_data(settings).store}"


def rpc_url(settings: Settings) -> str:
    """Solana's JSON-RPC."""
    return settings.rpc_url or f"http://127.0.0.1:{Ports(settings.port_offset).rpc}"


def pubsub_url(settings: Settings) -> str:
    """Solana's pubsub."""
    return settings.ws_url or f"ws://127.0.0.1:{Ports(settings.port_offset).pubsub}"


def bus_token(settings: Settings) -> str | None:
    """Token of the bus: given, or the one of the child process that this box starts."""
    if settings.bus_token is not None:
        return settings.bus_token.get_secret_value()
    return None if settings.bus_url else _data(settings).secret("bus-token")


def bus(settings: Settings, name: str) -> BusConfig:
    """The bus, as the service called ``name`` joins it."""
    url = settings.bus_url or f"nats://127.0.0.1:{Ports(settings.port_offset).bus}"
    return BusConfig(url=url, name=name, token=bus_token(settings))


def localnet(settings: Settings) -> Service:
    """The Solana node of this machine."""
    from quantdesk.localnet.app import serve
    from quantdesk.localnet.config import LocalnetConfig, Retention
    from quantdesk.localnet.errors import LocalnetError

    ports = Ports(settings.port_offset)
    folder = _data(settings).localnet
    kept = Retention(blocks=settings.localnet_history_slots)
    config = LocalnetConfig(data_dir=folder, port=ports.rpc, ws_port=ports.pubsub, retention=kept)
    return _in_words(lambda: serve(config), LocalnetError)


def ingestion(settings: Settings) -> Service:
    """Market data."""
    from quantdesk.ingestion.app import serve
    from quantdesk.ingestion.config import IngestionConfig
    from quantdesk.ingestion.sources.recorded.recording import BrokenRecording

    config = IngestionConfig(
        bus=bus(settings, "ingestion"),
        database_url=database_url(settings),
        state_dir=_data(settings).root / "ingestion",
        http=HttpConfig(host=settings.host, port=Ports(settings.port_offset).ingestion),
        feed=settings.feed,
    )
    return _in_words(lambda: serve(config), BrokenRecording)


def keepers(settings: Settings) -> Service:
    """Oracle, maker, taker, liquidator and trigger keeper, or those of them that the settings name."""
    from quantdesk.keepers.app import serve
    from quantdesk.keepers.config import (
        KeepersConfig,
        LiquidatorConfig,
        MakerConfig,
        OracleConfig,
        Role,
        TakerConfig,
        TriggerConfig,
    )

    keys = _data(settings).keys
    return serve(
        KeepersConfig(
            bus=bus(settings, "keepers"),
            rpc_url=rpc_url(settings),
            program_id=program(settings),
            exchange_id=settings.exchange_id,
            http=HttpConfig(host=settings.host, port=Ports(settings.port_offset).keepers),
            oracle=OracleConfig(key_file=keys / "oracle.json"),
            maker=MakerConfig(key_file=keys / "maker.json"),
            taker=TakerConfig(key_file=keys / "taker.json"),
            liquidator=LiquidatorConfig(key_file=keys / "liquidator.json"),
            trigger=TriggerConfig(key_file=keys / "trigger.json"),
            roles=frozenset(Role(name.strip()) for name in settings.keepers.split(",")),
        )
    )


def indexer(settings: Settings) -> Service:
    """Follows the chain."""
    from quantdesk.indexer.app import serve
    from quantdesk.indexer.config import DAY_MS, IndexerConfig, Retention

    return serve(
        IndexerConfig(
            rpc_url=rpc_url(settings),
            ws_url=pubsub_url(settings),
            database_url=database_url(settings),
            bus=bus(settings, "indexer"),
            http=HttpConfig(host=settings.host, port=Ports(settings.port_offset).indexer),
            program_id=program(settings),
            exchange_id=settings.exchange_id,
            retention=Retention(history_ms=settings.history_days * DAY_MS),
        )
    )


def gateway(settings: Settings) -> Service:
    """API and terminal on both ports."""
    from quantdesk.gateway.app import serve
    from quantdesk.gateway.config import FaucetConfig, GatewayConfig, default_rate_limits

    data, ports, broker = _data(settings), Ports(settings.port_offset), bus(settings, "gateway")
    is_localnet = not settings.rpc_url
    return serve(
        GatewayConfig(
            database_url=database_url(settings),
            bus_url=broker.url,
            bus_token=broker.token,
            rpc_url=rpc_url(settings),
            pubsub_url=pubsub_url(settings),
            program_id=program(settings),
            exchange_id=settings.exchange_id,
            jwt_secret=_secret(settings.jwt_secret, data, "jwt"),
            mikey_secret=_secret(settings.mikey_secret, data, "mikey"),
            cluster="localnet" if is_localnet else settings.cluster,
            host=settings.host,
            ports=(ports.gateway, ports.terminal),
            public_url=settings.public_url or None,
            mikey_url=f"http://127.0.0.1:{ports.mikey}",
            terminal_dir=terminal_dir(),
            cors_origins=_words(settings.cors_origins),
            trusted_proxies=_words(settings.trusted_proxies),
            rate_limits=default_rate_limits() if settings.rate_limits else None,
            faucet=FaucetConfig(mint_authority=bytes(data.keypair("usdc-mint"))) if is_localnet else None,
        )
    )


def mikey(settings: Settings) -> Service:
    """The trading assistant."""
    from quantdesk.mikey.app import serve
    from quantdesk.mikey.config import MikeyConfig

    ports = Ports(settings.port_offset)
    return serve(
        MikeyConfig(
            database_url=database_url(settings),
            secret=_secret(settings.mikey_secret, _data(settings), "mikey"),
            gateway_url=f"http://127.0.0.1:{ports.gateway}",
            host=settings.host,
            port=ports.mikey,
        )
    )


def _secret(given: SecretStr | None, data: DataDir, name: str) -> bytes:
    return (given.get_secret_value() if given is not None else data.secret(name)).encode()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def program(settings: Settings) -> str:
    """The program's address: the setting's, else the IDL's."""
    return settings.program_id or str(program_id())


def terminal_dir() -> Path | None:
    """The built terminal of this checkout; None where the package is installed without it."""
    built = Path(__file__).resolve().parents[3] / "web" / "dist"
    return built if (built / "index.html").exists() else None
