"""Floor 3: the doors, and what wires them to a ledger."""
