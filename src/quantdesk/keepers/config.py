"""What the keepers need to know; made by the composition root. Money in whole USDC, distances in 1e-6."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from quantdesk.infra.bus import BusConfig
from quantdesk.infra.telemetry import HttpConfig


class Role(StrEnum):
    """The keepers that this process can run."""

    ORACLE = "oracle"
    MAKER = "maker"
    TAKER = "taker"
    LIQUIDATOR = "liquidator"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class OracleConfig:
    """``key_file`` holds the markets' price authority.

    Pushes every ``every_s`` or as soon as a price moved by ``move_bps``; never one older than ``stale_s``.
    """

    key_file: Path
    every_s: float = 0.4
    move_bps: int = 5
    stale_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Level:
    """One quote a side: its distance from the centre in 1e-6 and its size in USDC."""

    distance_ppm: int
    usdc: int


@dataclass(frozen=True, slots=True)
class MakerConfig:
    """Quotes ``levels`` a side around the index, moved against the inventory by up to ``skew_ppm``.

    ``deposit_usdc``: deposited at the first start. A market is quoted anew when the centre moved by
    ``requote_ppm``, when a quote was filled, or after ``refresh_s``; at most every ``every_s``. Quotes expire
    by themselves ``expiry_s`` after they were placed (0: never).
    """

    key_file: Path
    deposit_usdc: int = 500_000
    levels: tuple[Level, ...] = (Level(50, 2_000), Level(180, 6_000), Level(450, 15_000))
    skew_ppm: int = 150
    inventory_usdc: int = 60_000
    requote_ppm: int = 30
    every_s: float = 0.5
    refresh_s: float = 20.0
    expiry_s: int = 60
    stale_s: float = 3.0


@dataclass(frozen=True, slots=True)
class TakerConfig:
    """Turns the feed's trades into orders of ``share_ppm`` of the recorded size.

    At most one order per market every ``every_s``, of ``least_usdc`` to ``most_usdc``, no worse than
    ``slip_ppm`` from the index. Stops growing a position at ``inventory_usdc`` and stops altogether once it
    has lost ``loss_usdc`` of its deposit.
    """

    key_file: Path
    deposit_usdc: int = 100_000
    share_ppm: int = 5_000
    every_s: float = 1.0
    least_usdc: int = 12
    most_usdc: int = 1_500
    slip_ppm: int = 3_000
    inventory_usdc: int = 10_000
    loss_usdc: int = 80_000
    stale_s: float = 3.0


@dataclass(frozen=True, slots=True)
class LiquidatorConfig:
    """Looks at every account each ``every_s`` and acts for up to ``most_accounts``, the worst first.

    ``most_acts`` of its steps share a transaction. ``deposit_usdc``: deposited at the first start. Takes over
    positions up to a notional of ``inventory_usdc`` (and twice its equity), and sells them again in orders of
    ``unwind_usdc``, no worse than ``unwind_ppm`` from the mark. Buys other collateral of indebted accounts
    until it holds ``collateral_usdc`` worth of it (0: never). Pays at most ``most_micro_lamports`` a unit.
    """

    key_file: Path
    deposit_usdc: int = 100_000
    every_s: float = 0.4
    most_accounts: int = 64
    most_acts: int = 8
    inventory_usdc: int = 100_000
    unwind_usdc: int = 10_000
    unwind_ppm: int = 2_000
    collateral_usdc: int = 25_000
    most_micro_lamports: int = 1_000_000


@dataclass(frozen=True, slots=True)
class TriggerConfig:
    """Looks each ``every_s`` at the triggers found by a scan of all traders every ``scan_s``.

    Fires up to ``most_fired`` a round; takes expired orders out of the books every ``prune_s``.
    ``deposit_usdc``: deposited at the first start, for the slot that earns the fees.
    """

    key_file: Path
    deposit_usdc: int = 100
    every_s: float = 0.4
    scan_s: float = 1.0
    most_fired: int = 16
    prune_s: float = 15.0


@dataclass(frozen=True, slots=True)
class KeepersConfig:
    """``program_id`` and ``exchange_id`` say which exchange; its markets are read from the chain."""

    bus: BusConfig
    rpc_url: str
    program_id: str
    exchange_id: int
    http: HttpConfig
    oracle: OracleConfig | None = None
    maker: MakerConfig | None = None
    taker: TakerConfig | None = None
    liquidator: LiquidatorConfig | None = None
    trigger: TriggerConfig | None = None
    roles: frozenset[Role] = field(default_factory=lambda: frozenset(Role))
