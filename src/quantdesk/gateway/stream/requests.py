"""Reads what a client sent on the socket; every mistake names itself and keeps the connection."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from quantdesk.gateway.problems import Malformed, Problem
from quantdesk.gateway.stream.connection import is_request_id
from quantdesk.gateway.stream.topics import TopicKey
from quantdesk.gateway.wire import RESOLUTION_MS

OPS = ("subscribe", "unsubscribe", "auth", "ping")
CHANNELS = ("book", "trades", "liquidations", "ticker", "candles", "prices", "account", "status")
_SOURCES = ("trade", "mark", "index")
_BY_MARKET = frozenset({"book", "trades", "liquidations", "ticker", "candles", "prices"})
_SHOWN = 100
Text = Annotated[str, Meta(max_length=2_048)]


class Incoming(Struct, forbid_unknown_fields=True):
    """One request. See `SocketRequest` in the schemas for what each op takes."""

    op: Literal["subscribe", "unsubscribe", "auth", "ping"]
    id: Any = None
    channel: Text | None = None
    market: Text | None = None
    resolution: Text | None = None
    source: Text | None = None
    wallet: Text | None = None
    from_seq: Annotated[int, Meta(ge=0)] | None = None
    epoch: Text | None = None
    token: Text | None = None


def decode(text: str | bytes) -> tuple[Any, dict[str, Any]]:
    """The request's id and its fields. Raises Malformed when it is no JSON object."""
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"The frame is not JSON: {error}.", expected="one JSON object a frame") from None
    if not isinstance(fields, dict):
        raise Malformed(
            "The frame is not an object.", value=str(fields)[:_SHOWN], expected='{"op": "...", ...}'
        )
    request_id = fields.get("id")
    if request_id is not None and not is_request_id(request_id):
        raise Malformed("`id` cannot be given back.", field="id", expected="an integer or a short text")
    return request_id, fields


def read(fields: dict[str, Any]) -> Incoming:
    """The fields as a request. Raises Malformed naming the field."""
    try:
        return msgspec.convert(fields, Incoming)
    except msgspec.ValidationError as error:
        raise Malformed(
            f"The request does not hold: {error}.", expected=f"op is one of {', '.join(OPS)}"
        ) from None


def topic_key(request: Incoming) -> TopicKey:
    """What a subscribe or unsubscribe is about. Raises Problem."""
    channel = request.channel
    if channel not in CHANNELS:
        raise _unknown("channel", channel, CHANNELS)
    if channel == "status":
        return TopicKey("status")
    if channel == "account":
        return TopicKey("account", wallet=_required("wallet", request.wallet))
    assert channel in _BY_MARKET
    market = _required("market", request.market)
    if channel != "candles":
        return TopicKey(channel, market=market)
    resolution, source = request.resolution or "1m", request.source or "trade"
    if resolution not in RESOLUTION_MS:
        raise _invalid("resolution", resolution, tuple(RESOLUTION_MS))
    if source not in _SOURCES:
        raise _invalid("source", source, _SOURCES)
    return TopicKey("candles", market=market, resolution=resolution, source=source)


def _required(field: str, value: str | None) -> str:
    if not value:
        raise Malformed(f"This channel needs `{field}`.", field=field, expected=f"a {field}")
    return value


def _invalid(field: str, value: str, allowed: tuple[str, ...]) -> Malformed:
    return Malformed(
        f"There is no {field} {value[:_SHOWN]}.",
        field=field,
        value=value[:_SHOWN],
        expected=f"one of {', '.join(allowed)}",
    )


def _unknown(field: str, value: str | None, allowed: tuple[str, ...]) -> Problem:
    return Malformed(
        f"There is no {field} {(value or '')[:_SHOWN]}.",
        code=f"unknown_{field}",
        field=field,
        value=value and value[:_SHOWN],
        expected=f"one of {', '.join(allowed)}",
    )
