"""The log: bytes of events, the append-only journal, idempotency keys and heads."""
