"""Requests about stop and take-profit orders, as instructions of the program."""

from dataclasses import dataclass

from solders.instruction import Instruction

from quantdesk.domain.errors import DomainError
from quantdesk.domain.orders import Side as DomainSide
from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.gateway.edge.errors import refused_value
from quantdesk.gateway.problems import Malformed, NotFound, Refused
from quantdesk.gateway.transactions.orders import DEFAULT_SLIPPAGE_BPS, MarketNow, client_id, contradiction
from quantdesk.gateway.transactions.schemas import (
    CancelTrigger,
    ModifyTrigger,
    PlaceOrder,
    PlaceTrigger,
    SetExits,
)
from quantdesk.gateway.transactions.setting import Setting, needs_trader
from quantdesk.program import instructions as program
from quantdesk.program.layouts import Trigger
from quantdesk.program.layouts.ledger import NO_MARKET
from quantdesk.program.records import NO_PAIR, TRIGGERS, Side, TriggerKind, TriggerTerms

EXECUTOR_FEE = ATOMS_PER_USDC // 10
"""Reserved for who fires a trigger: $0.10."""
_PPM_OF_BPS = 100
_KINDS = {
    ("stop", "market"): TriggerKind.STOP_MARKET,
    ("stop", "limit"): TriggerKind.STOP_LIMIT,
    ("take_profit", "market"): TriggerKind.TAKE_PROFIT_MARKET,
    ("take_profit", "limit"): TriggerKind.TAKE_PROFIT_LIMIT,
}


def trigger_id(epoch: int, index: int) -> str:
    """The API's id: the epoch of the position and the entry in the trader account."""
    return str(epoch * TRIGGERS + index)


def place_trigger(setting: Setting, body: PlaceTrigger) -> list[Instruction]:
    """Let an order wait for the mark price."""
    now = setting.market(body.market)
    _refuse_contradictions(body)
    needs_trader(setting)
    pair = NO_PAIR if body.cancels is None else _entry(setting, now, body.cancels, "cancels")
    terms = TriggerTerms(
        index=_enough(_free(setting), 1)[0],
        market=now.market.index,
        kind=_KINDS[body.kind, body.type],
        side=Side.of(DomainSide(body.side)),
        pair=pair,
        limit_ticks=_ticks(now, body.price, "price") if body.price is not None else 0,
        max_slippage=_slippage(body),
        trigger_price=_ticks(now, body.trigger_price, "trigger_price") * now.market.tick_size,
        lots=_lots(now, body.size),
        executor_fee=EXECUTOR_FEE,
        client_id=client_id(body.client_id, "client_id"),
        expires=(body.expires_at_ms or 0) // 1_000,
    )
    return [program.place_trigger(setting.venue, setting.trader, terms)]


def attached(setting: Setting, body: PlaceOrder, now: MarketNow, lots: int) -> list[Instruction]:
    """Take-profit and stop-loss of an order that fills at once, as a pair when there are both."""
    exits = _Exits(DomainSide(body.side).opposite, body.stop_loss, body.take_profit, lots)
    return _place_exits(setting, now, exits, _free(setting))


def set_exits(setting: Setting, body: SetExits) -> list[Instruction]:
    """Take-profit and stop-loss of the open position, in the place of those that they replace."""
    now = setting.market(body.market)
    needs_trader(setting)
    replaced = [_entry(setting, now, each, f"replaces.{place}") for place, each in enumerate(body.replaces)]
    cancels = [program.cancel_trigger(setting.venue, setting.trader, index) for index in replaced]
    if body.take_profit is None and body.stop_loss is None:
        if not cancels:
            raise Malformed(
                "There is nothing to set and nothing to cancel.",
                field="stop_loss",
                expected="`take_profit`, `stop_loss` or `replaces`",
            )
        return cancels
    held = setting.holdings.positions.get(now.market.index)
    if held is None or not held.base:
        raise Refused(
            f"This sub-account has no open position in {now.market.symbol}: an exit belongs to one.",
            code="no_position",
            field="market",
            value=body.market,
            expected="a market with an open position",
        )
    closing = DomainSide.SELL if held.base > 0 else DomainSide.BUY
    lots = 0 if body.size is None else _lots(now, body.size)
    exits = _Exits(closing, body.stop_loss, body.take_profit, lots)
    return [*cancels, *_place_exits(setting, now, exits, [*replaced, *_free(setting)])]


@dataclass(frozen=True, slots=True)
class _Exits:
    """Orders at market that close a position when the mark reaches them; ``lots`` 0 is all of it."""

    closing: DomainSide
    stop_loss: str | None
    take_profit: str | None
    lots: int


def _place_exits(setting: Setting, now: MarketNow, exits: _Exits, free: list[int]) -> list[Instruction]:
    """Stop-loss, then take-profit, as a pair when there are both, in the first of the ``free`` entries."""
    wanted = [
        (kind, price, name)
        for kind, price, name in (
            (TriggerKind.STOP_MARKET, exits.stop_loss, "stop_loss"),
            (TriggerKind.TAKE_PROFIT_MARKET, exits.take_profit, "take_profit"),
        )
        if price is not None
    ]
    entries = _enough(free, len(wanted))
    return [
        program.place_trigger(
            setting.venue,
            setting.trader,
            TriggerTerms(
                index=entries[place],
                market=now.market.index,
                kind=kind,
                side=Side.of(exits.closing),
                pair=entries[0] if place else NO_PAIR,
                limit_ticks=0,
                max_slippage=DEFAULT_SLIPPAGE_BPS * _PPM_OF_BPS,
                trigger_price=_ticks(now, price, name) * now.market.tick_size,
                lots=exits.lots,
                executor_fee=EXECUTOR_FEE,
                client_id=0,
                expires=0,
            ),
        )
        for place, (kind, price, name) in enumerate(wanted)
    ]


def modify_trigger(setting: Setting, body: ModifyTrigger) -> list[Instruction]:
    """Change a waiting trigger's prices or size; it keeps its entry and its pair."""
    now = setting.market(body.market)
    needs_trader(setting)
    index = _entry(setting, now, body.trigger_id, "trigger_id")
    old = setting.triggers[index]
    if body.trigger_price is None and body.price is None and body.size is None:
        raise Malformed(
            "Say what changes.", field="trigger_price", expected="`trigger_price`, `price` or `size`"
        )
    if body.price is not None and not old.limit_ticks:
        raise contradiction("price", body.price, "a market order has no price, but max_slippage_bps")
    terms = TriggerTerms(
        index=index,
        market=now.market.index,
        kind=TriggerKind(old.kind),
        side=Side(old.side),
        pair=old.pair,
        limit_ticks=old.limit_ticks if body.price is None else _ticks(now, body.price, "price"),
        max_slippage=old.max_slippage,
        trigger_price=old.trigger_price
        if body.trigger_price is None
        else _ticks(now, body.trigger_price, "trigger_price") * now.market.tick_size,
        lots=old.lots if body.size is None else _lots(now, body.size),
        executor_fee=old.executor_fee,
        client_id=old.client_id,
        expires=old.expires,
    )
    cancelled = program.cancel_trigger(setting.venue, setting.trader, index)
    return [cancelled, program.place_trigger(setting.venue, setting.trader, terms)]


def cancel_trigger(setting: Setting, body: CancelTrigger) -> list[Instruction]:
    """Cancel one trigger, or all of a market."""
    now = setting.market(body.market)
    needs_trader(setting)
    if body.trigger_id is not None:
        entries = [_entry(setting, now, body.trigger_id, "trigger_id")]
    else:
        entries = [index for index, _ in _waiting(setting, now)]
        if not entries:
            raise Refused(
                f"No trigger of this sub-account waits in {now.market.symbol}.",
                code="nothing_to_cancel",
                field="market",
                value=body.market,
            )
    return [program.cancel_trigger(setting.venue, setting.trader, index) for index in entries]


def _refuse_contradictions(body: PlaceTrigger) -> None:
    if body.type == "limit" and body.price is None:
        raise contradiction("price", None, "a limit order needs a price")
    if body.type == "market" and body.price is not None:
        raise contradiction("price", body.price, "a market order has no price, but max_slippage_bps")
    if body.type == "limit" and body.max_slippage_bps is not None:
        raise contradiction("max_slippage_bps", body.max_slippage_bps, "a limit order's price is its limit")
    if body.post_only != "none":
        raise contradiction("post_only", body.post_only, "a trigger's order may take")
    for name in ("take_profit", "stop_loss"):
        if getattr(body, name) is not None:
            raise contradiction(name, getattr(body, name), "a trigger carries no triggers of its own")


def _waiting(setting: Setting, now: MarketNow) -> list[tuple[int, Trigger]]:
    return [(index, each) for index, each in enumerate(setting.triggers) if each.market == now.market.index]


def _entry(setting: Setting, now: MarketNow, text: str, field: str) -> int:
    for index, trigger in _waiting(setting, now):
        if trigger_id(trigger.epoch, index) == text:
            return index
    raise NotFound(
        f"No trigger of this sub-account in {now.market.symbol} has the id {text}.",
        code="unknown_trigger",
        field=field,
        value=text,
    )


def _free(setting: Setting) -> list[int]:
    return [index for index, each in enumerate(setting.triggers) if each.market == NO_MARKET]


def _enough(free: list[int], count: int) -> list[int]:
    if len(free) < count:
        raise Refused(
            f"A sub-account has room for {TRIGGERS} triggers.",
            code="triggers_full",
            field="market",
            expected="cancel one first",
        )
    return free[:count]


def _ticks(now: MarketNow, text: str, field: str) -> int:
    try:
        return now.market.parameters.ticks(text)
    except DomainError as error:
        raise refused_value(error, field) from None


def _lots(now: MarketNow, text: str) -> int:
    try:
        return now.market.parameters.lots(text)
    except DomainError as error:
        raise refused_value(error, "size") from None


def _slippage(body: PlaceTrigger) -> int:
    if body.type == "limit":
        return 0
    bps = DEFAULT_SLIPPAGE_BPS if body.max_slippage_bps is None else body.max_slippage_bps
    return min(bps * _PPM_OF_BPS, 999_999)
