"""State: what the server keeps of its own beside a ledger; none of it decides what anybody pays."""
