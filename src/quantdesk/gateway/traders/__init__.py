"""What a wallet's Trader accounts hold beside money: waiting triggers and delegates, read from the chain."""
