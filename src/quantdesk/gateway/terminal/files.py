"""Serves the built terminal: precompressed, hashed names cached for ever, pages never stale.

Paths without a file and without an extension are pages of the single-page application: they get index.html.
"""

import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from quantdesk.gateway.problems import DependencyAway, Malformed, NotFound

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_IMMUTABLE = "public, max-age=31536000, immutable"
_FRESH = "no-cache"
_ENCODINGS = (("br", ".br"), ("zstd", ".zst"), ("gzip", ".gz"))


@dataclass(frozen=True, slots=True)
class _Choice:
    path: Path
    encoding: str | None


class TerminalFiles:
    """ASGI application over one directory."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory.resolve() if directory is not None else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotFound(
                f"There is no socket at {scope['path']}.", code="unknown_path", value=scope["path"]
            )
        if scope["method"] not in {"GET", "HEAD"}:
            problem = Malformed(
                f"{scope['method']} is not possible at {scope['path']}.", code="method_not_allowed"
            )
            problem.status = 405
            raise problem
        response = self._respond(scope["path"], Headers(scope=scope))
        await response(scope, receive, send)

    def _respond(self, path: str, headers: Headers) -> Response:
        file = self._find(path)
        accepted = headers.get("accept-encoding", "")
        choice = self._encoded(file, accepted)
        stat = choice.path.stat()
        etag = f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"'
        made = {"etag": etag, "vary": "Accept-Encoding", "cache-control": self._caching(file)}
        if file.suffix == ".html":
            made["content-security-policy"] = CONTENT_SECURITY_POLICY
        if headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=made)
        if choice.encoding is not None:
            made["content-encoding"] = choice.encoding
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return FileResponse(choice.path, headers=made, media_type=media_type, stat_result=stat)

    def _find(self, path: str) -> Path:
        root = self._directory
        index = root / "index.html" if root is not None else None
        if root is None or index is None or not index.is_file():
            raise DependencyAway(
                "The terminal is not built; `make run` builds it, and the API works without it.",
                code="terminal_not_built",
                dependency="terminal",
            )
        try:
            asked = (root / path.lstrip("/")).resolve()
        except (ValueError, OSError):
            raise NotFound(f"There is no file {path}.", code="unknown_path", value=path) from None
        if asked.is_relative_to(root) and asked.is_file():
            return asked
        if asked.is_relative_to(root) and not asked.suffix:
            return index
        raise NotFound(f"There is no file {path}.", code="unknown_path", value=path)

    @staticmethod
    def _encoded(file: Path, accepted: str) -> _Choice:
        offered = {part.split(";")[0].strip() for part in accepted.split(",")}
        for name, suffix in _ENCODINGS:
            sibling = file.with_name(file.name + suffix)
            if name in offered and sibling.is_file():
                return _Choice(sibling, name)
        return _Choice(file, None)

    def _caching(self, file: Path) -> str:
        assert self._directory is not None
        hashed = file.relative_to(self._directory).parts[0] == "assets"
        return _IMMUTABLE if hashed else _FRESH
