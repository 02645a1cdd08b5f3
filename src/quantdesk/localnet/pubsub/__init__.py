"""Subscriptions over WebSocket, in the wire shapes of a Solana node."""
