"""How fast the stress lab drives the program: 500 traders and 5 makers, at least 100,000 instructions.

python benches/stress.py [--minutes 5000] [--json]
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from pathlib import Path

import numpy as np
from solders.message import Message
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from quantdesk.bootstrap.market_file import read_market_file
from quantdesk.stress.machine import Machine
from quantdesk.stress.prices import Candles
from quantdesk.stress.run import Run
from quantdesk.stress.scenario import Crowd, History, Scenario, override
from quantdesk.stress.venue import named_key

MARKETS = Path(__file__).resolve().parents[1] / "markets.toml"
TARGET_S, INSTRUCTIONS = 60.0, 100_000
BEGAN_MS, MINUTE_MS = 1_750_000_020_000, 60_000
SIGMA = 0.0015
TRANSFERS = 5_000


def walk(minutes: int) -> Candles:
    """A seeded random walk from $150: what it does matters little to how long an instruction takes."""
    rng = np.random.default_rng(1)
    closes = 150 * np.exp(np.cumsum(rng.normal(0, SIGMA, minutes)))
    opens = np.concatenate([[150.0], closes[:-1]])
    wick = 1 + np.abs(rng.normal(0, SIGMA / 2, minutes))
    times = BEGAN_MS + MINUTE_MS * np.arange(minutes)
    return Candles(times, opens, np.maximum(opens, closes) * wick, np.minimum(opens, closes) / wick, closes)


def transfers_a_second() -> float:
    """What the same VM does with transfers of lamports: no program of ours, no large account."""
    machine = Machine(1, BEGAN_MS)
    to = named_key("someone")
    machine.put(to, b"", named_key())
    began = time.perf_counter()
    for lamports in range(1, TRANSFERS + 1):
        instruction = transfer(TransferParams(from_pubkey=machine.payer, to_pubkey=to, lamports=lamports))
        message = Message.new_with_blockhash([instruction], machine.payer, machine.vm.latest_blockhash())
        machine.vm.send_transaction(VersionedTransaction.populate(message, [Signature.default()]))
    return TRANSFERS / (time.perf_counter() - began)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    file = read_market_file(MARKETS)
    history = History("a random walk", walk(options.minutes))
    scenario = Scenario(file, (override(file, "SOL-PERP", []),), (history,), Crowd())
    began, worked = time.perf_counter(), time.process_time()
    run = Run(scenario)
    gc.freeze()  # as the command does
    report = run.play()
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    done, checks = report.instructions, report.conservation.checks
    rate, bare = done / seconds, transfers_a_second()
    for_target = INSTRUCTIONS / rate
    if options.json:
        print(
            json.dumps(
                {"instructions": done, "seconds": seconds, "processor": processor, "transfers_a_second": bare}
            )
        )
    else:
        print(f"{done:,} instructions, the money checked {checks:,} times: {seconds:.1f} s")
        print(f"{rate:,.0f} a second; bare transfers in the same VM: {bare:,.0f} a second")
        share = f"{processor / seconds:.0%} of it on the processor"
        print(f"{INSTRUCTIONS:,} instructions take {for_target:.1f} s, {share}; target {TARGET_S:.0f} s")
    return int(for_target > TARGET_S or bool(report.conservation.broken))


if __name__ == "__main__":
    raise SystemExit(main())
