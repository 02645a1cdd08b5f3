"""`quantdesk admin` against the real program on a localnet: what it shows is what the chain then holds."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from keepers_ground import RPC_PORT
from localnet_process import LocalnetProcess
from part_process import free_offset
from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.bootstrap.deployment import prepare_exchange
from quantdesk.bootstrap.market_file import default_market_file
from quantdesk.bootstrap.settings import Settings
from quantdesk.infra.solana import SolanaRpc
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.layouts import Exchange

DAY = 86_400


@dataclass
class Desk:
    """A box's data directory, its localnet, and the command line."""

    data: DataDir
    net: LocalnetProcess
    rpc: SolanaRpc
    offset: int

    async def admin(self, *words: str, code: int = 0) -> str:
        """What `quantdesk admin` says; it must end with ``code``."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("QUANTDESK_")}
        environment |= {
            "QUANTDESK_DATA_DIR": str(self.data.root),
            "QUANTDESK_PORT_OFFSET": str(self.offset),
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "quantdesk.cli.app", "admin", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
        )
        said, _ = await process.communicate()
        assert process.returncode == code, said.decode()
        return said.decode()

    async def json(self, *words: str) -> Any:
        return json.loads(await self.admin(*words, "--json"))

    async def exchange(self) -> Exchange:
        found = (await self.rpc.get_account(Addresses(program_id()).exchange)).value
        assert found is not None
        return Exchange.decode(found.bytes)

    async def pass_time(self, seconds: int) -> None:
        """Let the chain's clock jump to so long after now, and a little more."""
        await self.rpc.call(
            "surfnet_timeTravel", {"absoluteTimestamp": (int(time.time()) + seconds + 5) * 1_000}
        )


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="admin-")))
        data, offset = DataDir(folder).open(), free_offset()
        net = LocalnetProcess(data.localnet, RPC_PORT + offset)
        await net.start()
        stack.push_async_callback(net.close)
        await prepare_exchange(Settings(data_dir=folder, port_offset=offset), data, lambda _: None)
        rpc = await stack.enter_async_context(SolanaRpc(net.rpc_url))
        yield Desk(data, net, rpc, offset)


async def test_a_change_is_shown_queued_listed_and_applied_when_due(desk: Desk) -> None:
    shown = await desk.admin("queue", "market", "sol-perp", "initial_margin=6%", "vesting_s=20m", "--dry-run")
    row = next(line.split() for line in shown.splitlines() if "initial_margin_1" in line)
    assert row == ["SOL-PERP", "initial_margin_1", "5", "%", "6", "%"]
    assert "600 s" in shown
    assert "nothing was sent" in shown
    assert (await desk.exchange()).change_seq == 0, "a dry run signs nothing"
    done = await desk.json("queue", "market", "SOL-PERP", "initial_margin=6%", "vesting_s=20m", "--yes")
    assert done["state"] == "confirmed"
    [waiting] = await desk.json("list")
    assert (waiting["seq"], waiting["kind"]) == (1, "market")
    assert {row["parameter"] for row in waiting["changes"]} == {
        "SOL-PERP initial_margin_1",
        "SOL-PERP vesting_s",
    }
    assert "ChangeNotDue" in await desk.admin("apply", "1", "--yes", code=1)
    await desk.pass_time(DAY)
    applied = await desk.json("apply", "1", "--yes")
    assert {"parameter": "SOL-PERP vesting_s", "before": "600 s", "after": "1,200 s"} in applied["changes"]
    market = (await desk.exchange()).market("SOL-PERP")
    assert (market.tiers[0].rate, market.vesting_s) == (60_000, 1_200)
    assert await desk.json("list") == []


async def test_the_guardian_cancels_pauses_and_restricts_and_only_that(desk: Desk) -> None:
    guard = str(desk.data.keys / "guardian.json")
    await desk.rpc.request_airdrop(desk.data.keypair("guardian").pubkey(), 10**9)
    other = desk.data.keypair("other").pubkey()
    assert "ExchangeAlreadyOpen" in await desk.admin("guardian", str(other), "--yes", code=1)
    shown = await desk.admin("guardian", str(other), "--key", guard, "--dry-run")
    assert str(other) in shown
    await desk.admin("queue", "fees", "tiers=0:0%:0.1%", "--yes")
    assert "dropped" in await desk.admin("cancel", "1", "--key", guard, "--yes")
    paused = await desk.json("pause", "trading", "withdrawals", "--key", guard, "--yes")
    assert {"parameter": "paused", "before": "nothing", "after": "trading, withdrawals"} in paused["changes"]
    assert "NotAuthorised" in await desk.admin("unpause", "trading", "--key", guard, "--yes", code=1)
    lifted = await desk.json("unpause", "trading", "withdrawals", "--yes")
    assert {"parameter": "paused", "before": "trading, withdrawals", "after": "nothing"} in lifted["changes"]
    shown = await desk.admin("market-status", "BTC-PERP", "reduce-only", "--key", guard, "--dry-run")
    assert "reduce_only" in shown
    await desk.admin("market-status", "BTC-PERP", "reduce-only", "--key", guard, "--yes")
    assert "ExchangeAlreadyOpen" in await desk.admin("market-status", "BTC-PERP", "active", "--yes", code=1)
    assert (await desk.exchange()).market("BTC-PERP").status_name == "reduce_only"


async def test_the_admins_office_is_handed_over_by_two_signatures(desk: Desk) -> None:
    heir = desk.data.keypair("heir").pubkey()
    await desk.rpc.request_airdrop(heir, 10**9)
    await desk.admin("propose-authority", str(heir), "--yes")
    await desk.admin("accept-authority", "--key", str(desk.data.keys / "heir.json"), "--yes")
    assert (await desk.exchange()).admin == heir
    assert "NotAuthorised" in await desk.admin("propose-authority", "nobody", "--yes", code=1)


async def test_a_new_market_is_announced_created_and_starts_small(desk: Desk, tmp_path: Path) -> None:
    text = default_market_file().read_text()
    entry = text[text.rindex("[[markets]]") :].removeprefix("[[markets]]").replace("SOL-PERP", "JUP-PERP")
    file = tmp_path / "jup.toml"
    file.write_text(entry.replace("min_order_notional", "book_capacity = 64\nmin_order_notional"))
    authority = str(desk.data.keypair("oracle").pubkey())
    await desk.admin("queue", "new-market", "--file", str(file), f"authority={authority}", "--yes")
    create = ("create-market", "--file", str(file), "--authority", authority, "--yes")
    assert "ExchangeAlreadyOpen" in await desk.admin(*create, code=1)
    await desk.pass_time(DAY)
    await desk.admin("apply", "1", "--yes")
    await desk.admin(*create)
    market = (await desk.exchange()).market("JUP-PERP")
    assert market.status_name == "active"
    assert market.oi_cap < market.later_oi_cap


async def test_mistakes_are_sentences_and_exit_codes(desk: Desk) -> None:
    assert "there is no parameter 'margin'" in await desk.admin(
        "queue", "market", "SOL-PERP", "margin=5%", code=2
    )
    assert "there is no market DOGE" in await desk.admin("queue", "market", "DOGE-PERP", code=2)
    assert "ParameterOutOfBounds" in await desk.admin(
        "queue", "market", "SOL-PERP", "mark_band=10%", "--dry-run", code=1
    )
    assert "cannot read the key file" in await desk.admin("pause", "trading", "--key", "/nowhere", code=1)
    assert "no change 9 waits" in await desk.admin("apply", "9", code=1)
    assert "is it running" in await desk.admin("show", "--rpc", "http://127.0.0.1:9", code=3)
    facts = await desk.json("show")
    assert facts["exchange"]["timelock"] == "86,400 s"
    assert facts["markets"]["SOL-PERP"]["mark_band"] == "1.25 %"


async def test_fees_and_insurance_move_between_the_exchange_and_wallets(desk: Desk) -> None:
    assert "ExceedsFees" in await desk.admin("sweep-fees", "1", "--yes", code=1)
    assert "InsufficientFunds" in await desk.admin("insure", "5", "--yes", code=1)
    assert "an amount of USDC is wanted" in await desk.admin("insure", "much", "--yes", code=2)
    assert "is no token mint" in await desk.admin(
        "add-collateral", str(desk.data.keypair("x").pubkey()), code=2
    )
