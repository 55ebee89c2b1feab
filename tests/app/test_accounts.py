"""Use cases of accounts, called as a door calls them: plain values in, structs and codes out."""

from pathlib import Path

import pytest

from scripts.app.accounts import require_account
from scripts.app.errors import Declined
from tests.scenarios.given import example_1


@pytest.mark.parametrize(
    ("account", "code"),
    [("79160000000", "NO_ACCOUNT"), ("9160000000", "NOT_AN_ACCOUNT"), ("../secret", "NOT_AN_ACCOUNT")],
)
def test_an_account_that_nobody_opened_is_a_code_and_its_number(tmp_path: Path, account: str, code: str) -> None:
    story = example_1(tmp_path)
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        require_account(snapshot, account)
    assert (told.value.code, told.value.facts) == (code, {"account": account})
