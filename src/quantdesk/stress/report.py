"""What a run found, as plain values: the same for the same scenario and seed. Money in USDC, exact text."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from quantdesk.domain.units import decimal_text

ATOMS_DIGITS = 6


def usdc(atoms: int) -> str:
    """Quote atoms as exact decimal text in USDC."""
    return decimal_text(Decimal(atoms).scaleb(-ATOMS_DIGITS))


class MarketReport(msgspec.Struct, frozen=True):
    """One market: its history, and what the margin parameters were."""

    symbol: str
    prices: str
    candles: int
    first_price: float
    last_price: float
    lowest_price: float
    highest_price: float
    initial_margin: str
    maintenance_margin: str
    liquidation_fee: str
    most_open_interest: str
    turnover: str


class StageReport(msgspec.Struct, frozen=True):
    """One step of the waterfall; ``moved``: orders cancelled, else USDC of notional or paid."""

    stage: str
    on_chain: bool
    landed: int
    accounts: int
    moved: str
    found_nobody: int
    refused: int


class InsuranceReport(msgspec.Struct, frozen=True):
    """The insurance fund, USDC. ``paid``: to bankrupt accounts, and floors of keepers."""

    at_first: str
    received: str
    paid: str
    paid_to_bankrupt: str
    at_last: str


class LossReport(msgspec.Struct, frozen=True):
    """Losses that somebody else bears. ``open``: what bankrupt accounts still lack at the end, paid by nobody
    yet; ``worst_open`` the most at any step; ``deficit`` is the chain's own number."""

    bankrupt_accounts: int
    open: str
    worst_open: str
    worst_open_at_ms: int
    deficit: str
    deleveraged_accounts: int
    deleveraged_loss: str
    worst_innocent_loss: str


class UnitsReport(msgspec.Struct, frozen=True):
    """Compute units of the instructions of one name that landed."""

    instruction: str
    count: int
    mean: int
    p99: int
    most: int


class RefusalReport(msgspec.Struct, frozen=True):
    """How often the program refused an instruction, and why."""

    instruction: str
    error: str
    count: int


class ConservationReport(msgspec.Struct, frozen=True):
    """Invariants 1 to 3 after every step, 6 after every step of the waterfall. ``broken``: the first few."""

    checks: int
    broken: list[str]


class Report(msgspec.Struct, frozen=True):
    """A whole run."""

    seed: int
    traders: int
    leverage: list[float]
    makers: int
    delay_s: float
    amplify: float
    program_sha256: str
    from_ms: int
    to_ms: int
    steps: int
    instructions: int
    markets: list[MarketReport]
    stages: list[StageReport]
    liquidated_accounts: int
    insurance: InsuranceReport
    losses: LossReport
    conservation: ConservationReport
    paid_in_by_traders: str
    paid_in_by_makers: str
    traders_equity: str
    makers_equity: str
    units: list[UnitsReport]
    refusals: list[RefusalReport]
