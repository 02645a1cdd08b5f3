"""The gateway's internal tokens: JWT HS256 of at most 60 s for the audience ``mikey``. Nothing else
is accepted.
"""

from __future__ import annotations

import re
from typing import Any

import jwt

from quantdesk.mikey.assistant import Caller
from quantdesk.mikey.http.schemas import WALLET
from quantdesk.mikey.problems import NotTheGateway

ISSUER, AUDIENCE = "quantdesk-gateway", "mikey"
LONGEST_S = 60
CLOCK_SKEW_S = 5
_WALLET = re.compile(WALLET)


class InternalTokens:
    """Reads the gateway's tokens."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def caller(self, authorization: str | None) -> Caller:
        """Who the gateway says is asking. Raises NotTheGateway."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotTheGateway("The gateway's internal token is missing.")
        claims = self._claims(token)
        if claims["exp"] - claims["iat"] > LONGEST_S:
            raise NotTheGateway(f"The internal token lives longer than {LONGEST_S} s.")
        wallet = claims.get("wallet")
        if wallet is not None and not (isinstance(wallet, str) and _WALLET.match(wallet)):
            raise NotTheGateway("The internal token names something that is no wallet.")
        return Caller(wallet)

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=AUDIENCE,
                issuer=ISSUER,
                leeway=CLOCK_SKEW_S,
                options={"require": ["exp", "iat", "aud", "iss"]},
            )
        except jwt.PyJWTError as error:
            raise NotTheGateway(f"The internal token is not valid: {error}.") from error
        return claims
