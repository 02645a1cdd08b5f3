"""The box as its owner treats it: started twice, killed, moved, restarted, reset."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from box import Box, running_box, start

pytestmark = pytest.mark.timeout(300)


def _quantdesk(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "quantdesk.cli.app", *words],
        capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False,
    )  # fmt: skip


def _family(box: Box) -> list[psutil.Process]:
    return psutil.Process(box.process.pid).children(recursive=True)


def _gone(family: list[psutil.Process], within_s: float) -> bool:
    _, alive = psutil.wait_procs(family, timeout=within_s)
    return not alive


def test_a_second_start_on_the_same_data_is_refused_with_the_holder(box: Box) -> None:
    second = start(box.data_dir)
    assert second.process.wait(60) == 1
    assert f"is in use by another QuantDesk (pid {box.process.pid})" in "".join(second.lines)


def test_a_taken_port_is_named_with_its_holder_and_a_way_out(box: Box, tmp_path: Path) -> None:
    second = start(tmp_path / "other", offset=box.offset)
    assert second.process.wait(60) == 1
    text = "".join(second.lines)
    assert "is taken by" in text
    assert f"--port-offset {box.offset + 100}" in text


def test_every_http_service_tells_health_readiness_and_metrics(box: Box) -> None:
    for port in (3000, 3001, 3002, 3003, 3004, 3005):
        for path in ("health", "ready", "metrics"):
            answer = httpx.get(f"http://127.0.0.1:{port + box.offset}/{path}", timeout=10)
            assert answer.status_code == 200, (port, path, answer.text)


def test_the_chain_survives_a_crash_of_every_part_and_the_box_gets_ready_again(box: Box) -> None:
    before = httpx.get(f"{box.gateway}/v1/exchange", timeout=10).json()
    for part in _family(box):
        command = " ".join(part.cmdline()) if part.is_running() else ""
        if "quantdesk.bootstrap.part" in command or "nats-server" in command:
            part.kill()
            time.sleep(1)
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{box.gateway}/ready", timeout=5).status_code == 200:
                break
        except httpx.HTTPError:
            pass
        assert time.monotonic() < deadline, "".join(box.lines)
        time.sleep(0.2)
    after = httpx.get(f"{box.gateway}/v1/exchange", timeout=10).json()
    assert after["program_id"] == before["program_id"]
    assert int(after["event_seq"]) >= int(before["event_seq"])


def test_a_box_killed_with_9_leaves_no_orphan_and_goes_on_from_its_data(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running_box(data_dir) as first:
        exchange = httpx.get(f"{first.gateway}/v1/exchange", timeout=10).json()
        family = _family(first)
        first.process.kill()
        assert _gone(family, 20), [p.cmdline() for p in family if p.is_running()]
    began = time.monotonic()
    with running_box(data_dir) as again:
        # The budget is 20 s on a quiet machine (benches/box.py); CI shares its cores with the tests.
        assert time.monotonic() - began < 60
        found = httpx.get(f"{again.gateway}/v1/exchange", timeout=10).json()
        assert found["accounts"] == exchange["accounts"]
        assert found["genesis_hash"] == exchange["genesis_hash"]
        again.process.send_signal(signal.SIGINT)
        assert again.process.wait(40) == 0
        assert "nothing was lost" in "".join(again.lines)
    reset = _quantdesk("reset", "--yes", "--data-dir", str(data_dir))
    assert reset.returncode == 0, reset.stderr
    assert not data_dir.exists()


def test_reset_asks_first_and_keeps_everything_without_a_yes(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("1")
    refused = _quantdesk("reset", "--data-dir", str(tmp_path))
    assert refused.returncode != 0
    assert "Delete them?" in refused.stdout
    assert (tmp_path / "version").exists()


def test_an_unknown_setting_is_a_usage_error_that_names_the_nearest() -> None:
    done = _quantdesk("up", QUANTDESK_DATADIR="x")
    assert done.returncode == 2
    assert "did you mean QUANTDESK_DATA_DIR" in done.stderr
