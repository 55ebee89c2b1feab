"""Findings as a report names them: by number and holder, and by the id where the number is gone (R-15.8, R-15.9)."""

import msgspec

from ledger.contracts import ERASED, Contract
from projections.verify import summary
from projections.verify.account import Problem
from projections.verify.named import named, place
from tests.contracts import Table
from tests.support import ACCOUNT

TABLE = Table([
    Contract(ACCOUNT, 1, "m2q8r5t7w4y9z3a6"),
    Contract(ACCOUNT, 2, "b7n4c2zr9d6f3h8j"),
    Contract("79160000001", 1, "z3w9p2xq7m5t8v4a"),
    Contract(ERASED, 1, "a1w9p2xq7m5t8v4a"),
])  # fmt: skip
"""The ids run the other way than numbers and holders."""


def told(*ids: str | None) -> list[Problem]:
    return sorted(named([Problem(id, 7, "amount", 1, 2) for id in ids], TABLE), key=place)


def test_a_report_is_in_order_of_number_holder_and_version_and_the_ledger_stands_first() -> None:
    found = told(*[each.id for each in TABLE.all()], None)
    assert [(each.account, each.holder) for each in found] == [
        (None, None), ("79160000001", 1), (ACCOUNT, 1), (ACCOUNT, 2), (ERASED, 1),
    ]  # fmt: skip


def test_a_finding_has_the_id_of_its_contract_only_where_the_number_is_gone() -> None:
    second, gone = told("b7n4c2zr9d6f3h8j", "a1w9p2xq7m5t8v4a")
    common = {"version": 7, "problem": "amount", "expected": 1, "found": 2}
    assert msgspec.to_builtins(second) == common | {"account": ACCOUNT, "holder": 2}
    assert msgspec.to_builtins(gone) == common | {"account": ERASED, "holder": 1, "contract": "a1w9p2xq7m5t8v4a"}


def test_people_are_told_the_number_and_the_place_of_its_contract_or_the_id() -> None:
    lines = [summary.describe(each) for each in told("b7n4c2zr9d6f3h8j", "a1w9p2xq7m5t8v4a", None)]
    assert lines == [
        "ledger, version 7: amount: expected 1, found 2",
        f"account {ACCOUNT}/2, version 7: amount: expected 1, found 2",
        "account a1w9p2xq7m5t8v4a, version 7: amount: expected 1, found 2",
    ]
