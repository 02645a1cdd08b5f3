"""The on-chain program's bytes: accounts, addresses, instructions, events and errors, all from its IDL."""
