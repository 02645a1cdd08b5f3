"""Queued changes of the exchange's rules: what each would change, and when it may be applied."""

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange import repository
from quantdesk.gateway.exchange.schemas import ParameterChange, PendingChange, PendingChangeList
from quantdesk.gateway.exchange.state import NODE_FAILURES, ExchangeState, ExchangeView, node_away
from quantdesk.gateway.freshness import Freshness
from quantdesk.gateway.stored import Stored
from quantdesk.infra.solana import SolanaRpc
from quantdesk.program import changes
from quantdesk.program.changes import GRACE_S, QueuedChange, kind_of
from quantdesk.program.parameters import Difference, differences

ACCOUNTS_AT_ONCE = 100


class ChangeService:
    """Answers `GET /v1/exchange/changes`: the accounts of the chain, newest first."""

    def __init__(
        self, rpc: SolanaRpc, state: ExchangeState, stored: Stored, freshness: Freshness, clock: ClockMs
    ) -> None:
        self._rpc = rpc
        self._state = state
        self._stored = stored
        self._fresh = freshness
        self._clock = clock

    async def pending(self, min_slot: int | None) -> PendingChangeList:
        """Every change that was queued and neither applied nor cancelled. Raises DependencyAway."""
        await self._fresh.reach(min_slot)
        view = await self._state.current()
        waiting = await self._waiting(view.exchange.change_seq)
        async with self._stored.read() as connection:
            by = await repository.queued_by(connection, [each.seq for each in waiting])
        now = self._clock()
        return PendingChangeList(
            items=[self._view(view, each, by.get(each.seq), now // 1_000) for each in reversed(waiting)],
            next_cursor=None,
            slot=view.slot,
            age_ms=max(0, now - view.seen_ms),
        )

    async def _waiting(self, last: int) -> list[QueuedChange]:
        address, found = self._state.addresses.change, []
        try:
            for first in range(1, last + 1, ACCOUNTS_AT_ONCE):
                keys = [address(seq) for seq in range(first, min(first + ACCOUNTS_AT_ONCE, last + 1))]
                answer = (await self._rpc.get_accounts(keys)).value
                found += [QueuedChange.decode(each.bytes) for each in answer if each and each.bytes]
        except NODE_FAILURES as error:
            raise node_away(error) from error
        return found

    def _view(self, view: ExchangeView, queued: QueuedChange, by: str | None, now_s: int) -> PendingChange:
        due = queued.due(view.exchange)
        return PendingChange(
            seq=queued.seq,
            kind=kind_of(queued.change),
            market=_market(view, queued.change),
            asset=_asset(view, queued.change),
            status=queued.state(view.exchange, now_s),
            queued_ms=queued.queued_at * 1_000,
            due_ms=due * 1_000,
            expires_ms=(due + GRACE_S) * 1_000,
            queued_by=by,
            address=str(self._state.addresses.change(queued.seq)),
            changes=[_difference(each) for each in differences(view.exchange, queued.change)],
        )


def _market(view: ExchangeView, change: changes.Change) -> str | None:
    match change:
        case changes.NewMarket(params=params):
            return params.name
        case changes.MarketChange() | changes.PriceSourceChange() | changes.StatusChange():
            return view.exchange.markets[change.market].symbol
    return None


def _asset(view: ExchangeView, change: changes.Change) -> str | None:
    match change:
        case changes.NewCollateral(mint=mint):
            return str(mint)
        case changes.CollateralChange(collateral=index):
            return view.assets[index].symbol
    return None


def _difference(each: Difference) -> ParameterChange:
    known = each.after or each.before
    return ParameterChange(
        parameter=each.parameter,
        unit=known.unit.name if known and known.unit else None,
        before=each.before.text if each.before else None,
        after=each.after.text if each.after else None,
    )
