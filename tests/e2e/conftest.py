"""One running box for all end-to-end tests of a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from box import Box, running_box


@pytest.fixture(scope="session")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """What `make run` starts, ready."""
    data_dir: Path = tmp_path_factory.mktemp("box") / "data"
    with running_box(data_dir) as running:
        yield running
