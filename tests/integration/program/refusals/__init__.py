"""For every error of the IDL a smallest way to reach it: an exchange, and the one instruction refused.

A row is a function that prepares an exchange and returns the refused call. `test_every_error.py` runs
each and fails when the IDL has an error without a row. Where no instruction can bring about the state that
an error guards against, the row writes it into the account by hand and says so (`patched`).

Every module of this folder is read: a new error may bring a file of its own.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from integration.program.refusals.rows import AS_CODES, ROWS

__all__ = ["AS_CODES", "ROWS"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
