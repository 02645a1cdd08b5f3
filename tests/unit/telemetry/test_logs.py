"""Log lines are JSON, carry their service and never a secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from quantdesk.infra.telemetry import configure_logging


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_our_own_and_the_libraries_lines_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("feed")
    structlog.get_logger("a").info("price", symbol="SOL-PERP")
    logging.getLogger("lib").warning("old %s", "news")
    own, foreign = lines(capsys)
    assert (own["event"], own["symbol"], own["service"], own["level"]) == (
        "price",
        "SOL-PERP",
        "feed",
        "info",
    )
    assert (foreign["event"], foreign["logger"], foreign["level"]) == ("old news", "lib", "warning")


def test_lines_below_the_level_are_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("feed", "warning")
    structlog.get_logger("a").info("quiet")
    assert lines(capsys) == []


def test_values_named_as_secrets_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("feed")
    structlog.get_logger("a").info("x", bus_token="hunter2", jwt_secret="hunter2")
    assert "hunter2" not in json.dumps(lines(capsys))


def test_an_exception_keeps_its_trace(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("feed")
    try:
        raise ValueError("bad price 0")
    except ValueError:
        structlog.get_logger("a").exception("failed")
    assert "bad price 0" in str(lines(capsys)[0]["exception"])
