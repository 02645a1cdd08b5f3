"""Anchor's own clients, from our IDL alone: every instruction, account type, event and error."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from integration.localnet.test_clients import CLIENTS, IDL, anchorpy_python, node_modules, place_program
from integration.program.corpus import corpus
from localnet_process import localnet
from requires import tool


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One call of every instruction that the VM accepted."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.json"
    path.write_text(json.dumps(corpus()))
    return path


async def drive(program: str, script: Path, calls: Path) -> str:
    async with localnet() as net:
        await place_program(net)
        process = await asyncio.create_subprocess_exec(
            program,
            str(script),
            str(IDL),
            str(calls),
            net.rpc_url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 100)
        assert process.returncode == 0, said.decode()[-4_000:]
        return said.decode()


def everything() -> str:
    """What a client says when it knew all of the IDL."""
    idl = json.loads(IDL.read_text())
    return ", ".join(f"{len(idl[kind])} {kind}" for kind in ("instructions", "events", "errors"))


async def test_coral_xyz_anchor_builds_sends_and_decodes_everything(calls: Path) -> None:
    node = tool("node")
    await asyncio.to_thread(node_modules)
    assert everything() in await drive(node, CLIENTS / "anchor.mjs", calls)


async def test_anchorpy_builds_and_decodes_everything(calls: Path) -> None:
    python = await asyncio.to_thread(anchorpy_python)
    assert everything() in await drive(str(python), CLIENTS / "anchorpy" / "corpus.py", calls)
