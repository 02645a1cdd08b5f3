"""Reads the Trader accounts of a wallet from the chain: what they hold is in no event stream as a whole."""

from dataclasses import dataclass
from decimal import Decimal

from quantdesk.domain.units import BaseLots, LotPrice, Ticks, decimal_text
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView, node_away
from quantdesk.gateway.markets.views import usdc
from quantdesk.gateway.traders.schemas import Delegate, DelegateList, Trigger, TriggerList
from quantdesk.gateway.transactions.triggers import trigger_id
from quantdesk.infra.solana import AnswerMalformed, NodeAway, NodeRefused, RpcError, SolanaRpc
from quantdesk.program.layouts import Market, Slot, Trader, decode_slot, slot_range
from quantdesk.program.layouts import Trigger as Waiting
from quantdesk.program.records import NO_PAIR, DelegateFlag, TriggerKind

DAY_S = 86_400
NOBODY = bytes(32)
_BPS = Decimal(100)


@dataclass(frozen=True, slots=True)
class Seated:
    """A sub-account's Trader account and, while it is active, its slot of the ledger."""

    trader: Trader
    slot: Slot | None

    def alive(self, trigger: Waiting, now_s: int) -> bool:
        """Whether the position that the trigger was placed for is still open, and its time not over."""
        position = self.slot.position(trigger.market) if self.slot else None
        return trigger.bound_to(position) and not 0 < trigger.expires <= now_s


class TraderService:
    """`GET /v1/accounts/{wallet}/triggers` and `.../delegates`."""

    def __init__(
        self, rpc: SolanaRpc, state: ExchangeState, accounts: AccountService, clock: ClockMs
    ) -> None:
        self._rpc = rpc
        self._state = state
        self._accounts = accounts
        self._clock = clock

    async def triggers(self, wallet: str, sub: int | None) -> TriggerList:
        """What waits and can still fire. Raises DependencyAway."""
        view = await self._state.current()
        seats, slot = await self._seats(wallet, sub)
        now_s = self._clock() // 1_000
        items = [
            _trigger(view, seat.trader, index, trigger)
            for seat in seats
            for index, trigger in seat.trader.waiting()
            if seat.alive(trigger, now_s)
        ]
        return TriggerList(wallet=wallet, items=items, next_cursor=None, slot=slot, age_ms=0)

    async def delegates(self, wallet: str, sub: int | None) -> DelegateList:
        """Who may trade for the wallet. Raises DependencyAway."""
        view = await self._state.current()
        seats, slot = await self._seats(wallet, sub)
        now_s = self._clock() // 1_000
        items = [_delegate(view, trader, index, now_s) for trader, index in _granted(seats)]
        return DelegateList(wallet=wallet, items=items, next_cursor=None, slot=slot, age_ms=0)

    async def _seats(self, wallet: str, sub: int | None) -> tuple[list[Seated], int]:
        owner, venue = parse_key(wallet), self._state.addresses
        held = await self._accounts.holdings(wallet)
        keys = [venue.trader(owner, each.sub) for each in held if sub in (None, each.sub)]
        try:
            answer = await self._rpc.get_accounts(keys, "processed") if keys else None
            found = [each for each in answer.value if each is not None] if answer else []
            traders = [Trader.decode(each.bytes) for each in found if each.bytes]
            seats = [Seated(trader, await self._slot(trader)) for trader in traders]
        except (NodeAway, NodeRefused, RpcError, AnswerMalformed) as error:
            raise node_away(error) from error
        return seats, answer.context.slot if answer else 0

    async def _slot(self, trader: Trader) -> Slot | None:
        if not trader.active:
            return None
        found = await self._rpc.get_accounts(
            [self._state.addresses.ledger], "processed", data_slice=slot_range(trader.slot_index)
        )
        (account,) = found.value
        return decode_slot(account.bytes) if account and account.bytes else None


def _granted(seats: list[Seated]) -> list[tuple[Trader, int]]:
    return [
        (seat.trader, index)
        for seat in seats
        for index, each in enumerate(seat.trader.delegates)
        if bytes(each.key) != NOBODY
    ]


def _trigger(view: ExchangeView, trader: Trader, index: int, trigger: Waiting) -> Trigger:
    market: Market = view.exchange.markets[trigger.market]
    parameters = market.parameters
    limit = trigger.limit_ticks
    stop = trigger.kind <= TriggerKind.STOP_LIMIT
    slippage = None if limit else decimal_text(Decimal(trigger.max_slippage) / _BPS)
    return Trigger(
        id=trigger_id(trigger.epoch, index),
        sub=trader.sub,
        market=market.symbol,
        kind="stop" if stop else "take_profit",
        side="sell" if trigger.side else "buy",
        type="limit" if limit else "market",
        trigger_price=parameters.lot_price_text(LotPrice(trigger.trigger_price)),
        price=parameters.price_text(Ticks(limit)) if limit else None,
        size=parameters.size_text(BaseLots(trigger.lots)) if trigger.lots else None,
        max_slippage_bps=slippage,
        cancels=None if trigger.pair == NO_PAIR else trigger_id(trigger.epoch, trigger.pair),
        executor_fee=usdc(trigger.executor_fee),
        client_id=str(trigger.client_id) if trigger.client_id else None,
        expires_at_ms=trigger.expires * 1_000 or None,
    )


def _delegate(view: ExchangeView, trader: Trader, index: int, now_s: int) -> Delegate:
    each = trader.delegates[index]
    markets = [market.symbol for market in view.exchange.markets if each.market_bitmap >> market.index & 1]
    return Delegate(
        delegate=str(each.key),
        sub=trader.sub,
        expires_at_ms=each.expires * 1_000 or None,
        expired=0 < each.expires <= now_s,
        markets=markets,
        max_order_notional=usdc(each.max_order) if each.max_order else None,
        max_position_notional=usdc(each.max_position) if each.max_position else None,
        daily_notional=usdc(each.daily_limit) if each.daily_limit else None,
        used_today=usdc(each.daily_used if each.day == now_s // DAY_S else 0),
        reduce_only=bool(each.flags & DelegateFlag.REDUCE_ONLY),
        can_transfer=bool(each.flags & DelegateFlag.TRANSFER),
    )
