"""Programs from Debian packages that some tests look through; where there are none, they say so."""

import os
import shutil

import pytest


def tool(*names: str, package: str | None = None) -> str:
    """The path of a program, by the first of its names that is here.

    Without it the test is skipped aloud; where `OBNOVI_TOOLS=required` is set, as `.ci/run` does, it fails.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    missing = f"there is no {names[0]} here; install it from the package {package or names[0]}"
    if os.environ.get("OBNOVI_TOOLS") == "required":
        pytest.fail(missing)
    pytest.skip(missing)
