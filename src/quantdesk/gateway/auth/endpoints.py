"""Routes of sign-in and sessions. The refresh token travels only in a SameSite=Strict cookie."""

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Cookie, Depends, Header, Query, Request, Response

from quantdesk.gateway.auth.schemas import (
    LoginRequest,
    NonceReply,
    NonceRequest,
    Revoked,
    SessionList,
    TokenReply,
)
from quantdesk.gateway.problems import NotSignedIn
from quantdesk.gateway.requests import gateway, problems

if TYPE_CHECKING:
    from quantdesk.gateway.auth.service import IssuedTokens
    from quantdesk.gateway.auth.tokens import Access
    from quantdesk.gateway.context import Gateway
else:
    Gateway = object
    Access = object

REFRESH_COOKIE = "quantdesk_refresh"
COOKIE_PATH = "/v1/auth"
router = APIRouter(prefix="/v1/auth", tags=["auth"])
Running = Annotated[Gateway, Depends(gateway)]
RefreshCookie = Annotated[str | None, Cookie(alias=REFRESH_COOKIE, max_length=200)]


async def signed_in(
    running: Running, authorization: Annotated[str | None, Header(max_length=2_000)] = None
) -> Access:
    """The caller's access token. Raises NotSignedIn."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("This needs `Authorization: Bearer <access_token>` from /v1/auth/login.")
    return await running.auth.access(token)


SignedIn = Annotated[Access, Depends(signed_in)]


def _issue(running: Gateway, request: Request, response: Response, issued: "IssuedTokens") -> TokenReply:
    response.set_cookie(
        REFRESH_COOKIE,
        issued.refresh_token,
        max_age=issued.refresh_expires_in,
        path=COOKIE_PATH,
        secure=running.origins.is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return TokenReply(access_token=issued.access_token, expires_in=issued.expires_in, wallet=issued.wallet)


@router.post("/nonce", operation_id="createNonce", responses=problems())
async def create_nonce(running: Running, request: Request, body: NonceRequest) -> NonceReply:
    """A single-use challenge that lives five minutes."""
    return await running.auth.nonce(body.wallet, running.origins.sign_in_site(request))


@router.post("/login", operation_id="login", responses=problems(401))
async def login(running: Running, request: Request, response: Response, body: LoginRequest) -> TokenReply:
    """Trade the signed challenge for an access token and a refresh cookie."""
    address = request.client.host if request.client else None
    issued = await running.auth.login(body, request.headers.get("user-agent"), address)
    return _issue(running, request, response, issued)


@router.post("/refresh", operation_id="refresh", responses=problems(401))
async def refresh(
    running: Running, request: Request, response: Response, token: RefreshCookie = None
) -> TokenReply:
    """Rotate the refresh cookie. A token used twice ends its whole session."""
    return _issue(running, request, response, await running.auth.refresh(token))


@router.post("/logout", operation_id="logout", responses=problems())
async def logout(running: Running, response: Response, token: RefreshCookie = None) -> Revoked:
    """End the session of the refresh cookie."""
    response.delete_cookie(REFRESH_COOKIE, path=COOKIE_PATH, httponly=True, samesite="strict")
    return Revoked(revoked=await running.auth.logout(token))


@router.get("/sessions", operation_id="listSessions", responses=problems(401))
async def list_sessions(running: Running, access: SignedIn) -> SessionList:
    """Sessions of the signed-in wallet."""
    return await running.auth.sessions(access)


@router.delete("/sessions", operation_id="revokeSessions", responses=problems(401, 404))
async def revoke_sessions(
    running: Running,
    access: SignedIn,
    id: Annotated[
        str | None, Query(max_length=64, description="One session; absent: all of the wallet.")
    ] = None,
) -> Revoked:
    """End one session or all."""
    return Revoked(revoked=await running.auth.revoke(access, id))
