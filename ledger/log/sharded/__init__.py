"""A ledger of several logs: which shard a number is in, what is asked of all of them, and how they are opened."""
