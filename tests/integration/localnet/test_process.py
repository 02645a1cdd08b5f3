"""Localnet as a process: what it says when it cannot run, and how it ends."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

from localnet_process import free_port_pair, localnet


async def run(*arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a localnet that should not come up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "quantdesk.localnet",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode is not None
    return process.returncode, errors.decode()


async def test_a_taken_port_says_who_holds_it_and_what_to_do(tmp_path: Path) -> None:
    port = free_port_pair()
    for taken in (port, port + 1):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", taken))
            holder.listen()
            code, said = await run("--data-dir", str(tmp_path / str(taken)), "--port", str(port))
        assert code == 1
        assert f"port {taken} is taken by" in said
        assert f"(process {os.getpid()})" in said
        assert "--port-offset" in said
        assert "Traceback" not in said


async def test_a_second_localnet_on_the_same_data_is_refused() -> None:
    async with localnet() as net:
        code, said = await run("--data-dir", str(net.data_dir), "--port", str(free_port_pair()))
        assert code == 1
        assert net.process is not None
        assert f"another localnet (process {net.process.pid}) uses" in said
        assert await net.rpc("getHealth") == "ok"


async def test_it_stops_cleanly_and_replays_nothing_then() -> None:
    async with localnet() as net:
        await net.rpc("requestAirdrop", "SysvarC1ock11111111111111111111111111111112", 10**9)
        await net.rpc("surfnet_pauseClock")
        before = await net.rpc("quantdesk_stateHash")
        await net.stop()
        assert net.process is not None
        assert net.process.returncode == 0
        await net.start()
        assert await net.rpc("quantdesk_stateHash") == before
        assert '"replayed":0' in net.log_path.read_text().splitlines()[-2]


async def test_slots_follow_wall_time_at_400_ms() -> None:
    async with localnet() as net:
        loop = asyncio.get_running_loop()
        first, began = await net.rpc("getSlot", {"commitment": "processed"}), loop.time()
        await asyncio.sleep(2.0)
        last, ended = await net.rpc("getSlot", {"commitment": "processed"}), loop.time()
        assert abs((last - first) - (ended - began) / 0.4) < 3
