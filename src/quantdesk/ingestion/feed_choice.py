"""Which feed a data directory has: what the setting says, or what ``auto`` decided at its first start."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from quantdesk.infra.bus.messages import Feed
from quantdesk.ingestion.config import FeedMode

FILE = "feed"
_CHOICES: dict[str, Feed] = {"live": "live", "replay": "replay", "simulated": "simulated"}


class FeedChoiceBroken(ValueError):
    """The kept choice is not one of ours: says the file and what it holds."""


async def choose_feed(mode: FeedMode, state_dir: Path, venue_answers: Callable[[], Awaitable[bool]]) -> Feed:
    """The feed to run.

    An explicit ``mode`` is taken as it is. ``auto`` takes the choice kept in ``state_dir``; at the first
    start it asks ``venue_answers`` once and keeps ``live`` or ``replay``: a live feed lost later is stale,
    never replaced by a replay.
    """
    if mode != "auto":
        return _CHOICES[mode]
    kept = state_dir / FILE
    if kept.exists():
        text = kept.read_text().strip()
        if text not in _CHOICES:
            raise FeedChoiceBroken(f"{kept} holds {text!r}; expected one of {', '.join(_CHOICES)}")
        return _CHOICES[text]
    chosen: Feed = "live" if await venue_answers() else "replay"
    _keep(kept, chosen)
    return chosen


def _keep(file: Path, chosen: Feed) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with fresh.open("w") as stream:
        stream.write(f"{chosen}\n")
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
