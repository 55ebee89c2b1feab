"""Views know contracts by their ids, and name and sort them when they are read (R-15.8)."""

from contextlib import closing

from projections import refusals, unrated, views
from projections.cache import in_memory
from projections.canonical_answers import waiting
from tests.contracts import FIRST, GONE, OTHER, SECOND, TABLE

IN_ORDER = [(OTHER, 1), (FIRST, 2), (FIRST, 10), (SECOND, 1), (GONE, 1)]
"""By number, holder and version; ids order nothing."""


def test_refusals_come_by_number_holder_and_version() -> None:
    with closing(in_memory()) as db:
        views.create(db)
        for contract, version in IN_ORDER:
            row = (contract.id, version, "refresh", "NO_PLAN", "{}", 0, "Europe/Moscow")
            db.execute("INSERT INTO refusals VALUES (?,?,?,?,?,?,?)", row)
        assert [(row.contract, row.version) for row in refusals.rows(db, TABLE)] == IN_ORDER
        assert [(row.contract, row.version) for row in refusals.rows(db, TABLE, SECOND.id)] == [(SECOND, 1)]


def test_unrated_records_come_by_number_holder_and_version_and_name_their_contract() -> None:
    with closing(in_memory()) as db:
        views.create(db)
        for contract, version in IN_ORDER:
            row = (contract.id, version, "NO_PRICE", "mars", "voice", 0, "Europe/Moscow")
            db.execute("INSERT INTO unrated VALUES (?,?,?,?,?,?,?)", row)
        found = unrated.rows(db, TABLE)
    assert [(row.contract, row.version) for row in found] == IN_ORDER
    assert [(row["account"], row["holder"], row.get("contract")) for row in map(waiting, found)] == [
        (OTHER.number, 1, None),
        (FIRST.number, 1, None),
        (FIRST.number, 1, None),
        (FIRST.number, 2, None),
        (GONE.number, 1, GONE.id),
    ]
