"""MIKEY's HTTP API: who may call, what it answers, how it refuses."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import text

from fakes.venue import OTHER_WALLET, WALLET
from mikey_service import SECRET, Mikey, token
from quantdesk.mikey.venue import Preview

PARSE = {"text": "buy 2 sol at market", "wallet": WALLET}


async def test_a_ticket_has_every_field_of_the_contract(mikey: Mikey) -> None:
    reply = await mikey.parse("long 2 sol at market")
    order = {"instruction": "place-order", "market": "SOL-PERP", "side": "buy", "size": "2", "type": "market"}
    assert (reply["kind"], reply["actions"]) == ("ticket", [order])
    assert reply["text"] == "Buy 2 SOL at market, about $280.40. Fee $0.14, liquidation at 118.2."
    assert {span["field"] for span in reply["spans"]} == {"side", "size", "market", "type"}
    assert reply["slot"] == 1_000
    assert reply["feed"] == "replay"


async def test_a_ticket_that_the_exchange_would_refuse_says_so(mikey: Mikey) -> None:
    mikey.venue.next_preview = Preview(refused="PostOnlyWouldCross: it would trade at once.")
    reply = await mikey.parse("sell 1 sol at 139 post only")
    assert reply["kind"] == "ticket"
    assert "would refuse it: PostOnlyWouldCross" in reply["text"]


async def test_what_if_is_previewed_and_nothing_is_done(mikey: Mikey) -> None:
    reply = await mikey.parse("what if i long 10 sol")
    assert (reply["kind"], reply["actions"], reply["ticket_id"]) == ("answer", [], None)
    assert "Fee $0.14" in reply["text"]
    assert mikey.venue.previewed == [reply["hypothetical"][0]]


async def test_this_is_the_market_on_the_screen(mikey: Mikey) -> None:
    reply = await mikey.parse("buy 2 of this at market", market="ETH-PERP")
    assert reply["actions"][0]["market"] == "ETH-PERP"
    assert (await mikey.parse("buy 2 of this at market"))["kind"] == "question"


async def test_without_a_wallet_a_ticket_becomes_a_question(mikey: Mikey) -> None:
    reply = await mikey.parse("buy 2 sol at market", wallet=None)
    assert (reply["kind"], reply["actions"], reply["ticket_id"]) == ("question", [], None)


async def test_the_words_of_one_wallet_never_act_for_another(mikey: Mikey) -> None:
    answer = await mikey.post("/v1/parse", {"text": "buy 2 sol at market", "wallet": OTHER_WALLET}, WALLET)
    assert (answer.json()["kind"], answer.json()["actions"]) == ("refused", [])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"iss": "somebody-else"},
        {"exp": int(time.time()) - 10},
        {"exp": int(time.time()) + 3_600},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 600, "exp": int(time.time()) + 650},
        {"wallet": "no wallet"},
        {"wallet": 7},
    ],
)
async def test_a_token_that_is_not_quite_the_gateways_is_refused(
    mikey: Mikey, claims: dict[str, Any]
) -> None:
    forged = {"authorization": f"Bearer {token(**claims)}"}
    answer = await mikey.http.post("/v1/parse", json=PARSE, headers=forged)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_the_gateway")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x.y.z", f"Basic {SECRET!r}", "Bearer eyJhbGciOiJub25lIn0.e30."]
)
async def test_without_a_token_nothing_is_answered(mikey: Mikey, header: str) -> None:
    answer = await mikey.http.post("/v1/parse", json=PARSE, headers={"authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_the_gateway")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_token_of_another_secret_is_refused(mikey: Mikey) -> None:
    header = {"authorization": f"Bearer {token(secret=b'x' * 40)}"}
    assert (await mikey.http.get("/v1/models", headers=header)).status_code == 401


@pytest.mark.parametrize("path", ["/v1/parse", "/v1/chat", "/v1/tickets/x/confirm", "/v1/tickets/x/cancel"])
async def test_every_acting_route_needs_the_gateway(mikey: Mikey, path: str) -> None:
    assert (await mikey.http.post(path, json={"text": "hi"})).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x" * 2_001},
        {"text": 7},
        {"text": "hi", "sub": 256},
        {"text": "hi", "sub": -1},
        {"text": "hi", "wallet": "0OIl"},
        {"text": "hi", "market": "sol"},
        {"text": "hi", "wallte": WALLET},
        [],
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_with_the_field(mikey: Mikey, body: Any) -> None:
    answer = await mikey.post("/v1/parse", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["field"]


async def test_a_body_over_the_limit_is_refused(mikey: Mikey) -> None:
    answer = await mikey.post("/v1/parse", {"text": "hi", "pad": "x" * 20_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("name", ["sentiment", "risk", "strategies", "insights"])
async def test_what_is_not_there_yet_says_so(mikey: Mikey, name: str) -> None:
    answer = await mikey.get(f"/v1/{name}")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_available_yet")


async def test_the_models_show_the_deterministic_engine_and_its_latency(mikey: Mikey) -> None:
    await mikey.parse("buy 2 sol at market")
    (engine,) = (await mikey.get("/v1/models")).json()["items"]
    assert (engine["provider"], engine["available"], engine["calls"], engine["cost_usd"]) == (
        "quantdesk",
        True,
        1,
        "0",
    )
    assert engine["latency_p50_ms"] > 0


async def test_chat_streams_the_text_and_then_the_outcome(mikey: Mikey) -> None:
    body = {"messages": [{"role": "user", "content": "long 2 sol at market"}], "wallet": WALLET}
    answer = await mikey.post("/v1/chat", body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [part.split("\n")[0] for part in answer.text.strip().split("\n\n")]
    assert events == ["event: text", "event: outcome", "event: done"]


async def test_a_chat_without_words_is_refused(mikey: Mikey) -> None:
    assert (await mikey.post("/v1/chat", {"messages": []})).json()["code"] == "malformed"


async def test_the_public_path_works_too(mikey: Mikey) -> None:
    assert (await mikey.post("/v1/mikey/parse", PARSE)).json()["kind"] == "ticket"


async def test_an_unknown_path_is_a_problem(mikey: Mikey) -> None:
    answer = await mikey.get("/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_path")


async def test_the_exchange_being_away_is_said_with_503(mikey: Mikey) -> None:
    mikey.venue.away = True
    answer = await mikey.post("/v1/parse", PARSE)
    assert (answer.status_code, answer.json()["code"], answer.json()["dependency"]) == (
        503,
        "gateway_away",
        "gateway",
    )
    ready = await mikey.http.get("/ready")
    assert (ready.status_code, ready.json()["checks"]) == (503, {"store": "ok", "gateway": "away"})


async def test_the_store_being_away_is_said_with_503(mikey: Mikey) -> None:
    async with mikey.parts.store.write() as connection:
        await connection.execute(text("DROP TABLE tickets"))
    answer = await mikey.post("/v1/parse", PARSE)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_away")
    assert (await mikey.post("/v1/parse", {"text": "should i buy sol"})).status_code == 200
    assert (await mikey.http.get("/ready")).json()["ready"] is False


async def test_health_readiness_and_metrics_need_no_token(mikey: Mikey) -> None:
    assert (await mikey.http.get("/health")).json()["status"] == "alive"
    assert (await mikey.http.get("/ready")).status_code == 200
    await mikey.parse("buy 2 sol at market")
    metrics = (await mikey.http.get("/metrics")).text
    assert 'quantdesk_mikey_outcomes_total{kind="ticket"} 1.0' in metrics


async def test_no_secret_reaches_metrics_or_errors(mikey: Mikey) -> None:
    answer = await mikey.http.post("/v1/parse", json=PARSE, headers={"authorization": "Bearer nonsense"})
    assert SECRET.decode() not in answer.text + (await mikey.http.get("/metrics")).text + repr(
        mikey.parts.config
    )
