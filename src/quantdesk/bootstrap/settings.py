"""Every setting of QuantDesk: environment, `.env` or command-line flags, one tree.

`.env.example` and `docs/reference/settings.md` are generated from this class and checked against it.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from quantdesk.domain.errors import said

PREFIX = "QUANTDESK_"
ENV_FILE = ".env"
FeedMode = Literal["auto", "live", "replay", "simulated"]


class SettingsError(ValueError):
    """A setting that cannot be used: says which, its value, and what would be right."""


class Settings(BaseSettings):
    """Settings of all systems; each process reads the ones it needs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=ENV_FILE, extra="ignore", populate_by_name=True, validate_default=True
    )

    data_dir: Path = Field(Path(".data"), description="Where keys, the chain's log, the store and logs live.")
    host: str = Field("127.0.0.1", description="Address that the HTTP services bind to.")
    port_offset: int = Field(
        0, ge=0, le=40_000, description="Added to every port, links and origins included."
    )
    public_url: str = Field("", description="Public address of the terminal; fixes the sign-in domain.")

    rpc_url: str = Field("", description="Solana JSON-RPC; empty: the localnet of this machine.")
    ws_url: str = Field("", description="Solana pubsub; empty: the localnet of this machine.")
    cluster: Literal["devnet", "testnet", "mainnet-beta"] = Field(
        "devnet", description="Which public cluster QUANTDESK_RPC_URL belongs to."
    )
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data directory.")
    bus_url: str = Field("", description="NATS; empty: a child process on this machine.")
    bus_token: SecretStr | None = Field(None, description="NATS token; made on first start when absent.")

    program_id: str = Field("", description="The program's address; empty: the one in the IDL.")
    exchange_id: int = Field(0, ge=0, le=65_535, description="Which exchange under the program.")

    feed: FeedMode = Field("auto", description="Price feed: auto, live, replay or simulated.")
    cors_origins: str = Field("", description="Comma-separated origins of a separately hosted terminal.")
    trusted_proxies: str = Field("", description="Comma-separated addresses whose X-Forwarded-For counts.")
    rate_limits: bool = Field(True, description="Limit requests per address and class.")
    jwt_secret: SecretStr | None = Field(
        None, description="Signs sign-in tokens; made on first start (0600)."
    )
    mikey_secret: SecretStr | None = Field(None, description="Signs tokens between gateway and MIKEY.")

    keepers: str = Field(
        "oracle,maker,taker,liquidator,trigger", description="Comma-separated roles of the keepers process."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log line."
    )
    log_bytes: int = Field(10_000_000, ge=10_000, description="Size at which a part's log file is rotated.")
    log_files: int = Field(3, ge=1, le=100, description="Rotated log files kept per part.")
    history_days: int = Field(30, ge=1, le=36_500, description="Days of derived history kept in the store.")
    localnet_history_slots: int = Field(
        1_500_000, ge=300, description="Slots of history that localnet keeps (216,000 a day)."
    )

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY", description="OpenAI.")
    anthropic_api_key: SecretStr | None = Field(
        None, validation_alias="ANTHROPIC_API_KEY", description="Anthropic."
    )
    google_api_key: SecretStr | None = Field(None, validation_alias="GOOGLE_API_KEY", description="Google.")
    pyth_api_key: SecretStr | None = Field(None, validation_alias="PYTH_API_KEY", description="Pyth Hermes.")


def known_names() -> dict[str, str]:
    """Environment name -> field name of every setting."""
    return {
        str(field.validation_alias or f"{PREFIX}{name.upper()}"): name
        for name, field in Settings.model_fields.items()
    }


def refuse_unknown(names: Mapping[str, str] | list[str]) -> None:
    """Raise for a ``QUANTDESK_*`` name that no setting has, with the nearest that one has."""
    known = known_names()
    for name in sorted(names):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known:
            near = difflib.get_close_matches(upper, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]}?" if near else "; docs/reference/settings.md lists them all"
            raise SettingsError(f"unknown setting {name}{hint}")


def _names_in(env_file: Path) -> list[str]:
    if not env_file.exists():
        return []
    lines = (line.strip() for line in env_file.read_text().splitlines())
    return [
        line.split("=", 1)[0].removeprefix("export ").strip() for line in lines if line and line[0] != "#"
    ]


def load_settings(**flags: Any) -> Settings:
    """Read environment and ``.env``; ``flags`` (command line) win. Raises SettingsError."""
    refuse_unknown([*os.environ, *_names_in(Path(ENV_FILE))])
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name = next((env for env, own in known_names().items() if own == field), field)
        shown = (
            "(hidden)" if "secret" in field or "key" in field or "token" in field else repr(first["input"])
        )
        raise SettingsError(f"{name} is {shown}: {said(first)}") from None
