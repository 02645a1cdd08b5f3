"""What the words say, piece by piece, before it is decided what they add up to.

Values are exact fractions: nothing is rounded before it meets a market's lot or tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.senses import Verb


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of the text, ``[start, end)``."""

    start: int
    end: int


class Unit(Enum):
    """What an amount counts."""

    BASE = "base units"
    QUOTE = "USDC"
    SHARE = "share"
    BARE = "no unit"


ExitKind = Literal["take_profit", "stop_loss"]
Basis = Literal["equity", "free collateral"]
Role = Literal["notional", "margin"]


@dataclass(frozen=True, slots=True)
class Amount(Phrase):
    """How much. A ``SHARE`` is of ``basis`` or, without one, of a position; 1 is all of it.

    ``loose``: "half sol", which can mean half a coin or half of what is held. ``target``: what is to be left.
    """

    value: Fraction
    unit: Unit
    basis: Basis | None = None
    role: Role | None = None
    loose: bool = False
    target: bool = False


@dataclass(frozen=True, slots=True)
class Absolute:
    """A price in quote per base unit."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Relative:
    """A price ``value`` above (+1) or below (-1) something; ``side`` 0 where the words do not say."""

    value: Fraction
    unit: Literal["percent", "quote", "tick"]
    side: int
    base: Literal["mark", "entry", "order", "unsaid"] = "unsaid"
    roe: bool = False


PriceSpec = Absolute | Relative


@dataclass(frozen=True, slots=True)
class Does(Phrase):
    """A verb. ``limit``: the word itself means a resting order (``bid``, ``offer``)."""

    verb: Verb
    word: str

    @property
    def side(self) -> Side | None:
        """The side that the verb says, if it says one."""
        return _SIDES.get(self.verb)

    @property
    def limit(self) -> bool:
        """Whether the word means a resting order."""
        return self.verb in (Verb.BID, Verb.OFFER)


_SIDES = {
    Verb.BUY: Side.BUY,
    Verb.LONG: Side.BUY,
    Verb.BID: Side.BUY,
    Verb.SELL: Side.SELL,
    Verb.SHORT: Side.SELL,
    Verb.OFFER: Side.SELL,
}


@dataclass(frozen=True, slots=True)
class InMarket(Phrase):
    """A market by name (``symbol``), by "this" or by "it"."""

    symbol: str
    refers: Literal["name", "this", "it"] = "name"


@dataclass(frozen=True, slots=True)
class Owned(Phrase):
    """``my``: the words point to what is held."""


@dataclass(frozen=True, slots=True)
class Every(Phrase):
    """``all``, ``the whole``; ``everything``: with no noun needed."""

    everything: bool = False


@dataclass(frozen=True, slots=True)
class Holding(Phrase):
    """A position as a noun: ``position``, ``my long``, ``shorts``."""

    side: Side | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Resting(Phrase):
    """An order as a noun: ``order``, ``bid``, ``asks``, ``sell orders``."""

    side: Side | None = None
    many: bool = False
    order_id: str | None = None


@dataclass(frozen=True, slots=True)
class Priced(Phrase):
    """The price of an order."""

    spec: PriceSpec


@dataclass(frozen=True, slots=True)
class AtMarket(Phrase):
    """A word for a market order."""


@dataclass(frozen=True, slots=True)
class AsLimit(Phrase):
    """A word for a limit order."""


@dataclass(frozen=True, slots=True)
class AsStop(Phrase):
    """``stop buy``: the price is a trigger."""


@dataclass(frozen=True, slots=True)
class PostOnlyWord(Phrase):
    """Post-only: ``reject`` or ``slide``."""

    mode: str


@dataclass(frozen=True, slots=True)
class ReduceOnlyWord(Phrase):
    """Reduce-only."""


@dataclass(frozen=True, slots=True)
class Lasting(Phrase):
    """Time in force: ``gtc``, ``ioc``, ``fok``, or ``gtt`` with its end."""

    tif: str
    for_ms: int | None = None
    minute_of_day: int | None = None


@dataclass(frozen=True, slots=True)
class ExitAt(Phrase):
    """Take-profit or stop-loss; without a price when the words give it elsewhere."""

    kind: ExitKind
    spec: PriceSpec | None


@dataclass(frozen=True, slots=True)
class Leveraged(Phrase):
    """``5x``."""

    times: Fraction


@dataclass(frozen=True, slots=True)
class Risking(Phrase):
    """``risk 1 %`` of equity, or an amount in USDC."""

    value: Fraction
    unit: Unit


@dataclass(frozen=True, slots=True)
class Slippage(Phrase):
    """Largest slippage of a market order, as a share."""

    share: Fraction


@dataclass(frozen=True, slots=True)
class Condition(Phrase):
    """``if sol hits 130``; ``direction`` +1 or -1 where the words say one, else 0."""

    market: InMarket | None
    direction: int
    spec: PriceSpec


@dataclass(frozen=True, slots=True)
class Shift(Phrase):
    """``up 50``: from the price of the order that is moved; ``by``: the sign is the verb's (``raise
    by 50``).
    """

    spec: Relative


@dataclass(frozen=True, slots=True)
class TurnTo(Phrase):
    """``flip ... to short``: the side that a flip should end on."""

    side: Side


@dataclass(frozen=True, slots=True)
class TakeOff(Phrase):
    """``off``, which makes ``take`` a reduction."""


@dataclass(frozen=True, slots=True)
class Separator(Phrase):
    """``and``, ``then``, a comma: another action may begin."""


@dataclass(frozen=True, slots=True)
class ToSub(Phrase):
    """``to sub 1``: another sub-account of the same wallet."""

    sub: int
