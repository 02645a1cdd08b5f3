"""How long MIKEY's grammar takes per sentence, against a bare ``str.split`` in the same run.

python benches/grammar.py [--rounds 200] [--json]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from quantdesk.mikey.grammar import AccountView, MarginTier, MarketView, OrderView, PositionView, View, parse

BUDGET_MS = 1.0
NOW_MS = 1_790_000_000_000
SENTENCES = (
    "long 2 sol at market",
    "sell 0.1 btc at 65k post only",
    "close half my eth",
    "cancel everything",
    "I'd like to open a long position of 2 SOL at the current market price please",
    "buy $500 of sol 5% below tp 160 sl 120 good for an hour",
    "if sol hits 130 sell 2 sol",
    "long sol risk 1% with stop at 130 tp 160",
    "move my bid up 1%",
    "flatten",
    "should I buy 2 sol?",
    "byu 2 sol",
    "buy 2 sol, 1 eth and 0.1 btc then close half my eth and cancel my sol orders",
)


def example_view() -> View:
    """Three markets, two positions, one order."""

    def market(symbol: str, steps: tuple[str, str], mark: str, rate: str) -> MarketView:
        tiers = (MarginTier(Decimal(500_000), Decimal(rate)),)
        tick, lot = (Decimal(step) for step in steps)
        return MarketView(symbol, tick, lot, Decimal(10), 1 / Decimal(rate), tiers, mark=Decimal(mark))

    return View(
        markets=(
            market("BTC-PERP", ("1", "0.0001"), "65000", "0.02"),
            market("ETH-PERP", ("0.1", "0.001"), "3200", "0.02"),
            market("SOL-PERP", ("0.01", "0.01"), "140.2", "0.05"),
        ),
        account=AccountView(
            wallet="4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T",
            equity=Decimal(100_000),
            free_collateral=Decimal(80_000),
            withdrawable=Decimal(50_000),
            positions=(PositionView("ETH-PERP", Decimal("1.5"), Decimal(3_000)),),
            orders=(OrderView("1", "SOL-PERP", "buy", Decimal("135.5"), Decimal(3)),),
        ),
        screen="SOL-PERP",
    )


def milliseconds(work: Callable[[str], object], text: str, rounds: int) -> list[float]:
    """Each round's time."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work(text)
        taken.append((time.perf_counter() - began) * 1_000)
    return taken


def main() -> int:
    """Exit code 1 when the median of a typical sentence is over the budget."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    view = example_view()
    parse(SENTENCES[0], view, NOW_MS)  # the lexicon is made once per process
    rows = []
    for text in SENTENCES:
        taken = milliseconds(lambda said: parse(said, view, NOW_MS), text, chosen.rounds)
        base = milliseconds(lambda said: said.lower().split(), text, chosen.rounds)
        median, tail = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
        rows.append({"text": text, "p50_ms": median, "p99_ms": tail, "split_ms": statistics.median(base)})
    typical = statistics.median(row["p50_ms"] for row in rows)
    if chosen.json:
        print(json.dumps({"typical_p50_ms": typical, "budget_ms": BUDGET_MS, "sentences": rows}))
    else:
        for row in rows:
            print(f"{row['p50_ms']:7.3f} ms p50 {row['p99_ms']:7.3f} ms p99  {row['text']}")
        print(f"typical {typical:.3f} ms, budget {BUDGET_MS} ms")
    return 0 if typical <= BUDGET_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
