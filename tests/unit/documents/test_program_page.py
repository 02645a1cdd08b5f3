"""The reference of the program, written from the IDL."""

from __future__ import annotations

import json
import re

from tools.program_page import IDL, program_page

PAGE = program_page()
HEADINGS = re.findall(r"^#{1,3} (.+)$", PAGE, re.MULTILINE)


def test_every_link_leads_to_one_heading() -> None:
    anchors = [heading.lower().replace(" ", "-") for heading in HEADINGS]
    assert len(anchors) == len(set(anchors)), "two headings share an anchor"
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= set(anchors)


def test_everything_in_the_idl_is_on_the_page() -> None:
    idl = json.loads(IDL.read_text())
    for kind in ("accounts", "instructions", "events", "types"):
        missing = {one["name"] for one in idl[kind]} - set(HEADINGS)
        assert not missing, (kind, missing)
    for error in idl["errors"]:
        assert f"| {error['code']} | `{error['name']}` | {error['msg']} |" in PAGE


def test_no_table_has_a_broken_row() -> None:
    width = 0
    for line in PAGE.splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line)) - 1
        assert cells == (width or cells), line
        width = cells
