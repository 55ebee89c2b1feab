"""Programs from Debian packages that some tests look through; where there are none, they say so."""

import os
import shutil
from typing import NoReturn

import pytest


def tool(*names: str, package: str | None = None) -> str:
    """The path of a program, by the first of its names that is here."""
    for name in names:
        if path := shutil.which(name):
            return path
    return lack(f"there is no {names[0]} here; install it from the package {package or names[0]}")


def lack(missing: str) -> NoReturn:
    """Skip a test aloud for what is missing; where `OBNOVI_TOOLS=required` is set, as `.ci/run` does, it fails."""
    if os.environ.get("OBNOVI_TOOLS") == "required":
        pytest.fail(missing)
    pytest.skip(missing)
