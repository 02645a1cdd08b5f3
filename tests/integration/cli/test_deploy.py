"""`quantdesk deploy` puts what is missing on a chain, and finds it again the second time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from keepers_ground import RPC_PORT
from localnet_process import LocalnetProcess
from part_process import free_offset
from quantdesk.bootstrap.data_dir import DataDir


async def deploy(folder: Path, offset: int, *words: str, code: int = 0, **settings: str) -> str:
    """What `quantdesk deploy` says; it must end with ``code``."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANTDESK_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "quantdesk.cli.app", "deploy", *words),
        *("--data-dir", str(folder), "--port-offset", str(offset)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment | settings,
    )
    said, _ = await process.communicate()
    assert process.returncode == code, said.decode()
    return said.decode()


async def test_deploying_twice_makes_one_exchange(tmp_path: Path) -> None:
    data, offset = DataDir(tmp_path / "box").open(), free_offset()
    assert "could not be prepared" in await deploy(data.root, offset, code=3)
    net = LocalnetProcess(data.localnet, RPC_PORT + offset)
    await net.start()
    try:
        elsewhere = {"QUANTDESK_RPC_URL": net.rpc_url}
        assert "has no exchange" in await deploy(data.root, offset, code=1, **elsewhere)
        said = await deploy(data.root, offset)
        assert "exchange opened" in said
        facts = json.loads(await deploy(data.root, offset, "--json"))
        assert [market["symbol"] for market in facts["markets"]] == ["BTC-PERP", "ETH-PERP", "SOL-PERP"]
        assert "created" not in await deploy(data.root, offset)
        with data.lock():
            assert "in use by another QuantDesk" in await deploy(data.root, offset, code=1)
    finally:
        await net.close()
