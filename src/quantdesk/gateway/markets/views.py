"""Program integers to the wire: markets, tickers, books, trades, candles."""

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Literal, cast

from sqlalchemy import Row

from quantdesk.domain.market import MAX_TICKS
from quantdesk.domain.market import Market as Parameters
from quantdesk.domain.units import (
    FUNDING_SCALE,
    RATE_SCALE,
    BaseLots,
    LotPrice,
    Ticks,
    decimal_text,
    scaled_text,
)
from quantdesk.gateway.markets.board import LiveMarket
from quantdesk.gateway.markets.repository import DayStats
from quantdesk.gateway.markets.restrictions import restrictions
from quantdesk.gateway.markets.schemas import (
    Candle,
    FundingRate,
    IndexPrice,
    MarginTier,
    Market,
    MarketLiquidation,
    MarketStatus,
    PriceSource,
    Ticker,
    Trade,
)
from quantdesk.gateway.wire import LossKind
from quantdesk.infra.bus.messages import Candle as BusCandle
from quantdesk.infra.bus.messages import ChainFill, LiquidationStep, Price
from quantdesk.program.layouts import Exchange as ChainExchange
from quantdesk.program.layouts import Market as ChainMarket

HOUR_MS = 3_600_000
_SOURCES: tuple[Literal["signed", "pyth", "anchored"], ...] = ("signed", "pyth", "anchored")
_RATE_PLACES = Decimal("1e-12")
_UNBOUNDED = 2**63


def usdc(atoms: int) -> str:
    """Quote atoms as decimal text."""
    return scaled_text(atoms, 6)


def rate(millionths: int) -> str:
    """A rate of 1e-6 as decimal text."""
    return scaled_text(millionths, 6)


def share(numerator: int, denominator: int) -> str | None:
    """`numerator / denominator` to 12 places, half to even; None over 0. For display only."""
    if denominator == 0:
        return None
    with localcontext() as context:
        context.prec = 60
        value = (Decimal(numerator) / Decimal(denominator)).quantize(_RATE_PLACES, ROUND_HALF_EVEN)
    return decimal_text(value)


def funding_rate(micro_atoms_per_lot: int, index: int | None) -> str | None:
    """An hourly rate as a share of the index price."""
    return share(micro_atoms_per_lot, index * FUNDING_SCALE) if index else None


def funding_index(parameters: Parameters, micro_atoms_per_lot: int) -> str:
    """Cumulative funding in quote units per base unit, exact."""
    per_base = Decimal(micro_atoms_per_lot * parameters.lots_per_base)
    return decimal_text(per_base.scaleb(-12))


def status_of(market: ChainMarket) -> MarketStatus:
    """The status in the wire's words (the program's own)."""
    return cast(MarketStatus, market.status_name)


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def market_view(market: ChainMarket) -> Market:
    """Parameters of one market."""
    parameters = market.parameters
    quote = "USDC"
    return Market(
        symbol=market.symbol,
        index=market.index,
        base=parameters.base_symbol,
        quote=quote,
        status=status_of(market),
        book=str(market.book),
        lots_per_base=market.lots_per_base,
        tick_atoms=market.tick_size,
        price_step=decimal_text(parameters.price_step),
        size_step=decimal_text(parameters.size_step),
        price_decimals=_places(parameters.price_step),
        size_decimals=_places(parameters.size_step),
        min_price=decimal_text(parameters.price_step),
        max_price=parameters.price_text(Ticks(MAX_TICKS)),
        min_size=decimal_text(parameters.size_step),
        min_order_notional=usdc(market.min_order_notional),
        max_position_notional=usdc(2**53),
        open_interest_cap=None
        if market.oi_cap >= _UNBOUNDED
        else parameters.size_text(BaseLots(market.oi_cap)),
        max_leverage=share(RATE_SCALE, parameters.margin_tiers[0].rate) or "0",
        margin_tiers=_tiers(market),
        maintenance_fraction=rate(market.maintenance_fraction),
        trade_band=rate(market.trade_band),
        mark_band=rate(market.mark_band),
        profit_vesting_s=market.vesting_s,
        funding_cap_1h=rate(market.funding_cap),
        interest_rate_8h=rate(market.interest),
        impact_notional=usdc(market.impact_notional),
        liquidation_fee=rate(market.liquidation_fee),
        price_source=_SOURCES[market.source],
        max_price_age_open_ms=market.open_max_age_ms,
        max_price_age_liquidate_ms=market.liquidate_max_age_ms,
        created_ms=market.created * 1_000 or None,
        resume_at_ms=market.resume_at * 1_000 or None,
    )


def _tiers(market: ChainMarket) -> list[MarginTier]:
    made = []
    for tier in market.parameters.margin_tiers:
        maintenance = tier.rate * market.maintenance_fraction
        made.append(
            MarginTier(
                up_to_notional=None if tier.up_to >= _UNBOUNDED else usdc(tier.up_to),
                initial_rate=rate(tier.rate),
                maintenance_rate=scaled_text(maintenance, 12),
                max_leverage=share(RATE_SCALE, tier.rate) or "0",
            )
        )
    return made


def ticker_view(
    exchange: ChainExchange, market: ChainMarket, live: LiveMarket, day: DayStats, now_ms: int
) -> Ticker:
    """The present numbers. The bus's state is newer than the account read; without one the account serves."""
    parameters, state = market.parameters, live.state
    newest = live.index(market)
    index = newest.price or None
    mark = (state.mark if state else market.mark_price) or None
    last = (state.last if state else market.last_trade) or None
    interest = state.open_interest if state else market.open_long
    bid, ask = _top(market, live)
    funding = state.funding_rate if state else market.funding_rate
    following = state.next_rate if state else market.next_rate
    return Ticker(
        symbol=market.symbol,
        status=status_of(market),
        feed=live.feed,
        bid=bid and parameters.price_text(Ticks(bid[0])),
        bid_size=_size(parameters, bid),
        ask=ask and parameters.price_text(Ticks(ask[0])),
        ask_size=_size(parameters, ask),
        last=_lot_price(parameters, last),
        last_ms=live.last_ms or (market.last_trade_at * 1_000 or None),
        mark=_lot_price(parameters, mark),
        index=_lot_price(parameters, index),
        confidence=_lot_price(parameters, newest.confidence if index else None),
        index_published_ms=newest.publish_ms or None,
        funding_rate_1h=funding_rate(funding, index),
        next_rate=funding_rate(following, index),
        next_funding_ms=now_ms - now_ms % HOUR_MS + HOUR_MS,
        open_interest=parameters.size_text(BaseLots(interest)),
        open_interest_notional=usdc(interest * mark) if mark else None,
        open_24h=_lot_price(parameters, day.open),
        high_24h=_lot_price(parameters, day.high),
        low_24h=_lot_price(parameters, day.low),
        volume_24h=parameters.size_text(BaseLots(day.lots)),
        volume_quote_24h=usdc(day.quote),
        change_24h=share(last - day.open, day.open) if last and day.open else None,
        trades_24h=day.trades,
        restrictions=restrictions(exchange, market, live, now_ms),
        updated_ms=state.ts_ms if state else None,
    )


def _top(
    market: ChainMarket, live: LiveMarket
) -> tuple[tuple[int, int | None] | None, tuple[int, int | None] | None]:
    if live.book.synced:
        return live.book.best_bid(), live.book.best_ask()
    state = live.state
    bid = state.best_bid if state else market.best_bid_ticks
    ask = state.best_ask if state else market.best_ask_ticks
    return (bid, None) if bid else None, (ask, None) if ask else None


def _size(parameters: Parameters, level: tuple[int, int | None] | None) -> str | None:
    return None if level is None or level[1] is None else parameters.size_text(BaseLots(level[1]))


def _lot_price(parameters: Parameters, price: int | None) -> str | None:
    return None if price is None else parameters.lot_price_text(LotPrice(price))


def levels_view(parameters: Parameters, levels: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
    """Levels as text."""
    return [
        (parameters.price_text(Ticks(ticks)), parameters.size_text(BaseLots(lots))) for ticks, lots in levels
    ]


def grouped(levels: Iterable[tuple[int, int]], width: int, *, up: bool, depth: int) -> list[tuple[int, int]]:
    """Levels of `width` ticks, best first: bids rounded down, asks up: none looks better than it is."""
    made: list[tuple[int, int]] = []
    for ticks, lots in levels:
        key = -(-ticks // width) * width if up else ticks // width * width
        if made and made[-1][0] == key:
            made[-1] = (key, made[-1][1] + lots)
        elif len(made) == depth:
            break
        else:
            made.append((key, lots))
    return made


def trade_row(parameters: Parameters, row: Row[Any]) -> Trade:
    """A stored fill on the tape."""
    return Trade(
        id=f"{row.event_seq}-{row.fill_index}",
        market=parameters.symbol,
        price=parameters.price_text(Ticks(row.ticks)),
        size=parameters.size_text(BaseLots(row.lots)),
        side=row.taker_side,
        ts_ms=row.ts_ms,
        slot=row.slot,
        signature=row.signature,
        liquidation=row.liquidation,
    )


def trade_message(parameters: Parameters, fill: ChainFill) -> Trade:
    """A fill from the bus on the tape."""
    return Trade(
        id=f"{fill.event_seq}-{fill.fill_index}",
        market=parameters.symbol,
        price=parameters.price_text(Ticks(fill.ticks)),
        size=parameters.size_text(BaseLots(fill.lots)),
        side=fill.taker_side,
        ts_ms=fill.ts_ms,
        slot=fill.slot,
        signature=fill.signature,
        liquidation=fill.liquidation,
    )


def liquidation_row(parameters: Parameters, row: Row[Any] | LiquidationStep) -> MarketLiquidation:
    """A stored step of liquidation, or one from the bus: their columns have the same names."""
    return MarketLiquidation(
        id=f"{row.event_seq}-{row.step_index}",
        market=parameters.symbol,
        kind=cast(LossKind, row.kind),
        wallet=row.wallet,
        sub=row.sub,
        counterparty=row.counterparty,
        side=row.side,
        size=None if row.lots is None else parameters.size_text(BaseLots(row.lots)),
        price=None if row.price is None else parameters.lot_price_text(LotPrice(row.price)),
        insurance_paid=None if row.paid is None else usdc(row.paid),
        deficit=None if row.unpaid is None else usdc(row.unpaid),
        ts_ms=row.ts_ms,
        slot=row.slot,
        signature=row.signature,
    )


def candle_row(parameters: Parameters, row: Row[Any], length_ms: int, now_ms: int) -> Candle:
    """A stored bucket."""
    return Candle(
        t_ms=row.t_ms,
        o=parameters.lot_price_text(row.o),
        h=parameters.lot_price_text(row.h),
        l=parameters.lot_price_text(row.l),
        c=parameters.lot_price_text(row.c),
        v=parameters.size_text(row.v),
        closed=row.t_ms + length_ms <= now_ms,
    )


def candle_message(parameters: Parameters, candle: BusCandle) -> Candle:
    """A bucket from the bus."""

    def price(value: int) -> str:
        if candle.unit == "ticks":
            return parameters.price_text(Ticks(value))
        return parameters.lot_price_text(LotPrice(value))

    return Candle(
        t_ms=candle.t_ms,
        o=price(candle.o),
        h=price(candle.h),
        l=price(candle.l),
        c=price(candle.c),
        v=parameters.size_text(BaseLots(candle.volume)),
        closed=candle.closed,
    )


def funding_row(
    parameters: Parameters, row: Row[Any], mark: int | None, index: int | None
) -> FundingRate | None:
    """One hour's rate; None while the index of that hour is unknown (the rate would have no measure)."""
    as_share = funding_rate(row.rate, index)
    if as_share is None:
        return None
    return FundingRate(
        ts_ms=row.hour_ms,
        rate_1h=as_share,
        funding_index=funding_index(parameters, row.funding_index),
        mark=_lot_price(parameters, mark),
        index=_lot_price(parameters, index),
    )


def index_price(price: Price) -> IndexPrice:
    """An index price from the bus."""
    return IndexPrice(
        ts_ms=price.published_ms,
        price=price.price,
        confidence=price.confidence,
        feed=price.feed,
        sources=[
            PriceSource(
                venue=each.venue, price=each.price, age_ms=each.age_ms, used=each.used, reason=each.reason
            )
            for each in price.sources
        ],
    )
