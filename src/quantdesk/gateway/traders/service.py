"""What waits and who may trade, from the Trader accounts of the chain; ended triggers from the store."""

from dataclasses import dataclass

from quantdesk.gateway import paging
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import NODE_FAILURES, ExchangeState, ExchangeView, node_away
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.markets.repository import known_since
from quantdesk.gateway.requests import PageQuery
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.traders import repository, views
from quantdesk.gateway.traders.schemas import DelegateList, Trigger, TriggerList
from quantdesk.infra.solana import SolanaRpc
from quantdesk.program.layouts import Slot, Trader, decode_slot, slot_range
from quantdesk.program.layouts import Trigger as Waiting


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
        self,
        *,
        rpc: SolanaRpc,
        state: ExchangeState,
        stored: Stored,
        accounts: AccountService,
        freshness: Freshness,
        clock: ClockMs,
    ) -> None:
        self._rpc = rpc
        self._state = state
        self._stored = stored
        self._fresh = freshness
        self._accounts = accounts
        self._clock = clock

    async def triggers(
        self,
        wallet: str,
        *,
        status: str,
        market: str | None,
        sub: int | None,
        page: PageQuery,
        min_slot: int | None,
    ) -> TriggerList:
        """What waits (all of it on the first page) and what has ended. Raises NotFound, DependencyAway."""
        parse_key(wallet)
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        index = view.market(market).index if market else None
        after = paging.decode(page.cursor, 1)
        items: list[Trigger] = []
        stamp = self._fresh.stamp()
        if status != "closed" and after is None:
            items, slot = await self._waiting(view, wallet, sub)
            items = [each for each in items if market in (None, each.market)]
            stamp = {"slot": slot, "age_ms": 0}
        if status == "open":
            return TriggerList(wallet=wallet, items=items, next_cursor=None, **stamp)
        now_s = self._clock() // 1_000
        async with self._stored.read() as connection:
            rows = await repository.ended(
                connection, wallet, market=index, sub=sub, page=page, after=after, now_s=now_s
            )
            since = await known_since(connection, "triggers")
        shown, following = paging.cut(rows, page, lambda row: (row.event_seq,))
        return TriggerList(
            wallet=wallet,
            items=items + views.stored_views(view, shown, now_s),
            next_cursor=following,
            unknown_before_ms=since,
            **stamp,
        )

    async def _waiting(self, view: ExchangeView, wallet: str, sub: int | None) -> tuple[list[Trigger], int]:
        seats, slot = await self._seats(wallet, sub)
        (live,) = await self._stored.read_all((repository.LIVE, {"wallet": wallet}))
        known = {(row.sub, row.entry, row.epoch): row for row in live}
        now_s = self._clock() // 1_000
        items = [
            views.waiting_view(
                view.exchange.markets[trigger.market],
                seat.trader.sub,
                entry,
                trigger,
                known.get((seat.trader.sub, entry, trigger.epoch)),
            )
            for seat in seats
            for entry, trigger in seat.trader.waiting()
            if seat.alive(trigger, now_s)
        ]
        return items, slot

    async def delegates(self, wallet: str, sub: int | None) -> DelegateList:
        """Who may trade for the wallet. Raises DependencyAway."""
        view = await self._state.current()
        seats, slot = await self._seats(wallet, sub)
        now_s = self._clock() // 1_000
        items = [
            views.delegate_view(view, seat.trader.sub, each, now_s)
            for seat in seats
            for _, each in seat.trader.granted()
        ]
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
        except NODE_FAILURES as error:
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
