"""Ledgers of several shards: SQLite files that a TOML file lists."""

from pathlib import Path

from tests.cli.support import Done, process

SHARDS = 3


def listed(*numbers: int) -> str:
    """A list of shards, each a file beside it."""
    return "shards = [" + ", ".join(f'"sqlite:///shard-{number}.db"' for number in numbers) + "]\n"


def obnovi(folder: Path, shards: int, *arguments: object) -> Done:
    """A command on the ledger of a folder that has so many shards."""
    return process("--ledger", "ledger.db" if shards == 1 else "shards.toml", *arguments, cwd=folder)
