"""Keepers: the oracle pushes prices, the maker quotes, the taker trades the feed's flow, the
liquidator closes what is under water.
"""
