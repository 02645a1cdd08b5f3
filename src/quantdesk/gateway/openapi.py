"""OpenAPI of the gateway; ``python -m quantdesk.gateway.openapi [FILE]`` writes it, ``--check`` compares."""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from quantdesk.gateway.routes import routers
from quantdesk.gateway.stream.schemas import MESSAGES

DEFAULT_FILE = Path("docs/reference/openapi.json")
_PROBLEM_REF = "#/components/schemas/ProblemBody"


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``: errors as problem+json, FastAPI's own 422 body left out."""
    made = get_openapi(
        title="QuantDesk gateway",
        version=version("quantdesk"),
        summary="Perpetual futures settled on Solana.",
        description=(
            "Prices, sizes and amounts are decimal strings; ids are strings; times are integer Unix "
            "milliseconds. Errors are RFC 9457 problem+json with a stable `code`. The WebSocket is described "
            "in websocket.md."
        ),
        routes=app.routes,
    )
    made["servers"] = [{"url": "/"}]
    for path in made["paths"].values():
        for operation in path.values():
            _problems_as_problem_json(operation["responses"])
    _, socket = models_json_schema(
        [(message, "serialization") for message in MESSAGES], ref_template="#/components/schemas/{model}"
    )
    for name, schema in socket["$defs"].items():
        made["components"]["schemas"].setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        made["components"]["schemas"].pop(unused, None)
    return made


def _problems_as_problem_json(responses: dict[str, Any]) -> None:
    for status in list(responses):
        content = responses[status].get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if schema.get("$ref", "").endswith("/HTTPValidationError"):
            del responses[status]
        elif schema.get("$ref") == _PROBLEM_REF:
            responses[status]["content"] = {"application/problem+json": content["application/json"]}


def render() -> str:
    """The document as it is committed."""
    app = FastAPI()
    for router in routers():
        app.include_router(router)
    return json.dumps(document(app), indent=2, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with ``--check`` say whether it is up to date (exit code 1 when not)."""
    files = [Path(argument) for argument in arguments if not argument.startswith("-")]
    target = files[0] if files else DEFAULT_FILE
    text = render()
    if "--check" in arguments:
        same = target.exists() and target.read_text() == text
        sys.stdout.write(
            f"{target} {'is up to date' if same else 'is out of date: run this without --check'}\n"
        )
        return 0 if same else 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    sys.stdout.write(f"wrote {target}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
