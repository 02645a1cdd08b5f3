"""Tickets: what would be done, signed, single-use and short-lived; confirming one yields unsigned
transactions.
"""
