"""A ledger of several shards is one to whoever reads it."""
