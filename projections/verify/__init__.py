"""Verify: the stored events decided again and compared, and what the whole ledger must agree with."""
