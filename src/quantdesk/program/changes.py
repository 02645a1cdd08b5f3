"""Queued changes of an exchange's rules: what each kind holds, and the account that holds one while it waits.

Fields are the program's own units, as in ``records``. A kind's name in the IDL's ``Change`` is its word here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from solders.pubkey import Pubkey

from quantdesk.program.codec import defined_name, read_value
from quantdesk.program.idl import idl
from quantdesk.program.layouts.exchange import Exchange
from quantdesk.program.layouts.reading import account_record
from quantdesk.program.records import CollateralParams, FeeTierParams, MarketParams, Record, build, plain

ChangeKind = Literal[
    "market",
    "price_source",
    "fees",
    "collateral",
    "new_market",
    "new_collateral",
    "status",
    "exchange",
    "guardian",
]
"""As the API and the command line write a kind, in the order of ``KINDS``."""
ChangeState = Literal["waiting", "due", "expired"]
GRACE_S = 7 * 86_400
"""A change that is due may be applied for this long, in seconds."""


class MarketChange(Record, frozen=True, tag=True):
    """New parameters of a market; symbol, book capacity, steps and price source must be the present ones."""

    market: int
    params: MarketParams


class PriceSourceChange(Record, frozen=True, tag=True):
    """Another source of a market's price."""

    market: int
    source: int
    price_authority: Pubkey
    feed_id: bytes


class FeesChange(Record, frozen=True, tag=True):
    """Another fee schedule: eight tiers, the unused ones zero."""

    tiers: list[FeeTierParams]


class CollateralChange(Record, frozen=True, tag=True):
    """New parameters of a collateral; ``status`` 1 active, 2 withdraw only."""

    collateral: int
    status: int
    params: CollateralParams


class NewMarket(Record, frozen=True, tag=True):
    """Leave to create a market with exactly these parameters."""

    params: MarketParams


class NewCollateral(Record, frozen=True, tag=True):
    """Leave to add a collateral with exactly these parameters."""

    mint: Pubkey
    params: CollateralParams


class StatusChange(Record, frozen=True, tag=True):
    """Another status of a market: looser, or settling."""

    market: int
    status: int


class ExchangeChange(Record, frozen=True, tag=True):
    """New parameters of the exchange."""

    timelock_s: int
    min_slot_equity: int
    client_data_limit: int


class GuardianChange(Record, frozen=True, tag=True):
    """Another guardian."""

    guardian: Pubkey


Change = (
    MarketChange
    | PriceSourceChange
    | FeesChange
    | CollateralChange
    | NewMarket
    | NewCollateral
    | StatusChange
    | ExchangeChange
    | GuardianChange
)
KINDS: tuple[type[Change], ...] = Change.__args__


@dataclass(frozen=True, slots=True)
class QueuedChange:
    """A change while it waits. Due at ``eta`` (Unix seconds), later if withdrawals were paused meanwhile."""

    seq: int
    queued_at: int
    eta: int
    payer: Pubkey
    change: Change

    @classmethod
    def decode(cls, data: bytes) -> QueuedChange:
        """From account bytes. Raises ``AccountInvalid``, ``EventInvalid``."""
        record = account_record("QueuedChange", data)
        payload = bytes(record["payload"])[: int(record["length"])]
        value, _ = read_value({"defined": {"name": "Change"}}, payload, 0)
        return cls(
            seq=int(record["seq"]),
            queued_at=int(record["queued_at"]),
            eta=int(record["eta"]),
            payer=Pubkey.from_bytes(record["payer"].tobytes()),
            change=change_of(value),
        )

    def due(self, exchange: Exchange) -> int:
        """From when on it may be applied, Unix seconds: pauses of withdrawals put it off."""
        if not exchange.opened:
            return self.queued_at
        since = max(self.queued_at, exchange.withdrawals_paused_until)
        return max(self.eta, since + exchange.timelock_s)

    def state(self, exchange: Exchange, now: int) -> ChangeState:
        """What may be done with it at ``now`` by that clock; the chain's decides."""
        due = self.due(exchange)
        if not exchange.opened:
            return "due"
        if now < due:
            return "waiting"
        return "due" if now <= due + GRACE_S else "expired"


def word_of(change: Change) -> str:
    """The kind's name in the IDL's ``Change``."""
    return _words()[type(change).__name__]


def kind_of(change: Change) -> ChangeKind:
    """The kind as the API and the command line write it."""
    words: tuple[ChangeKind, ...] = get_args(ChangeKind)
    return words[KINDS.index(type(change))]


def written(change: Change) -> dict[str, Any]:
    """The change as the codec writes it."""
    return {word_of(change): plain(change)}


def change_of(value: dict[str, Any]) -> Change:
    """The change from what the codec read."""
    ((word, fields),) = value.items()
    kind = next(each for each in KINDS if _words()[each.__name__] == word)
    return build(kind, fields)


def _words() -> dict[str, str]:
    variants = idl().types_by_name["Change"].type.variants
    return {str(defined_name(each.fields[0])): each.name for each in variants}
