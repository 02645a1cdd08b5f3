"""What a user of the box can mend, as sentences."""

from __future__ import annotations


class ServiceRefused(RuntimeError):
    """A service cannot start or go on, for a reason that its user can mend: the text says which."""
