"""The guide names only options that the command has, and parameters that a market has."""

from __future__ import annotations

import re
from pathlib import Path

import typer.main

from quantdesk.bootstrap.market_file import MarketEntry
from quantdesk.cli.app import app

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "risk-parameters.md"


def test_every_option_of_the_guide_is_one_of_the_command() -> None:
    text = GUIDE.read_text()
    command = typer.main.get_command(app).commands["stress"]  # type: ignore[attr-defined]
    known = {name for parameter in command.params for name in parameter.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert len(named) > 10
    assert named <= known, named - known


def test_every_parameter_that_the_guide_sets_is_one_of_a_market() -> None:
    named = set(re.findall(r"(?:--set |`)(?:[A-Z]+-PERP\.)?([a-z_]+)=[\d.]+", GUIDE.read_text()))
    assert len(named) > 3
    assert named <= set(MarketEntry.model_fields) | {"initial_margin"}


def test_the_guides_picture_is_there() -> None:
    for name in re.findall(r"\(\.\./images/([\w-]+\.png)\)", GUIDE.read_text()):
        assert (GUIDE.parents[1] / "images" / name).read_bytes()[:4] == b"\x89PNG"
