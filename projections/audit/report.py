"""What an audit found: each check with its rows and violations, the first of them by contract and version."""

import msgspec

FIRST: int = 20
"""So many violations of a check are told one by one."""


class Violation(msgspec.Struct, frozen=True, order=True):
    """Where an event violates a check: what should be there, and what is; None for nothing.

    `account` is the id of the contract until it is named by its number.
    """

    account: str
    version: int
    expected: str | None
    found: str | None
    holder: int | msgspec.UnsetType = msgspec.UNSET
    contract: str | msgspec.UnsetType = msgspec.UNSET


class Checked(msgspec.Struct, kw_only=True):
    """A check: how many rows it looked at, how many violate it, and the first of these."""

    name: str
    rule: str
    rows: int = 0
    violations: int = 0
    first: list[Violation] = []

    def add(self, rows: int, violations: int, first: list[Violation]) -> None:
        """Add what some contracts have of it."""
        self.rows += rows
        self.violations += violations
        self.first = sorted([*self.first, *first], key=lambda each: (each.account, each.version))[:FIRST]


class Report(msgspec.Struct, kw_only=True):
    """What an audit found; `ok` where nothing violates anything."""

    checks: list[Checked]
    events: int = 0
    ok: bool = True
