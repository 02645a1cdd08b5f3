"""Types of the wire that every noun shares: decimal text, ids, stamps and cursor lists.

Prices, sizes and amounts travel as plain decimal strings, ids as strings, times as integer Unix milliseconds.
"""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DECIMAL_PATTERN = r"^-?(0|[1-9][0-9]{0,23})(\.[0-9]{1,18})?$"
POSITIVE_DECIMAL_PATTERN = r"^(0|[1-9][0-9]{0,23})(\.[0-9]{1,18})?$"
WALLET_PATTERN = r"^[1-9A-HJ-NP-Za-km-z]{32,44}$"
SIGNATURE_PATTERN = r"^[1-9A-HJ-NP-Za-km-z]{64,88}$"
SYMBOL_PATTERN = r"^[A-Z0-9]{1,11}-PERP$"
U64_PATTERN = r"^(0|[1-9][0-9]{0,19})$"
U128_PATTERN = r"^(0|[1-9][0-9]{0,38})$"

IN_WORDS = {
    DECIMAL_PATTERN: 'a decimal number as text, no exponent, for example "142.31"',
    POSITIVE_DECIMAL_PATTERN: 'a decimal number as text, not negative, no exponent, for example "142.31"',
    WALLET_PATTERN: "a public key: 32 bytes in base58",
    SIGNATURE_PATTERN: "a transaction signature: 64 bytes in base58",
    U64_PATTERN: 'a whole number as text, for example "7"',
    U128_PATTERN: 'a whole number as text, for example "7"',
}
"""What each pattern asks for, as errors say it."""

DecimalText = Annotated[
    str,
    Field(
        pattern=DECIMAL_PATTERN, description="Exact decimal number as text, no exponent.", examples=["142.31"]
    ),
]
UnsignedDecimalText = Annotated[
    str,
    Field(
        pattern=POSITIVE_DECIMAL_PATTERN,
        description="Exact decimal number as text, not negative, no exponent.",
        examples=["142.31"],
    ),
]
Wallet = Annotated[str, StringConstraints(pattern=WALLET_PATTERN), Field(description="Base58 public key.")]
Signature = Annotated[
    str, StringConstraints(pattern=SIGNATURE_PATTERN), Field(description="Base58 transaction signature.")
]
U64Text = Annotated[str, Field(pattern=U64_PATTERN, description="Unsigned 64-bit integer as text.")]
U128Text = Annotated[str, Field(pattern=U128_PATTERN, description="Unsigned 128-bit integer as text.")]
UnixMs = Annotated[int, Field(ge=0, le=9_007_199_254_740_991, description="Unix time in milliseconds.")]
Symbol = Annotated[str, Field(description="Market symbol.", examples=["SOL-PERP"])]
Sub = Annotated[int, Field(ge=0, le=255, description="Sub-account of the wallet.")]

Feed = Literal["live", "replay", "simulated"]
Side = Literal["buy", "sell"]
PositionSide = Literal["long", "short"]
TimeInForce = Literal["gtc", "ioc", "fok", "gtt"]
OrderType = Literal["limit", "market"]
PostOnly = Literal["none", "reject", "slide"]
SelfTrade = Literal["cancel_taker", "cancel_maker", "decrement"]
OrderStatus = Literal["open", "filled", "cancelled", "expired", "rejected"]
Restriction = Literal[
    "initialising",
    "post_only",
    "reduce_only",
    "settling",
    "settled",
    "trading_paused",
    "matching_paused",
    "no_price",
    "price_stale",
    "price_uncertain",
    "price_pending",
    "price_not_anchored",
]
LossKind = Literal["take_over", "auto_deleverage", "settlement", "resolve_bankruptcy"]
CandleSource = Literal["trade", "mark", "index"]
Resolution = Literal["1s", "5s", "15s", "1m", "5m", "15m", "1h", "4h", "1d", "1w"]

RESOLUTION_MS: dict[str, int] = {
    "1s": 1_000,
    "5s": 5_000,
    "15s": 15_000,
    "1m": 60_000,
    "5m": 300_000,
    "15m": 900_000,
    "1h": 3_600_000,
    "4h": 14_400_000,
    "1d": 86_400_000,
    "1w": 604_800_000,
}


class Wire(BaseModel):
    """A reply body. Every field is always present; an unknown value is `null`."""

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)


class Request(BaseModel):
    """A request body. Unknown fields are refused, so that a misspelt option never silently does nothing."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Stamped(Wire):
    """A reply that was read from the chain's state."""

    slot: int = Field(description="Slot of the chain state that this reply shows.")
    age_ms: int = Field(ge=0, description="Milliseconds between that state's arrival here and this reply.")


class Priced(Stamped):
    """A reply that holds prices: it also says where the index prices came from."""

    feed: Feed | None = Field(description="Origin of the index prices; null until the first price arrived.")


Item = TypeVar("Item")


class Page(Stamped, Generic[Item]):
    """One page of a list, newest first."""

    items: list[Item]
    next_cursor: str | None = Field(description="Pass as `cursor` for the next page; null at the end.")
    unknown_before_ms: UnixMs | None = Field(
        default=None,
        description="Nothing is known before this time (retention); null: the history is complete.",
    )


class PricedPage(Page[Item], Generic[Item]):
    """One page of a list whose items hold prices."""

    feed: Feed | None = Field(description="Origin of the index prices; null until the first price arrived.")
