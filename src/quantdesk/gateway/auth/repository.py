"""Sign-in's rows: nonces, sessions, refresh tokens."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.infra.store.tables import login_nonces, refresh_tokens, sessions


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a session starts with."""

    session_id: str
    wallet: str
    created_ms: int
    expires_ms: int
    user_agent: str | None
    address: str | None


async def add_nonce(
    connection: AsyncConnection, *, nonce: str, wallet: str, message: str, issued_ms: int, expires_ms: int
) -> None:
    """Store a challenge and drop those that expired an hour ago."""
    await connection.execute(delete(login_nonces).where(login_nonces.c.expires_ms < issued_ms - 3_600_000))
    await connection.execute(
        insert(login_nonces).values(
            nonce=nonce, wallet=wallet, message=message, issued_ms=issued_ms, expires_ms=expires_ms
        )
    )


async def nonce(connection: AsyncConnection, value: str) -> Row[Any] | None:
    """One challenge."""
    return (await connection.execute(select(login_nonces).where(login_nonces.c.nonce == value))).first()


async def use_nonce(connection: AsyncConnection, value: str, now_ms: int) -> bool:
    """Consume a challenge; False when somebody did already."""
    done = await connection.execute(
        update(login_nonces)
        .where(login_nonces.c.nonce == value, login_nonces.c.used_ms.is_(None))
        .values(used_ms=now_ms)
    )
    return done.rowcount == 1


async def add_session(connection: AsyncConnection, session: NewSession) -> None:
    """Start a session."""
    await connection.execute(
        insert(sessions).values(
            session_id=session.session_id,
            wallet=session.wallet,
            created_ms=session.created_ms,
            last_used_ms=session.created_ms,
            expires_ms=session.expires_ms,
            user_agent=session.user_agent,
            address=session.address,
        )
    )


async def add_refresh_token(
    connection: AsyncConnection, digest: str, session_id: str, issued_ms: int, expires_ms: int
) -> None:
    """Store the hash of a refresh token."""
    await connection.execute(
        insert(refresh_tokens).values(
            token_sha256=digest, session_id=session_id, issued_ms=issued_ms, expires_ms=expires_ms
        )
    )


async def refresh_token(connection: AsyncConnection, digest: str) -> Row[Any] | None:
    """A refresh token with its session."""
    joined = refresh_tokens.join(sessions, sessions.c.session_id == refresh_tokens.c.session_id)
    statement = (
        select(
            refresh_tokens.c.used_ms,
            refresh_tokens.c.expires_ms,
            sessions.c.session_id,
            sessions.c.wallet,
            sessions.c.revoked_ms,
        )
        .select_from(joined)
        .where(refresh_tokens.c.token_sha256 == digest)
    )
    found: Any = (await connection.execute(statement)).first()
    return found  # type: ignore[no-any-return]  # a row or None


async def use_refresh_token(connection: AsyncConnection, digest: str, now_ms: int) -> bool:
    """Rotate a token away; False when that happened before."""
    done = await connection.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.token_sha256 == digest, refresh_tokens.c.used_ms.is_(None))
        .values(used_ms=now_ms)
    )
    return done.rowcount == 1


async def touch_session(connection: AsyncConnection, session_id: str, now_ms: int, expires_ms: int) -> None:
    """Note that a session was used."""
    await connection.execute(
        update(sessions)
        .where(sessions.c.session_id == session_id)
        .values(last_used_ms=now_ms, expires_ms=expires_ms)
    )


async def revoke(
    connection: AsyncConnection, wallet: str, session_id: str | None, now_ms: int, reason: str
) -> int:
    """End one session of a wallet or all; the number that were alive."""
    statement = (
        update(sessions)
        .where(sessions.c.wallet == wallet, sessions.c.revoked_ms.is_(None), sessions.c.expires_ms > now_ms)
        .values(revoked_ms=now_ms, revoked_reason=reason)
    )
    if session_id is not None:
        statement = statement.where(sessions.c.session_id == session_id)
    return (await connection.execute(statement)).rowcount


async def session(connection: AsyncConnection, session_id: str) -> Row[Any] | None:
    """One session."""
    return (await connection.execute(select(sessions).where(sessions.c.session_id == session_id))).first()


async def live_sessions(connection: AsyncConnection, wallet: str, now_ms: int) -> list[Row[Any]]:
    """Sessions of a wallet that still hold, newest first."""
    statement = (
        select(sessions)
        .where(sessions.c.wallet == wallet, sessions.c.revoked_ms.is_(None), sessions.c.expires_ms > now_ms)
        .order_by(sessions.c.created_ms.desc(), sessions.c.session_id)
    )
    return list((await connection.execute(statement)).all())
