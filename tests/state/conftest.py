"""The command in this process, as the tests of the doors have it."""

from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture
