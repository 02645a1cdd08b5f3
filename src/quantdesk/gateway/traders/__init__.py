"""What a wallet's Trader accounts hold beside money: triggers and delegates."""
