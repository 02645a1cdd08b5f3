"""Declare what a test needs from the machine: absent, it skips with the reason; with CI=true it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

RECORDED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def missing(reason: str) -> NoReturn:
    """Skip for ``reason``; where CI=true promises a whole machine, fail instead."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must not skip: {reason}", pytrace=False)
    pytest.skip(reason)


def tool(*names: str) -> str:
    """Path of the first of ``names`` on PATH."""
    for name in names:
        if found := shutil.which(name):
            return found
    missing(f"needs {' or '.join(names)} on PATH")


def recorded(path: str) -> Path:
    """A file of the recorded market data beside the checkout; its absence always only skips."""
    file = RECORDED_DATA / path
    if not file.exists():
        pytest.skip(f"the recorded data file {path} is not beside this checkout")
    return file
