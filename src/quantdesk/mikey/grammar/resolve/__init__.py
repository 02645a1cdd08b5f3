"""From frames to instructions: one module per kind of thing that can be asked for."""
