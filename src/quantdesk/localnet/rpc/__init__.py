"""JSON-RPC over HTTP, in the wire shapes of a Solana node."""
