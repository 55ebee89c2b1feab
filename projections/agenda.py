"""Agenda: one row an account and one a bucket, as their newest events left them (design: views)."""

from collections.abc import Iterable

from ledger.account import Account

TABLES = (
    "CREATE TABLE accounts (account TEXT PRIMARY KEY, region TEXT NOT NULL, plan TEXT, mode TEXT NOT NULL, "
    "blocks TEXT NOT NULL, wallet INTEGER NOT NULL, available INTEGER NOT NULL, clock INTEGER NOT NULL, "
    "version INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE buckets (account TEXT NOT NULL, bucket TEXT NOT NULL, service TEXT NOT NULL, grant_version INTEGER "
    "NOT NULL, left INTEGER NOT NULL, granted INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, "
    "PRIMARY KEY (account, bucket, service, grant_version)) WITHOUT ROWID",
)
FORGET = ("DELETE FROM accounts WHERE account = ?", "DELETE FROM buckets WHERE account = ?")
PUT_ACCOUNT = "INSERT INTO accounts VALUES (?,?,?,?,?,?,?,?,?)"
PUT_BUCKET = "INSERT INTO buckets VALUES (?,?,?,?,?,?,?,?)"


def account_row(account: Account) -> tuple[object, ...]:
    """The row of an account; money in kopecks, times as instants."""
    return (
        account.account,
        account.region,
        account.plan,
        account.mode,
        ",".join(account.blocks),
        account.wallet,
        account.available,
        account.clock,
        account.version,
    )


def bucket_rows(account: Account) -> Iterable[tuple[object, ...]]:
    """The rows of its live buckets; unlimited ones have no number and no row (R-6.3)."""
    for bucket in account.buckets:
        if not bucket.unlimited:
            yield (
                account.account,
                bucket.name,
                bucket.service,
                bucket.grant,
                bucket.left,
                bucket.granted,
                bucket.start,
                bucket.end,
            )
