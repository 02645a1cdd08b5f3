"""The one SQLite file: log, results, address index, blocks and snapshots."""
