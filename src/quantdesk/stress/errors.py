"""What can go wrong before a run says anything about risk.

StressError
├── PricesInvalid    a price file that cannot be used: which file, which row, what would be right
├── ScenarioInvalid  a scenario that the market's own bounds do not allow
└── SetUpFailed      the program refused to set the exchange up: it says why
"""

from __future__ import annotations


class StressError(Exception):
    """Base of this package's errors."""


class PricesInvalid(StressError):
    """A price file that cannot be used."""


class ScenarioInvalid(StressError):
    """A scenario that cannot be run."""


class SetUpFailed(StressError):
    """The program refused a step of the set-up."""
