"""The RPC methods, by subject. Each takes the node and the parameters and returns the wire result."""
