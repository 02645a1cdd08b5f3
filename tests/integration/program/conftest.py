"""Fixtures of the program tests."""

from integration.program.exchange import exchange

__all__ = ["exchange"]
