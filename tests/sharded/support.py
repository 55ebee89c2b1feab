"""Ledgers of several shards: SQLite files that a TOML file lists."""

import os
from pathlib import Path

from tests.cli.support import Done, in_this_process, process

SHARDS = 3
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("OBNOVI_")}


def listed(*numbers: int) -> str:
    """A list of shards, each a file beside it."""
    return "shards = [" + ", ".join(f'"sqlite:///shard-{number}.db"' for number in numbers) + "]\n"


def obnovi(folder: Path, shards: int, *arguments: object) -> Done:
    """A command on the ledger of a folder that has so many shards."""
    return in_this_process("--ledger", _name(shards), *arguments, cwd=folder, env=ENVIRONMENT)


def obnovi_alone(folder: Path, shards: int, *arguments: object) -> Done:
    """The same as a process of its own."""
    return process("--ledger", _name(shards), *arguments, cwd=folder, env=ENVIRONMENT)


def _name(shards: int) -> str:
    return "ledger.db" if shards == 1 else "shards.toml"
