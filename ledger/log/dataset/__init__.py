"""A dataset: the contracts of a ledger up to some positions, whole, in Parquet files that are never rewritten."""
