"""Structured logs: one JSON object a line on stdout, for our own and the libraries' records alike."""

from __future__ import annotations

import logging
import sys
from typing import Any

import msgspec
import structlog
from structlog.types import EventDict, Processor, WrappedLogger

_SECRET_WORDS = ("token", "secret", "password", "api_key", "private", "authorization", "cookie")
HIDDEN = "(hidden)"


def configure_logging(service: str, level: str = "info") -> None:
    """Send every log line of this process to stdout as JSON, marked with ``service``.

    ``level`` is the least severe level kept (``debug``, ``info``, ``warning``, ``error``). Call once, at the
    process' start; a second call replaces the first.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _mark(service),
        hide_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.add_logger_name, *shared, _render],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_PlainOrJson(shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for chatty in ("httpx", "httpcore", "websockets", "asyncio", "alembic", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(max(threshold, logging.WARNING))


def hide_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blank the values whose names say that they are secret."""
    for name in event:
        if name != "event" and any(word in name.lower() for word in _SECRET_WORDS):
            event[name] = HIDDEN
    return event


def _mark(service: str) -> Processor:
    def mark(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return mark


def _render(_: WrappedLogger, __: str, event: EventDict) -> str:
    return _to_json(event)


def _to_json(event: EventDict) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


class _PlainOrJson(logging.Formatter):
    """Passes on lines that structlog has already rendered and renders the libraries' records alike."""

    def __init__(self, shared: list[Processor]) -> None:
        super().__init__()
        self._shared = shared

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if message.startswith('{"') and not record.args and record.exc_info is None:
            return message
        event: Any = {"event": message, "logger": record.name, "exc_info": record.exc_info}
        for processor in self._shared:
            event = processor(None, record.levelname.lower(), event)
        return _to_json(event)
