"""Explain: why an event came out as it did, and what would have had to be otherwise."""
