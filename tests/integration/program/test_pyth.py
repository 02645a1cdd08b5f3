"""Pyth price accounts in the VM: a market's price, the anchor of signed prices, a collateral's price."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from solders.pubkey import Pubkey

import requires
from integration.program import pyth
from integration.program.exchange import Exchange, Result, error_name, machine
from integration.program.pyth import SOL_FEED, PythPrice, dollars, put
from integration.program.test_refusals import refuse
from quantdesk.program.pyth import RECEIVER, decode_price_update

LOTS = 100
"""Lots of the test market in one SOL."""


def exchange_of(source: int, **changes: object) -> Exchange:
    exchange = Exchange(machine())
    exchange.set_up(sol=True, source=source, feed_id=SOL_FEED, **changes)
    return exchange


@pytest.fixture
def priced() -> Exchange:
    """An exchange whose one market takes its price from Pyth."""
    return exchange_of(1)


def post(exchange: Exchange, price: PythPrice | bytes, *, owner: Pubkey = pyth.RECEIVER) -> Result:
    address = put(exchange.vm, price, owner=owner)
    return exchange.run(exchange.build("update_price_pyth", {"market": 0}, price_update=address))


def post_collateral(exchange: Exchange, price: PythPrice | bytes, collateral: int = 1) -> Result:
    address = put(exchange.vm, price)
    args = {"collateral": collateral}
    return exchange.run(exchange.build("update_collateral_price", args, price_update=address))


def test_the_python_receiver_address_is_pyths() -> None:
    assert RECEIVER == pyth.RECEIVER


def test_a_market_lives_on_pyth_prices_alone(priced: Exchange) -> None:
    event = priced.ok(post(priced, dollars(150, priced.vm, confidence=3_000_001))).event
    assert [(one["index"], one["confidence"], one["flags"]) for one in event["prices"]] == [
        (1_500_000, 301, 1)
    ]
    maker, taker = priced.funded(1, 10_000), priced.funded(2, 10_000)
    priced.ok(priced.place(maker, "Ask", 15_000, 100))
    assert priced.ok(priced.place(taker, "Bid", 15_000, 100)).event["fills"]
    priced.vm.advance(slots=30, seconds=11)
    assert priced.place(taker, "Bid", 14_990, 100).error == "PriceStale"
    priced.ok(post(priced, dollars(150.3, priced.vm)))
    priced.ok(priced.place(taker, "Bid", 14_990, 100))
    assert priced.post({0: 1_500_000}).error == "PriceSourceMismatch"


def test_each_thing_that_is_wrong_with_a_price_has_its_name(priced: Exchange) -> None:
    vm = priced.vm
    good = dollars(150, vm)
    rows: list[tuple[str, Callable[[], Result]]] = [
        ("WrongAccountOwner", lambda: post(priced, good, owner=priced.admin.pubkey())),
        ("WrongAccountKind", lambda: post(priced, b"\0" * 134)),
        ("WrongAccountKind", lambda: post(priced, good.data()[:70])),
        ("WrongFeed", lambda: post(priced, dollars(150, vm, feed_id=bytes([1] * 32)))),
        ("PriceNotVerified", lambda: post(priced, dollars(150, vm, signatures=12))),
        ("PriceNotPositive", lambda: post(priced, PythPrice(0, vm.unix))),
        ("PriceNotPositive", lambda: post(priced, PythPrice(-1, vm.unix))),
        ("PriceInFuture", lambda: post(priced, PythPrice(good.price, vm.unix + 4))),
        ("PriceTooOld", lambda: post(priced, PythPrice(good.price, vm.unix - 61))),
        ("ConfidenceTooWide", lambda: post(priced, dollars(150, vm, confidence=good.price // 99))),
    ]
    for name, act in rows:
        refuse(priced, name, act)
    priced.ok(post(priced, good))
    refuse(priced, "PriceNotNewer", lambda: post(priced, good))
    refuse(priced, "PriceNotNewer", lambda: post(priced, PythPrice(good.price, vm.unix - 1)))


def test_a_signed_market_takes_no_price_of_pyth() -> None:
    exchange = exchange_of(0)
    refuse(exchange, "PriceSourceMismatch", lambda: post(exchange, dollars(150, exchange.vm)))


def test_a_signed_market_off_its_anchor_only_reduces() -> None:
    exchange = exchange_of(2)
    vm = exchange.vm
    exchange.ok(exchange.post({0: 1_500_000}))
    maker, taker = exchange.funded(1, 10_000), exchange.funded(2, 10_000)
    refuse(exchange, "PriceNotAnchored", lambda: exchange.place(maker, "Ask", 15_000, 100))
    event = exchange.ok(post(exchange, dollars(150, vm))).event
    assert (event["prices"][0]["flags"], event["prices"][0]["index"]) == (32, 1_500_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(taker, "Bid", 15_000, 50))
    vm.advance(slots=3, seconds=1)
    exchange.ok(post(exchange, dollars(146, vm)))  # the signed 150 is 2.7 % away
    refuse(exchange, "PriceNotAnchored", lambda: exchange.place(taker, "Bid", 15_000, 50))
    exchange.ok(exchange.place(taker, "Ask", 15_100, 50, reduce_only=True))
    vm.advance(slots=3, seconds=1)
    exchange.ok(exchange.post({0: 1_485_000}))  # 1.7 %
    exchange.ok(exchange.place(taker, "Bid", 15_000, 50))


def test_a_market_of_pyth_needs_a_feed_and_one_that_is_signed_a_signer() -> None:
    exchange = Exchange(machine())
    exchange.ok(exchange.init())
    exchange.grow_fully("Exchange", exchange.address)
    exchange.ok(exchange.add_usdc())
    nobody = Pubkey(bytes(32))
    for changes in [
        {"source": 1},
        {"source": 2},
        {"source": 3, "feed_id": SOL_FEED},
        {"source": 0, "price_authority": nobody},
        {"source": 2, "price_authority": nobody, "feed_id": SOL_FEED},
    ]:
        assert exchange.create_market(0, **changes).error == "ParameterOutOfBounds", changes
    exchange.ok(exchange.create_market(0, source=1, price_authority=nobody, feed_id=SOL_FEED))


def test_a_collateral_takes_its_price_from_its_feed() -> None:
    exchange = exchange_of(0)
    vm = exchange.vm
    event = exchange.ok(post_collateral(exchange, dollars(150.12345678, vm, confidence=12_345))).event
    assert (event["collateral"], event["price"], event["confidence"]) == (1, 150_123, 1)
    assert exchange.state()["collaterals"][1]["price"] == 150_123
    refuse(exchange, "PriceSourceMismatch", lambda: post_collateral(exchange, dollars(1, vm), collateral=0))
    refuse(exchange, "UnknownCollateral", lambda: post_collateral(exchange, dollars(1, vm), collateral=2))
    refuse(exchange, "PriceNotNewer", lambda: post_collateral(exchange, dollars(151, vm)))


def test_dumped_accounts_of_mainnet_read_as_recorded_and_price_a_market() -> None:
    file = requires.recorded("pyth/price_update_v2_accounts.jsonl")
    refused = 0
    for line in file.read_text().splitlines():
        row = json.loads(line)
        data, told = base64.b64decode(row["account_data_base64"]), row["decoded"]
        read = decode_price_update(data)
        assert read.feed_id.hex() == told["feed_id"]
        assert (read.price, read.conf, read.expo) == (told["price"], told["conf"], told["expo"])
        assert (read.publish_time, read.posted_slot) == (told["publish_time"], told["posted_slot"])
        assert (read.signatures is None) == (told["verification"] == "Full")
        error, index = _posted(data, read.feed_id, read.publish_time)
        if read.signatures is not None:
            assert error == "PriceNotVerified"
            refused += 1
        elif read.lot_price(LOTS)[0] == 0:
            assert error == "PriceNotPositive", "a lot of this market would be worth nothing"
        else:
            assert (error, index) == (None, read.lot_price(LOTS)[0]), told
    assert refused


def _posted(data: bytes, feed_id: bytes, publish_time: int) -> tuple[str | None, int]:
    """The program's word about a dumped account, at the second of its publication."""
    vm = machine()
    vm.set_time(unix=publish_time)
    exchange = Exchange(vm)
    exchange.set_up(source=1, feed_id=feed_id, lots_per_base=LOTS)
    address = put(vm, data)
    built = exchange.build("update_price_pyth", {"market": 0}, price_update=address)
    result = exchange.run(built)
    return error_name(result.outcome.error), exchange.market()["index_price"]
