"""What a word can be: the vocabulary of the grammar's own states."""

from __future__ import annotations

from enum import Enum, auto


class Sense(Enum):
    """The part that a word or a fixed phrase plays."""

    # things that can be done
    VERB = auto()
    """An instruction in the imperative; the value is a ``Verb``."""
    PAST = auto()
    """The same in the past: a report, not an instruction."""
    GERUND = auto()
    """The same as an activity (``buying``): not an instruction."""
    AMBIGUOUS_VERB = auto()
    """Slang for a trade that could go either way."""
    UNSUPPORTED = auto()
    """A kind of order that this venue does not have; the value says what to say."""
    # things that are traded, held and named
    MARKET = auto()
    PERP = auto()
    THIS = auto()
    IT = auto()
    MY = auto()
    ALL = auto()
    EVERYTHING = auto()
    POSITION = auto()
    ORDER = auto()
    SIDE_NOUN = auto()
    ORDER_SIDE_NOUN = auto()
    EQUITY = auto()
    FREE_COLLATERAL = auto()
    VAGUE_FUNDS = auto()
    # numbers and units
    NUMBER = auto()
    CARDINAL = auto()
    FRACTION = auto()
    MAGNITUDE = auto()
    POINT = auto()
    ARTICLE = auto()
    CURRENCY = auto()
    CENT = auto()
    PERCENT = auto()
    BASIS_POINT = auto()
    TICK = auto()
    DURATION_UNIT = auto()
    CLOCK = auto()
    MERIDIEM = auto()
    ZONE = auto()
    # how
    MARKET_ORDER = auto()
    LIMIT = auto()
    PRICE_WORD = auto()
    POST_ONLY = auto()
    REDUCE_ONLY = auto()
    TIME_IN_FORCE = auto()
    GOOD_FOR = auto()
    UNTIL = auto()
    EXPIRES = auto()
    SLIPPAGE = auto()
    TAKE_PROFIT = auto()
    STOP_LOSS = auto()
    STOP = auto()
    ROE = auto()
    LEVERAGE = auto()
    MARGIN = auto()
    NOTIONAL = auto()
    WORTH = auto()
    RISK = auto()
    # relations
    IF = auto()
    REACHES = auto()
    ABOVE = auto()
    BELOW = auto()
    UP = auto()
    DOWN = auto()
    MARK_PRICE = auto()
    OTHER_PRICE = auto()
    ENTRY = auto()
    AT = auto()
    TO = auto()
    BY = auto()
    FOR = auto()
    IN = auto()
    OFF = auto()
    LINK = auto()
    """Prepositions that only bind: ``of``, ``on``, ``with``."""
    AND = auto()
    COLON = auto()
    SLASH = auto()
    OPERATOR = auto()
    """Verbs that carry no meaning of their own: ``place``, ``set``, ``open``."""
    COURTESY = auto()
    # what makes a text no command, or not yet one
    CORRECTION = auto()
    VAGUE = auto()
    NEGATION = auto()
    WITHOUT = auto()
    QUESTION = auto()
    ASKING = auto()
    """Words that ask only where a sentence begins with them: ``is``, ``can``."""
    QUESTION_MARK = auto()
    WHAT_IF = auto()
    WISH = auto()
    HEARSAY = auto()
    STATEMENT = auto()
    PERSON = auto()
    ACCOUNT = auto()
    SIGN = auto()
    CONFIRM = auto()
    TIME = auto()
    NEVER_MIND = auto()
    INFORM = auto()
    """Verbs that want to be told something: ``show``, ``list``."""
    QUOTED = auto()
    ADDRESS = auto()
    UNKNOWN = auto()


class Verb(Enum):
    """What can be asked for. The values are what a sentence says."""

    BUY = "buy"
    SELL = "sell"
    BID = "bid"
    OFFER = "offer"
    LONG = "long"
    SHORT = "short"
    CLOSE = "close"
    REDUCE = "reduce"
    HALVE = "halve"
    TAKE = "take"
    COVER = "cover"
    CANCEL = "cancel"
    FLIP = "flip"
    FLATTEN = "flatten"
    MOVE = "move"
    ADD = "add"
    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
