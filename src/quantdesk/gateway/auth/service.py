"""Sign-in with Solana: nonce, login, refresh with rotation, sessions."""

import hashlib
from dataclasses import dataclass
from secrets import token_hex, token_urlsafe
from typing import Any

from solders.pubkey import Pubkey
from sqlalchemy import Row

from quantdesk.gateway.auth import repository
from quantdesk.gateway.auth.keys import is_small_order, verifies
from quantdesk.gateway.auth.message import compose, nonce_of, sign_in_input
from quantdesk.gateway.auth.schemas import LoginRequest, NonceReply, Session, SessionList
from quantdesk.gateway.auth.tokens import Access, AccessTokens
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.edge.origins import Site
from quantdesk.gateway.problems import Malformed, NotFound, NotSignedIn
from quantdesk.gateway.stored import Stored

_USED = ("This nonce was used before", "nonce_used")
_SHOWN = 120
"""Characters of a message that an error repeats."""


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What a login or a refresh gives."""

    wallet: str
    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int


class AuthService:
    """Who is signed in. Everything that must hold across replicas is in the store."""

    def __init__(
        self,
        stored: Stored,
        tokens: AccessTokens,
        clock: ClockMs,
        *,
        chain: str,
        nonce_s: int,
        refresh_s: int,
    ) -> None:
        self._stored = stored
        self._tokens = tokens
        self._clock = clock
        self._chain = chain
        self._nonce_s = nonce_s
        self._refresh_s = refresh_s

    async def nonce(self, wallet: str, site: Site) -> NonceReply:
        """A fresh challenge for `wallet` on `site`. Raises Malformed for a key nobody can own safely."""
        key = parse_key(wallet)
        if is_small_order(key):
            raise Malformed(
                f"{wallet} is a key of small order: anybody can forge its signatures.",
                code="weak_key",
                field="wallet",
                value=wallet,
                expected="an ordinary Ed25519 public key",
            )
        now = self._clock()
        expires = now + self._nonce_s * 1_000
        nonce = token_hex(16)
        fields = sign_in_input(
            site=site, wallet=wallet, chain=self._chain, nonce=nonce, issued_ms=now, expires_ms=expires
        )
        message = compose(fields)
        async with self._stored.write() as connection:
            await repository.add_nonce(
                connection, nonce=nonce, wallet=wallet, message=message, issued_ms=now, expires_ms=expires
            )
        return NonceReply(input=fields, message=message)

    async def login(self, body: LoginRequest, user_agent: str | None, address: str | None) -> IssuedTokens:
        """Check the signed challenge, consume it and start a session. Raises NotSignedIn."""
        key = parse_key(body.wallet)
        now = self._clock()
        nonce = nonce_of(body.message)
        async with self._stored.read() as connection:
            row = await repository.nonce(connection, nonce) if nonce else None
        self._check_challenge(row, body, now)
        if is_small_order(key) or not verifies(key, body.message.encode(), body.signature):
            raise NotSignedIn(
                f"The signature is not {body.wallet}'s over this message.",
                code="signature_invalid",
                field="signature",
                value=body.signature,
                expected="that wallet's signature of exactly this message, in base58",
            )
        session_id, refresh = token_hex(16), token_urlsafe(32)
        expires = now + self._refresh_s * 1_000
        async with self._stored.write() as connection:
            if not await repository.use_nonce(connection, str(nonce), now):
                raise _bad_nonce(*_USED, nonce)
            agent = user_agent[:256] if user_agent else None
            session = repository.NewSession(session_id, body.wallet, now, expires, agent, address)
            await repository.add_session(connection, session)
            await repository.add_refresh_token(connection, _digest(refresh), session_id, now, expires)
        return self._issued(body.wallet, session_id, refresh, now)

    @staticmethod
    def _check_challenge(row: Row[Any] | None, body: LoginRequest, now: int) -> None:
        if row is None:
            raise _bad_nonce("The message has no nonce of ours", "nonce_unknown", nonce_of(body.message))
        if row.used_ms is not None:
            raise _bad_nonce(*_USED, row.nonce)
        if row.expires_ms <= now:
            raise _bad_nonce("The nonce has expired", "nonce_expired", row.nonce)
        if row.wallet != body.wallet or row.message != body.message:
            raise NotSignedIn(
                "The signed message is not, byte for byte, the one that was asked for.",
                code="message_mismatch",
                field="message",
                value=body.message[:_SHOWN],
                expected="the `message` of /v1/auth/nonce for this wallet, unchanged",
            )

    async def refresh(self, token: str | None) -> IssuedTokens:
        """Rotate. A token used before ends its session: one of the two users is a thief."""
        if token is None:
            raise NotSignedIn("There is no refresh cookie; sign in.", code="refresh_missing")
        now, digest, fresh = self._clock(), _digest(token), token_urlsafe(32)
        reused = False
        async with self._stored.write() as connection:
            row = await repository.refresh_token(connection, digest)
            if row is None or row.revoked_ms is not None or row.expires_ms <= now:
                raise NotSignedIn("The session is over; sign in again.", code="refresh_invalid")
            if await repository.use_refresh_token(connection, digest, now):
                expires = now + self._refresh_s * 1_000
                await repository.add_refresh_token(connection, _digest(fresh), row.session_id, now, expires)
                await repository.touch_session(connection, row.session_id, now, expires)
            else:
                reused = True
                await repository.revoke(connection, row.wallet, row.session_id, now, "refresh_reused")
        if reused:
            raise NotSignedIn(
                "This refresh token was used before: the session is ended. Sign in again.",
                code="refresh_reused",
            )
        return self._issued(row.wallet, row.session_id, fresh, now)

    async def logout(self, token: str | None) -> int:
        """End the session of a refresh token; 0 when there is none."""
        if token is None:
            return 0
        async with self._stored.write() as connection:
            row = await repository.refresh_token(connection, _digest(token))
            if row is None:
                return 0
            return await repository.revoke(connection, row.wallet, row.session_id, self._clock(), "logout")

    async def access(self, token: str) -> Access:
        """The token's content, its session still alive. Raises NotSignedIn."""
        access = self._tokens.read(token)
        async with self._stored.read() as connection:
            row = await repository.session(connection, access.session_id)
        if row is None or row.revoked_ms is not None:
            raise NotSignedIn("The session was ended; sign in again.", code="session_ended")
        return access

    async def sessions(self, access: Access) -> SessionList:
        """Sessions of the caller's wallet."""
        async with self._stored.read() as connection:
            rows = await repository.live_sessions(connection, access.wallet, self._clock())
        return SessionList(
            items=[
                Session(
                    id=row.session_id,
                    wallet=row.wallet,
                    current=row.session_id == access.session_id,
                    user_agent=row.user_agent,
                    created_ms=row.created_ms,
                    last_used_ms=row.last_used_ms,
                    expires_ms=row.expires_ms,
                )
                for row in rows
            ]
        )

    async def revoke(self, access: Access, session_id: str | None) -> int:
        """End one session of the caller, or all. Raises NotFound."""
        async with self._stored.write() as connection:
            ended = await repository.revoke(connection, access.wallet, session_id, self._clock(), "revoked")
        if session_id is not None and ended == 0:
            raise NotFound(
                f"There is no live session {session_id} of this wallet.",
                code="unknown_session",
                field="id",
                value=session_id,
            )
        return ended

    def _issued(self, wallet: str, session_id: str, refresh: str, now: int) -> IssuedTokens:
        return IssuedTokens(
            wallet=wallet,
            access_token=self._tokens.issue(wallet, session_id, now),
            expires_in=self._tokens.lifetime_s,
            refresh_token=refresh,
            refresh_expires_in=self._refresh_s,
        )


def parse_key(text: str, field: str = "wallet") -> Pubkey:
    """A public key of base58 text. Raises Malformed."""
    try:
        return Pubkey.from_string(text)
    except ValueError:
        raise Malformed(
            f"{field} is not a public key.",
            code="malformed",
            field=field,
            value=text,
            expected="32 bytes in base58",
        ) from None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _bad_nonce(wrong: str, code: str, nonce: str | None) -> NotSignedIn:
    return NotSignedIn(
        f"{wrong}; ask for a new one.",
        code=code,
        field="message",
        value=nonce,
        expected="a message with a new nonce, from POST /v1/auth/nonce",
    )
