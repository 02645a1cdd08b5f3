"""Errors of the store.

StoreError
├── StoreUrlInvalid      the database URL names no engine that we know
└── StoreVersionUnknown  the database was written by another version of QuantDesk
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of the store's own errors; the engines' errors pass through as SQLAlchemy's."""


class StoreUrlInvalid(StoreError):
    """The database URL names no engine that we know."""


class StoreVersionUnknown(StoreError):
    """The database was written by another version of QuantDesk."""
