"""A whole running box for tests: what `make run` starts, on ports and data of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

READY_WITHIN_S = 150
PORTS = (3000, 3001, 3002, 3003, 3004, 3005, 4222, 8899, 8900)


@dataclass
class Box:
    """A started box. ``lines`` is what it printed so far."""

    offset: int
    data_dir: Path
    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def terminal(self) -> str:
        return f"http://localhost:{3001 + self.offset}"

    @property
    def gateway(self) -> str:
        return f"http://localhost:{3002 + self.offset}"

    @property
    def rpc(self) -> str:
        return f"http://127.0.0.1:{8899 + self.offset}"

    @property
    def ingestion(self) -> str:
        return f"http://127.0.0.1:{3003 + self.offset}"

    def log(self, part: str) -> str:
        """The end of a part's log, for a failing test's message."""
        path = self.data_dir / "logs" / f"{part}.log"
        return path.read_text()[-4000:] if path.exists() else f"(no {path.name})"

    def wait_until_ready(self, within_s: float = READY_WITHIN_S) -> None:
        """Return when the box prints its address; fail with what it printed when it does not."""
        deadline = time.monotonic() + within_s
        while not any("is ready after" in line for line in list(self.lines)):
            if self.process.poll() is not None:
                raise AssertionError("the box ended before it was ready:\n" + "".join(self.lines))
            if time.monotonic() > deadline:
                raise AssertionError(f"the box was not ready in {within_s} s:\n" + "".join(self.lines))
            time.sleep(0.05)


def free_offset() -> int:
    """An offset at which every port of a box is free now."""
    for offset in range(10_000 + os.getpid() % 400 * 20, 40_000, 20):
        with contextlib.ExitStack() as probes:
            try:
                for port in PORTS:
                    probe = probes.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port + offset))
            except OSError:
                continue
            return offset
    raise AssertionError("no free block of ports")


def start(data_dir: Path, *options: str, offset: int | None = None) -> Box:
    """Start a box without waiting for it."""
    offset = free_offset() if offset is None else offset
    command = [sys.executable, "-m", "quantdesk.cli.app", "up", "--port-offset", str(offset)]
    process = subprocess.Popen(
        [*command, "--data-dir", str(data_dir), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    box = Box(offset, data_dir, process)

    def follow() -> None:
        for line in process.stdout or ():
            box.lines.append(line)

    threading.Thread(target=follow, daemon=True).start()
    return box


@contextlib.contextmanager
def running_box(data_dir: Path, *options: str) -> Iterator[Box]:
    """A ready box; stopped with Ctrl-C at the end."""
    box = start(data_dir, *options)
    try:
        box.wait_until_ready()
        yield box
    finally:
        if box.process.poll() is None:
            box.process.send_signal(signal.SIGINT)
            try:
                box.process.wait(30)
            except subprocess.TimeoutExpired:
                box.process.kill()
                box.process.wait()
