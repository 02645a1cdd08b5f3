"""From a request body to an answer that may be told: durable first."""

from __future__ import annotations

import inspect
from typing import Any

import structlog

from quantdesk.localnet.errors import NotAccepting
from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.envelope import (
    Call,
    encode_json,
    failure,
    is_possible_id,
    parse_body,
    parse_call,
    success,
)
from quantdesk.localnet.rpc.errors import INTERNAL_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, RpcError
from quantdesk.localnet.rpc.methods import accounts, admin, cluster, history, simulation, tokens, transactions

log = structlog.get_logger(__name__)

PUBLIC_METHODS: dict[str, Any] = {
    **cluster.METHODS,
    **accounts.METHODS,
    **tokens.METHODS,
    **transactions.METHODS,
    **simulation.METHODS,
    **history.METHODS,
}
ADMIN_METHODS: dict[str, Any] = dict(admin.METHODS)


class Dispatcher:
    """Answers request bodies from a node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def answer(self, body: bytes, *, is_trusted: bool) -> bytes:
        """The response body; empty when nothing is to be answered.

        Not before what it tells is on the disk.
        """
        try:
            raw = parse_body(body)
            if isinstance(raw, list):
                answers = [await self._answer_one(item, is_trusted) for item in raw]
                wanted: Any = [answer for answer in answers if answer is not None]
            else:
                wanted = await self._answer_one(raw, is_trusted)
        except RpcError as error:
            return encode_json(failure(error, None))
        if not wanted:
            return b""
        encoded = encode_json(wanted)
        if not self._node.journal.is_settled:
            try:
                await self._node.durable()
            except NotAccepting as full:
                return self._full(raw, full)
        return encoded

    def _full(self, raw: Any, full: NotAccepting) -> bytes:
        error = RpcError(INTERNAL_ERROR, str(full))
        if isinstance(raw, list):
            identifiers = [item.get("id") if isinstance(item, dict) else None for item in raw]
            return encode_json([failure(error, identifier) for identifier in identifiers])
        return encode_json(failure(error, raw.get("id") if isinstance(raw, dict) else None))

    async def _answer_one(self, raw: Any, is_trusted: bool) -> dict[str, Any] | None:
        identifier = None
        try:
            call = parse_call(raw)
            identifier = call.id
            result = self._run(call, is_trusted)
            if inspect.isawaitable(result):
                result = await result
        except RpcError as error:
            wants_answer = not (isinstance(raw, dict) and "id" not in raw and error.code == METHOD_NOT_FOUND)
            return (
                failure(error, _readable_id(raw) if identifier is None else identifier)
                if wants_answer
                else None
            )
        except NotAccepting as full:
            return failure(RpcError(INTERNAL_ERROR, str(full)), identifier)
        except Exception:
            log.exception("localnet.method_failed", request=str(raw)[:300])
            return failure(RpcError(INTERNAL_ERROR, "Internal error"), identifier)
        return None if call.is_notification else success(result, call.id)

    def _run(self, call: Call, is_trusted: bool) -> Any:
        method = PUBLIC_METHODS.get(call.method)
        if method is None and (method := ADMIN_METHODS.get(call.method)) is not None and not is_trusted:
            raise RpcError(
                INVALID_REQUEST, f"{call.method} is answered to programs and pages of this machine only"
            )
        if method is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        return method(self._node, call.params)


def _readable_id(raw: Any) -> str | int | None:
    value = raw.get("id") if isinstance(raw, dict) else None
    return value if is_possible_id(value) else None
