"""Markets, tickers, book, trades, candles, funding and prices."""

from typing import Literal

from pydantic import Field

from quantdesk.gateway.wire import (
    CandleSource,
    DecimalText,
    Feed,
    LossKind,
    Page,
    Priced,
    PricedPage,
    Resolution,
    Restriction,
    Side,
    Stamped,
    Symbol,
    UnixMs,
    UnsignedDecimalText,
    Wire,
)

MarketStatus = Literal["initialising", "post_only", "active", "reduce_only", "settling", "settled"]


class MarginTier(Wire):
    """A marginal tier: `initial_rate` applies to the part of the notional up to `up_to_notional`."""

    up_to_notional: UnsignedDecimalText | None = Field(description="Null: without end.")
    initial_rate: DecimalText
    maintenance_rate: DecimalText
    max_leverage: DecimalText


class Market(Wire):
    """Parameters, steps and minimums of one market."""

    symbol: Symbol
    index: int
    base: str = Field(examples=["SOL"])
    quote: str = Field(examples=["USDC"])
    status: MarketStatus
    book: str = Field(description="Address of the book account.")
    lots_per_base: int
    tick_atoms: int = Field(description="Quote atoms per base lot per tick.")
    price_step: UnsignedDecimalText = Field(description="Prices are multiples of this.", examples=["0.01"])
    size_step: UnsignedDecimalText = Field(description="Sizes are multiples of this.", examples=["0.01"])
    price_decimals: int
    size_decimals: int
    min_price: UnsignedDecimalText
    max_price: UnsignedDecimalText
    min_size: UnsignedDecimalText
    min_order_notional: UnsignedDecimalText = Field(
        description="To take; resting on a full side needs a multiple."
    )
    max_position_notional: UnsignedDecimalText
    open_interest_cap: UnsignedDecimalText | None = Field(description="Base units; null: no cap.")
    max_leverage: DecimalText
    margin_tiers: list[MarginTier]
    maintenance_fraction: DecimalText = Field(description="Maintenance rate as a share of the initial rate.")
    trade_band: DecimalText = Field(description="Fills stay within this share of the index.")
    mark_band: DecimalText = Field(description="The mark stays within this share of the index.")
    profit_vesting_s: int
    funding_cap_1h: DecimalText = Field(description="Largest funding rate of one hour, a share of the index.")
    interest_rate_8h: DecimalText
    impact_notional: UnsignedDecimalText
    liquidation_fee: DecimalText
    price_source: Literal["signed", "pyth", "anchored"]
    max_price_age_open_ms: int
    max_price_age_liquidate_ms: int
    created_ms: UnixMs | None
    resume_at_ms: UnixMs | None


class MarketReply(Stamped, Market):
    """One market."""


class MarketList(Stamped):
    """All markets, by index."""

    items: list[Market]
    next_cursor: str | None = Field(default=None, description="Always null: markets fit one page.")


class Ticker(Wire):
    """The present numbers of one market. What is not known (an empty side, no trade yet) is null."""

    symbol: Symbol
    status: MarketStatus
    restrictions: list[Restriction] = Field(
        description="What narrows trading now; empty when nothing does. The status where it is not active; "
        "`trading_paused`, `price_stale`, `price_uncertain`, `price_not_anchored`: only orders that reduce; "
        "`matching_paused`, `no_price`: only post-only orders and cancels, or only cancels; `price_pending`: "
        "a jump waits for confirmation, new risk and withdrawals go by the worse price, liquidation by the "
        "milder one."
    )
    feed: Feed | None
    bid: UnsignedDecimalText | None
    bid_size: UnsignedDecimalText | None
    ask: UnsignedDecimalText | None
    ask_size: UnsignedDecimalText | None
    last: UnsignedDecimalText | None
    last_ms: UnixMs | None
    mark: UnsignedDecimalText | None
    index: UnsignedDecimalText | None
    confidence: UnsignedDecimalText | None = Field(description="Half width of the index price's confidence.")
    index_published_ms: UnixMs | None
    funding_rate_1h: DecimalText | None = Field(description="Rate that this hour pays, a share of the index.")
    next_rate: DecimalText | None = Field(
        description="Rate that the next hour would pay, from the samples so far."
    )
    next_funding_ms: UnixMs = Field(description="When `next_rate` becomes `funding_rate_1h`.")
    open_interest: UnsignedDecimalText = Field(description="Base units, one side.")
    open_interest_notional: UnsignedDecimalText | None
    open_24h: UnsignedDecimalText | None
    high_24h: UnsignedDecimalText | None
    low_24h: UnsignedDecimalText | None
    volume_24h: UnsignedDecimalText = Field(description="Base units.")
    volume_quote_24h: UnsignedDecimalText
    change_24h: DecimalText | None = Field(description="Share, from `open_24h` to `last`.")
    trades_24h: int
    updated_ms: UnixMs | None


class TickerReply(Stamped, Ticker):
    """One market's ticker."""


class TickerList(Priced):
    """All tickers, by market index."""

    items: list[Ticker]
    next_cursor: str | None = Field(default=None, description="Always null: tickers fit one page.")


Level = tuple[UnsignedDecimalText, UnsignedDecimalText]


class BookReply(Priced):
    """Aggregated levels, best first; each is `[price, size]`, exact."""

    symbol: Symbol
    epoch: str = Field(description="Same as on the `book` channel.")
    seq: int = Field(description="Same as on the `book` channel: updates continue from here.")
    grouping: UnsignedDecimalText = Field(description="Width of a level in price.")
    bids: list[Level]
    asks: list[Level]


class Trade(Wire):
    """One fill between two orders, as the public tape shows it."""

    id: str = Field(description="`{event_seq}-{fill_index}`: unique and growing.")
    market: Symbol
    price: UnsignedDecimalText
    size: UnsignedDecimalText
    side: Side = Field(description="Side of the taker.")
    ts_ms: UnixMs
    slot: int
    signature: str
    liquidation: bool = Field(
        default=False, description="The taker was an account under maintenance margin, sold by a keeper."
    )


class TradeList(PricedPage[Trade]):
    """The tape, newest first."""

    symbol: Symbol


class MarketLiquidation(Wire):
    """A step of liquidation that leaves no trade, or the end of a position in a market that settles."""

    id: str = Field(description="`{event_seq}-{step_index}`: the account's own step has the same.")
    market: Symbol
    kind: LossKind
    wallet: str = Field(description="Whose position or debt it was.")
    sub: int
    counterparty: str | None = Field(description="Who took the other side; null for a debt, a settlement.")
    side: Side | None = Field(description="What `wallet` did; null for a debt.")
    size: UnsignedDecimalText | None
    price: UnsignedDecimalText | None
    insurance_paid: UnsignedDecimalText | None = Field(description="Of a debt; null for a position.")
    deficit: UnsignedDecimalText | None = Field(description="Part of a debt that nobody paid.")
    ts_ms: UnixMs
    slot: int
    signature: str


class MarketLiquidationList(PricedPage[MarketLiquidation]):
    """Steps of liquidation without a trade, newest first."""

    symbol: Symbol


class Candle(Wire):
    """One bucket."""

    t_ms: UnixMs = Field(description="Start of the bucket.")
    o: UnsignedDecimalText
    h: UnsignedDecimalText
    l: UnsignedDecimalText  # noqa: E741  the wire's name
    c: UnsignedDecimalText
    v: UnsignedDecimalText = Field(description="Volume in base units; 0 for mark and index.")
    closed: bool


class CandleList(PricedPage[Candle]):
    """Candles, newest first; empty buckets are absent."""

    symbol: Symbol
    resolution: Resolution
    source: CandleSource


class FundingRate(Wire):
    """One hour's rate."""

    ts_ms: UnixMs = Field(description="Start of the hour that pays the rate.")
    rate_1h: DecimalText = Field(description="Share of the index that longs pay shorts.")
    funding_index: DecimalText = Field(description="Cumulative quote units per base unit.")
    mark: UnsignedDecimalText | None
    index: UnsignedDecimalText | None


class FundingRateList(PricedPage[FundingRate]):
    """Funding history, newest first."""

    symbol: Symbol


class PriceSource(Wire):
    """What one source said."""

    venue: str
    price: UnsignedDecimalText | None
    age_ms: int | None
    used: bool = Field(description="Whether its vote counted.")
    reason: str | None = Field(description="Why it was left out; null when used.")


class IndexPrice(Wire):
    """One index price with its sources."""

    ts_ms: UnixMs = Field(description="Publish time.")
    price: UnsignedDecimalText
    confidence: UnsignedDecimalText
    feed: Feed
    sources: list[PriceSource]


class IndexPriceList(PricedPage[IndexPrice]):
    """Index prices with the vote of each source, newest first."""

    symbol: Symbol


__all__ = [
    "BookReply",
    "Candle",
    "CandleList",
    "FundingRate",
    "FundingRateList",
    "IndexPrice",
    "IndexPriceList",
    "Level",
    "MarginTier",
    "Market",
    "MarketList",
    "MarketReply",
    "MarketStatus",
    "Page",
    "PriceSource",
    "Ticker",
    "TickerList",
    "TickerReply",
    "Trade",
    "TradeList",
]
