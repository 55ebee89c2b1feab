"""Which contract is meant by a number, a holder or an id, and what each is called (R-15.8)."""

from typing import Any

import pytest

from ledger.contracts import ERASED, NO_KEY, Contract
from projections.contract_fields import contract_fields
from projections.words.contracts import contract_name
from projections.words.phrasebook import Phrasebook
from scripts.app.contracts import require_contract
from scripts.app.errors import Declined
from scripts.cli.account_number import as_arguments
from tests.contracts import FIRST, GONE, SECOND, TABLE
from tests.support import ACCOUNT


@pytest.mark.parametrize(
    ("account", "holder", "found"),
    [
        (ACCOUNT, None, SECOND),
        (ACCOUNT, 1, FIRST),
        (ACCOUNT, 2, SECOND),
        (FIRST.id, None, FIRST),
        (GONE.id, None, GONE),
        (GONE.id, 1, GONE),
    ],
)
def test_a_number_means_its_latest_contract_and_a_holder_or_an_id_another(
    account: str, holder: int | None, found: Contract
) -> None:
    assert require_contract(TABLE, account, holder) == found


@pytest.mark.parametrize(
    ("account", "holder", "code", "facts"),
    [
        (ACCOUNT, 3, "NO_HOLDER", {"account": ACCOUNT, "holder": 3}),
        (GONE.id, 2, "NO_HOLDER", {"account": GONE.id, "holder": 2}),
        ("79160000000", None, "NO_ACCOUNT", {"account": "79160000000"}),
        ("79160000000", 1, "NO_ACCOUNT", {"account": "79160000000"}),
        ("9160000000", None, "NOT_AN_ACCOUNT", {"account": "9160000000"}),
        ("../secret", 1, "NOT_AN_ACCOUNT", {"account": "../secret"}),
        (ERASED, None, "NOT_AN_ACCOUNT", {"account": ERASED}),
    ],
)
def test_a_contract_that_is_not_there_is_a_code_and_what_was_asked_for(
    account: str, holder: int | None, code: str, facts: dict[str, object]
) -> None:
    with pytest.raises(Declined) as told:
        require_contract(TABLE, account, holder)
    assert (told.value.code, told.value.facts) == (code, facts)


@pytest.mark.parametrize(
    ("contract", "fields", "list_name", "russian", "english", "arguments"),
    [
        (FIRST, {"account": ACCOUNT, "holder": 1}, ACCOUNT, ACCOUNT, ACCOUNT, ACCOUNT),
        (
            SECOND,
            {"account": ACCOUNT, "holder": 2},
            f"{ACCOUNT}/2",
            f"{ACCOUNT} (договор 2)",
            f"{ACCOUNT} (contract 2)",
            f"{ACCOUNT} --holder 2",
        ),
        (
            GONE,
            {"account": ERASED, "holder": 1, "contract": GONE.id},
            GONE.id,
            f"{ERASED} (договор {GONE.id})",
            f"{ERASED} (contract {GONE.id})",
            GONE.id,
        ),
        (
            Contract(NO_KEY, 2, "x"),
            {"account": NO_KEY, "holder": 2, "contract": "x"},
            "x",
            f"{NO_KEY} (договор x)",
            f"{NO_KEY} (contract x)",
            "x",
        ),
    ],
)
def test_a_contract_is_named_by_number_and_holder_and_by_its_id_where_the_number_is_gone(
    contract: Contract, fields: dict[str, Any], list_name: str, russian: str, english: str, arguments: str
) -> None:
    names = [contract_name(Phrasebook(lang), contract) for lang in ("ru", "en")]
    assert (contract_fields(contract), str(contract), *names) == (fields, list_name, russian, english)
    assert as_arguments(contract) == arguments


def test_the_first_contract_of_a_number_is_named_by_its_holder_once_there_is_another() -> None:
    assert as_arguments(FIRST, is_latest=False) == f"{ACCOUNT} --holder 1"
