"""Vectors that the Rust engine's tests write: what a mirror in another language must give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parent / "vectors"


def golden(name: str) -> Any:
    """The content of ``tests/vectors/{name}.json``."""
    return json.loads((VECTORS / f"{name}.json").read_text())
