"""The supervisor against real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from quantdesk.bootstrap.supervisor import Part, PartGaveUp, Supervisor


async def _always() -> bool:
    return True


def _python(name: str, code: str) -> Part:
    return Part(name, (sys.executable, "-c", code), _always)


async def _until(condition: object, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "the awaited condition did not come true"
        await asyncio.sleep(0.02)


async def test_a_part_that_dies_is_started_again(tmp_path: Path) -> None:
    async with Supervisor(tmp_path, 10_000, 2) as supervisor:
        await supervisor.start(_python("sleeper", "import time; time.sleep(60)"))
        first = supervisor.pids()["sleeper"]
        os.kill(first, signal.SIGKILL)
        await _until(lambda: supervisor.pids()["sleeper"] != first)
        assert psutil.pid_exists(supervisor.pids()["sleeper"])
        assert supervisor.restarts() == {"sleeper": 1}


async def test_a_part_that_keeps_crashing_is_given_up_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quantdesk.bootstrap.supervisor.FIRST_PAUSE_S", 0.001)
    async with Supervisor(tmp_path, 10_000, 2) as supervisor:
        await supervisor.launch(_python("broken", "raise SystemExit('no such table: orders')"))
        with pytest.raises(
            PartGaveUp, match=r"broken crashed 6 times in a minute(?s:.*)no such table: orders"
        ):
            await asyncio.wait_for(supervisor.wait(), 20)


async def test_stopping_ends_every_part_and_its_children(tmp_path: Path) -> None:
    spawns = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
    async with Supervisor(tmp_path, 10_000, 2) as supervisor:
        await supervisor.start(_python("parent", spawns))
        parent = psutil.Process(supervisor.pids()["parent"])
        await _until(parent.children)
        child = parent.children()[0]
    await _until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert not psutil.pid_exists(parent.pid)


async def test_a_log_is_rotated_and_keeps_only_its_files(tmp_path: Path) -> None:
    async with Supervisor(tmp_path, 10_000, 2) as supervisor:
        await supervisor.start(
            _python(
                "talker",
                "for i in range(3000): print('line', i, 'x' * 20, flush=True)\nimport time; time.sleep(60)",
            )
        )
        await _until(lambda: "line 2999" in (tmp_path / "talker.log").read_text())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["talker.log", "talker.log.1"]
    assert all(p.stat().st_size <= 10_000 for p in tmp_path.iterdir())


BOX = """
import asyncio, sys
from pathlib import Path
from quantdesk.bootstrap.supervisor import Part, Supervisor
async def ready(): return True
async def main():
    async with Supervisor(Path(sys.argv[1]), 10_000, 2) as supervisor:
        stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
        await supervisor.start(Part("stubborn", (sys.executable, "-c", stubborn), ready))
        await supervisor.start(Part("plain", ("sleep", "600"), ready))
        print(*supervisor.pids().values(), flush=True)
        await supervisor.wait()
asyncio.run(main())
"""


def test_a_supervisor_killed_with_9_leaves_no_orphan(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BOX, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as box:
        assert box.stdout is not None
        pids = [int(word) for word in box.stdout.readline().split()]
        assert len(pids) == 2
        box.kill()
    deadline = time.monotonic() + 15
    while any(psutil.pid_exists(pid) for pid in pids):
        assert time.monotonic() < deadline, f"orphans among {pids}"
        time.sleep(0.05)
