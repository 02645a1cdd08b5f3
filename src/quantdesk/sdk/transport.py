"""HTTP to the gateway: JSON in and out, problems as exceptions."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx
import msgspec

from quantdesk.sdk.errors import RateLimited, Refused, Unreachable

TIMEOUT_S = 15.0

Json = dict[str, Any]


class Transport:
    """One gateway at ``base_url`` (``http://localhost:3002``). ``client`` can be injected for tests."""

    def __init__(self, base_url: str, client: httpx.AsyncClient | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self._client = client or httpx.AsyncClient(base_url=self.base_url, timeout=TIMEOUT_S)
        self.token: str | None = None

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    @property
    def socket_url(self) -> str:
        """Address of the WebSocket on the same gateway."""
        return "ws" + self.base_url.removeprefix("http") + "/v1/ws"

    async def get(self, path: str, **query: Any) -> Any:
        """GET ``/v1{path}``; parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return await self._ask("GET", path, params=given)

    async def post(self, path: str, body: Json) -> Any:
        """POST ``body`` to ``/v1{path}``; fields that are None are left out."""
        return await self._ask("POST", path, json={k: v for k, v in body.items() if v is not None})

    async def _ask(self, method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = await self._client.request(method, f"/v1{path}", headers=headers, **options)
        except httpx.HTTPError as error:
            raise Unreachable(
                f"{method} {self.base_url}/v1{path}: {error or type(error).__name__}"
            ) from error
        if answer.is_success:
            return msgspec.json.decode(answer.content) if answer.content else None
        raise _problem(answer)


def _problem(answer: httpx.Response) -> Refused:
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        problem = {"code": "not_a_problem", "detail": f"HTTP {answer.status_code}: {answer.text[:200]!r}"}
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return RateLimited(problem, float(answer.headers.get("Retry-After", "1")))
    return Refused(problem, answer.status_code)
