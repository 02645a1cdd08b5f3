"""QuantDesk from Python: `async with Client(gateway, Wallet()) as client: ...`."""

from quantdesk.sdk.client import Client
from quantdesk.sdk.errors import (
    NotConfirmed,
    QuantDeskError,
    RateLimited,
    Refused,
    Unreachable,
    WrongTransaction,
)
from quantdesk.sdk.models import (
    Account,
    Book,
    Candle,
    Fill,
    Market,
    Order,
    Parsed,
    Position,
    Preview,
    Sent,
    SubAccount,
    Ticker,
    Trade,
)
from quantdesk.sdk.wallet import Wallet

__all__ = [
    "Account",
    "Book",
    "Candle",
    "Client",
    "Fill",
    "Market",
    "NotConfirmed",
    "Order",
    "Parsed",
    "Position",
    "Preview",
    "QuantDeskError",
    "RateLimited",
    "Refused",
    "Sent",
    "SubAccount",
    "Ticker",
    "Trade",
    "Unreachable",
    "Wallet",
    "WrongTransaction",
]
