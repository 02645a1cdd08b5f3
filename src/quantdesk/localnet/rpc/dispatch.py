"""From a request body to an answer that may be told: durable first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import CoroutineType
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

Deliver = Callable[[bytes], None]
Answer = dict[str, Any] | None
"""A response object; None where nothing is to be answered."""


class Dispatcher:
    """Answers request bodies from a node.

    Nearly every method is done at once, and a task per request would cost more than most methods do; so
    answers are delivered by a call, and only batches and methods that wait get a task.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tasks: set[asyncio.Task[None]] = set()

    def answer_soon(self, body: bytes, is_trusted: bool, deliver: Deliver) -> None:
        """Deliver the response body, empty when nothing is to be answered.

        Not before everything that it tells is on the disk; possibly before this returns.
        """
        try:
            raw = parse_body(body)
        except RpcError as error:
            deliver(encode_json(failure(error, None)))
            return
        if isinstance(raw, list):
            self._spawn(self._answer_batch(raw, is_trusted, deliver))
            return
        answer = self._start(raw, is_trusted)
        if isinstance(answer, CoroutineType):
            self._spawn(self._answer_later(raw, answer, deliver))
        else:
            self._finish(raw, answer, deliver)

    async def answer(self, body: bytes, *, is_trusted: bool) -> bytes:
        """The response body, as `answer_soon` delivers it."""
        delivered: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.answer_soon(body, is_trusted, delivered.set_result)
        return await delivered

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_batch(self, raw: list[Any], is_trusted: bool, deliver: Deliver) -> None:
        answers = []
        for item in raw:
            answer = self._start(item, is_trusted)
            answers.append(await answer if isinstance(answer, CoroutineType) else answer)
        self._finish(raw, [answer for answer in answers if answer is not None], deliver)

    async def _answer_later(self, raw: Any, answer: Coroutine[Any, Any, Answer], deliver: Deliver) -> None:
        self._finish(raw, await answer, deliver)

    def _finish(self, raw: Any, answer: Any, deliver: Deliver) -> None:
        if not answer:
            deliver(b"")
            return
        encoded = encode_json(answer)
        journal = self._node.journal
        if journal.is_settled:
            deliver(encoded)
        else:
            journal.when_durable(lambda full: deliver(encoded if full is None else _refused(raw, full)))

    def _start(self, raw: Any, is_trusted: bool) -> Any:
        """The answer to one request object, or a coroutine that comes to it."""
        identifier = None
        try:
            call = parse_call(raw)
            identifier = call.id
            result = self._run(call, is_trusted)
        except Exception as error:  # noqa: BLE001 - _failed logs what it does not know
            return _failed(raw, identifier, error)
        if isinstance(result, CoroutineType):
            return self._complete(raw, call, result)
        return None if call.is_notification else success(result, call.id)

    async def _complete(self, raw: Any, call: Call, result: Coroutine[Any, Any, Any]) -> Answer:
        try:
            value = await result
        except Exception as error:  # noqa: BLE001 - _failed logs what it does not know
            return _failed(raw, call.id, error)
        return None if call.is_notification else success(value, call.id)

    def _run(self, call: Call, is_trusted: bool) -> Any:
        method = PUBLIC_METHODS.get(call.method)
        if method is None and (method := ADMIN_METHODS.get(call.method)) is not None and not is_trusted:
            raise RpcError(
                INVALID_REQUEST, f"{call.method} is answered to programs and pages of this machine only"
            )
        if method is None:
            raise RpcError(METHOD_NOT_FOUND, "Method not found")
        return method(self._node, call.params)


def _failed(raw: Any, identifier: str | int | None, error: Exception) -> Answer:
    if isinstance(error, RpcError):
        if error.code == METHOD_NOT_FOUND and isinstance(raw, dict) and "id" not in raw:
            return None
        return failure(error, _readable_id(raw) if identifier is None else identifier)
    if isinstance(error, NotAccepting):
        return failure(RpcError(INTERNAL_ERROR, str(error)), identifier)
    log.error("localnet.method_failed", request=str(raw)[:300], exc_info=error)
    return failure(RpcError(INTERNAL_ERROR, "Internal error"), identifier)


def _refused(raw: Any, full: NotAccepting) -> bytes:
    """What is said instead of answers that could not be made durable."""
    error = RpcError(INTERNAL_ERROR, str(full))
    if isinstance(raw, list):
        return encode_json([failure(error, _readable_id(item)) for item in raw])
    return encode_json(failure(error, _readable_id(raw)))


def _readable_id(raw: Any) -> str | int | None:
    value = raw.get("id") if isinstance(raw, dict) else None
    return value if is_possible_id(value) else None
