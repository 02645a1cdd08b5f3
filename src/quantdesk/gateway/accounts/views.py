"""Holdings and history as the wire shows them."""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, cast

from sqlalchemy import Row

from quantdesk.domain import margin
from quantdesk.domain.market import Asset
from quantdesk.domain.market import Market as Parameters
from quantdesk.domain.units import BaseLots, LotPrice, Ticks, decimal_text
from quantdesk.gateway.accounts.schemas import (
    Balance,
    Fill,
    FundingPayment,
    LiquidationStep,
    Margin,
    Position,
    Standing,
    SubAccount,
    Transfer,
)
from quantdesk.gateway.accounts.valuation import (
    AccountValue,
    MarketPrices,
    PositionValue,
)
from quantdesk.gateway.markets.views import share, usdc
from quantdesk.gateway.wire import Side
from quantdesk.program.layouts import Exchange, Market

_PRICE_PLACES = Decimal("1e-8")


def ratio_price(parameters: Parameters, atoms: int, lots: int) -> str:
    """`atoms / lots` as quote per base unit, to 8 places, half to even. For display."""
    with localcontext() as context:
        context.prec = 60
        price = (Decimal(atoms) * parameters.lots_per_base / lots).scaleb(-6)
        return decimal_text(price.quantize(_PRICE_PLACES, ROUND_HALF_EVEN))


def position_view(account: AccountValue, position: PositionValue, taker_rate: int) -> Position:
    """One position."""
    parameters, holding = position.prices.market.parameters, position.holding
    known = bool(position.prices.mark)
    liquidation = account.liquidation_price(position)
    even = margin.breakeven(holding.base, holding.entry_quote, position.margin.owed, taker_rate)
    return Position(
        market=parameters.symbol,
        sub=account.holdings.sub,
        side="long" if holding.base > 0 else "short",
        size=parameters.size_text(BaseLots(abs(holding.base))),
        entry_price=ratio_price(parameters, abs(holding.entry_quote), abs(holding.base)),
        breakeven_price=ratio_price(parameters, *even) if even else None,
        mark_price=_price(parameters, position.prices.mark),
        index_price=_price(parameters, position.prices.index),
        liquidation_price=None if liquidation is None else parameters.lot_price_text(LotPrice(liquidation)),
        notional=usdc(position.notional) if known else None,
        unrealized_pnl=usdc(position.entry_pnl) if known else None,
        unsettled_funding=usdc(-position.margin.owed),
        initial_margin=usdc(position.margin.initial) if known else None,
        maintenance_margin=usdc(position.margin.maintenance) if known else None,
        leverage=share(position.notional, account.equity) if account.priced and account.equity > 0 else None,
        roe=share(position.entry_pnl, position.margin.initial) if known else None,
        bid_size=parameters.size_text(BaseLots(holding.bid_lots)),
        ask_size=parameters.size_text(BaseLots(holding.ask_lots)),
    )


def _price(parameters: Parameters, price: int) -> str | None:
    return parameters.lot_price_text(LotPrice(price)) if price else None


def positions_view(account: AccountValue, taker_rate: int) -> list[Position]:
    """Open positions (those with a size)."""
    return [position_view(account, each, taker_rate) for each in account.positions if each.holding.base]


def sub_account_view(
    account: AccountValue, address: str, assets: tuple[Asset, ...], taker_rate: int, slot_ms: int | None
) -> SubAccount:
    """One sub-account."""
    holdings = account.holdings
    known = account.priced
    return SubAccount(
        sub=holdings.sub,
        address=address,
        status="active" if holdings.active else "parked",
        slot_index=holdings.slot_index,
        generation=holdings.generation,
        balances=_balances(account, assets),
        locked=usdc(account.locked),
        withdrawable=usdc(account.withdrawable) if known else None,
        equity=usdc(account.equity) if known else None,
        free_collateral=usdc(account.free_collateral) if known else None,
        initial_margin=usdc(account.initial) if known else None,
        maintenance_margin=usdc(account.maintenance) if known else None,
        margin_ratio=share(account.maintenance, account.equity) if known and account.equity > 0 else None,
        standing=standing_view(account.standing) if known else None,
        leverage=share(account.notional, account.equity) if known and account.equity > 0 else None,
        unrealized_pnl=usdc(sum(each.entry_pnl for each in account.positions)) if known else None,
        unsettled_funding=usdc(-sum(each.margin.owed for each in account.positions)),
        open_orders=sum(each.bid_orders + each.ask_orders for each in holdings.positions.values()),
        positions=positions_view(account, taker_rate),
        as_of_ms=slot_ms,
        last_active_ms=None if holdings.last_active is None else holdings.last_active * 1_000,
    )


def standing_view(found: margin.Standing) -> Standing:
    """What may be done to the account now, in a word."""
    if found.equity < 0:
        return "bankrupt"
    if found.equity < found.maintenance:
        return "liquidation"
    return "cancelling" if found.equity < found.half_way else "good"


def _balances(account: AccountValue, assets: tuple[Asset, ...]) -> list[Balance]:
    holdings, worth = account.holdings, account.collateral.worth
    amounts = (holdings.usdc, *holdings.collaterals)
    made = []
    for asset in assets:
        amount = amounts[asset.index] if asset.index < len(amounts) else 0
        parked = holdings.parked[asset.index] if asset.index < len(holdings.parked) else 0
        atoms = worth[asset.index]
        made.append(
            Balance(
                asset=asset.symbol,
                amount=asset.text(amount),
                parked=asset.text(parked),
                value=None if atoms is None else usdc(atoms),
            )
        )
    return made


def margin_view(account: AccountValue, taker_rate: int) -> Margin:
    """The numbers that a simulation shows before and after."""
    known = account.priced
    return Margin(
        sub=account.holdings.sub,
        exists=account.holdings.exists,
        balance=usdc(account.balance),
        locked=usdc(account.locked),
        withdrawable=usdc(account.withdrawable) if known else None,
        equity=usdc(account.equity) if known else None,
        free_collateral=usdc(account.free_collateral) if known else None,
        initial_margin=usdc(account.initial) if known else None,
        maintenance_margin=usdc(account.maintenance) if known else None,
        margin_ratio=share(account.maintenance, account.equity) if known and account.equity > 0 else None,
        leverage=share(account.notional, account.equity) if known and account.equity > 0 else None,
        positions=positions_view(account, taker_rate),
    )


def fill_views(parameters: Parameters, row: Row[Any], wallet: str) -> list[Fill]:
    """The wallet's side of a stored fill; both when it met itself."""
    made = []
    for role in ("taker", "maker"):
        if getattr(row, f"{role}_wallet") != wallet:
            continue
        opposite = "sell" if row.taker_side == "buy" else "buy"
        client = getattr(row, f"{role}_client_id")
        made.append(
            Fill(
                id=f"{row.event_seq}-{row.fill_index}-{role}",
                market=parameters.symbol,
                sub=getattr(row, f"{role}_sub"),
                order_id=getattr(row, f"{role}_order_id"),
                client_id=None if client in {None, "0"} else client,
                side=row.taker_side if role == "taker" else cast(Side, opposite),
                role="taker" if role == "taker" else "maker",
                price=parameters.price_text(Ticks(row.ticks)),
                size=parameters.size_text(BaseLots(row.lots)),
                fee=usdc(getattr(row, f"{role}_fee")),
                realized_pnl=usdc(getattr(row, f"{role}_pnl")),
                ts_ms=row.ts_ms,
                slot=row.slot,
                signature=row.signature,
                liquidation=row.liquidation,
            )
        )
    return made


def liquidation_view(parameters: Parameters, row: Row[Any]) -> LiquidationStep:
    """A stored step of liquidation."""
    return LiquidationStep(
        id=f"{row.event_seq}-{row.step_index}",
        market=parameters.symbol,
        sub=row.sub,
        role=row.role,
        kind=row.kind,
        side=row.side,
        size=None if row.lots is None else parameters.size_text(BaseLots(row.lots)),
        price=None if row.price is None else parameters.lot_price_text(LotPrice(row.price)),
        realized_pnl=None if row.pnl is None else usdc(row.pnl),
        insurance_paid=None if row.paid is None else usdc(row.paid),
        deficit=None if row.unpaid is None else usdc(row.unpaid),
        ts_ms=row.ts_ms,
        slot=row.slot,
        signature=row.signature,
    )


def transfer_view(assets: tuple[Asset, ...], row: Row[Any]) -> Transfer:
    """A stored deposit, withdrawal or transfer."""
    asset = assets[row.collateral]
    return Transfer(
        id=f"{row.event_seq}-{row.sub}",
        sub=row.sub,
        kind=row.kind,
        asset=asset.symbol,
        amount=asset.text(row.amount),
        ts_ms=row.ts_ms,
        slot=row.slot,
        signature=row.signature,
    )


def funding_view(parameters: Parameters, row: Row[Any]) -> FundingPayment:
    """Funding that was settled."""
    return FundingPayment(
        id=f"{row.event_seq}-{row.sub}-{row.market}",
        market=parameters.symbol,
        sub=row.sub,
        amount=usdc(-row.paid),
        ts_ms=row.ts_ms,
        slot=row.slot,
        signature=row.signature,
    )


def taker_rate(exchange: Exchange) -> int:
    """Taker fee of the first tier, 1e-6."""
    return exchange.fee_tiers[0].taker if exchange.fee_tiers else 0


def prices_of(market: Market, state: Any) -> MarketPrices:
    """Prices of a market: the bus's state when there is one, else the account's."""
    if state is None:
        return MarketPrices(
            market, market.mark_price, market.index_price, market.funding_index, market.publish_ms
        )
    return MarketPrices(market, state.mark, state.index, state.funding_index, state.publish_ms)


Prices = Mapping[int, MarketPrices]
