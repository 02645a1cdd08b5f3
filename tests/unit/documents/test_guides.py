"""The guides name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guides"
SECURITY = (GUIDES / "security.md").read_text()
NAMED = re.findall(r"\[`(\w+)`\]\(([^)]+)\)", SECURITY)


def test_the_security_guide_names_tests() -> None:
    assert len(NAMED) > 40


@pytest.mark.parametrize(("name", "path"), sorted(set(NAMED)))
def test_a_test_that_the_security_guide_names_is_in_the_file_it_links(name: str, path: str) -> None:
    text = (GUIDES / path).resolve().read_text()
    assert re.search(rf"\b(?:def|fn) {name}\b", text), f"{path} has no {name}"


@pytest.mark.parametrize("guide", sorted(path.name for path in GUIDES.glob("*.md")))
def test_a_file_that_a_guide_links_exists(guide: str) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", (GUIDES / guide).read_text()):
        if "://" not in link:
            assert (GUIDES / link).exists(), f"{guide} links {link}"
