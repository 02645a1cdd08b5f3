"""The oracle keeper's relay of Pyth accounts, against the program in the VM."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from solders.account import Account
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from integration.program.exchange import Exchange, machine
from integration.program.pyth import RECEIVER, SOL_FEED, PythPrice, dollars
from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.pyth import PythRelay
from quantdesk.keepers.sender import Sender
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.layouts import Exchange as ExchangeAccount
from quantdesk.program.pyth import price_account


@dataclass
class VmChain:
    """What the relay reads and sends, straight from and into the VM."""

    box: Exchange
    sent: int = 0

    @property
    def venue(self) -> Addresses:
        return Addresses(program_id(), self.box.number)

    @property
    def rpc(self) -> VmChain:
        return self

    async def exchange(self) -> ExchangeAccount:
        return ExchangeAccount.decode(self.box.vm.data(self.box.address))

    async def get_account(self, address: Pubkey) -> Answer:
        found = self.box.vm.svm.get_account(address)
        return Answer(None if found is None else Held(found.data, str(found.owner)))

    async def fire(self, instructions: Sequence[Instruction], units: int) -> str:
        self.box.ok(self.box.run(*instructions))
        self.sent += 1
        return ""


@dataclass
class Held:
    bytes: bytes
    owner: str


@dataclass
class Answer:
    value: Held | None


def relay(chain: VmChain) -> int:
    return asyncio.run(PythRelay(cast(ChainView, chain), cast(Sender, chain)).relay())


def publish(box: Exchange, price: PythPrice, owner: Pubkey = RECEIVER) -> None:
    box.vm.svm.set_account(price_account(SOL_FEED), Account(10**9, price.data(), owner))


def test_the_account_of_a_feed_is_where_pyth_keeps_it() -> None:
    assert str(price_account(SOL_FEED)) == "7UVimffxr9ow1uXYxsr4LHAcV58mLzhmwaeKvJ1pjLiE"


def test_newer_prices_are_brought_once_to_anchors_and_collaterals() -> None:
    box = Exchange(machine())
    box.set_up(sol=True, source=2, feed_id=SOL_FEED)
    chain = VmChain(box)
    assert relay(chain) == 0, "no account on this chain yet"
    publish(box, dollars(150, box.vm, signatures=5))
    assert relay(chain) == 0, "not fully verified"
    publish(box, dollars(150, box.vm), owner=box.admin.pubkey())
    assert relay(chain) == 0, "not of Pyth's program"
    publish(box, dollars(150, box.vm))
    assert relay(chain) == 2
    state = box.state()
    assert (state["markets"][0]["anchor_price"], state["collaterals"][1]["price"]) == (1_500_000, 150_000)
    assert relay(chain) == 0, "nothing newer"


def test_a_market_of_pyth_is_priced_by_the_relay() -> None:
    box = Exchange(machine())
    box.set_up(source=1, feed_id=SOL_FEED)
    publish(box, dollars(151, box.vm))
    assert relay(VmChain(box)) == 1
    assert box.market()["index_price"] == 1_510_000


def test_a_signed_market_needs_no_relay() -> None:
    box = Exchange(machine())
    box.set_up()
    publish(box, dollars(151, box.vm))
    assert relay(VmChain(box)) == 0
