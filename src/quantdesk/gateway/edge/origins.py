"""Which hosts and origins may talk to this gateway, and which site a sign-in is for.

Checking `Host` stops DNS rebinding; checking `Origin` stops other sites' scripts, on WebSockets too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """Where a sign-in is made: `domain` is host[:port], `uri` its origin."""

    domain: str
    uri: str


def split_host(host: str) -> tuple[str, int | None] | None:
    """`name[:port]` of a Host header; None when it is not one."""
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or parts.path or parts.query or parts.username is not None:
        return None
    return name.lower(), port


class Origins:
    """The allowed hosts and origins of one deployment."""

    def __init__(
        self,
        bind_host: str,
        ports: tuple[int, ...],
        public_url: str | None,
        cors_origins: tuple[str, ...],
    ) -> None:
        self._ports = frozenset(ports)
        self._public = urlsplit(public_url) if public_url else None
        self._cors = frozenset(origin.rstrip("/").lower() for origin in cors_origins)
        self._any_address = bind_host in {"0.0.0.0", "::"}  # noqa: S104  compared, not bound
        self._names = LOOPBACK_NAMES | {bind_host.lower()}

    def host_allowed(self, host: str | None, local_port: int | None) -> bool:
        """Whether a Host header names this gateway. `local_port` is the socket's own port."""
        parts = split_host(host) if host else None
        if parts is None:
            return False
        name, port = parts
        if self._public is not None and name == self._public.hostname:
            return port in {None, self._public.port, _DEFAULT_PORTS[self._public.scheme]}
        if port is not None and port != local_port and port not in self._ports:
            return False
        return name in self._names or (self._any_address and _is_address(name))

    def origin_allowed(self, origin: str, local_port: int | None) -> bool:
        """Whether a browser page of `origin` may call: ours on any of our ports, or a CORS setting."""
        if self.is_cors(origin):
            return True
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path not in {"", "/"}:
            return False
        if self._public is not None and parts.hostname == self._public.hostname:
            return parts.scheme == self._public.scheme
        return self.host_allowed(parts.netloc, local_port)

    def is_cors(self, origin: str) -> bool:
        """Whether `origin` is a separately hosted terminal by setting."""
        return origin.rstrip("/").lower() in self._cors

    def sign_in_site(self, connection: HTTPConnection) -> Site:
        """The site whose page asks: fixed by the public address, else the page's own (checked) origin."""
        if self._public is not None:
            return Site(self._public.netloc, f"{self._public.scheme}://{self._public.netloc}")
        origin = connection.headers.get("origin")
        if origin:
            return Site(urlsplit(origin).netloc, origin)
        host = connection.headers["host"]
        return Site(host, f"{connection.url.scheme}://{host}")

    def is_secure(self, connection: HTTPConnection) -> bool:
        """Whether cookies must be Secure: the public address says so, else the connection."""
        scheme = self._public.scheme if self._public is not None else connection.url.scheme
        return scheme == "https"


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def client_address(scope: Mapping[str, Any], headers: Mapping[str, str], trusted: frozenset[str]) -> str:
    """The caller's address; forwarded ones count only when each hop after them is a trusted proxy."""
    client = scope.get("client")
    address = str(client[0]) if client else "unknown"
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    while address in trusted and hops:
        address = hops.pop()
    return address
