"""Sign-in with Solana, access tokens and sessions."""

from typing import Annotated, Literal

from pydantic import Field

from quantdesk.gateway.wire import Request, Signature, UnixMs, Wallet, Wire


class NonceRequest(Request):
    """Who wants to sign in."""

    wallet: Wallet


class SignInInput(Wire):
    """Fields of Wallet Standard's `solana:signIn`; the wallet composes the message from them."""

    domain: str
    address: str
    statement: str
    uri: str
    version: Literal["1"]
    chainId: str  # noqa: N815  Wallet Standard's name
    nonce: str
    issuedAt: str  # noqa: N815
    expirationTime: str  # noqa: N815


class NonceReply(Wire):
    """What to sign."""

    input: SignInInput
    message: str = Field(description="The text that a wallet without `solana:signIn` signs, byte for byte.")


class LoginRequest(Request):
    """The signed message."""

    wallet: Wallet
    message: Annotated[str, Field(min_length=1, max_length=2_000)]
    signature: Signature


class TokenReply(Wire):
    """A short access token; the refresh token is a cookie."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the scheme's name
    expires_in: int = Field(description="Seconds.")
    wallet: str


class Session(Wire):
    """One signed-in device."""

    id: str
    wallet: str
    current: bool
    user_agent: str | None
    created_ms: UnixMs
    last_used_ms: UnixMs
    expires_ms: UnixMs


class SessionList(Wire):
    """Sessions of the signed-in wallet, newest first."""

    items: list[Session]
    next_cursor: str | None = None


class Revoked(Wire):
    """How many sessions were ended."""

    revoked: int
