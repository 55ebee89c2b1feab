"""Engines that are too heavy for `scripts/test`: their tests run where they are installed."""

import os
from importlib import import_module
from typing import Any

import pytest


def engine(module: str) -> Any:
    """The library of an engine; without it the test is skipped, and says why, or fails where it is required."""
    try:
        return import_module(module)
    except ImportError:
        missing = f"{module} is not installed here, scripts/test-engines has it"
        if os.environ.get("OBNOVI_ENGINES") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
