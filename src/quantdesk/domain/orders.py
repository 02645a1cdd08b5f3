"""What an order may say and what may become of it. Values are the words of the API."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from quantdesk.domain.errors import DomainError
from quantdesk.domain.units import Ticks

SEQ_BITS = 64
ASK_BIT = 1 << (SEQ_BITS - 1)


class Side(StrEnum):
    """Which way the order goes."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """A market order is an IOC with a worst price."""

    LIMIT = "limit"
    MARKET = "market"


class TimeInForce(StrEnum):
    """How long the order stays."""

    GTC = "gtc"
    GTT = "gtt"
    IOC = "ioc"
    FOK = "fok"


class PostOnly(StrEnum):
    """What a maker order does when it would take."""

    NONE = "none"
    REJECT = "reject"
    SLIDE = "slide"


class SelfTrade(StrEnum):
    """What happens when an order meets its owner's own."""

    CANCEL_TAKER = "cancel_taker"
    CANCEL_MAKER = "cancel_maker"
    DECREMENT = "decrement"


class OrderStatus(StrEnum):
    """Life of an order; all but ``open`` are final."""

    OPEN = "open"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class OrderIdInvalid(DomainError):
    """Not an order id of this venue."""

    code = "order_id_invalid"


@dataclass(frozen=True, slots=True)
class OrderId:
    """Where an order rests: its price and its sequence in the book (top bit of ``seq`` = side, 1 = ask).

    Its text, used everywhere outside the program, is the decimal of ``ticks << 64 | seq``; unique per market.
    """

    ticks: Ticks
    seq: int

    @property
    def side(self) -> Side:
        """The side that the sequence carries."""
        return Side.SELL if self.seq & ASK_BIT else Side.BUY

    def __str__(self) -> str:
        return str(self.ticks << SEQ_BITS | self.seq)

    @classmethod
    def parse(cls, text: str) -> OrderId:
        """Read the decimal text. Raises ``OrderIdInvalid``."""
        if not (text.isascii() and text.isdigit() and len(text) <= 39):
            raise OrderIdInvalid("not an order id", value=text, expected="a decimal of at most 39 digits")
        number = int(text)
        if number >> (SEQ_BITS + 32):
            raise OrderIdInvalid("not an order id", value=text, expected="ticks below 2^32")
        return cls(Ticks(number >> SEQ_BITS), number & ((1 << SEQ_BITS) - 1))
