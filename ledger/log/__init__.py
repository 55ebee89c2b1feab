"""The log: bytes of events, the store of the append-only log, idempotency keys and heads."""
