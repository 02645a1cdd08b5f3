"""What a keeper was refused and leaves alone for a while: every try costs a fee."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Rests:
    """Until when a thing is left alone: ``first_s``, then twice as long with each refusal, to ``most_s``."""

    first_s: float = 0.5
    most_s: float = 8.0
    _until: dict[Hashable, tuple[float, float]] = field(default_factory=dict)

    def over(self, what: Hashable, now: float) -> bool:
        """Whether it may be tried (again)."""
        return now >= self._until.get(what, (0.0, 0.0))[0]

    def refused(self, what: Hashable, now: float) -> None:
        """There was nothing to gain: wait, twice as long as the last time."""
        _, last = self._until.get(what, (0.0, 0.0))
        self.hold(what, now, min(self.most_s, last * 2) if last else self.first_s)

    def hold(self, what: Hashable, now: float, pause_s: float) -> None:
        """Wait that long."""
        self._until[what] = (now + pause_s, pause_s)

    def done(self, what: Hashable) -> None:
        """It was of use: no need to wait."""
        self._until.pop(what, None)

    def forget(self, now: float) -> None:
        """Drop what has been over for so long that it is another story."""
        self._until = {what: rest for what, rest in self._until.items() if now - rest[0] < 4 * self.most_s}
