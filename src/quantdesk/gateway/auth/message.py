"""The sign-in message, byte for byte as wallets compose it from `solana:signIn`'s fields.

Source: Sign In With Solana specification (phantom/sign-in-with-solana), "Message Format" ABNF.
"""

from datetime import UTC, datetime

from quantdesk.gateway.auth.schemas import SignInInput
from quantdesk.gateway.edge.origins import Site

STATEMENT = "Sign in to QuantDesk. This costs nothing and moves no funds."
_NONCE_FIELD = "Nonce: "


def iso(ms: int) -> str:
    """ISO 8601 in UTC with milliseconds."""
    moment = datetime.fromtimestamp(ms / 1_000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1_000:03d}Z"


def sign_in_input(
    *, site: Site, wallet: str, chain: str, nonce: str, issued_ms: int, expires_ms: int
) -> SignInInput:
    """The fields that the wallet signs."""
    return SignInInput(
        domain=site.domain,
        address=wallet,
        statement=STATEMENT,
        uri=site.uri,
        version="1",
        chainId=chain,
        nonce=nonce,
        issuedAt=iso(issued_ms),
        expirationTime=iso(expires_ms),
    )


def compose(fields: SignInInput) -> str:
    """The message of these fields."""
    return (
        f"{fields.domain} wants you to sign in with your Solana account:\n"
        f"{fields.address}\n\n"
        f"{fields.statement}\n\n"
        f"URI: {fields.uri}\n"
        f"Version: {fields.version}\n"
        f"Chain ID: {fields.chainId}\n"
        f"{_NONCE_FIELD}{fields.nonce}\n"
        f"Issued At: {fields.issuedAt}\n"
        f"Expiration Time: {fields.expirationTime}"
    )


def nonce_of(message: str) -> str | None:
    """The nonce that a message names; None when it names none or several."""
    found = [line.removeprefix(_NONCE_FIELD) for line in message.split("\n") if line.startswith(_NONCE_FIELD)]
    return found[0] if len(found) == 1 else None
