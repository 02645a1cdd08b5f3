"""What keepers read from the chain, never through the gateway."""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from solders.pubkey import Pubkey

from quantdesk.domain.units import FUNDING_SCALE, QuoteAtoms, ceil_div
from quantdesk.infra.solana import SolanaRpc
from quantdesk.keepers.errors import NotOnChain
from quantdesk.program import base58
from quantdesk.program.addresses import Addresses, token_account
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.idl import idl
from quantdesk.program.layouts import (
    Book,
    Exchange,
    Ledger,
    Market,
    Order,
    Slot,
    Trader,
    decode_slot,
    slot_range,
)
from quantdesk.program.token import token_amount

FRESH_S = 5.0
ACTIVE = "active"


EXCHANGE_OFFSET = 16
"""Of the exchange's address in a trader account."""
SPARE_SLOTS = 64
"""Slots read beyond those used when last looked, so that new traders cost no second call."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The Exchange and every slot of the Ledger at one moment."""

    exchange: Exchange
    ledger: Ledger


class _SlicedValue(msgspec.Struct):
    data: tuple[str, str]


class _Sliced(msgspec.Struct):
    value: _SlicedValue | None


class ChainView:
    """Reads one exchange. Raises NotOnChain and SolanaError."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses) -> None:
        self.rpc = rpc
        self.venue = venue
        self._exchange: Exchange | None = None
        self._read_at = 0.0
        self._slots = 0

    async def exchange(self, fresh_s: float = FRESH_S) -> Exchange:
        """The Exchange account, at most ``fresh_s`` old."""
        if self._exchange is None or time.monotonic() - self._read_at > fresh_s:
            account = (await self.rpc.get_account(self.venue.exchange)).value
            if account is None:
                raise NotOnChain(f"exchange {self.venue.exchange_id} of program {self.venue.program}")
            self._exchange = Exchange.decode(account.bytes)
            self._read_at = time.monotonic()
        return self._exchange

    async def markets(self) -> Sequence[Market]:
        """The markets of an exchange that is open. Raises NotOnChain before that."""
        exchange = await self.exchange()
        if not exchange.opened or not exchange.markets:
            self._read_at = 0.0  # it is being made just now: look again next time
            raise NotOnChain(f"exchange {exchange.id} is not open yet or has no market")
        return exchange.markets

    async def matches(self, market: Market) -> bool:
        """Whether orders may match now.

        Active, with a young enough price on chain, and not in the minute of rest after a gap in prices.
        """
        now_s = time.time()
        resume_at = max(market.resume_at, (await self.exchange()).resume_at)
        fresh = now_s * 1_000 - market.publish_ms <= market.open_max_age_ms
        return market.status_name == ACTIVE and fresh and now_s > resume_at

    async def picture(self) -> Picture:
        """Everything that liquidation goes by, in one call: of the Ledger only slots that were ever used."""
        while True:
            length = max(account_dtype("Exchange").itemsize, slot_range(self._slots)[0])
            keys = [self.venue.exchange, self.venue.ledger]
            exchange, ledger = (await self.rpc.get_accounts(keys, data_slice=(0, length))).value
            if exchange is None or ledger is None:
                raise NotOnChain(f"exchange {self.venue.exchange_id} of program {self.venue.program}")
            data = ledger.bytes
            used = Ledger.slots_used(data)
            self._slots = max(self._slots, used + SPARE_SLOTS)
            if slot_range(used)[0] <= len(data):
                self._exchange, self._read_at = Exchange.decode(exchange.bytes), time.monotonic()
                return Picture(self._exchange, Ledger.decode(data))

    async def traders(self) -> list[Trader]:
        """Every trader account of the exchange."""
        tag = bytes(idl().accounts_by_name["Trader"].discriminator)
        found = await self.rpc.get_program_accounts(
            self.venue.program,
            [
                {"dataSize": account_dtype("Trader").itemsize},
                {"memcmp": {"offset": 0, "bytes": base58.encode(tag)}},
                {"memcmp": {"offset": EXCHANGE_OFFSET, "bytes": str(self.venue.exchange)}},
            ],
        )
        return [Trader.decode(each.account.bytes) for each in found]

    async def trader(self, owner: Pubkey) -> Trader | None:
        account = (await self.rpc.get_account(self.venue.trader(owner))).value
        return None if account is None else Trader.decode(account.bytes)

    async def slot(self, index: int) -> Slot:
        """One trader's margin state: a few hundred bytes of the Ledger, not all of it."""
        offset, length = slot_range(index)
        options = {
            "encoding": "base64",
            "commitment": self.rpc.commitment,
            "dataSlice": {"offset": offset, "length": length},
        }
        answer = msgspec.convert(
            await self.rpc.call("getAccountInfo", str(self.venue.ledger), options), _Sliced
        )
        if answer.value is None:
            raise NotOnChain(f"the ledger of exchange {self.venue.exchange_id}")
        return decode_slot(base64.b64decode(answer.value.data[0]))

    async def orders(self, market: int, slot: int) -> list[Order]:
        """Resting orders of ``slot`` in ``market``, from the whole Book: for starts and doubts only."""
        account = (await self.rpc.get_account(self.venue.book(market))).value
        if account is None:
            raise NotOnChain(f"the book of market {market}")
        return Book.decode(account.bytes).orders_of(slot)

    async def wallet_balance(self, owner: Pubkey, mint: Pubkey) -> int:
        """Smallest units of ``mint`` in the owner's associated token account; 0 when there is none."""
        account = (await self.rpc.get_account(token_account(owner, mint))).value
        return 0 if account is None else token_amount(account.bytes)


def equity(slot: Slot, exchange: Exchange) -> QuoteAtoms:
    """USDC plus every position at mark net of funding owed (program.md, Risk formulas), without weights."""
    total = slot.usdc
    for position in slot.positions:
        market = exchange.markets[position.market]
        owed = ceil_div(position.base * (market.funding_index - position.funding_index), FUNDING_SCALE)
        total += position.quote + position.base * market.mark_price - owed
    return QuoteAtoms(total)
