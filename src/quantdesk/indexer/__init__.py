"""Follows the chain into the store and the bus: every event once, in order, none missing."""
