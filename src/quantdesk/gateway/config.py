"""What one gateway process is told at its start; composed by bootstrap."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `requests` per `per_seconds` from one address."""

    requests: int
    per_seconds: int
    description: str


def default_rate_limits() -> dict[str, RateLimit]:
    """Limits per route class; previews have a class of their own."""
    return {
        "read": RateLimit(1_200, 10, "Markets, tickers, books, accounts, open orders."),
        "history": RateLimit(300, 10, "Trades, candles, funding, prices, fills, transfers, closed orders."),
        "preview": RateLimit(150, 10, "POST /v1/preview/order."),
        "build": RateLimit(500, 10, "POST /v1/tx/{instruction}."),
        "send": RateLimit(500, 10, "POST /v1/tx/send."),
        "auth": RateLimit(120, 60, "Sign-in and sessions."),
        "faucet": RateLimit(60, 60, "POST /v1/faucet."),
        "mikey": RateLimit(120, 60, "MIKEY."),
        "socket": RateLimit(60, 10, "Handshakes of /v1/ws."),
    }


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Limits of `/v1/ws`."""

    max_message_bytes: int = 16_384
    max_subscriptions: int = 100
    max_connections_per_address: int = 1_100
    messages_per_second: int = 50
    resume_messages: int = 1_024
    slow_reader_bytes: int = 262_144
    slow_reader_ms: int = 10_000
    ping_interval_s: float = 20.0


@dataclass(frozen=True, slots=True)
class FaucetConfig:
    """The localnet faucet: the mint authority's secret key and what one request may take."""

    mint_authority: bytes = field(repr=False)
    max_amount: str = "100000"
    sol_amount_lamports: int = 1_000_000_000
    sol_topped_up_below_lamports: int = 100_000_000


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """One gateway process.

    `ports` all serve the same application (terminal and API). `cluster` is `localnet`, `devnet`, ...;
    `faucet` is None except on localnet. `bus_token` and the secrets never appear in logs.
    """

    database_url: str
    bus_url: str
    rpc_url: str
    program_id: str
    jwt_secret: bytes = field(repr=False)
    mikey_secret: bytes = field(repr=False)
    pubsub_url: str | None = None
    bus_token: str | None = field(default=None, repr=False)
    exchange_id: int = 0
    cluster: str = "localnet"
    host: str = "127.0.0.1"
    ports: tuple[int, ...] = (3002, 3001)
    public_url: str | None = None
    mikey_url: str = "http://127.0.0.1:3000"
    terminal_dir: Path | None = None
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    rate_limits: dict[str, RateLimit] | None = field(default_factory=default_rate_limits)
    stream: StreamLimits = StreamLimits()
    faucet: FaucetConfig | None = None
    max_body_bytes: int = 65_536
    min_slot_wait_ms: int = 1_000
    access_token_s: int = 600
    refresh_token_s: int = 30 * 86_400
    nonce_s: int = 300

    @property
    def chain(self) -> str:
        """Wallet Standard's name of the cluster."""
        return f"solana:{'mainnet' if self.cluster == 'mainnet-beta' else self.cluster}"
