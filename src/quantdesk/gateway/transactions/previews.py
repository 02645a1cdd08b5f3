"""A simulated order as a preview: fills, fee, slippage, margin before and after."""

from decimal import ROUND_HALF_EVEN, Decimal

from quantdesk.domain.orders import Side
from quantdesk.domain.units import BaseLots, Ticks, decimal_text
from quantdesk.gateway.accounts.holdings import after_events
from quantdesk.gateway.accounts.schemas import Margin
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.orders.schemas import PreviewFill, PreviewReply, ProgramError
from quantdesk.gateway.orders.views import average_price
from quantdesk.gateway.transactions.orders import MarketNow, lot_price_text
from quantdesk.gateway.transactions.schemas import PlaceOrder
from quantdesk.gateway.transactions.setting import Setting
from quantdesk.gateway.transactions.simulation import Outcome
from quantdesk.program.errors import error_message, error_name
from quantdesk.program.events import OrdersProcessed
from quantdesk.program.records import FillRecord

_BPS_PLACES = Decimal("0.0001")


def order_error(outcome: Outcome) -> ProgramError | None:
    """The error code that the order itself got in a transaction that did not fail."""
    event = next(each for each in outcome.events if isinstance(each, OrdersProcessed))
    code = event.orders[0].code
    if not code:
        return None
    return ProgramError(
        code=error_name(code), number=code, message=error_message(code), instruction_index=None
    )


def preview_view(
    accounts: AccountService, setting: Setting, body: PlaceOrder, outcome: Outcome
) -> PreviewReply:
    """Read the event of an order that got no error."""
    now = setting.market(body.market)
    event = next(each for each in outcome.events if isinstance(each, OrdersProcessed))
    record = event.orders[0]
    parameters = now.market.parameters
    quote = sum(now.market.tick_size * fill.ticks * fill.lots for fill in event.fills)
    fee = sum(fill.taker_fee for fill in event.fills)
    before = accounts.margin(setting.view, setting.holdings)
    after = accounts.margin(setting.view, after_events(setting.holdings, outcome.events))
    average = average_price(parameters, quote, record.filled)
    return PreviewReply(
        market=body.market,
        side=body.side,
        size=parameters.size_text(BaseLots(record.lots)),
        price=parameters.price_text(Ticks(record.ticks)),
        fills=[_fill(now, fill) for fill in event.fills],
        filled=parameters.size_text(BaseLots(record.filled)),
        resting=parameters.size_text(BaseLots(record.resting)),
        cancelled=parameters.size_text(BaseLots(max(0, record.lots - record.filled - record.resting))),
        average_price=average,
        notional=usdc(quote or now.market.tick_size * record.ticks * record.lots),
        fee=usdc(fee),
        slippage_bps=_slippage(now, Side(body.side), quote, record.filled),
        mark_price=lot_price_text(now, now.mark),
        before=before,
        after=after,
        liquidation_price_before=_liquidation(before, body.market),
        liquidation_price_after=_liquidation(after, body.market),
        units=outcome.units,
        summary=_summary(body, parameters.size_text(BaseLots(record.lots)), average, usdc(fee), after),
        slot=outcome.slot,
        age_ms=0,
        feed=now.live.feed,
    )


def _fill(now: MarketNow, fill: FillRecord) -> PreviewFill:
    parameters = now.market.parameters
    return PreviewFill(
        price=parameters.price_text(Ticks(fill.ticks)),
        size=parameters.size_text(BaseLots(fill.lots)),
        fee=usdc(fill.taker_fee),
    )


def _slippage(now: MarketNow, side: Side, quote: int, lots: int) -> str | None:
    best = now.best(side.opposite)
    if not lots or best is None:
        return None
    at_best = best * now.market.tick_size * lots
    points = Decimal(side.sign * (quote - at_best) * 10_000) / Decimal(at_best)
    return decimal_text(points.quantize(_BPS_PLACES, ROUND_HALF_EVEN))


def _liquidation(margin: Margin, market: str) -> str | None:
    return next((each.liquidation_price for each in margin.positions if each.market == market), None)


def _summary(body: PlaceOrder, size: str, average: str | None, fee: str, after: Margin) -> str:
    verb = "Buy" if body.side == "buy" else "Sell"
    at = "at market" if body.type == "market" else f"at {body.price}"
    filled = f", fills at about {average}, fee {fee} USDC" if average else ", rests in the book"
    liquidation = _liquidation(after, body.market)
    ends = f", liquidation at {liquidation}" if liquidation else ""
    return f"{verb} {size} {body.market} {at}{filled}{ends}."
