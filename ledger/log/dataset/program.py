"""Which program seals a dataset, and which reads it: what a decision may depend on besides the rules."""

import platform
from importlib import metadata
from typing import NamedTuple

from ledger.adoption import zone_data


class Program(NamedTuple):
    """The versions of the program, of Python and of the zone data."""

    program: str
    python: str
    tzdata: str


def this_program() -> Program:
    """Those of the program that is running."""
    return Program(metadata.version("obnovi"), platform.python_version(), zone_data())
