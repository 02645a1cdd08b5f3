"""`account`: one wallet's sub-accounts and all that happens to it, the same objects as REST.

A topic reads the store when the indexer says that the wallet changed; numbers that only follow the mark are
valued again from what is held, at most once a second.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import structlog

from quantdesk.gateway.accounts import repository as account_rows
from quantdesk.gateway.accounts import views as account_views
from quantdesk.gateway.accounts.holdings import Holdings, from_rows
from quantdesk.gateway.accounts.service import AccountService
from quantdesk.gateway.auth.service import parse_key
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.exchange.state import ExchangeState, ExchangeView
from quantdesk.gateway.markets.board import Board
from quantdesk.gateway.orders.service import orders_of
from quantdesk.gateway.problems import Problem
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.stream.hub import Hub
from quantdesk.gateway.stream.merging import merge_account
from quantdesk.gateway.stream.topics import Data, Topic, TopicKey
from quantdesk.gateway.traders import views as trigger_views
from quantdesk.infra.bus.messages import AccountChanged

MARK_S = 1.0
RARE = frozenset({"triggers", "liquidations"})
"""Topics of changes whose lists are read only when a message names one: most changes of a wallet are not."""
PARTS = ("sub_accounts", "orders", "fills", "transfers", "triggers", "liquidations")
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Held:
    """What a topic has shown."""

    holdings: list[Holdings] = field(default_factory=list)
    shown: list[dict[str, Any]] = field(default_factory=list)
    event_seq: int = 0
    rare_seq: int = 0
    """The newest event whose triggers and liquidations were read."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class AccountChannel:
    """Source of the `account` channel."""

    permanent = False
    has_feed = True
    merge = staticmethod(merge_account)

    def __init__(
        self,
        *,
        hub: Hub,
        board: Board,
        state: ExchangeState,
        stored: Stored,
        accounts: AccountService,
        clock: ClockMs,
    ) -> None:
        self._hub = hub
        self._board = board
        self._state = state
        self._stored = stored
        self._accounts = accounts
        self._clock = clock
        self._held: dict[TopicKey, _Held] = {}
        self._moved = False

    async def check(self, key: TopicKey) -> None:
        """Raise Problem for what is no wallet."""
        parse_key(key.wallet or "")

    async def snapshot(self, topic: Topic) -> Data:
        """Everything of the wallet. Who follows already is first brought to the same point."""
        held = self._held.setdefault(topic.key, _Held())
        wallet = topic.key.wallet or ""
        async with held.lock:
            while True:
                if topic.readers:
                    await self._send_changes(topic, held, wallet, rare=True)
                view = await self._state.current()
                read = await account_rows.recent(self._stored, wallet)
                if not topic.readers or read.event_seq <= held.event_seq:
                    break
            held.event_seq = max(held.event_seq, read.event_seq)
            held.rare_seq = held.event_seq
            held.holdings = from_rows(read.rows)
            held.shown = self._sub_accounts(view, wallet, held.holdings)
            self._stamp(topic)
            return {
                "sub_accounts": held.shown,
                "orders": [order.model_dump() for order in orders_of(view, read.orders)],
                "fills": _fills(view, read.fills, wallet),
                "transfers": _transfers(view, read.transfers),
                "triggers": self._triggers(view, read.triggers),
                "liquidations": _liquidations(view, read.liquidations),
            }

    def _sub_accounts(
        self, view: ExchangeView, wallet: str, holdings: list[Holdings]
    ) -> list[dict[str, Any]]:
        return [each.model_dump() for each in self._accounts.sub_accounts(view, wallet, holdings)]

    def _triggers(self, view: ExchangeView, rows: list[Any]) -> list[dict[str, Any]]:
        now_s = self._clock() // 1_000
        return [each.model_dump() for each in trigger_views.stored_views(view, rows, now_s)]

    def _stamp(self, topic: Topic) -> None:
        topic.stamp.slot = self._board.slot
        topic.stamp.feed = self._board.feed

    async def changed(self, message: AccountChanged) -> None:
        """The indexer changed something of a wallet: send what."""
        key = TopicKey("account", wallet=message.wallet)
        topic, held = self._hub.existing(key), self._held.get(key)
        if topic is None or held is None or not _is_news(held, message):
            return
        async with held.lock:
            if _is_news(held, message):
                rare = not RARE.isdisjoint(message.topics)
                await self._send_changes(topic, held, message.wallet, rare=rare)

    async def _send_changes(self, topic: Topic, held: _Held, wallet: str, *, rare: bool) -> None:
        view = await self._state.current()
        since, rare_since = held.event_seq, held.rare_seq if rare else None
        read = await account_rows.changes_since(self._stored, wallet, since, rare_since)
        held.event_seq = max(since, read.event_seq)
        if rare:
            held.rare_seq = held.event_seq
        held.holdings = from_rows(read.rows)
        fresh = self._sub_accounts(view, wallet, held.holdings)
        data = {
            "sub_accounts": fresh if fresh != held.shown else None,
            "orders": [order.model_dump() for order in orders_of(view, read.orders)] or None,
            "fills": _fills(view, read.fills, wallet) or None,
            "transfers": _transfers(view, read.transfers) or None,
            "triggers": self._triggers(view, read.triggers) or None,
            "liquidations": _liquidations(view, read.liquidations) or None,
        }
        held.shown = fresh
        if any(part is not None for part in data.values()):
            self._stamp(topic)
            topic.publish(data)

    def mark_moved(self) -> None:
        """A mark price changed: positions are worth something else."""
        self._moved = True

    async def run(self) -> None:
        """Value again what is shown, on a cadence."""
        while True:
            await asyncio.sleep(MARK_S)
            self._forget_closed()
            if not self._moved:
                continue
            self._moved = False
            for key, held in list(self._held.items()):
                topic = self._hub.existing(key)
                if topic is not None and topic.readers and any(each.positions for each in held.holdings):
                    await self._revalue(topic, held)

    async def _revalue(self, topic: Topic, held: _Held) -> None:
        try:
            view = await self._state.current()
        except Problem as problem:
            _log.info("accounts wait", reason=problem.detail)
            return
        async with held.lock:
            fresh = self._sub_accounts(view, topic.key.wallet or "", held.holdings)
            if fresh != held.shown:
                held.shown = fresh
                self._stamp(topic)
                topic.publish(dict.fromkeys(PARTS) | {"sub_accounts": fresh})

    def _forget_closed(self) -> None:
        for key in [key for key in self._held if self._hub.existing(key) is None]:
            del self._held[key]

    async def reload(self) -> None:
        """Messages were lost: send everyone a snapshot."""
        for topic in self._hub.topics_of("account"):
            topic.restart(await self.snapshot(topic))


def _is_news(held: _Held, message: AccountChanged) -> bool:
    """Whether the event was not read yet; a rare list may lag behind the others, which were read for more."""
    seen = held.event_seq if RARE.isdisjoint(message.topics) else held.rare_seq
    return message.event_seq > seen


def _fills(view: ExchangeView, rows: list[Any], wallet: str) -> list[dict[str, Any]]:
    made = []
    for row in rows:
        market = view.market_at(row.market)
        if market is not None:
            made += [fill.model_dump() for fill in account_views.fill_views(market.parameters, row, wallet)]
    return made


def _transfers(view: ExchangeView, rows: list[Any]) -> list[dict[str, Any]]:
    return [account_views.transfer_view(view.assets, row).model_dump() for row in rows]


def _liquidations(view: ExchangeView, rows: list[Any]) -> list[dict[str, Any]]:
    known = [(view.market_at(row.market), row) for row in rows]
    return [
        account_views.liquidation_view(market.parameters, row).model_dump()
        for market, row in known
        if market is not None
    ]
