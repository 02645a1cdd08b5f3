"""Sign-in with Solana: the way in, and the attacks on it by name."""

from __future__ import annotations

from typing import Any

import httpx
import jwt
import pytest
from solders.keypair import Keypair

from gateway_ground import GatewayGround

pytestmark = pytest.mark.asyncio(loop_scope="session")
COOKIE = "quantdesk_refresh"


async def _challenge(client: httpx.AsyncClient, key: Keypair) -> dict[str, Any]:
    answer = await client.post("/v1/auth/nonce", json={"wallet": str(key.pubkey())})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def _login(client: httpx.AsyncClient, key: Keypair, message: str, signer: Keypair | None = None) -> Any:
    signature = str((signer or key).sign_message(message.encode()))
    body = {"wallet": str(key.pubkey()), "message": message, "signature": signature}
    return await client.post("/v1/auth/login", json=body)


async def _signed_in(client: httpx.AsyncClient, key: Keypair) -> tuple[str, str]:
    answer = await _login(client, key, (await _challenge(client, key))["message"])
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"], answer.cookies[COOKIE]


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
async def client(ground: GatewayGround) -> Any:
    async with httpx.AsyncClient(base_url=ground.url, trust_env=False) as made:
        yield made


async def test_a_wallet_signs_in_and_sees_its_sessions(client: httpx.AsyncClient) -> None:
    key = Keypair()
    token, _ = await _signed_in(client, key)
    sessions = (await client.get("/v1/auth/sessions", headers=_bearer(token))).json()["items"]
    assert [(each["wallet"], each["current"]) for each in sessions] == [(str(key.pubkey()), True)]


async def test_the_challenge_names_this_site_and_chain(
    ground: GatewayGround, client: httpx.AsyncClient
) -> None:
    fields = (await _challenge(client, Keypair()))["input"]
    assert (fields["domain"], fields["chainId"]) == (f"localhost:{ground.port}", "solana:localnet")
    assert fields["uri"] == ground.url


async def test_a_forged_signature_does_not_sign_in(client: httpx.AsyncClient) -> None:
    key = Keypair()
    message = (await _challenge(client, key))["message"]
    answer = await _login(client, key, message, signer=Keypair())
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (401, "signature_invalid", "signature")
    assert body["value"]
    assert "exactly this message" in body["expected"]
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_replayed_nonce_does_not_sign_in_again(client: httpx.AsyncClient) -> None:
    key = Keypair()
    message = (await _challenge(client, key))["message"]
    assert (await _login(client, key, message)).status_code == 200
    answer = await _login(client, key, message)
    body = answer.json()
    assert (answer.status_code, body["code"], body["field"]) == (401, "nonce_used", "message")
    assert f"Nonce: {body['value']}" in message
    assert "new nonce" in body["expected"]


async def test_another_wallet_cannot_use_the_nonce(client: httpx.AsyncClient) -> None:
    message = (await _challenge(client, Keypair()))["message"]
    answer = await _login(client, Keypair(), message)
    assert (answer.status_code, answer.json()["code"]) == (401, "message_mismatch")


async def test_a_message_changed_by_one_byte_does_not_sign_in(client: httpx.AsyncClient) -> None:
    key = Keypair()
    message = (await _challenge(client, key))["message"].replace("moves no funds", "moves all funds")
    answer = await _login(client, key, message)
    assert (answer.status_code, answer.json()["code"]) == (401, "message_mismatch")


async def test_a_message_of_the_attacker_s_own_does_not_sign_in(client: httpx.AsyncClient) -> None:
    answer = await _login(client, Keypair(), "let me in\nNonce: 00112233")
    assert (answer.status_code, answer.json()["code"]) == (401, "nonce_unknown")


async def test_a_small_order_key_gets_no_challenge(client: httpx.AsyncClient) -> None:
    for wallet in ("11111111111111111111111111111111", "4vJ9JU1bJJE96FWSJKvHsmmFADCg4gpZQff4P3bkLKi"):
        answer = await client.post("/v1/auth/nonce", json={"wallet": wallet})
        if wallet.startswith("1111"):
            assert (answer.status_code, answer.json()["code"]) == (400, "weak_key")


async def test_an_expired_nonce_does_not_sign_in(ground: GatewayGround, client: httpx.AsyncClient) -> None:
    key = Keypair()
    message = (await _challenge(client, key))["message"]
    auth = ground.gateway.auth
    real = auth._clock
    auth._clock = lambda: real() + 301_000
    try:
        answer = await _login(client, key, message)
    finally:
        auth._clock = real
    assert (answer.status_code, answer.json()["code"]) == (401, "nonce_expired")


async def test_the_refresh_cookie_is_for_this_site_only_and_hidden_from_scripts(
    client: httpx.AsyncClient,
) -> None:
    key = Keypair()
    answer = await _login(client, key, (await _challenge(client, key))["message"])
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/v1/auth" in cookie


async def test_a_refresh_token_used_twice_ends_the_whole_session(client: httpx.AsyncClient) -> None:
    key = Keypair()
    access, stolen = await _signed_in(client, key)
    rotated = await client.post("/v1/auth/refresh")
    assert rotated.status_code == 200
    assert rotated.cookies[COOKIE] != stolen
    client.cookies.clear()
    thief = await client.post("/v1/auth/refresh", headers={"cookie": f"{COOKIE}={stolen}"})
    assert (thief.status_code, thief.json()["code"]) == (401, "refresh_reused")
    owner = await client.post("/v1/auth/refresh", headers={"cookie": f"{COOKIE}={rotated.cookies[COOKIE]}"})
    assert (owner.status_code, owner.json()["code"]) == (401, "refresh_invalid")
    dead = await client.get("/v1/auth/sessions", headers=_bearer(access))
    assert (dead.status_code, dead.json()["code"]) == (401, "session_ended")


async def test_logging_out_ends_the_session(client: httpx.AsyncClient) -> None:
    token, _ = await _signed_in(client, Keypair())
    assert (await client.post("/v1/auth/logout")).json() == {"revoked": 1}
    assert (await client.get("/v1/auth/sessions", headers=_bearer(token))).status_code == 401
    assert (await client.post("/v1/auth/logout")).json() == {"revoked": 0}


async def test_one_device_can_end_another_but_not_a_stranger_s(client: httpx.AsyncClient) -> None:
    key = Keypair()
    phone, _ = await _signed_in(client, key)
    laptop, _ = await _signed_in(client, key)
    stranger, _ = await _signed_in(client, Keypair())
    sessions = (await client.get("/v1/auth/sessions", headers=_bearer(laptop))).json()["items"]
    phone_id = next(each["id"] for each in sessions if not each["current"])
    url = f"/v1/auth/sessions?id={phone_id}"
    assert (await client.delete(url, headers=_bearer(stranger))).status_code == 404
    assert (await client.delete(url, headers=_bearer(laptop))).json() == {"revoked": 1}
    assert (await client.get("/v1/auth/sessions", headers=_bearer(phone))).status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
async def test_a_token_not_signed_by_us_is_worth_nothing(client: httpx.AsyncClient, algorithm: str) -> None:
    claims = {"iss": "quantdesk", "aud": "gateway", "sub": "x", "sid": "y", "iat": 0, "exp": 2**33}
    token = jwt.encode(
        claims, "another secret of thirty-two bytes" if algorithm != "none" else None, algorithm
    )
    answer = await client.get("/v1/auth/sessions", headers=_bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


async def test_an_internal_token_of_mikey_does_not_open_the_gateway(
    ground: GatewayGround, client: httpx.AsyncClient
) -> None:
    claims = {"iss": "quantdesk-gateway", "aud": "mikey", "sub": "x", "sid": "y", "iat": 0, "exp": 2**33}
    token = jwt.encode(claims, ground.config.jwt_secret, "HS256")
    answer = await client.get("/v1/auth/sessions", headers=_bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
