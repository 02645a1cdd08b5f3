"""The committed contract is the code's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from quantdesk.gateway.openapi import render
from quantdesk.gateway.stream.schemas import ChannelMessage

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "docs" / "reference" / "openapi.json"
SOCKET = ROOT / "docs" / "reference" / "websocket.md"


def test_the_committed_openapi_is_what_the_code_says() -> None:
    assert COMMITTED.read_text() == render(), "run `python -m quantdesk.gateway.openapi`"


def test_every_error_is_problem_json() -> None:
    for path, operations in json.loads(COMMITTED.read_text())["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and path != "/ready":
                    assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_no_number_of_money_is_a_float() -> None:
    schemas: dict[str, Any] = json.loads(COMMITTED.read_text())["components"]["schemas"]
    floats = [
        (name, field)
        for name, schema in schemas.items()
        for field, shape in schema.get("properties", {}).items()
        if shape.get("type") == "number"
    ]
    assert floats == []


def test_the_examples_of_the_socket_page_have_the_shape_of_messages() -> None:
    examples = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", SOCKET.read_text(), re.S)]
    channels = [each for each in examples if each["op"] in {"subscribed", "update"}]
    shown = {each["channel"] for each in channels}
    assert shown == {"book", "trades", "liquidations", "ticker", "candles", "prices", "account", "status"}
    for example in channels:
        if example["channel"] != "account":
            ChannelMessage.model_validate(example)
