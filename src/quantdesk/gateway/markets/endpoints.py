"""Routes of markets and their public data."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query

from quantdesk.gateway.markets.schemas import (
    BookReply,
    CandleList,
    FundingRateList,
    IndexPriceList,
    MarketLiquidationList,
    MarketList,
    MarketReply,
    TickerList,
    TickerReply,
    TradeList,
)
from quantdesk.gateway.requests import MinSlot, Paging, SymbolPath, gateway, problems
from quantdesk.gateway.wire import POSITIVE_DECIMAL_PATTERN, CandleSource, Resolution

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object

MAX_BOOK_DEPTH = 500
router = APIRouter(prefix="/v1", tags=["markets"])
Running = Annotated[Gateway, Depends(gateway)]


@router.get("/markets", operation_id="listMarkets", responses=problems())
async def list_markets(running: Running, min_slot: MinSlot = None) -> MarketList:
    """Parameters, steps and minimums of every market."""
    return await running.markets.list_markets(min_slot)


@router.get("/markets/{symbol}", operation_id="getMarket", responses=problems(404))
async def get_market(running: Running, symbol: SymbolPath, min_slot: MinSlot = None) -> MarketReply:
    """Parameters, steps and minimums of one market."""
    return await running.markets.market(symbol, min_slot)


@router.get("/tickers", operation_id="listTickers", responses=problems())
async def list_tickers(running: Running, min_slot: MinSlot = None) -> TickerList:
    """The present numbers of every market."""
    return await running.markets.tickers(min_slot)


@router.get("/markets/{symbol}/ticker", operation_id="getTicker", responses=problems(404))
async def get_ticker(running: Running, symbol: SymbolPath, min_slot: MinSlot = None) -> TickerReply:
    """The present numbers of one market."""
    return await running.markets.ticker(symbol, min_slot)


@router.get("/markets/{symbol}/book", operation_id="getBook", responses=problems(404, 422))
async def get_book(
    running: Running,
    symbol: SymbolPath,
    depth: Annotated[int, Query(ge=1, le=MAX_BOOK_DEPTH, description="Levels a side.")] = 50,
    grouping: Annotated[
        str | None,
        Query(
            pattern=POSITIVE_DECIMAL_PATTERN,
            description="Width of a level in price, a multiple of `price_step`; default: one step.",
        ),
    ] = None,
    min_slot: MinSlot = None,
) -> BookReply:
    """The order book: bids grouped down, asks grouped up, sizes exact."""
    return await running.markets.book(symbol, depth, grouping, min_slot)


@router.get("/markets/{symbol}/trades", operation_id="listTrades", responses=problems(404))
async def list_trades(
    running: Running,
    symbol: SymbolPath,
    page: Paging,
    liquidations: Annotated[bool, Query(description="Only trades of liquidations.")] = False,
    min_slot: MinSlot = None,
) -> TradeList:
    """The public tape, newest first."""
    return await running.markets.trades(symbol, page, min_slot, liquidations=liquidations)


@router.get("/markets/{symbol}/liquidations", operation_id="listMarketLiquidations", responses=problems(404))
async def list_market_liquidations(
    running: Running, symbol: SymbolPath, page: Paging, min_slot: MinSlot = None
) -> MarketLiquidationList:
    """Positions that changed hands or were settled without a trade, and debts that were paid, newest first.

    Sales of liquidations are trades: `/trades?liquidations=true`.
    """
    return await running.markets.liquidations(symbol, page, min_slot)


@router.get("/markets/{symbol}/candles", operation_id="listCandles", responses=problems(404))
async def list_candles(
    running: Running,
    symbol: SymbolPath,
    page: Paging,
    *,
    resolution: Annotated[Resolution, Query()] = "1m",
    source: Annotated[CandleSource, Query()] = "trade",
    min_slot: MinSlot = None,
) -> CandleList:
    """Candles, newest first; empty buckets are absent."""
    return await running.markets.candles(
        symbol, resolution=resolution, source=source, page=page, min_slot=min_slot
    )


@router.get("/markets/{symbol}/funding", operation_id="listFundingRates", responses=problems(404))
async def list_funding_rates(
    running: Running, symbol: SymbolPath, page: Paging, min_slot: MinSlot = None
) -> FundingRateList:
    """Hourly funding rates, newest first."""
    return await running.markets.funding(symbol, page, min_slot)


@router.get("/markets/{symbol}/prices", operation_id="listIndexPrices", responses=problems(404))
async def list_index_prices(
    running: Running, symbol: SymbolPath, page: Paging, min_slot: MinSlot = None
) -> IndexPriceList:
    """Recent index prices with each source's vote, newest first."""
    return await running.markets.index_prices(symbol, page, min_slot)
