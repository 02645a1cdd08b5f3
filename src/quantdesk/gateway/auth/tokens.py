"""Access tokens: short-lived JWTs, HS256, for this gateway only."""

from dataclasses import dataclass

import jwt

from quantdesk.gateway.problems import NotSignedIn

ISSUER = "quantdesk"
AUDIENCE = "gateway"
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Access:
    """A valid access token's content."""

    wallet: str
    session_id: str
    expires_ms: int


class AccessTokens:
    """Issues and reads access tokens with one secret."""

    def __init__(self, secret: bytes, lifetime_s: int) -> None:
        if len(secret) < 32:
            raise ValueError(f"the JWT secret has {len(secret)} bytes; 32 or more are needed")
        self._secret = secret
        self.lifetime_s = lifetime_s

    def issue(self, wallet: str, session_id: str, now_ms: int) -> str:
        """A token for `wallet`."""
        issued = now_ms // 1_000
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": wallet,
            "sid": session_id,
            "iat": issued,
            "exp": issued + self.lifetime_s,
        }
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def read(self, token: str) -> Access:
        """The token's content. Raises NotSignedIn: forged, of another audience, or expired."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                options={"require": ["exp", "sub", "sid", "iat"]},
            )
        except jwt.ExpiredSignatureError:
            raise NotSignedIn(
                "The access token has expired; POST /v1/auth/refresh gives a new one.", code="token_expired"
            ) from None
        except jwt.InvalidTokenError as error:
            raise NotSignedIn(f"The access token does not hold: {error}.", code="token_invalid") from None
        return Access(str(claims["sub"]), str(claims["sid"]), int(claims["exp"]) * 1_000)
