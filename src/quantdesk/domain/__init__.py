"""Units, markets, orders, margin and candles of the venue. Imports nothing outward."""
