"""What ingestion remembers: candles of the venues' trades and where the feed goes on from."""
