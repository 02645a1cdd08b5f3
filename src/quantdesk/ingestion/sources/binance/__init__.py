"""Binance spot: best bid and ask and trades over ccxt.pro, history over REST."""
