"""Reads what building needs in one round trip: blockhash, the Trader account and its slot of the ledger."""

import base64
from dataclasses import dataclass
from typing import Any

import msgspec
from solders.pubkey import Pubkey

from quantdesk.gateway.accounts.holdings import Holdings, from_chain
from quantdesk.gateway.exchange.state import node_away
from quantdesk.gateway.problems import DependencyAway
from quantdesk.infra.solana import AnswerMalformed, Call, NodeAway, NodeRefused, RpcError, SolanaRpc
from quantdesk.infra.solana.rpc import decode
from quantdesk.infra.solana.wire import InContext, LatestBlockhash, WireAccount
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.layouts import Delegate, Slot, Trader, Trigger, decode_slot, slot_range

_KNOWN_SLOTS = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The chain as a build sees it, at `processed`."""

    blockhash: LatestBlockhash
    holdings: Holdings
    slot: int
    triggers: tuple[Trigger, ...] = ()
    delegates: tuple[Delegate, ...] = ()


class ChainReader:
    """Remembers which slot a trader had, so that one batch is enough."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses) -> None:
        self._rpc = rpc
        self._venue = venue
        self._slots: dict[Pubkey, int] = {}

    async def read(self, owner: Pubkey, sub: int) -> Reading:
        """Blockhash and holdings of one sub-account. Raises DependencyAway."""
        address = self._venue.trader(owner, sub)
        guess = self._slots.get(address)
        calls = [
            Call("getLatestBlockhash", ({"commitment": "confirmed"},)),
            Call("getAccountInfo", (str(address), {"encoding": "base64", "commitment": "processed"})),
        ]
        if guess is not None:
            calls.append(self._slot_call(guess))
        results = await self._batch(calls)
        blockhash = decode("getLatestBlockhash", InContext[LatestBlockhash], results[0])
        trader, slot_number = self._trader(results[1])
        if trader is None or not trader.active:
            held = from_chain(sub, trader, None)
            return Reading(blockhash.value, held, slot_number, *_entries(trader))
        if guess == trader.slot_index:
            raw = results[2]
        else:
            self._remember(address, trader.slot_index)
            (raw,) = await self._batch([self._slot_call(trader.slot_index)])
        held = from_chain(sub, trader, _slot(raw))
        return Reading(blockhash.value, held, slot_number, *_entries(trader))

    def _slot_call(self, index: int) -> Call:
        offset, length = slot_range(index)
        options = {
            "encoding": "base64",
            "commitment": "processed",
            "dataSlice": {"offset": offset, "length": length},
        }
        return Call("getAccountInfo", (str(self._venue.ledger), options))

    @staticmethod
    def _trader(raw: msgspec.Raw) -> tuple[Trader | None, int]:
        answer = decode("getAccountInfo", InContext[WireAccount | None], raw)
        if answer.value is None or not answer.value.bytes:
            return None, answer.context.slot
        try:
            return Trader.decode(answer.value.bytes), answer.context.slot
        except AccountInvalid:
            return None, answer.context.slot

    def _remember(self, address: Pubkey, index: int) -> None:
        if len(self._slots) >= _KNOWN_SLOTS:
            self._slots.clear()
        self._slots[address] = index

    async def _batch(self, calls: list[Call]) -> list[msgspec.Raw]:
        try:
            answers = await self._rpc.json_rpc.batch(calls)
        except (NodeAway, NodeRefused, AnswerMalformed) as error:
            raise node_away(error) from error
        made: list[Any] = []
        for answer in answers:
            if isinstance(answer, RpcError):
                raise DependencyAway(
                    f"The Solana node refuses a read: {answer}.", code="rpc_away", dependency="rpc"
                ) from answer
            made.append(answer)
        return made


def _entries(trader: Trader | None) -> tuple[tuple[Trigger, ...], tuple[Delegate, ...]]:
    if trader is None:
        return (), ()
    return trader.triggers, tuple(each for _, each in trader.granted())


def _slot(raw: msgspec.Raw) -> Slot | None:
    answer = decode("getAccountInfo", InContext[WireAccount | None], raw)
    if answer.value is None:
        return None
    data = base64.b64decode(answer.value.data[0])
    return decode_slot(data) if data else None
