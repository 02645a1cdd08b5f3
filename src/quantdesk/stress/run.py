"""A run: step by step along the prices, with what is due between two steps in its own time."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from quantdesk.bootstrap.program_file import read_program
from quantdesk.domain.units import BaseLots
from quantdesk.stress.conservation import broken
from quantdesk.stress.keepers import Liquidator, Oracle
from quantdesk.stress.machine import SLOT_MS, Machine
from quantdesk.stress.makers import LADDER, Makers
from quantdesk.stress.report import (
    ConservationReport,
    InsuranceReport,
    LossReport,
    MarketReport,
    RefusalReport,
    Report,
    StageReport,
    UnitsReport,
    usdc,
)
from quantdesk.stress.risk import Standings, standings
from quantdesk.stress.scenario import Scenario
from quantdesk.stress.traders import RESTING_SHARE, Traders
from quantdesk.stress.venue import ATOMS, State, Venue, on_chain
from quantdesk.stress.waterfall import STAGES, Step

CONFIRM_MS = 1_200
"""A jump is posted again after this long: three slots, over the second that the program asks for."""
HEARTBEAT_MS = 50_000
"""The oracle posts at least this often; the program takes a minute without a price for an outage."""
SPARE_SLOTS = 8
SPARE_ROOM = 5
"""A book with more than four times the room that the crowd needs: the price of a place in it never rises."""
SAMPLES = 2_000

Say = Callable[[int, int], None]
"""Told (steps done, all steps)."""


@dataclass
class Series:
    """What a plot shows, a row per sample. Prices in quote per base unit by market, money in quote atoms.

    ``missing`` is the most open bad debt since the sample before.
    """

    ts_ms: list[int] = field(default_factory=list)
    price: list[list[float]] = field(default_factory=list)
    index: list[list[float]] = field(default_factory=list)
    open_interest: list[int] = field(default_factory=list)
    insurance: list[int] = field(default_factory=list)
    deficit: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    steps: list[tuple[Step, int]] = field(default_factory=list)


class Run:
    """One scenario, from set-up to report. Raises what its parts raise while it is made."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.path = scenario, scenario.path
        crowd = scenario.crowd
        seats = crowd.traders + crowd.makers + SPARE_SLOTS
        rng = np.random.Generator(np.random.PCG64(scenario.seed))
        began = int(self.path.ts_ms[0]) - 60_000
        self.machine = Machine(scenario.seed, began)
        resting = len(LADDER) * crowd.makers + int(RESTING_SHARE * crowd.traders)
        room = SPARE_ROOM * resting
        self.venue = Venue(self.machine, scenario.exchange, scenario.markets, seats, room)
        self.makers = Makers(self.venue, crowd, rng)
        self.traders = Traders(self.venue, crowd, rng)
        self.oracle, self.liquidator = Oracle(self.venue), Liquidator(self.venue, crowd.backstop)
        self._seen = standings(self.venue.read())
        self._at_first = self._give_insurance(scenario.insurance)
        self.series = Series()
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._checks = 0
        self._broken: list[str] = []
        self._worst = (0, began)
        self._missing = 0
        self._bankrupt: set[int] = set()
        self._most_open = [0] * len(scenario.markets)
        self._latest = np.zeros(len(scenario.markets), np.int64)

    def _give_insurance(self, amount: int) -> int:
        if amount:
            self.venue.give_insurance(amount * ATOMS)
        return int(self.venue.read().exchange["insurance"])

    def play(self, say: Say | None = None) -> Report:
        """Walk along all prices. ``say`` is told how far it is."""
        steps = len(self.path.ts_ms)
        every = max(1, steps // SAMPLES)
        scale = np.array([1_000_000 / market.lots_per_base for market in self.venue.markets])
        known = self.path.prices
        prices = np.rint(np.where(np.isnan(known), 0, known * scale)).astype(np.int64)
        for number, at in enumerate(self.path.ts_ms.tolist()):
            self._until(at)
            state = self._step(at, prices[number])
            if number % every == 0 or number == steps - 1:
                self._sample(at, known[number], state)
            if say is not None:
                say(number + 1, steps)
        self._until(int(self.path.ts_ms[-1]) + int(self.scenario.crowd.delay_s * 1_000) + 60_000)
        return self._report()

    # time

    def _later(self, at: int, what: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (at, self._count, what))

    def _until(self, at: int) -> None:
        """Do what is due before ``at``."""
        while self._due and self._due[0][0] < at:
            due, _, what = heapq.heappop(self._due)
            self.machine.move_to(due)
            what()

    def _step(self, at: int, prices: npt.NDArray[np.int64]) -> State:
        self.machine.move_to(at)
        self._latest = prices
        self._post()
        for beat in range(at + HEARTBEAT_MS, at + self.path.step_ms, HEARTBEAT_MS):
            self._later(beat, self._post)
        self.makers.act(prices, self._seen)
        self.traders.act(prices, self.venue.read_markets(), self._seen, self.path.step_ms / 1_000)
        self.liquidator.unwind(prices, self._seen)
        return self._look()[0]

    def _post(self) -> None:
        """Post the latest prices, and a jump again until the program believes it."""
        while self._latest.any() and self.oracle.post(self._latest):
            self.machine.move_to(self.machine.now_ms + CONFIRM_MS)

    # watching

    def _look(self) -> tuple[State, Standings]:
        """Check the money, note the losses, and let the liquidator see what there is."""
        state = self.venue.read()
        self._seen = now = standings(state)
        self._checks += 1
        self._broken += broken(state, now, self.venue.vault())
        if len(now.bankrupt):
            self._missing = max(self._missing, now.missing)
            self._bankrupt.update(now.bankrupt.tolist())
            self._worst = max(self._worst, (now.missing, self.machine.now_ms), key=lambda found: found[0])
        for market, record in enumerate(state.markets):
            held = int(record["open_long"]) * int(record["index_price"])
            self._most_open[market] = max(self._most_open[market], held)
        if slots := self.liquidator.sees(now, self.machine.now_ms):
            delay_ms = max(SLOT_MS, int(self.scenario.crowd.delay_s * 1_000))
            self._later(self.machine.now_ms + delay_ms, lambda: self._liquidate(slots))
        return state, now

    def _liquidate(self, slots: list[int]) -> None:
        self.liquidator.act(slots)
        if self.liquidator.has_progressed:
            self._look()

    def _sample(self, at: int, prices: npt.NDArray[np.float64], state: State) -> None:
        lots = [market.lots_per_base / 1_000_000 for market in self.venue.markets]
        index = state.markets["index_price"].tolist()
        self.series.ts_ms.append(at)
        self.series.price.append(prices.tolist())
        self.series.index.append([price * scale for price, scale in zip(index, lots, strict=True)])
        self.series.open_interest.append(
            sum(int(each["open_long"]) * int(each["index_price"]) for each in state.markets)
        )
        self.series.insurance.append(int(state.exchange["insurance"]))
        self.series.deficit.append(int(state.exchange["deficit"]))
        self.series.missing.append(self._missing)
        self._missing = 0

    # what came of it

    def _report(self) -> Report:
        state, now = self._look()
        scenario, record = self.scenario, self.liquidator.waterfall
        self.series.steps = record.steps
        makers = [maker.seat.slot for maker in self.makers.makers]
        stepped = record.stages["liquidate"].slots | record.stages["take_over"].slots
        return Report(
            seed=scenario.seed,
            traders=scenario.crowd.traders,
            leverage=list(scenario.crowd.leverage),
            makers=scenario.crowd.makers,
            delay_s=scenario.crowd.delay_s,
            amplify=scenario.amplify,
            program_sha256=hashlib.sha256(read_program()).hexdigest(),
            from_ms=int(self.path.ts_ms[0]),
            to_ms=int(self.path.ts_ms[-1]),
            steps=len(self.path.ts_ms),
            instructions=self.machine.tally.instructions,
            markets=[self._market(index, state) for index in range(len(scenario.markets))],
            stages=[self._stage(name) for name in STAGES],
            liquidated_accounts=len(stepped | record.stages["auto_deleverage"].slots),
            insurance=InsuranceReport(
                at_first=usdc(self._at_first),
                received=usdc(record.insurance_in),
                paid=usdc(record.insurance_out),
                paid_to_bankrupt=usdc(record.insurance_for_bankrupt),
                at_last=usdc(int(state.exchange["insurance"])),
            ),
            losses=self._losses(state, now),
            conservation=ConservationReport(self._checks, (self._broken + record.broken)[:10]),
            paid_in_by_traders=usdc(self.traders.paid_in),
            paid_in_by_makers=usdc(self.makers.paid_in),
            traders_equity=usdc(int(now.equity[self.traders.slots].sum())),
            makers_equity=usdc(int(now.equity[makers].sum())),
            units=self._units(),
            refusals=[
                RefusalReport(name, error, count)
                for (name, error), count in sorted(self.machine.tally.refused.items())
            ],
        )

    def _market(self, index: int, state: State) -> MarketReport:
        entry, history = self.scenario.markets[index], self.scenario.histories[index]
        prices = self.path.prices[:, index]
        initial = entry.margin_tiers[0].rate
        record, market = state.markets[index], self.venue.markets[index]
        return MarketReport(
            symbol=entry.symbol,
            prices=history.source,
            candles=len(history.candles.ts_ms),
            first_price=float(prices[np.isfinite(prices)][0]),
            last_price=float(prices[np.isfinite(prices)][-1]),
            lowest_price=float(np.nanmin(prices)),
            highest_price=float(np.nanmax(prices)),
            initial_margin=f"{initial.normalize():f}",
            maintenance_margin=f"{(initial * entry.maintenance_fraction).normalize():f}",
            liquidation_fee=f"{entry.liquidation_fee.normalize():f}",
            most_open_interest=usdc(self._most_open[index]),
            turnover=market.size_text(BaseLots(int(record["volume_lots"]))),
        )

    def _stage(self, name: str) -> StageReport:
        stage = self.liquidator.waterfall.stages[name]
        refused = sum(count for (each, _), count in self.machine.tally.refused.items() if each == name)
        return StageReport(
            stage=name,
            on_chain=on_chain(name),
            landed=stage.landed,
            accounts=len(stage.slots),
            moved=str(stage.moved) if name == "force_cancel" else usdc(stage.moved),
            found_nobody=stage.empty,
            refused=refused,
        )

    def _losses(self, state: State, now: Standings) -> LossReport:
        taken = self.liquidator.waterfall.taken_from
        deficit = int(state.exchange["deficit"])
        shares = self._shares_of_deficit(state, deficit)
        worst = [loss + shares.get(slot, 0) for slot, loss in taken.items()] + list(shares.values()) + [0]
        return LossReport(
            bankrupt_accounts=len(self._bankrupt),
            open=usdc(now.missing),
            worst_open=usdc(self._worst[0]),
            worst_open_at_ms=self._worst[1],
            deficit=usdc(deficit),
            deleveraged_accounts=len(taken),
            deleveraged_loss=usdc(sum(taken.values())),
            worst_innocent_loss=usdc(max(worst)),
        )

    def _shares_of_deficit(self, state: State, deficit: int) -> dict[int, int]:
        """What each account would lose if everyone withdrew: the deficit by positive balances, rounded up."""
        balances = np.maximum(state.slots["usdc"], 0)
        claims = int(balances.sum())
        if not deficit or not claims:
            return {}
        return {
            slot: -(-int(balances[slot]) * deficit // claims) for slot in np.flatnonzero(balances).tolist()
        }

    def _units(self) -> list[UnitsReport]:
        found = []
        for name, units in sorted(self.machine.tally.units.items()):
            values = np.array(units)
            p99 = int(np.quantile(values, 0.99, method="higher"))
            found.append(UnitsReport(name, len(units), int(values.mean()), p99, int(values.max())))
        return found
