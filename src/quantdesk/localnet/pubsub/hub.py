"""Who listens to what, and what is announced when: collected as it happens, told once it is durable."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.log.history import RecordedTransaction
from quantdesk.localnet.node import Node
from quantdesk.localnet.pubsub.subscriptions import Subscription
from quantdesk.localnet.rpc.accounts_json import account_json
from quantdesk.localnet.rpc.block_json import block_json
from quantdesk.localnet.rpc.envelope import encode_json
from quantdesk.localnet.rpc.methods.history import block_content
from quantdesk.localnet.runtime.bank import Block
from quantdesk.localnet.runtime.execution import Execution
from quantdesk.localnet.runtime.genesis import SYSTEM_PROGRAM
from quantdesk.localnet.runtime.wire import WireTransaction
from quantdesk.program import base58


class Connection(Protocol):
    """Where notifications go."""

    def send(self, message: bytes) -> None:
        """Queue a message; never blocks."""


_Captured = list[tuple[Subscription, Pubkey, Account | None]]


class Hub:
    """The subscriptions of all connections; the node's listener."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._ids = count(1)
        self._by_key: dict[str, Subscription] = {}
        self._by_kind: dict[str, dict[int, Subscription]] = {
            kind: {} for kind in ("account", "program", "logs", "signature", "slot", "root", "block")
        }
        self._listeners: dict[int, set[Connection]] = {}
        self._events: list[tuple[Execution, int] | tuple[Block, int]] = []
        self._written: set[Pubkey] = set()
        self._written_in_block: set[Pubkey] = set()
        self._final_captures: list[tuple[int, _Captured]] = []

    # --- Subscribing ---

    def subscribe(self, subscription: Subscription, connection: Connection) -> Subscription:
        """Add a listener; the same wish gets the same subscription."""
        known = self._by_key.get(subscription.key)
        if known is None:
            subscription.id = next(self._ids)
            self._by_key[subscription.key] = subscription
            self._by_kind[subscription.kind][subscription.id] = subscription
            self._listeners[subscription.id] = set()
            known = subscription
        self._listeners[known.id].add(connection)
        return known

    def unsubscribe(self, identifier: int, connection: Connection) -> bool:
        """Remove a listener; whether it was one."""
        listeners = self._listeners.get(identifier)
        if listeners is None or connection not in listeners:
            return False
        listeners.discard(connection)
        if not listeners:
            self._forget(identifier)
        return True

    def _forget(self, identifier: int) -> None:
        self._listeners.pop(identifier, None)
        for subscription in list(self._by_key.values()):
            if subscription.id == identifier:
                del self._by_key[subscription.key]
                del self._by_kind[subscription.kind][identifier]

    def drop(self, connection: Connection) -> None:
        """A connection is gone."""
        for identifier in [i for i, listeners in self._listeners.items() if connection in listeners]:
            self.unsubscribe(identifier, connection)

    def greet(self, subscription: Subscription) -> None:
        """Fire a signature subscription at once when the transaction has landed already."""
        if subscription.kind != "signature":
            return
        recorded = self._node.history.transaction(subscription.signature)
        if recorded is not None and (
            not subscription.only_final or recorded.slot <= self._node.bank.finalized_slot
        ):
            self._fire_signature(subscription, recorded.slot, recorded.result.error)

    # --- Collecting ---

    def executed(self, execution: Execution, slot: int) -> None:
        """A transaction landed in `slot`."""
        self._events.append((execution, slot))
        self._note_written(execution.written)

    def account_set(self, address: Pubkey) -> None:
        """An admin overwrote an account."""
        self._note_written([address])

    def _note_written(self, keys: list[Pubkey]) -> None:
        if self._by_kind["account"] or self._by_kind["program"]:
            self._written.update(keys)
            self._written_in_block.update(keys)

    def block_closed(self, block: Block, open_slot: int) -> None:
        """A block closed and `open_slot` opened."""
        self._events.append((block, open_slot))
        captured = self._capture(self._written_in_block, only_final=True)
        if captured:
            self._final_captures.append((block.slot, captured))
        self._written_in_block = set()

    def _capture(self, written: set[Pubkey], *, only_final: bool) -> _Captured:
        """The state of the written accounts that somebody listens to, as it is now."""
        captured: _Captured = []
        if not written:
            return captured
        for subscription in self._by_kind["account"].values():
            if subscription.only_final is only_final and subscription.address in written:
                assert subscription.address is not None
                captured.append(
                    (subscription, subscription.address, self._node.bank.accounts.get(subscription.address))
                )
        programs = [s for s in self._by_kind["program"].values() if s.only_final is only_final]
        if programs:
            for key in written:
                account = self._node.bank.accounts.get(key)
                if account is not None:
                    captured += [
                        (s, key, account)
                        for s in programs
                        if s.address == account.owner and s.passes(account)
                    ]
        return captured

    def take_batch(self) -> Callable[[], None] | None:
        """What to announce once everything so far is durable."""
        captured = self._capture(self._written, only_final=False)
        events, finals, slot = self._events, self._final_captures, self._node.bank.slot
        self._written, self._events, self._final_captures = set(), [], []
        if not (events or captured or finals):
            return None
        return lambda: self._announce(events, slot, captured, finals)

    # --- Announcing ---

    def _announce(
        self,
        events: list[tuple[Execution, int] | tuple[Block, int]],
        slot: int,
        captured: _Captured,
        finals: list[tuple[int, _Captured]],
    ) -> None:
        for subject, at_slot in events:
            if isinstance(subject, Block):
                self._announce_block(subject, at_slot)
            else:
                self._announce_transaction(subject, at_slot)
        self._announce_accounts(captured, slot)
        for final_slot, accounts in finals:
            self._announce_accounts(accounts, final_slot)

    def _announce_transaction(self, execution: Execution, slot: int) -> None:
        wire, error = execution.wire, execution.result.error
        logs = [
            s for s in self._by_kind["logs"].values() if not s.only_final and _mentions(s, execution.keys)
        ]
        if logs:
            value = {"signature": base58.encode(wire.signature), "err": error, "logs": execution.result.logs}
            for subscription in logs:
                self._notify(subscription, _in_context(slot, value))
        for subscription in list(self._by_kind["signature"].values()):
            if subscription.signature == wire.signature:
                if subscription.wants_received:
                    self._notify(subscription, _in_context(slot, "receivedSignature"))
                if not subscription.only_final:
                    self._fire_signature(subscription, slot, error)

    def _announce_block(self, block: Block, open_slot: int) -> None:
        for subscription in self._by_kind["slot"].values():
            self._notify(subscription, {"slot": open_slot, "parent": block.slot, "root": block.slot})
        for subscription in self._by_kind["root"].values():
            self._notify(subscription, block.slot)
        final_logs = [s for s in self._by_kind["logs"].values() if s.only_final]
        blocks = list(self._by_kind["block"].values())
        if final_logs or blocks:
            self._announce_content(block, final_logs, blocks)
        for subscription in list(self._by_kind["signature"].values()):
            if subscription.only_final:
                self.greet(subscription)

    def _announce_content(self, block: Block, logs: list[Subscription], blocks: list[Subscription]) -> None:
        row = self._node.history.block(block.slot)
        if row is None:
            return
        parent_hash, transactions = block_content(self._node, row)
        for recorded in transactions:
            keys = _keys(recorded)
            value = None
            for subscription in logs:
                if _mentions(subscription, keys):
                    result = recorded.result
                    value = value or {
                        "signature": base58.encode(recorded.signature),
                        "err": result.error,
                        "logs": result.logs,
                    }
                    self._notify(subscription, _in_context(block.slot, value))
        for subscription in blocks:
            wanted = [
                t for t in transactions if subscription.address is None or _mentions(subscription, _keys(t))
            ]
            if subscription.block is not None and (wanted or subscription.address is None):
                shown = block_json(row, parent_hash, wanted, subscription.block)
                self._notify(
                    subscription, _in_context(block.slot, {"slot": block.slot, "block": shown, "err": None})
                )

    def _announce_accounts(self, captured: _Captured, slot: int) -> None:
        reader = self._node.bank.accounts.get
        for subscription, address, account in captured:
            shown = account_json(address, account or _GONE, subscription.view, reader, is_strict=False)
            value = shown if subscription.kind == "account" else {"pubkey": str(address), "account": shown}
            self._notify(subscription, _in_context(slot, value))

    def _fire_signature(self, subscription: Subscription, slot: int, error: Any) -> None:
        self._notify(subscription, _in_context(slot, {"err": error}))
        self._forget(subscription.id)

    def _notify(self, subscription: Subscription, result: Any) -> None:
        listeners = self._listeners.get(subscription.id)
        if not listeners:
            return
        message = encode_json(
            {
                "jsonrpc": "2.0",
                "method": f"{subscription.kind}Notification",
                "params": {"result": result, "subscription": subscription.id},
            }
        )
        for connection in list(listeners):
            connection.send(message)


_GONE = Account(0, b"", SYSTEM_PROGRAM, False, 0)


def _in_context(slot: int, value: Any) -> dict[str, Any]:
    """Pubsub's context is the slot alone."""
    return {"context": {"slot": slot}, "value": value}


def _mentions(subscription: Subscription, keys: list[Pubkey]) -> bool:
    return subscription.address is None or subscription.address in keys


def _keys(recorded: RecordedTransaction) -> list[Pubkey]:
    result = recorded.result
    loaded = [Pubkey.from_bytes(key) for key in result.loaded_writable + result.loaded_readonly]
    return WireTransaction.parse(recorded.raw).keys + loaded
