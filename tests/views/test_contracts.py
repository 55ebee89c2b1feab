"""Views know contracts by their ids, and name and sort them when they are read (R-15.8)."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import NamedTuple, cast

from ledger.contracts import NO_KEY
from ledger.log.store import Reading
from ledger.units import RecordQuantity
from projections import disputes, refusals, unrated, views
from projections.cache import in_memory
from projections.canonical_answers import claim, waiting
from tests.contracts import FIRST, GONE, OTHER, SECOND, TABLE, Table

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
        assert sorted(unrated.waiting(db)) == sorted({contract.id for contract, _ in IN_ORDER})
        rows = unrated.rows(db, sorted(TABLE.named_all(unrated.waiting(db)).values()))
        found = [unrated.UnratedRecord(row, "out", RecordQuantity(60), None, None, "t4") for row in rows]
    assert [(row.contract, row.version) for row in rows] == IN_ORDER
    assert [(row["account"], row["holder"], row.get("contract")) for row in map(waiting, found)] == [
        (OTHER.number, 1, None),
        (FIRST.number, 1, None),
        (FIRST.number, 1, None),
        (FIRST.number, 2, None),
        (GONE.number, 1, GONE.id),
    ]


class InTheClear(NamedTuple):
    """What is asked of a log whose claims are noted by their ids."""

    contracts: Table

    @property
    def keyring(self) -> InTheClear:
        return self

    def claim_name(self, _: str) -> None:
        return None

    def opener(self, _: str) -> str:
        return NO_KEY

    def event(self, *_: object) -> None:
        return None


def test_claims_come_by_urgency_and_then_by_number_holder_and_version() -> None:
    """R-11.4: a premium plan is answered first, then by the date of the answer."""
    with closing(in_memory()) as db:
        views.create(db)
        for contract, version in IN_ORDER:
            row = (contract.id, version, f"claim-{version}", 1, "2023-02-01", "2023-03-03", 0, "Europe/Moscow", "open")
            db.execute("INSERT INTO disputes VALUES (?,?,?,?,?,?,?,?,?)", row)
        row = (GONE.id, 2, "claim-2", 1, "2023-02-01", "2023-03-04", 1, "Europe/Moscow", "open")
        db.execute("INSERT INTO disputes VALUES (?,?,?,?,?,?,?,?,?)", row)
        found = disputes.open_rows(db, cast(Reading, InTheClear(TABLE)), today=date(2023, 2, 2))
    assert [(row.contract, row.version) for row in found] == [(GONE, 2), *IN_ORDER]
    told = [(row["account"], row["holder"], row.get("contract")) for row in map(claim, found)]
    assert told[-2:] == [(SECOND.number, 2, None), (GONE.number, 1, GONE.id)]
