"""Subscriptions: who hears what, and when. Notifications leave only what is durable."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet_transactions import base64_of, transfer_of
from quantdesk.localnet.pubsub.hub import Hub
from quantdesk.localnet.pubsub.subscriptions import parse_subscription
from quantdesk.localnet.rpc.errors import RpcError
from quantdesk.localnet.rpc.params import Params

from .conftest import Chain

CONFIRMED = {"commitment": "confirmed"}


@dataclass(eq=False)
class Ear:
    """A connection that remembers what it was told."""

    hub: Hub
    heard: list[dict[str, Any]] = field(default_factory=list)

    def send(self, message: bytes) -> None:
        self.heard.append(json.loads(message))

    def subscribe(self, method: str, *params: Any) -> int:
        subscription = self.hub.subscribe(parse_subscription(method, Params(list(params))), self)
        self.hub.greet(subscription)
        return subscription.id

    def results(self, method: str) -> list[Any]:
        """The results of every notification of that method so far."""
        return [m["params"]["result"] for m in self.heard if m["method"] == method]


@pytest.fixture
def hub(chain: Chain) -> Hub:
    hub = Hub(chain.node)
    chain.node.listener = hub
    return hub


@pytest.fixture
def ear(hub: Hub) -> Ear:
    return Ear(hub)


async def send(chain: Chain, payer: Keypair, target: Pubkey, lamports: int = 10**9) -> str:
    wire = base64_of(transfer_of(payer, target, lamports, await chain.blockhash()))
    signature: str = await chain.rpc("sendTransaction", wire, {"encoding": "base64"})
    return signature


async def test_an_account_is_told_when_it_changes_and_never_otherwise(chain: Chain, ear: Ear) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    identifier = ear.subscribe("accountSubscribe", str(target), {**CONFIRMED, "encoding": "base64"})
    await send(chain, payer, Keypair().pubkey())
    assert ear.heard == []
    await send(chain, payer, target)
    await send(chain, payer, target, 10**9 + 1)
    first, second = ear.results("accountNotification")
    assert first == {
        "context": {"slot": 1},
        "value": {
            "lamports": 10**9,
            "data": ["", "base64"],
            "owner": "11111111111111111111111111111111",
            "executable": False,
            "rentEpoch": 18446744073709551615,
            "space": 0,
        },
    }
    assert second["value"]["lamports"] == 2 * 10**9 + 1
    assert ear.heard[0]["params"]["subscription"] == identifier


async def test_finalized_is_the_default_and_speaks_once_a_closed_slot(chain: Chain, ear: Ear) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    ear.subscribe("accountSubscribe", str(target))
    ear.subscribe("logsSubscribe", {"mentions": [str(target)]})
    await send(chain, payer, target)
    signature = await send(chain, payer, target, 10**9 + 1)
    assert ear.heard == []
    await chain.next_slot()
    assert [r["value"]["lamports"] for r in ear.results("accountNotification")] == [2 * 10**9 + 1]
    assert [r["context"]["slot"] for r in ear.results("logsNotification")] == [1, 1]
    assert ear.results("logsNotification")[1]["value"]["signature"] == signature


async def test_an_account_set_by_an_admin_is_told(chain: Chain, ear: Ear) -> None:
    address = str(Pubkey.new_unique())
    ear.subscribe("accountSubscribe", address, CONFIRMED)
    await chain.rpc("surfnet_setAccount", address, {"lamports": 77})
    assert ear.results("accountNotification")[0]["value"]["lamports"] == 77


async def test_data_too_large_for_base58_says_so_instead_of_ending_the_subscription(
    chain: Chain, ear: Ear
) -> None:
    address = str(Pubkey.new_unique())
    ear.subscribe("accountSubscribe", address, CONFIRMED)
    await chain.rpc("surfnet_setAccount", address, {"lamports": 77, "data": bytes(129).hex()})
    [told] = ear.results("accountNotification")
    assert told["value"]["data"] == "error: data too large for bs58 encoding"


async def test_a_listener_that_fails_keeps_nobody_from_hearing(chain: Chain, ear: Ear) -> None:
    def fail(message: bytes) -> None:
        raise RuntimeError("a broken connection")

    broken = Ear(ear.hub)
    broken.send = fail  # type: ignore[method-assign]
    payer = await chain.funded()
    broken.subscribe("logsSubscribe", "all", CONFIRMED)
    signature = await send(chain, payer, Keypair().pubkey())
    assert (await chain.rpc("getSignatureStatuses", [signature]))["value"][0]["err"] is None


async def test_logs_are_told_by_the_addresses_they_mention(chain: Chain, ear: Ear) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    ear.subscribe("logsSubscribe", {"mentions": [str(target)]}, CONFIRMED)
    await send(chain, payer, Keypair().pubkey())
    signature = await send(chain, payer, target)
    assert ear.results("logsNotification") == [
        {
            "context": {"slot": 1},
            "value": {
                "signature": signature,
                "err": None,
                "logs": [
                    "Program 11111111111111111111111111111111 invoke [1]",
                    "Program 11111111111111111111111111111111 success",
                ],
            },
        }
    ]


async def test_a_program_is_told_of_the_accounts_that_pass_its_filters(chain: Chain, ear: Ear) -> None:
    owner = "Config1111111111111111111111111111111111111"
    filters = {"filters": [{"dataSize": 3}], "encoding": "base64", **CONFIRMED}
    ear.subscribe("programSubscribe", owner, filters)
    wanted = str(Pubkey.new_unique())
    for address, data in ((wanted, "010203"), (str(Pubkey.new_unique()), "01")):
        account = {"lamports": 10**9, "owner": owner, "data": data}
        await chain.rpc("surfnet_setAccount", address, account)
    [told] = ear.results("programNotification")
    assert told["value"]["pubkey"] == wanted
    assert told["value"]["account"]["data"] == ["AQID", "base64"]


async def test_a_signature_is_told_once_and_then_the_subscription_is_over(chain: Chain, ear: Ear) -> None:
    payer = await chain.funded()
    transaction = transfer_of(payer, Keypair().pubkey(), 10**9, await chain.blockhash())
    signature = str(transaction.signatures[0])
    config = {**CONFIRMED, "enableReceivedNotification": True}
    identifier = ear.subscribe("signatureSubscribe", signature, config)
    await chain.rpc("sendTransaction", base64_of(transaction), {"encoding": "base64"})
    assert ear.results("signatureNotification") == [
        {"context": {"slot": 1}, "value": "receivedSignature"},
        {"context": {"slot": 1}, "value": {"err": None}},
    ]
    assert not ear.hub.unsubscribe(identifier, ear)


async def test_a_signature_that_has_landed_already_is_told_at_once(chain: Chain, ear: Ear) -> None:
    signature = await send(chain, await chain.funded(), Keypair().pubkey())
    ear.subscribe("signatureSubscribe", signature, CONFIRMED)
    assert len(ear.results("signatureNotification")) == 1
    ear.subscribe("signatureSubscribe", signature)
    assert len(ear.results("signatureNotification")) == 1
    await chain.next_slot()
    assert len(ear.results("signatureNotification")) == 2


async def test_slots_and_roots_are_told_as_they_close(chain: Chain, ear: Ear) -> None:
    ear.subscribe("slotSubscribe")
    ear.subscribe("rootSubscribe")
    await chain.next_slot()
    assert ear.results("slotNotification") == [{"slot": 2, "parent": 1, "root": 1}]
    assert ear.results("rootNotification") == [1]


async def test_blocks_are_told_whole_or_only_what_mentions_an_address(chain: Chain, ear: Ear) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    config = {**CONFIRMED, "encoding": "json", "transactionDetails": "signatures"}
    ear.subscribe("blockSubscribe", "all", config)
    other = Ear(ear.hub)
    other.subscribe("blockSubscribe", {"mentionsAccountOrProgram": str(target)}, config)
    signature = await send(chain, payer, target)
    await chain.next_slot(2)
    assert [r["value"]["slot"] for r in ear.results("blockNotification")] == [1, 2]
    [told] = other.results("blockNotification")
    assert told["context"] == {"slot": 1}
    assert told["value"]["err"] is None
    assert told["value"]["block"]["signatures"] == [signature]


async def test_the_same_wish_is_the_same_subscription(chain: Chain, ear: Ear) -> None:
    address = str(Pubkey.new_unique())
    first = ear.subscribe("accountSubscribe", address, CONFIRMED)
    assert ear.subscribe("accountSubscribe", address, CONFIRMED) == first
    assert ear.subscribe("accountSubscribe", address) != first
    assert ear.hub.unsubscribe(first, ear)
    assert not ear.hub.unsubscribe(first, ear)


async def test_nothing_is_told_before_it_is_durable(chain: Chain, ear: Ear) -> None:
    payer, target = await chain.funded(), Keypair().pubkey()
    ear.subscribe("logsSubscribe", "all", CONFIRMED)
    told_at: list[int] = []
    original = ear.send

    def send_and_note(message: bytes) -> None:
        told_at.append(chain.node.journal.committed_seq)
        original(message)

    ear.send = send_and_note  # type: ignore[method-assign]
    await send(chain, payer, target)
    assert told_at == [chain.node.journal.appended_seq]


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("accountSubscribe", []),
        ("accountSubscribe", ["nonsense"]),
        ("logsSubscribe", [{"mentions": []}]),
        ("logsSubscribe", [{"mentions": ["a", "b"]}]),
        ("logsSubscribe", ["some"]),
        ("signatureSubscribe", ["short"]),
        ("blockSubscribe", ["all", {"commitment": "processed"}]),
        ("blockSubscribe", [{}]),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused(method: str, params: list[Any]) -> None:
    with pytest.raises(RpcError) as refused:
        parse_subscription(method, Params(params))
    assert refused.value.code == -32602
