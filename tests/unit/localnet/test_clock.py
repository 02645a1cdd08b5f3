"""When slots close, and what admins may do to time."""

from __future__ import annotations

from dataclasses import dataclass

from quantdesk.localnet.clock import ChainClock
from quantdesk.localnet.log.recovery import new_genesis

from .conftest import Chain, OpenChain

START = 1_800_000_000_000


@dataclass
class Bank:
    slot: int = 1
    unix_time: int = START // 1_000


class Blocks:
    """A chain that only remembers what was closed."""

    def __init__(self) -> None:
        self.bank = Bank()
        self.is_accepting = True
        self.closed: list[tuple[int, int]] = []

    def close_block(self, next_slot: int, unix_time: int) -> None:
        assert next_slot > self.bank.slot
        assert unix_time >= self.bank.unix_time
        self.bank.slot, self.bank.unix_time = next_slot, unix_time
        self.closed.append((next_slot, unix_time))


class Wall:
    def __init__(self) -> None:
        self.ms = START

    def __call__(self) -> int:
        return self.ms


def make(*, paused: bool = False, mode: str = "real") -> tuple[Blocks, Wall, ChainClock]:
    blocks, wall = Blocks(), Wall()
    return blocks, wall, ChainClock(blocks, mode, paused=paused, now=wall)  # type: ignore[arg-type]


def test_a_slot_closes_every_400_ms() -> None:
    blocks, wall, clock = make()
    for _ in range(25):
        wall.ms += clock.close_what_is_due()
    assert wall.ms == START + 25 * 400
    assert [slot for slot, _ in blocks.closed] == list(range(2, 26))


def test_a_machine_that_slept_skips_the_slots_of_that_time() -> None:
    blocks, wall, clock = make()
    wall.ms += 3_600_000
    clock.close_what_is_due()
    assert blocks.closed == [(9_001, wall.ms // 1_000)]


def test_a_wall_clock_set_back_neither_stops_slots_nor_turns_chain_time_back() -> None:
    blocks, wall, clock = make()
    wall.ms += 400
    clock.close_what_is_due()
    wall.ms -= 3_600_000
    wall.ms += clock.close_what_is_due()
    blocks.bank.unix_time = (
        0  # the bank itself keeps its time from going back; here only the slots are looked at
    )
    clock.close_what_is_due()
    assert blocks.closed[-1][0] == 3


async def test_a_chain_stopped_for_an_hour_goes_on_at_the_slot_of_now(open_chain: OpenChain) -> None:
    chain = await open_chain()
    await chain.next_slot(5)
    wall = Wall()
    wall.ms = chain.node.bank.unix_time * 1_000 + 3_600_000
    closed = chain.node.bank.slot
    ChainClock(chain.node, "real", paused=False, now=wall).close_what_is_due()
    assert chain.node.bank.slot == closed + 9_000
    assert chain.node.bank.unix_time == wall.ms // 1_000


async def test_advancing_closes_blocks_of_400_ms(chain: Chain) -> None:
    start = chain.node.bank.unix_time
    info = await chain.rpc("surfnet_advanceClock", {"slots": 10})
    assert (info["absoluteSlot"], info["blockHeight"]) == (11, 11)
    assert chain.node.bank.unix_time == start + 4
    await chain.rpc("surfnet_advanceClock", {"seconds": 60})
    assert (chain.node.bank.slot, chain.node.bank.unix_time) == (161, start + 64)
    assert (await chain.error("surfnet_advanceClock", {"slots": 0}))["code"] == -32602


async def test_travelling_skips_slots_and_only_goes_forward(chain: Chain) -> None:
    start = chain.node.bank.unix_time
    await chain.rpc("surfnet_timeTravel", {"absoluteSlot": 1_001})
    assert (chain.node.bank.slot, chain.node.bank.height) == (1_001, 2)
    assert chain.node.bank.unix_time == start + 400
    await chain.rpc("surfnet_timeTravel", {"absoluteTimestamp": (start + 86_400) * 1_000})
    assert chain.node.bank.unix_time == start + 86_400
    await chain.rpc("surfnet_timeTravel", {"absoluteEpoch": 3})
    assert (await chain.rpc("getEpochInfo", {"commitment": "processed"}))["epoch"] == 3
    for asked in ({"absoluteSlot": 5}, {"absoluteTimestamp": 5}, {}, {"absoluteSlot": 1, "absoluteEpoch": 9}):
        assert (await chain.error("surfnet_timeTravel", asked))["code"] == -32602


async def test_the_clock_sysvar_and_slot_hashes_are_those_of_the_slot(chain: Chain) -> None:
    await chain.next_slot(3)
    clock = chain.node.bank.vm.get_clock()
    assert (clock.slot, clock.unix_timestamp, clock.epoch) == (4, chain.node.bank.unix_time, 0)
    hashes = chain.node.bank.vm.get_slot_hashes()
    assert [slot for slot, _ in hashes] == [3, 2, 1, 0]
    assert str(hashes[0][1]) == (await chain.rpc("getLatestBlockhash"))["value"]["blockhash"]
    await chain.next_slot(600)
    assert len(chain.node.bank.vm.get_slot_hashes()) == 512


async def test_a_paused_clock_stays_paused_over_a_restart(open_chain: OpenChain) -> None:
    chain = await open_chain()
    await chain.rpc("surfnet_pauseClock")
    chain = await open_chain()
    assert chain.node.clock.paused
    await chain.rpc("surfnet_resumeClock")
    chain = await open_chain()
    assert not chain.node.clock.paused


async def test_a_reset_begins_another_chain(open_chain: OpenChain) -> None:
    chain = await open_chain()
    payer = await chain.funded()
    before = await chain.rpc("getGenesisHash")
    await chain.rpc("surfnet_resetNetwork")
    after = await chain.rpc("getGenesisHash")
    assert after != before
    assert (await chain.rpc("getBalance", str(payer.pubkey())))["value"] == 0
    assert await chain.rpc("getSignaturesForAddress", str(payer.pubkey())) == []
    state = await chain.rpc("quantdesk_stateHash")
    chain = await open_chain()
    assert await chain.rpc("getGenesisHash") == after
    assert await chain.rpc("quantdesk_stateHash") == state


def test_two_chains_differ_from_the_start() -> None:
    first, second = new_genesis(), new_genesis()
    assert first.hash != second.hash
    assert first.faucet.pubkey() != second.faucet.pubkey()
    assert first.identity.pubkey() != second.identity.pubkey()
