"""The machine: a Solana VM with the parts of a bank that LiteSVM leaves out."""
