"""Messages of `/v1/ws`; `docs/reference/websocket.md` shows each. Held to what is sent by tests."""

from typing import Annotated, Any, Literal

from pydantic import Field

from quantdesk.gateway.accounts.schemas import Fill, LiquidationStep, SubAccount, Transfer
from quantdesk.gateway.exchange.schemas import ExchangeStatus
from quantdesk.gateway.markets.schemas import Candle, IndexPrice, Level, MarketLiquidation, Ticker, Trade
from quantdesk.gateway.orders.schemas import Order
from quantdesk.gateway.status.schemas import Dependency
from quantdesk.gateway.traders.schemas import Trigger
from quantdesk.gateway.wire import CandleSource, Feed, Resolution, U64Text, UnixMs, UnsignedDecimalText, Wire

Channel = Literal["book", "trades", "liquidations", "ticker", "candles", "prices", "account", "status"]
RequestId = Annotated[int | str | None, Field(description="The request's own id, given back.")]


class SocketRequest(Wire):
    """What a client sends: one JSON object a text frame."""

    op: Literal["subscribe", "unsubscribe", "auth", "ping"]
    id: RequestId = None
    channel: Channel | None = None
    market: str | None = Field(default=None, description="All but account and status.")
    resolution: Resolution | None = Field(default=None, description="candles; default 1m.")
    source: CandleSource | None = Field(default=None, description="candles; default trade.")
    wallet: str | None = Field(default=None, description="account.")
    from_seq: int | None = Field(
        default=None, description="Last `seq` that the client has, with its `epoch`."
    )
    epoch: str | None = None
    token: str | None = Field(default=None, description="auth: the access token.")


class BookData(Wire):
    """Absolute levels, best first; size `"0"` removes one."""

    bids: list[Level]
    asks: list[Level]


class TradesData(Wire):
    """Trades, newest first."""

    trades: list[Trade]


class LiquidationsData(Wire):
    """Liquidations, newest first: those that are trades, and steps that leave none."""

    trades: list[Trade]
    steps: list[MarketLiquidation]


class CandlesData(Wire):
    """Candles that changed, newest first."""

    candles: list[Candle]


class PricesData(Wire):
    """Index prices, newest first."""

    prices: list[IndexPrice]


class AccountData(Wire):
    """What changed of one wallet. A part that is null did not change; a snapshot has all of them."""

    sub_accounts: list[SubAccount] | None = Field(description="All sub-accounts as they are now.")
    orders: list[Order] | None = Field(
        description="Snapshot: all open orders. Update: orders that changed, the done ones too."
    )
    fills: list[Fill] | None = Field(description="Newest first. Snapshot: the last 100.")
    transfers: list[Transfer] | None = Field(description="Newest first. Snapshot: the last 100.")
    triggers: list[Trigger] | None = Field(
        description="Snapshot: all that wait. Update: those that changed, the ended ones too."
    )
    liquidations: list[LiquidationStep] | None = Field(
        description="Steps without the book, newest first. Snapshot: the last 100."
    )


class FeedStatus(Wire):
    """One market's index feed."""

    market: str
    feed: Feed | None
    published_ms: UnixMs | None
    age_ms: int | None


class StatusData(Wire):
    """How the exchange is; once a second and at each change."""

    server_ms: UnixMs
    slot: int
    event_seq: U64Text
    chain_age_ms: int = Field(description="Since the newest slot was seen.")
    indexer_lag_ms: int | None = Field(description="Null until the indexer spoke.")
    rpc_ms: int | None = Field(description="Last round trip to the RPC node.")
    exchange: ExchangeStatus | None = Field(description="Null until the Exchange account was read.")
    paused: list[str] = Field(description="Names of what is paused; empty when nothing is.")
    deficit: UnsignedDecimalText | None = Field(description="Losses that nobody paid yet; withdrawals share.")
    withdraw_rest_until_ms: UnixMs | None = Field(description="Withdrawals rest until then after a loss.")
    feed: Feed | None
    feeds: list[FeedStatus]
    dependencies: list[Dependency]


SocketData = (
    BookData | TradesData | LiquidationsData | Ticker | CandlesData | PricesData | AccountData | StatusData
)


class ChannelMessage(Wire):
    """`subscribed` (snapshot, or resumed) and `update`."""

    op: Literal["subscribed", "update"]
    id: RequestId = Field(default=None, description="Only on `subscribed`.")
    channel: Channel
    market: str | None = None
    resolution: Resolution | None = None
    source: CandleSource | None = None
    wallet: str | None = None
    epoch: str
    prev_seq: int = Field(description="0 on a snapshot.")
    seq: int
    snapshot: bool
    slot: int | None
    feed: Feed | None = None
    ts_ms: UnixMs = Field(description="When the gateway made the message.")
    data: SocketData


class Unsubscribed(Wire):
    """No more of that channel."""

    op: Literal["unsubscribed"]
    id: RequestId = None
    channel: Channel
    market: str | None = None
    resolution: Resolution | None = None
    source: CandleSource | None = None
    wallet: str | None = None


class Authenticated(Wire):
    """The token holds."""

    op: Literal["authenticated"]
    id: RequestId = None
    wallet: str
    expires_ms: UnixMs


class Pong(Wire):
    """The server's time."""

    op: Literal["pong"]
    id: RequestId = None
    server_ms: UnixMs


class SocketProblem(Wire):
    """What was wrong with a request; the connection stays."""

    op: Literal["error"]
    id: RequestId = None
    code: str
    detail: str
    field: str | None = None
    value: Any = None
    expected: str | None = None


MESSAGES: tuple[type[Wire], ...] = (
    SocketRequest,
    ChannelMessage,
    Unsubscribed,
    Authenticated,
    Pong,
    SocketProblem,
)
