"""QuantDesk: a perpetual-futures exchange in a box."""
