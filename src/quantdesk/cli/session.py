"""What commands that talk to the gateway share: its address and the wallet they sign with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from quantdesk.bootstrap.ports import Ports
from quantdesk.bootstrap.settings import load_settings
from quantdesk.sdk.client import Client
from quantdesk.sdk.wallet import Wallet

Result = TypeVar("Result")

GatewayOption = Annotated[str | None, typer.Option("--gateway", help="The gateway's address.")]
WalletOption = Annotated[
    Path | None,
    typer.Option("--wallet", help="Solana key file; default: cli-wallet.json of the data directory."),
]
OwnerOption = Annotated[
    str | None, typer.Option("--owner", help="Whose account, when --wallet is only a delegate's key.")
]
SubOption = Annotated[int, typer.Option("--sub", min=0, max=255, help="Sub-account of the wallet.")]


def run_with_client(
    work: Callable[[Client], Awaitable[Result]],
    gateway: str | None,
    wallet: Path | None = None,
    owner: str | None = None,
    sub: int = 0,
) -> Result:
    """Run ``work`` against the gateway with the wallet of the command line."""
    settings = load_settings()
    address = gateway or f"http://127.0.0.1:{Ports(settings.port_offset).gateway}"
    key_file = wallet or settings.data_dir / "keys" / "cli-wallet.json"
    signer = Wallet.from_file(wallet) if wallet else Wallet.open_or_create(key_file)

    async def session() -> Result:
        async with Client(address, signer, owner=owner, sub=sub) as client:
            return await work(client)

    return asyncio.run(session())
