"""A number that was given to somebody else: claims, what-ifs, late records, books and proofs of each holder alone."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.support import ACCOUNT, Run, line, write
from tests.cli.test_holders import MARKS, end, life, speaks_of
from tests.evidence.support import behind_its_back

BEHIND: dict[str, Any] = {"service": "voice", "direction": "out", "quantity": 180}
"""Three minutes that arrive when the package of their month is closed to late records: 6.00 instead of nothing."""


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """A number that Anna had in January and Boris has since March; each was charged for a call that came too late."""
    anna, boris = (mark for mark, _ in MARKS.values())
    late = [
        line("usage", f"{anna}-late", "2023-01-10T12:00:00+03:00", received_at="2023-03-20T12:00:00+03:00", **BEHIND),
        line("usage", f"{boris}-late", "2023-03-10T12:00:00+03:00", received_at="2023-04-10T12:00:00+03:00", **BEHIND),
    ]
    lines = [*life(1, "2023-01"), *end("2023-01"), *life(2, "2023-03"), *late]
    done = obnovi("feed", write(tmp_path / "feed", *lines).name, "--not-after", "none", "--json")
    assert (done.json()["rejected"], done.err) == (0, "")
    return obnovi


def places(rows: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(row["account"], row["holder"]) for row in rows}


def events(ledger: Run, holder: int) -> list[dict[str, object]]:
    return [json.loads(each) for each in ledger("events", ACCOUNT, "--holder", holder, "--json").out.splitlines()]


def types(ledger: Run, holder: int) -> list[object]:
    return [each["type"] for each in events(ledger, holder)]


@pytest.mark.parametrize("holder", MARKS)
def test_a_what_if_about_one_holder_changes_nothing_of_the_other(ledger: Run, holder: int) -> None:
    made = ledger("what-if", ACCOUNT, "--holder", holder, "--drop", 2, "--json").json()
    assert (made["accounts"], places(made["lines"])) == (1, {(ACCOUNT, holder)})
    assert ledger("what-if", ACCOUNT, "--holder", holder, "--json").json()["lines"] == []
    latest = ledger("what-if", ACCOUNT, "--drop", 2).out
    assert (latest == ledger("what-if", ACCOUNT, "--holder", holder, "--drop", 2).out) == (holder == 2)


def test_a_what_if_about_all_has_a_line_for_each_contract(ledger: Run) -> None:
    made = ledger("what-if", "--all", "--set", "plan=t3", "--json").json()
    assert [(row["account"], row["holder"]) for row in made["lines"]] == [(ACCOUNT, 1), (ACCOUNT, 2)]
    assert (made["accounts"], made["changed"]) == (2, 2)
    assert f"{ACCOUNT}/2" in ledger("what-if", "--all", "--set", "plan=t3").out


def test_late_records_of_an_earlier_contract_are_mended_there(ledger: Run) -> None:
    """R-15.2, R-15.7: the adjustment names the holder, and its id is another one than the later contract's."""
    found = ledger("late", "--json").json()
    assert [(row["account"], row["holder"], row["was"], row["would_be"]) for row in found["lines"]] == [
        (ACCOUNT, 1, -600, 0),
        (ACCOUNT, 2, -600, 0),
    ]
    before = {holder: types(ledger, holder) for holder in MARKS}
    booked = ledger("late", "--book", "--json").json()
    assert (booked["booked"], booked["refused"], booked["rejected"]) == (2, 0, 0)
    for holder in MARKS:
        assert types(ledger, holder) == [*before[holder], "Adjusted"]
    assert ledger("late", "--json").json()["lines"] == []
    assert ledger("verify").code == 0


def test_a_claim_is_shown_and_listed_with_its_contract_and_speaks_of_nobody_else(ledger: Run) -> None:
    queue = ledger("dispute", "list", "--json").json()
    assert [(row["holder"], row["dispute"]) for row in queue] == [
        (holder, f"{mark}-open_dispute-06T12:00") for holder, (mark, _) in MARKS.items()
    ]
    for row in queue:
        for form in ("txt", "json", "html"):
            shown = ledger("dispute", "show", row["dispute"], "--format", form)
            assert shown.code == 0
            assert speaks_of(shown.out) == {row["holder"]}
            assert (f"{ACCOUNT} (договор 2)" in shown.out) == (row["holder"] == 2 and form != "json")
    told = json.loads(ledger("dispute", "show", queue[1]["dispute"], "--json").out)
    assert (told["dispute"]["holder"], told["now"]["holder"], told["explanation"]["event"]["holder"]) == (2, 2, 2)
    assert ledger("dispute", "show", queue[0]["dispute"], "--holder", 2).code == 1


def test_a_claim_on_an_earlier_contract_is_answered_where_its_holder_is_named(ledger: Run) -> None:
    """R-15.2: without --holder the answer would go to the contract of somebody else."""
    claim = f"{MARKS[1][0]}-open_dispute-06T12:00"
    at = ("--at", "2023-04-20T12:00:00+03:00")
    answer = ("dispute", "resolve", claim, "--outcome", "upheld", "--text", "да", "--by", "c", *at)
    unnamed = ledger(*answer)
    assert (unnamed.code, unnamed.out, unnamed.err.count("\n")) == (1, "", 1)
    assert "say --holder 1" in unnamed.err
    second = types(ledger, 2)
    assert ledger(*answer, "--holder", 1).code == 0
    assert types(ledger, 1)[-2:] == ["DisputeResolved", "ChargeReversed"]
    assert types(ledger, 2) == second
    assert [(row["holder"], row["state"]) for row in ledger("dispute", "list", "--all", "--json").json()] == [
        (2, "open"),
        (1, "upheld"),
    ]


def test_the_desk_gives_no_id_twice_over_the_contracts_of_a_number(ledger: Run) -> None:
    """R-15.7: the same id would be the same input, whichever contract it names."""
    at = ("--text", "", "--at", "2023-04-20T12:00:00+03:00", "--json")
    for options, id in ((("--holder", 1), "claim-3-1"), ((), "claim-3-2")):
        (event,) = ledger("dispute", "open", ACCOUNT, 3, *options, *at).json()
        assert (event["input"]["id"], event["holder"]) == (id, 1 if options else 2)


def subscribers(text: str) -> Iterator[str]:
    return (each.split(":")[1] for each in text.split() if each.startswith("Subscribers:"))


def test_books_and_columns_know_every_contract_and_the_log_as_stored_tells_nobody(ledger: Run, tmp_path: Path) -> None:
    for form in ("hledger", "beancount", "parquet", "jsonl"):
        assert ledger("export", "--format", form, "-o", form).code == 0
    assert set(subscribers((tmp_path / "hledger").read_text())) == {ACCOUNT, f"{ACCOUNT}-2"}
    assert f"Assets:Subscribers:{ACCOUNT}-2:Wallet" in (tmp_path / "beancount").read_text()
    rows = pq.read_table(tmp_path / "parquet").drop(["state"]).to_pylist()
    ids = {each["holder"]: each["contract"] for each in ledger("accounts", "--json").json()}
    for holder in MARKS:
        mine = [row for row in rows if row["holder"] == holder]
        assert {(row["account"], row["contract"]) for row in mine} == {(ACCOUNT, ids[holder])}
        assert speaks_of(str([row["input_id"] for row in mine])) == {holder}
    stored = (tmp_path / "jsonl").read_text()
    assert ids[1] in stored
    assert ACCOUNT not in stored
    assert not any(peer in stored for _, peer in MARKS.values())


def test_a_proof_names_the_contract_and_gives_away_what_was_asked_for_alone(ledger: Run) -> None:
    ids = {each["holder"]: each["contract"] for each in ledger("accounts", "--json").json()}
    assert ledger("keys", "create").code == 0
    for holder in MARKS:
        assert ledger("prove", ACCOUNT, 5, "--holder", holder, "-o", "sealed").code == 0
        sealed = ledger("check-proof", "sealed", "--json").out
        assert json.loads(sealed)["event"]["contract"] == ids[holder]
        assert speaks_of(sealed) == set()
        assert ledger("prove", ACCOUNT, 5, "--holder", holder, "--disclose", "-o", "disclosed").code == 0
        assert speaks_of(ledger("check-proof", "disclosed", "--json").out) == {holder}


def test_a_finding_names_the_contract_that_it_is_about(ledger: Run, tmp_path: Path) -> None:
    ids = {each["holder"]: each["contract"] for each in ledger("accounts", "--json").json()}
    with behind_its_back(tmp_path / "obnovi.db") as db:
        changed = "UPDATE heads SET next_at = 1 WHERE account = ?"
        assert db.execute(changed, (ids[2],)).rowcount == 1
    found = ledger("verify", "--json").json()["problems"]
    assert places(found) == {(ACCOUNT, 2)}
    assert f"account {ACCOUNT}/2" in ledger("verify").out
    assert ledger("verify", "--account", ACCOUNT, "--holder", 1).code == 0
    assert ledger("verify", "--account", ACCOUNT, "--holder", 2).code == 1
    assert ledger("verify", "--account", ACCOUNT).code == 1
    with closing(sqlite3.connect(tmp_path / "obnovi.db")) as db:
        assert ACCOUNT not in str(db.execute("SELECT * FROM heads").fetchall())
