"""The numbers of `docs/guides/risk.md` are those of the program."""

from __future__ import annotations

import re

import pytest

from integration.program import risk_examples
from integration.program.risk_examples import EXAMPLES, table

GUIDE = risk_examples.GUIDE.read_text()


def test_the_guide_has_every_example_and_no_other() -> None:
    assert re.findall(r"<!-- example: (\w+) -->", GUIDE) == list(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_numbers_of_an_example_are_what_the_program_does(name: str) -> None:
    _, told = GUIDE.split(f"<!-- example: {name} -->\n")
    assert told.split("\n\n")[0] == table(EXAMPLES[name]())
