"""What a door answers when it cannot go on: one line, and an exit code (contract §1)."""


class UsageError(Exception):
    """Something the caller must change; one line that says what (exit code 2)."""


class Refused(Exception):
    """The ledger answers no; one line that says why (exit code 1)."""
