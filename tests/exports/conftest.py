from pathlib import Path

import pytest

from tests.exports.support import Months, exported, simulated


@pytest.fixture(scope="package")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """The ledger of a simulated month, and its export in every form."""
    return _exports(simulated(tmp_path_factory.mktemp("books")), "hledger", "beancount", "parquet", "jsonl")


@pytest.fixture(scope="package")
def few(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """The same of a few subscribers, for programs that take long to read a month."""
    return _exports(simulated(tmp_path_factory.mktemp("few"), subscribers=10), "hledger", "beancount")


def _exports(ledger: Path, *forms: str) -> Months:
    return Months(ledger, {form: exported(ledger, ledger.parent, form) for form in forms})
