"""The recorded feed: replayed once with its real timing, then carried on from its own returns."""
