"""A trade from the browser's requests to the chain and back, and what is refused on the way."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.transaction import VersionedTransaction

from gateway_ground import GatewayGround, Trader
from quantdesk.gateway.orders.schemas import PreviewReply
from quantdesk.gateway.transactions.schemas import BuiltTransaction
from quantdesk.infra.solana import Call

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_first_deposit_opens_and_activates_in_one_transaction(ground: GatewayGround) -> None:
    trader = ground.trader()
    paid = (await ground.client.post("/v1/faucet", json={"wallet": trader.wallet, "amount": "500"})).json()
    assert (paid["balance"], paid["asset"]) == ("500", "USDC")
    built = await trader.build("deposit", amount="200")
    names = [each["name"] for each in built["instructions"] if each["program"] == "quantdesk"]
    assert names == ["open_trader", "deposit", "activate"]
    assert (built["simulation"]["before"]["exists"], built["simulation"]["after"]["balance"]) == (
        False,
        "200",
    )
    reply = await trader.send(built)
    assert [each["name"] for each in reply["events"]] == ["TraderOpened", "Deposited", "TraderActivated"]
    account = await _account(ground, trader, reply["slot"])
    assert account["sub_accounts"][0]["status"] == "active"
    assert account["sub_accounts"][0]["withdrawable"] == "200"
    transfers = (await ground.client.get(f"/v1/accounts/{trader.wallet}/transfers")).json()["items"]
    assert [(each["kind"], each["amount"]) for each in transfers] == [("deposit", "200")]


async def test_a_resting_order_and_a_taker_meet_and_everybody_sees_it(
    ground: GatewayGround, maker: Trader
) -> None:
    taker = await ground.trader().funded()
    await maker.do("cancel-all", market="SOL-PERP")
    placed = await maker.do(
        "place-order", market="SOL-PERP", side="sell", size="3", price="141.5", client_id="42", post_only=True
    )
    book = (await ground.client.get("/v1/markets/SOL-PERP/book", params={"min_slot": placed["slot"]})).json()
    assert ["141.5", "3"] in book["asks"]
    reply = await taker.do("place-order", market="SOL-PERP", side="buy", size="1.25", type="market")
    order = (
        await ground.client.get(
            f"/v1/accounts/{maker.wallet}/orders/by-client-id/42", params={"min_slot": reply["slot"]}
        )
    ).json()
    assert (order["status"], order["filled"], order["remaining"]) == ("open", "1.25", "1.75")
    by_id = (await ground.client.get(f"/v1/accounts/{maker.wallet}/orders/{order['order_id']}")).json()
    assert by_id["client_id"] == "42"
    fill = (await ground.client.get(f"/v1/accounts/{taker.wallet}/fills")).json()["items"][0]
    assert (fill["side"], fill["role"], fill["price"], fill["size"]) == ("buy", "taker", "141.5", "1.25")
    trade = (await ground.client.get("/v1/markets/SOL-PERP/trades")).json()["items"][0]
    assert (trade["price"], trade["size"], trade["side"]) == ("141.5", "1.25", "buy")
    position = (await _account(ground, taker, reply["slot"]))["sub_accounts"][0]["positions"][0]
    assert (position["side"], position["size"], position["entry_price"]) == ("long", "1.25", "141.5")
    await maker.do("cancel-all", market="SOL-PERP")
    closed = (await ground.client.get(f"/v1/accounts/{maker.wallet}/orders?status=closed")).json()["items"]
    assert closed[0]["status"] == "cancelled"
    order = {"market": "SOL-PERP", "side": "sell", "size": "9", "price": "141", "reduce_only": True}
    clamped = await taker.do("place-order", **order)
    assert clamped["events"][0]["data"]["orders"][0]["resting"] == 125
    await taker.do("cancel-all")


async def test_the_preview_says_what_then_happens(
    ground: GatewayGround, maker: Trader, taker: Trader
) -> None:
    await maker.do("place-order", market="ETH-PERP", side="sell", size="2", price="3501")
    order = {"market": "ETH-PERP", "side": "buy", "size": "0.5", "type": "market"}
    answer = await ground.client.post("/v1/preview/order", json={"wallet": taker.wallet, **order})
    preview = PreviewReply.model_validate(answer.json())
    assert (preview.filled, preview.average_price, preview.slippage_bps) == ("0.5", "3501", "0")
    reply = await taker.do("place-order", **order)
    account = await _account(ground, taker, reply["slot"])
    assert account["sub_accounts"][0]["balances"][0]["amount"] == preview.after.balance
    shown = {each["market"]: each for each in account["sub_accounts"][0]["positions"]}
    expected = {each.market: each for each in preview.after.positions}
    assert shown["ETH-PERP"]["entry_price"] == expected["ETH-PERP"].entry_price
    await maker.do("cancel-all", market="ETH-PERP")


async def test_a_preview_refuses_what_the_program_refuses_by_its_name(
    ground: GatewayGround, taker: Trader
) -> None:
    order = {"market": "BTC-PERP", "side": "buy", "size": "50", "price": "99000"}
    answer = await ground.client.post("/v1/preview/order", json={"wallet": taker.wallet, **order})
    assert (answer.status_code, answer.json()["code"]) == (422, "InsufficientMargin")
    built = await taker.build("place-order", **order)
    assert built["simulation"]["error"]["code"] == "InsufficientMargin"
    assert built["simulation"]["after"] is None


async def test_a_built_transaction_is_unsigned_small_decoded_and_budgeted(taker: Trader) -> None:
    body = await taker.build(
        "place-order", market="SOL-PERP", side="buy", size="1", price="120", client_id="9"
    )
    built = BuiltTransaction.model_validate(body)
    wire = base64.b64decode(built.transaction)
    assert len(wire) <= 1_232
    assert set(bytes(VersionedTransaction.from_bytes(wire).signatures[0])) == {0}
    assert built.signers == [taker.wallet]
    limit = next(each for each in built.instructions if each.name == "set_compute_unit_limit")
    assert limit.args["value"] == built.unit_limit
    assert built.simulation.units < built.unit_limit < 3 * built.simulation.units
    ours = next(each for each in built.instructions if each.program == "quantdesk")
    assert (ours.name, ours.args["ticks"], ours.args["lots"]) == ("place_order", 12_000, 100)
    assert ours.summary == "Buy 1 SOL-PERP at 120"


async def test_a_known_trader_s_order_is_simulated_while_its_state_is_read(
    ground: GatewayGround, maker: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = {"market": "SOL-PERP", "side": "buy", "size": "1", "price": "130"}
    await maker.build("place-order", **order)
    simulations = _noted_simulations(ground, monkeypatch)
    batch = ground.rpc.json_rpc.batch

    async def held_until_simulated(calls: Sequence[Call]) -> Any:
        await asyncio.wait_for(simulations.began.wait(), 5)
        return await batch(calls)

    monkeypatch.setattr(ground.rpc.json_rpc, "batch", held_until_simulated)
    built = await maker.build("place-order", **order)
    assert (built["simulation"]["ok"], simulations.count) == (True, 1)


async def test_what_changed_since_a_trader_was_read_is_simulated_anew(
    ground: GatewayGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    trader = await ground.trader().funded()
    for market, price in (("SOL-PERP", "130"), ("ETH-PERP", "3400")):
        await trader.do("place-order", market=market, side="buy", size="1", price=price)
    simulations = _noted_simulations(ground, monkeypatch)
    built = await trader.build("cancel-all")  # the second order landed after its building had read the state
    names = [each["name"] for each in built["instructions"] if each["program"] == "quantdesk"]
    assert names == ["cancel_all", "cancel_all"]
    removed = [len(each["data"]["removed"]) for each in built["simulation"]["events"]]
    assert (removed, simulations.count) == ([1, 1], 2)
    assert (await trader.send(built))["state"] == "confirmed"


class _Simulations:
    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.count = 0


def _noted_simulations(ground: GatewayGround, monkeypatch: pytest.MonkeyPatch) -> _Simulations:
    simulations = _Simulations()
    ask = ground.rpc.json_rpc.call

    async def noted(call: Call, **how: Any) -> Any:
        if call.method == "simulateTransaction":
            simulations.count += 1
            simulations.began.set()
        return await ask(call, **how)

    monkeypatch.setattr(ground.rpc.json_rpc, "call", noted)
    return simulations


async def test_batches_replace_what_was_there(ground: GatewayGround) -> None:
    maker = await ground.trader().funded()

    def quotes(price: int) -> list[dict[str, Any]]:
        return [
            {"side": "buy", "size": "1", "price": str(price - i), "post_only": "reject"} for i in range(3)
        ]

    await maker.do("place-many", market="SOL-PERP", orders=quotes(130))
    first = await _open_prices(ground, maker)
    assert first == ["128", "129", "130"]
    ids = [each["order_id"] for each in await _open(ground, maker)]
    await maker.do("replace-many", market="SOL-PERP", cancel=ids, orders=quotes(126))
    assert await _open_prices(ground, maker) == ["124", "125", "126"]
    await maker.do("replace-many", market="SOL-PERP", orders=quotes(121))
    assert await _open_prices(ground, maker) == ["119", "120", "121"]
    order_id = (await _open(ground, maker))[0]["order_id"]
    await maker.do("cancel-order", market="SOL-PERP", order_id=order_id)
    await maker.do("cancel-all")
    assert await _open_prices(ground, maker) == []


async def test_an_order_is_modified_by_either_id_and_by_what_is_said_only(ground: GatewayGround) -> None:
    maker = await ground.trader().funded()
    order = {"market": "ETH-PERP", "side": "buy", "size": "2", "price": "3000", "client_id": "5"}
    await maker.do("place-order", **order)
    (before,) = await _open(ground, maker)
    await maker.do("modify-order", market="ETH-PERP", client_id="5", size="1.5")
    (smaller,) = await _open(ground, maker)
    assert (smaller["order_id"], smaller["price"]) == (before["order_id"], "3000")
    assert smaller["remaining"] == "1.5"
    await maker.do("modify-order", market="ETH-PERP", order_id=before["order_id"], price="3010")
    (moved,) = await _open(ground, maker)
    assert (moved["price"], moved["remaining"]) == ("3010", "1.5")
    assert moved["order_id"] != before["order_id"]
    for fields, status, code in (
        ({"client_id": "6", "size": "1"}, 404, "unknown_order"),
        ({"client_id": "5"}, 400, "malformed"),
        ({"client_id": "5", "order_id": "1", "size": "1"}, 400, "malformed"),
        ({"client_id": "5", "price": "3010.05"}, 422, "price_invalid"),
    ):
        body = {"wallet": maker.wallet, "market": "ETH-PERP", **fields}
        answer = await ground.client.post("/v1/tx/modify-order", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    await maker.do("cancel-all", market="ETH-PERP")


async def test_money_moves_between_own_sub_accounts_and_shows_on_both(ground: GatewayGround) -> None:
    trader = await ground.trader().funded()
    await trader.do("open-trader", sub=1)
    built = await trader.build("transfer", to_sub=1, amount="250.5")
    assert built["simulation"]["after"]["balance"] == "9749.5"
    reply = await trader.send(built)
    subs = (await _account(ground, trader, reply["slot"]))["sub_accounts"]
    assert [(each["sub"], each["equity"]) for each in subs] == [(0, "9749.5"), (1, "250.5")]
    moves = (await ground.client.get(f"/v1/accounts/{trader.wallet}/transfers?limit=2")).json()["items"]
    assert {(each["kind"], each["sub"], each["amount"]) for each in moves} == {
        ("transfer_out", 0, "250.5"),
        ("transfer_in", 1, "250.5"),
    }
    same = {"wallet": trader.wallet, "to_sub": 0, "amount": "1"}
    answer = await ground.client.post("/v1/tx/transfer", json=same)
    assert (answer.status_code, answer.json()["code"]) == (422, "same_sub_account")


async def test_money_comes_back_and_the_account_closes(ground: GatewayGround) -> None:
    trader = await ground.trader().funded(amount="300", deposit="300")
    built = await trader.build("withdraw", amount="301")
    assert built["simulation"]["error"]["code"] == "ExceedsWithdrawable"
    await trader.do("withdraw", amount="300")
    reply = await trader.do("close-trader")
    assert (await _account(ground, trader, reply["slot"]))["sub_accounts"] == []


Change = dict[str, Any]
REFUSED: list[tuple[Change, tuple[int, str, str]]] = [
    ({"size": "0"}, (422, "size_invalid", "size")),
    ({"size": "0.001"}, (422, "size_invalid", "size")),
    ({"price": "141.505"}, (422, "price_invalid", "price")),
    ({"price": "0"}, (422, "price_invalid", "price")),
    ({"price": None}, (422, "price_missing", "price")),
    ({"market": "DOGE-PERP"}, (404, "unknown_market", "market")),
    ({"size": "-1"}, (400, "malformed", "size")),
    ({"size": 1}, (400, "malformed", "size")),
    ({"size": "1e3"}, (400, "malformed", "size")),
    ({"sise": "1"}, (400, "malformed", "sise")),
    ({"client_id": "0"}, (422, "client_id_invalid", "client_id")),
    ({"client_id": "18446744073709551616"}, (422, "client_id_invalid", "client_id")),
    ({"time_in_force": "gtt"}, (422, "order_contradicts_itself", "expires_at_ms")),
    ({"time_in_force": "ioc", "post_only": True}, (422, "order_contradicts_itself", "post_only")),
    ({"type": "market", "time_in_force": "gtc"}, (422, "order_contradicts_itself", "time_in_force")),
    ({"self_trade": "decrement"}, (422, "not_available_yet", "self_trade")),
    ({"take_profit": "150"}, (422, "not_available_yet", "take_profit")),
    ({"wallet": "1" * 44}, (400, "malformed", "wallet")),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
async def test_a_bad_order_names_field_value_and_remedy(
    ground: GatewayGround, taker: Trader, change: Change, expected: tuple[int, str, str]
) -> None:
    order = {"wallet": taker.wallet, "market": "SOL-PERP", "side": "buy", "size": "1", "price": "140"}
    for path in ("/v1/tx/place-order", "/v1/preview/order"):
        answer = await ground.client.post(path, json={**order, **change})
        body = answer.json()
        assert (answer.status_code, body["code"], body["field"]) == expected, body
        assert body["expected"]


@pytest.mark.parametrize(
    ("change", "name", "remedy"),
    [
        ({"size": "0.05"}, "BelowMinimumNotional", ("size", "10 USDC or more, 0.08 SOL at 140")),
        ({"price": "400"}, "PriceOutsideBand", ("price", "at most 147, 5 % from the index 140")),
        (
            {"side": "sell", "price": "1"},
            "PriceOutsideBand",
            ("price", "at least 133, 5 % from the index 140"),
        ),
        ({"size": "5000"}, "InsufficientMargin", ("size", "within the free collateral of ")),
        ({"price": "141", "post_only": True}, "PostOnlyWouldCross", ("price", "under the best ask 140.5")),
        ({"time_in_force": "ioc"}, "MinimumFillNotReached", ("price", "at least the best ask 140.5")),
        ({"time_in_force": "fok"}, "MinimumFillNotReached", ("size", "fills at once within 140")),
        ({"reduce_only": True}, "ReduceOnlyWouldIncrease", ("side", "shrinks the position, which is ")),
        ({"time_in_force": "gtt", "expires_at_ms": 1_000_000_000}, "OrderExpired", None),
    ],
)
async def test_what_only_the_program_can_judge_is_refused_by_its_error_name_with_the_remedy(
    ground: GatewayGround,
    taker: Trader,
    change: dict[str, Any],
    name: str,
    remedy: tuple[str, str] | None,
) -> None:
    asks = await ground.trader().funded()
    await asks.do("place-order", market="SOL-PERP", side="sell", size="1", price="140.5")
    order = {"wallet": taker.wallet, "market": "SOL-PERP", "side": "buy", "size": "1", "price": "140"}
    answer = await ground.client.post("/v1/preview/order", json={**order, **change})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, name), body
    if remedy is not None:
        field, expected = remedy
        assert body["field"] == field
        assert expected in body["expected"], body
        assert (order | change)[field] in body["value"], body
        built = (await ground.client.post("/v1/tx/place-order", json={**order, **change})).json()
        assert built["simulation"]["error"]["code"] == name
        assert expected in built["simulation"]["error"]["message"]
    await asks.do("cancel-all", market="SOL-PERP")


async def test_an_amount_that_is_not_there_is_refused_with_what_is(ground: GatewayGround) -> None:
    trader = await ground.trader().funded(amount="300", deposit="100")
    for name, code, most in (
        ("deposit", "InsufficientFunds", "200"),
        ("withdraw", "ExceedsWithdrawable", "100"),
    ):
        built = await trader.build(name, amount="500")
        error = built["simulation"]["error"]
        assert error["code"] == code
        assert f": 500; expected at most {'the ' if name == 'deposit' else ''}{most} USDC" in error["message"]


async def test_cancelling_what_is_not_there_names_the_id(taker: Trader) -> None:
    for given in ({"order_id": "77"}, {"client_id": "78"}):
        error = (await taker.build("cancel-order", market="SOL-PERP", **given))["simulation"]["error"]
        assert error["code"] == "OrderNotFound"
        assert f": {next(iter(given.values()))}; expected an open order" in error["message"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (b"{", "body", "one JSON object"),
        (b'{"wallet": 5}', "wallet", "text in quotes"),
        (b'{"wallet": "abc"}', "wallet", "32 bytes in base58"),
        (b'{"wallet": "%s", "amount": "NaN"}', "amount", "a decimal number as text"),
        (b'{"wallet": "%s", "amount": 1.5}', "amount", "numbers too are sent as text"),
        (b'{"wallet": "%s", "amount": "1", "to": 1}', "to", "only the fields"),
    ],
)
async def test_what_can_not_be_read_is_refused_in_words(
    ground: GatewayGround, taker: Trader, body: bytes, field: str, words: str
) -> None:
    answer = await ground.client.post(
        "/v1/tx/deposit",
        content=body.replace(b"%s", taker.wallet.encode()),
        headers={"content-type": "application/json"},
    )
    said = answer.json()
    assert (answer.status_code, said["code"], said["field"]) == (400, "malformed", field)
    assert words in said["expected"]
    assert "pattern" not in answer.text


async def test_a_path_that_is_none_is_named_whole(ground: GatewayGround) -> None:
    for method, path in (("GET", "/v1/nope"), ("DELETE", "/v1/exchange")):
        answer = await ground.client.request(method, path)
        assert (answer.status_code, answer.json()["value"]) == (404, f"{method} {path}")


async def test_a_wallet_without_an_account_is_told_to_deposit(ground: GatewayGround) -> None:
    order = {"market": "SOL-PERP", "side": "buy", "size": "1", "price": "140"}
    answer = await ground.client.post("/v1/tx/place-order", json={"wallet": str(Keypair().pubkey()), **order})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_trader_account")


async def test_min_slot_waits_and_then_says_how_far_the_index_is(ground: GatewayGround) -> None:
    reached = await ground.client.get("/v1/tickers", params={"min_slot": ground.gateway.board.slot + 1})
    assert reached.status_code == 200
    answer = await ground.client.get("/v1/tickers", params={"min_slot": 10**9})
    assert (answer.status_code, answer.json()["code"]) == (503, "index_behind")
    assert answer.headers["retry-after"] == "1"


async def test_pages_follow_each_other_without_a_gap_or_a_double(
    ground: GatewayGround, maker: Trader, taker: Trader
) -> None:
    await maker.do("place-order", market="SOL-PERP", side="sell", size="5", price="140.5")
    for _ in range(5):
        last = await taker.do("place-order", market="SOL-PERP", side="buy", size="0.1", type="market")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": 2, "min_slot": last["slot"]} | ({"cursor": cursor} if cursor else {})
        page = (await ground.client.get("/v1/markets/SOL-PERP/trades", params=query)).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    whole = (await ground.client.get("/v1/markets/SOL-PERP/trades?limit=1000")).json()["items"]
    assert seen == [each["id"] for each in whole]
    assert len(set(seen)) == len(seen) >= 5
    bad = await ground.client.get("/v1/markets/SOL-PERP/trades?cursor=@@@")
    assert (bad.status_code, bad.json()["field"]) == (400, "cursor")
    await maker.do("cancel-all", market="SOL-PERP")


async def test_grouping_sums_levels_and_must_be_a_multiple_of_the_step(
    ground: GatewayGround, maker: Trader
) -> None:
    orders = [{"side": "buy", "size": "1", "price": price} for price in ("133.01", "133.5", "132.99")]
    reply = await maker.do("place-many", market="SOL-PERP", orders=orders)
    query = {"grouping": "1", "min_slot": reply["slot"]}
    book = (await ground.client.get("/v1/markets/SOL-PERP/book", params=query)).json()
    assert [level for level in book["bids"] if level[0] in {"132", "133", "134"}] == [
        ["133", "2"],
        ["132", "1"],
    ]
    bad = await ground.client.get("/v1/markets/SOL-PERP/book?grouping=0.015")
    assert (bad.status_code, bad.json()["code"]) == (422, "price_invalid")
    await maker.do("cancel-all", market="SOL-PERP")


async def _account(ground: GatewayGround, trader: Trader, slot: int) -> dict[str, Any]:
    answer = await ground.client.get(f"/v1/accounts/{trader.wallet}", params={"min_slot": slot})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _open(ground: GatewayGround, trader: Trader) -> list[dict[str, Any]]:
    answer = await ground.client.get(f"/v1/accounts/{trader.wallet}/orders")
    return list(answer.json()["items"])


async def _open_prices(ground: GatewayGround, trader: Trader) -> list[str]:
    return sorted(each["price"] for each in await _open(ground, trader))
