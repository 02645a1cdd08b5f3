"""The same trade from Python and from the shell."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from box import Box

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(240)


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=120, check=False
    )


class Shell:
    """`quantdesk` with its own wallet."""

    def __init__(self, box: Box, wallet: Path) -> None:
        self._options = ["--gateway", box.gateway, "--wallet", str(wallet)]

    def __call__(self, *words: str, code: int = 0) -> str:
        done = _run("-m", "quantdesk.cli.app", *words, *self._options)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr


@pytest.fixture
def shell(box: Box, tmp_path: Path) -> Shell:
    from quantdesk.sdk import Wallet

    Wallet.open_or_create(tmp_path / "wallet.json")
    return Shell(box, tmp_path / "wallet.json")


def test_the_api_example_runs_against_the_box(box: Box) -> None:
    done = _run(str(ROOT / "examples" / "api_integration.py"), box.gateway)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "refused, as it should be" in done.stdout
    assert "done" in done.stdout.splitlines()[-1]


def test_the_trading_bot_quotes_and_cleans_up(box: Box) -> None:
    done = _run(str(ROOT / "examples" / "trading_bot.py"), box.gateway, "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "quoted in slot" in done.stdout
    assert "quotes cancelled, position closed" in done.stdout


def test_a_trade_from_the_shell_from_faucet_to_withdrawal(shell: Shell) -> None:
    assert "received 10000 USDC" in shell("faucet", "10000")
    assert "confirmed" in shell("deposit", "5000")
    assert "Buy 2 SOL" in shell("order", "place", "buy", "2", "SOL-PERP", "--dry-run")
    exits = ("--take-profit", "1000", "--stop-loss", "10")
    filled = re.findall(r"filled (\S+) SOL at (\S+)", shell("order", "place", "buy", "2", "sol-perp", *exits))
    assert sum(Decimal(size) for size, _ in filled) == 2
    assert all(10 < Decimal(price) < 1_000 for _, price in filled)
    account = json.loads(shell("account", "--json"))
    assert account["sub_accounts"][0]["positions"][0]["size"] == "2"
    waiting = json.loads(shell("trigger", "list", "--json"))
    assert {each["trigger_price"] for each in waiting} == {"1000", "10"}
    assert "confirmed" in shell("order", "place", "sell", "2", "SOL-PERP", "--reduce-only")
    assert "confirmed" in shell("withdraw", "1000")
    assert "no open order" in shell("order", "list")


def test_mikey_from_the_shell_makes_a_ticket_and_trades_it(shell: Shell) -> None:
    shell("faucet", "10000")
    shell("deposit", "5000")
    assert "confirmed" in shell("ask", "long 2 sol at market", "--yes")
    assert "confirmed" in shell("ask", "close half my sol", "--yes")
    account = json.loads(shell("account", "--json"))
    assert account["sub_accounts"][0]["positions"][0]["size"] == "1"


def test_a_refusal_and_an_unreachable_gateway_have_their_own_exit_codes(shell: Shell, tmp_path: Path) -> None:
    assert "trader" in shell("withdraw", "5", code=1).lower()
    done = _run("-m", "quantdesk.cli.app", "markets", "--gateway", "http://127.0.0.1:9")
    assert done.returncode == 3
    assert "is it running?" in done.stderr


def test_the_command_line_needs_nothing_of_the_environment_it_is_called_in(box: Box) -> None:
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "quantdesk.cli.app", "markets", "--json", "--gateway", box.gateway],
        capture_output=True, text=True, timeout=60, env=environment, check=False,
    )  # fmt: skip
    assert [each["symbol"] for each in json.loads(done.stdout)] == ["BTC-PERP", "ETH-PERP", "SOL-PERP"]
