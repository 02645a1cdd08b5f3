"""The sign-in message and the keys that may sign it."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from quantdesk.gateway.auth.keys import FIELD_PRIME, SMALL_ORDER_Y, is_small_order, verifies
from quantdesk.gateway.auth.message import compose, iso, nonce_of, sign_in_input
from quantdesk.gateway.edge.origins import Site

D = -121665 * pow(121666, FIELD_PRIME - 2, FIELD_PRIME) % FIELD_PRIME
Point = tuple[int, int]


def _double(point: Point) -> Point:
    """Twisted Edwards addition of a point with itself, RFC 8032 section 5.1.4 in affine form."""
    x, y = point
    k = D * x * x * y * y % FIELD_PRIME
    return (
        2 * x * y * pow(1 + k, -1, FIELD_PRIME) % FIELD_PRIME,
        (y * y + x * x) * pow(1 - k, -1, FIELD_PRIME) % FIELD_PRIME,
    )


def _with_y(y: int) -> Point:
    square = (y * y - 1) * pow(D * y * y + 1, -1, FIELD_PRIME) % FIELD_PRIME
    root = pow(square, (FIELD_PRIME + 3) // 8, FIELD_PRIME)
    if root * root % FIELD_PRIME != square:
        root = root * pow(2, (FIELD_PRIME - 1) // 4, FIELD_PRIME) % FIELD_PRIME
    assert root * root % FIELD_PRIME == square
    return root, y


@pytest.mark.parametrize("y", sorted(SMALL_ORDER_Y))
def test_every_listed_key_is_annihilated_by_eight(y: int) -> None:
    point = _with_y(y % FIELD_PRIME)
    for _ in range(3):
        point = _double(point)
    assert point == (0, 1)


def test_the_list_holds_all_eight_points_and_both_non_canonical_encodings() -> None:
    canonical = {y % FIELD_PRIME for y in SMALL_ORDER_Y}
    points = sum(1 if _with_y(y)[0] == 0 else 2 for y in canonical)
    assert points == 8
    assert {y for y in SMALL_ORDER_Y if y >= FIELD_PRIME} == {FIELD_PRIME, FIELD_PRIME + 1}


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize("y", sorted(SMALL_ORDER_Y))
def test_a_small_order_key_never_verifies_whatever_the_signature(y: int, sign: int) -> None:
    key = Pubkey.from_bytes((y | sign).to_bytes(32, "little"))
    forged = str(Keypair().sign_message(b"other"))
    assert is_small_order(key)
    assert not verifies(key, b"message", forged)


def test_only_the_owner_of_the_key_signs_for_it() -> None:
    key, other = Keypair(), Keypair()
    signature = str(key.sign_message(b"message"))
    assert verifies(key.pubkey(), b"message", signature)
    assert not verifies(key.pubkey(), b"messagE", signature)
    assert not verifies(other.pubkey(), b"message", signature)
    assert not verifies(key.pubkey(), b"message", "not a signature")


def test_the_message_is_what_wallets_compose_from_the_fields() -> None:
    fields = sign_in_input(
        site=Site("localhost:3001", "http://localhost:3001"),
        wallet="9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin",
        chain="solana:localnet",
        nonce="abc123",
        issued_ms=1_795_491_785_123,
        expires_ms=1_795_492_085_123,
    )
    assert compose(fields) == (
        "localhost:3001 wants you to sign in with your Solana account:\n"
        "9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin\n"
        "\n"
        "Sign in to QuantDesk. This costs nothing and moves no funds.\n"
        "\n"
        "URI: http://localhost:3001\n"
        "Version: 1\n"
        "Chain ID: solana:localnet\n"
        "Nonce: abc123\n"
        "Issued At: 2026-11-24T03:43:05.123Z\n"
        "Expiration Time: 2026-11-24T03:48:05.123Z"
    )
    assert nonce_of(compose(fields)) == "abc123"


def test_a_message_with_two_nonces_has_none() -> None:
    assert nonce_of("Nonce: a\nNonce: b") is None
    assert nonce_of("hello") is None


def test_times_are_utc_with_milliseconds() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000Z"
