"""Ed25519 checks of sign-in: strict verification, small-order keys denied.

A key of small order lets anybody forge signatures that verify. Source of the rule: RFC 8032 section 5.1.7 and
"Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020), section 3.
"""

from solders.pubkey import Pubkey
from solders.signature import Signature

FIELD_PRIME = 2**255 - 19
_SIGN_BIT = 1 << 255
_ORDER_EIGHT = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
SMALL_ORDER_Y = frozenset(
    {0, 1, FIELD_PRIME - 1, FIELD_PRIME, FIELD_PRIME + 1, _ORDER_EIGHT, FIELD_PRIME - _ORDER_EIGHT}
)
"""Every encoding, also the non-canonical ones, of the y of a point whose order divides 8."""


def is_small_order(key: Pubkey) -> bool:
    """Whether the key's point has an order of 1, 2, 4 or 8."""
    return int.from_bytes(bytes(key), "little") & ~_SIGN_BIT in SMALL_ORDER_Y


def verifies(key: Pubkey, message: bytes, signature: str) -> bool:
    """Whether `signature` (base58) is the key's over `message`."""
    try:
        parsed = Signature.from_string(signature)
    except ValueError:
        return False
    return not is_small_order(key) and parsed.verify(key, message)
