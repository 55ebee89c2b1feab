"""Use cases: what can be done with a ledger, the same from every door.

Each takes an open ledger, or one snapshot of it, and plain values; it returns a struct or a stream, reports progress by
a callback, and raises `AppError` with a code. None knows how it is asked for or worded.
"""
