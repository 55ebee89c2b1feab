"""Types catch mistakes: mypy refuses an event that no rule may build, and bytes where kilobytes are due."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = """
from collections.abc import Iterator

from ledger.account import Account, Bucket
from ledger.events import ToppedUp
from ledger.inputs import Usage
from ledger.reasons import PromiseReason
from ledger.rules.check import Check
from ledger.rules.moment import Moment
from ledger.units import PackageQuantity
"""
TOP_UP = """
def {name}(account: Account, moment: Moment) -> ToppedUp:
    return ToppedUp(**moment.stamp(account), {fields})
"""
REFUSAL = """
def {name}(active: int) -> Iterator[Check[PromiseReason]]:
    yield Check({fields})
"""
QUANTITY = """
def {name}(bucket: Bucket, record: Usage) -> PackageQuantity:
    return {fields}
"""
RECORD = """
def {name}(record: Usage) -> None:
    {fields}
"""
RIGHT = {
    "top_up": TOP_UP.format(name="top_up", fields="amount=100_00, channel='cash'"),
    "refusal": REFUSAL.format(name="refusal", fields="'PROMISE_ACTIVE', active > 0, {'active': active}"),
    "quantity": QUANTITY.format(name="quantity", fields="bucket.left"),
    "record": RECORD.format(name="record", fields="assert record.zone == 'home'"),
}
WRONG = {
    "amount of text": TOP_UP.format(name="text", fields="amount='100.00', channel='cash'"),
    "a float": TOP_UP.format(name="float_", fields="amount=100.0, channel='cash'"),
    "misspelt field": TOP_UP.format(name="field", fields="amount=100_00, chanel='cash'"),
    "misspelt reason": REFUSAL.format(name="reason", fields="'PROMISE_ACTVE', active > 0, {'active': active}"),
    "bytes as kilobytes": QUANTITY.format(name="bytes_", fields="record.quantity"),
    "a changed input": RECORD.format(name="changed", fields="record.zone = 'home'"),
    "an unknown field": RECORD.format(name="unknown", fields="assert record.zones == 'home'"),
}


def errors(source: str, folder: Path) -> list[int]:
    """The lines at which mypy finds an error, as strict as everywhere in this repository."""
    file = folder / "mutants.py"
    file.write_text(source)
    options = ("--config-file", "pyproject.toml", "--no-error-summary", "--no-pretty")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    found = [re.fullmatch(r".*\bmutants\.py:(\d+): (error|note): .*", line) for line in done.stdout.splitlines()]
    assert all(found), done.stdout
    return [int(line[1]) for line in found if line and line[2] == "error"]


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What of all that was written is an error, once for each error."""
    source, names = HEAD, [""] * HEAD.count("\n")
    for name, text in (RIGHT | WRONG).items():
        source += text
        names += [name] * text.count("\n")
    return [names[line - 1] for line in errors(source, tmp_path_factory.mktemp("mypy"))]


def test_each_mistake_is_one_error_and_what_is_right_none(refused: list[str]) -> None:
    assert refused == list(WRONG)
