"""Localnet as a service: the node, its clock, its two ports."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Iterator

import structlog

from quantdesk.localnet.config import LocalnetConfig
from quantdesk.localnet.errors import PortTaken
from quantdesk.localnet.log.store import DirectoryLock
from quantdesk.localnet.memory import keep_freed_memory
from quantdesk.localnet.node import Node
from quantdesk.localnet.pages import Pages
from quantdesk.localnet.ports import holder_of
from quantdesk.localnet.pubsub.hub import Hub
from quantdesk.localnet.pubsub.server import PubsubServer
from quantdesk.localnet.rpc.dispatch import Dispatcher
from quantdesk.localnet.rpc.http import HttpConnection

log = structlog.get_logger(__name__)


async def serve(config: LocalnetConfig, ready: asyncio.Event | None = None) -> None:
    """Run a localnet until cancelled; `ready` is set once both ports answer.

    Raises:
        LocalnetError: the data directory or a port is in use, or the log cannot be read.
    """
    keep_freed_memory()
    lock = DirectoryLock(config.data_dir)
    try:
        async with contextlib.AsyncExitStack() as stack:
            await _run(config, stack, ready)
    finally:
        lock.release()


async def _run(config: LocalnetConfig, stack: contextlib.AsyncExitStack, ready: asyncio.Event | None) -> None:
    node = Node(config)
    stack.push_async_callback(node.close)
    hub = Hub(node)
    node.listener = hub
    dispatcher, pages = Dispatcher(node), Pages(node)
    loop = asyncio.get_running_loop()
    with _naming_the_holder(config.port):
        http = await loop.create_server(
            lambda: HttpConnection(dispatcher.answer_soon, pages.find), config.host, config.port
        )
    stack.callback(http.close)
    with _naming_the_holder(config.pubsub_port):
        sockets = await PubsubServer(hub).start(config.host, config.pubsub_port)
    stack.callback(sockets.close)
    log.info(
        "localnet.ready", rpc=f"http://{config.host}:{config.port}", ws=config.pubsub_port, clock=config.clock
    )
    if ready is not None:
        ready.set()
    await node.clock.run()


@contextlib.contextmanager
def _naming_the_holder(port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        holder = holder_of(port) or "another process"
        raise PortTaken(
            f"port {port} is taken by {holder}: stop it, or move all ports with --port-offset 100"
        ) from None
