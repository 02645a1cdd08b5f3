"""Commands that read the market."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from quantdesk.cli.output import JsonFlag, print_json, print_table
from quantdesk.cli.session import GatewayOption, run_with_client
from quantdesk.sdk.models import Level

PANEL = "Market data"


def register(app: typer.Typer) -> None:
    """Add the commands to ``app``."""
    app.command(rich_help_panel=PANEL)(markets)
    app.command(rich_help_panel=PANEL)(book)


def markets(gateway: GatewayOption = None, as_json: JsonFlag = False) -> None:
    """Every market with its present numbers."""
    tickers = run_with_client(lambda client: client.tickers(), gateway)
    if as_json:
        print_json(tickers)
        return
    rows = [
        (
            t.symbol,
            t.last,
            t.bid,
            t.ask,
            t.mark,
            t.index,
            _percent(t.funding_rate_1h),
            t.open_interest,
            t.volume_24h,
            ", ".join(t.restrictions),
        )
        for t in tickers
    ]
    columns = (
        "market",
        "last",
        "bid",
        "ask",
        "mark",
        "index",
        "funding/h",
        "open interest",
        "24 h volume",
        "narrowed by",
    )
    print_table(columns, rows, "no market yet: the exchange is being made")
    feeds = {t.feed or "unknown" for t in tickers}
    print(f"\nprices: {', '.join(sorted(feeds))}")


def book(
    market: str,
    depth: Annotated[int, typer.Option(min=1, max=100, help="Levels a side.")] = 10,
    gateway: GatewayOption = None,
    as_json: JsonFlag = False,
) -> None:
    """The order book of one market."""
    found = run_with_client(lambda client: client.book(market.upper(), depth), gateway)
    if as_json:
        print_json(found)
        return
    rows: list[tuple[Decimal | None, ...]] = [
        (None, None, price, size) for price, size in reversed(found.asks)
    ]
    rows += [(size, price, None, None) for price, size in found.bids]
    print_table(("bid size", "bid", "ask", "ask size"), rows, f"the book of {found.symbol} is empty")
    print(f"\n{_spread(found.bids, found.asks)}   slot {found.slot}   prices: {found.feed or 'unknown'}")


def _percent(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{rate * 100:.4f}%"


def _spread(bids: list[Level], asks: list[Level]) -> str:
    if not bids or not asks:
        return "one side is empty"
    return f"spread {asks[0][0] - bids[0][0]}"
