"""What the command line says of a refusal and of a choice that there is not."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner

from quantdesk.cli.app import app
from quantdesk.cli.output import explained
from quantdesk.sdk import Refused

SMALL = {
    "code": "BelowMinimumNotional",
    "detail": "The order is too small: 0.01 SOL; expected 10 USDC or more",
    "field": "size",
    "value": "0.01 SOL",
    "expected": "10 USDC or more",
}


@pytest.mark.parametrize(
    ("problem", "lines"),
    [
        (
            SMALL,
            [
                "BelowMinimumNotional: The order is too small",
                "  size: 0.01 SOL",
                "  expected: 10 USDC or more",
            ],
        ),
        ({"code": "paused", "detail": "Not now."}, ["paused: Not now."]),
        (
            {
                "code": "malformed",
                "detail": "size: This field is required.",
                "field": "size",
                "expected": "This field is required.",
                "errors": [
                    {"field": "size", "value": None, "detail": "This field is required."},
                    {"field": "side", "value": "up", "detail": "Input should be 'buy' or 'sell'"},
                ],
            },
            [
                "malformed: size: This field is required.",
                "  size: nothing",
                "  side: up: Input should be 'buy' or 'sell'",
            ],
        ),
    ],
    ids=["value and remedy", "words only", "several fields"],
)
def test_a_refusal_says_field_value_and_remedy_on_a_line_each(
    problem: dict[str, object], lines: list[str]
) -> None:
    assert explained(Refused(problem, 422)).splitlines() == lines


@pytest.mark.parametrize("words", [["admin", "pause", "nothing"], ["order", "list", "--status", "nothing"]])
def test_a_choice_that_there_is_not_is_refused_without_pythons_words(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    said = " ".join(done.output.replace("│", " ").split())
    assert done.exit_code == 2
    assert "'nothing' is not one of" in said
    assert "Value error" not in said


def test_every_admin_command_that_signs_takes_the_same_options() -> None:
    admin = typer.main.get_command(app).commands["admin"]  # type: ignore[attr-defined]
    common = {"rpc", "key", "dry_run", "yes", "as_json"}
    taken = {name: {each.name for each in found.params} & common for name, found in admin.commands.items()}
    reading = {name for name, options in taken.items() if options == {"rpc", "as_json"}}
    assert reading == {"show", "list"}
    assert {name for name, options in taken.items() if options == common} == set(taken) - reading
