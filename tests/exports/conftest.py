from pathlib import Path

import pytest

from tests.exports.support import Months, exported, simulated


@pytest.fixture(scope="package")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """The ledger of a simulated month, and its export in every form."""
    folder: Path = tmp_path_factory.mktemp("books")
    ledger = simulated(folder)
    return Months(
        ledger, {form: exported(ledger, folder, form) for form in ("hledger", "beancount", "parquet", "jsonl")}
    )
