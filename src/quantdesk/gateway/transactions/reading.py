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

_KNOWN_TRADERS = 4_096


@dataclass(frozen=True, slots=True)
class Reading:
    """The chain as a build sees it, at `processed`."""

    blockhash: LatestBlockhash
    holdings: Holdings
    slot: int
    triggers: tuple[Trigger, ...] = ()
    delegates: tuple[Delegate, ...] = ()


class ChainReader:
    """Remembers what a trader was like: which slot it had, so that one batch is enough."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses) -> None:
        self._rpc = rpc
        self._venue = venue
        self._last: dict[Pubkey, Reading] = {}

    def last(self, owner: Pubkey, sub: int) -> Reading | None:
        """The last reading of one sub-account, however old."""
        return self._last.get(self._venue.trader(owner, sub))

    async def read(self, owner: Pubkey, sub: int) -> Reading:
        """Blockhash and holdings of one sub-account. Raises DependencyAway."""
        address = self._venue.trader(owner, sub)
        known = self._last.get(address)
        guess = known.holdings.slot_index if known is not None else None
        calls = [
            Call("getLatestBlockhash", ({"commitment": "confirmed"},)),
            Call("getAccountInfo", (str(address), {"encoding": "base64", "commitment": "processed"})),
        ]
        if guess is not None:
            calls.append(self._slot_call(guess))
        results = await self._batch(calls)
        blockhash = decode("getLatestBlockhash", InContext[LatestBlockhash], results[0])
        trader, slot_number = self._trader(results[1])
        held = None
        if trader is not None and trader.active:
            raw = results[2] if guess == trader.slot_index else None
            if raw is None:
                (raw,) = await self._batch([self._slot_call(trader.slot_index)])
            held = _slot(raw)
        reading = Reading(blockhash.value, from_chain(sub, trader, held), slot_number, *_entries(trader))
        self._remember(address, reading)
        return reading

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

    def _remember(self, address: Pubkey, reading: Reading) -> None:
        if len(self._last) >= _KNOWN_TRADERS:
            self._last.clear()
        self._last[address] = reading

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
