"""A number that is given to somebody else: nothing of the one holder stands in any answer about the other (R-15.8)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.wiring import now
from tests.cli.support import ACCOUNT, Run, line, opening, top_up, write
from tests.support import HERE

MARKS = {1: ("anna", "74950001111"), 2: ("boris", "74950002222")}
"""What stands in every input of a holder: in ids, texts and clerks, and the number they called."""
OTHER = "79000000002"
JSON: tuple[tuple[str, ...], ...] = ((), ("--json",))


def life(holder: int, month: str) -> list[str]:
    """A month of a holder: opened, paid, a plan, calls (one of which nobody can rate), a refusal, a claim."""
    mark, peer = MARKS[holder]

    def said(type: str, day: str, **fields: Any) -> str:
        return line(type, f"{mark}-{type}-{day}", f"{month}-{day}:00+03:00", **fields)

    call = {"service": "voice", "direction": "out", "peer": peer}
    return [
        said("open", "02T10:00", region="moscow", by=mark),
        said("top_up", "02T11:00", amount=1000_00 + holder, channel=mark),
        said("connect_plan", "02T12:00", plan="t4"),
        said("usage", "03T12:00", quantity=60 + holder, **call),
        said("usage", "04T12:00", quantity=60, zone="mars", **call),
        said("ussd", "05T12:00", text=f"*{holder}#"),
        said("unblock", "05T13:00", kind="voluntary", by=mark),
        said("open_dispute", "06T12:00", event=4, text=mark, by=mark),
        said("adjust", "07T12:00", amount=holder, cites=[4], text=f"перерасчёт {mark}", by=mark),
    ]


def end(month: str) -> list[str]:
    mark = MARKS[1][0]
    return [
        line("close", f"{mark}-close", f"{month}-20T12:00:00+03:00"),
        line("refund", f"{mark}-refund", f"{month}-21T12:00:00+03:00", amount=100_00, channel=mark, by=mark),
    ]


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """A number that Anna had in January and Boris has since March; and another number of a smaller one."""
    lines = [*life(1, "2023-01"), *end("2023-01"), *life(2, "2023-03"), opening(OTHER), top_up("pay", account=OTHER)]
    done = obnovi("feed", write(tmp_path / "feed", *lines).name, "--json")
    assert (done.json()["rejected"], done.err) == (0, "")
    return obnovi


def speaks_of(text: str) -> set[int]:
    """The holders of whom there is something in an answer."""
    return {holder for holder, marks in MARKS.items() if any(mark in text for mark in marks)}


def asked_of_each() -> list[tuple[str, ...]]:
    month = ("--from", "2023-01-01", "--to", "2023-03-31")
    events = [("explain", ACCOUNT, str(version)) for version in range(1, 11)]
    forms = [("statement", ACCOUNT, *month, "--format", form) for form in ("txt", "json", "html", "xml")]
    tables = [("statement", ACCOUNT, *month, "--format", "csv", "--table", "usage")]
    return [("events", ACCOUNT), ("refused", "--account", ACCOUNT), *forms, *tables, *events]


@pytest.mark.parametrize("holder", MARKS)
def test_an_answer_about_one_holder_has_nothing_of_the_other(ledger: Run, holder: int) -> None:
    heard: set[int] = set()
    for asked in asked_of_each():
        for options in JSON:
            if "--format" in asked and options:
                continue
            done = ledger(*asked, "--holder", holder, *options)
            if asked[0] == "explain" and done.code == 1:
                assert "has no event" in done.err
                continue
            assert (done.code, done.err) == (0, ""), asked
            assert speaks_of(done.out) <= {holder}, (asked, options)
            heard |= speaks_of(done.out)
    assert heard == {holder}


def test_without_a_holder_the_latest_contract_is_meant(ledger: Run) -> None:
    for asked in (("balance", ACCOUNT), *asked_of_each()):
        assert ledger(*asked).out == ledger(*asked, "--holder", 2).out


def test_each_holder_has_a_wallet_a_clock_and_versions_of_his_own(ledger: Run) -> None:
    first, second = (ledger("balance", ACCOUNT, "--holder", holder, "--json").json() for holder in MARKS)
    assert [(each["account"], each["holder"]) for each in (first, second)] == [(ACCOUNT, 1), (ACCOUNT, 2)]
    assert (first["mode"], first["wallet"], first["buckets"]) == ("closed", 500_02, [])
    assert (second["mode"], second["wallet"], len(second["buckets"])) == ("monthly", 600_04, 3)
    events = [json.loads(each) for each in ledger("events", ACCOUNT, "--holder", 2, "--json").out.splitlines()]
    places = [(each["holder"], each["version"]) for each in events]
    assert places == [(2, version) for version in range(1, len(events) + 1)]


@pytest.mark.parametrize(
    "asked",
    [
        ("balance", ACCOUNT),
        ("events", ACCOUNT),
        ("explain", ACCOUNT, "1"),
        ("refused", "--account", ACCOUNT),
        ("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31"),
        ("verify", "--account", ACCOUNT),
    ],
)
def test_a_holder_who_was_never_there_is_one_line(ledger: Run, asked: tuple[str, ...]) -> None:
    done = ledger(*asked, "--holder", 3)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert f"account {ACCOUNT} has no contract 3" in done.err
    assert ledger(*asked, "--holder", 0).code == 2


def test_lists_name_each_contract_in_the_order_of_the_number_and_its_holders(ledger: Run) -> None:
    listed = ledger("accounts", "--json").json()
    assert [(each["account"], each["holder"]) for each in listed] == [(OTHER, 1), (ACCOUNT, 1), (ACCOUNT, 2)]
    assert [each["closed_at"] for each in listed] == [None, "2023-01-20T12:00:00+03:00", None]
    assert [each["holder"] for each in ledger("accounts", ACCOUNT, "--json").json()] == [1, 2]
    assert [each["holder"] for each in ledger("accounts", "--mode", "closed", "--json").json()] == [1]
    assert [each["holder"] for each in ledger("accounts", "--closed-from", "2023-01-21", "--json").json()] == []
    assert f"{ACCOUNT}/2" in ledger("accounts").out
    for command in ("refused", "unrated"):
        rows = ledger(command, "--json").json()
        places = [(each["account"], each["holder"], each["version"]) for each in rows]
        assert places == sorted(places)
        assert {each[:2] for each in places} == {(ACCOUNT, 1), (ACCOUNT, 2)}
        assert f"{ACCOUNT}/2" in ledger(command).out


def test_an_input_is_found_in_the_contract_where_it_went(ledger: Run) -> None:
    for holder, (mark, _) in MARKS.items():
        (found,) = ledger("find", f"{mark}-top_up-02T11:00", "--json").json()
        assert (found["account"], found["holder"], found["source"]) == (ACCOUNT, holder, "feed")
        assert found["versions"] == [2]
    assert f"{ACCOUNT}/2: event 2 (source feed); `obnovi events {ACCOUNT} --holder 2`" in (
        ledger("find", "boris-top_up-02T11:00").out
    )


def test_a_contract_is_asked_for_by_its_id_too(ledger: Run) -> None:
    for each in ledger("accounts", ACCOUNT, "--json").json():
        by_id = ledger("balance", each["contract"], "--json")
        assert by_id.json() == ledger("balance", ACCOUNT, "--holder", each["holder"], "--json").json()
        assert ledger("balance", each["contract"], "--holder", 3 - each["holder"]).code == 1


def test_in_bulk_every_contract_has_a_file_and_is_left_when_it_is_there(ledger: Run, tmp_path: Path) -> None:
    asked = ("statements", "--month", "2023-03", "--format", "json", "-o", "out", "--json")
    done = ledger(*asked).json()
    assert (done["written"], done["skipped"], done["failures"]) == (3, 0, [])
    names = [f"{OTHER}-2023-03.json", f"{ACCOUNT}-2023-03.json", f"{ACCOUNT}-2-2023-03.json"]
    lines = (tmp_path / "out" / "manifest-2023-03.json.jsonl").read_text().splitlines()
    manifest = [json.loads(each) for each in lines]
    assert [each["file"] for each in manifest] == names
    assert [each.get("holder") for each in manifest] == [None, None, 2]
    for name, holder in zip(names[1:], MARKS, strict=True):
        content = (tmp_path / "out" / name).read_text()
        assert speaks_of(content) <= {holder}
        month = ("--from", "2023-03-01", "--to", "2023-03-31")
        assert ledger("statement", ACCOUNT, "--holder", holder, *month, "--json").out == content
    assert (ledger(*asked).json()["skipped"], ledger(*asked).json()["written"]) == (3, 0)
    write(tmp_path / "some", f"{ACCOUNT}/2")
    assert ledger(*asked, "--accounts", "some").json()["skipped"] == 1
    write(tmp_path / "some", ACCOUNT, f"{ACCOUNT}/3")
    some = ledger(*asked, "--accounts", "some").json()
    assert (some["skipped"], some["failures"]) == (
        2,
        [{"account": f"{ACCOUNT}/3", "reason": "no such contract of this account"}],
    )


def test_statements_of_the_second_holder_say_so_and_those_of_the_first_do_not(ledger: Run) -> None:
    month = ("--from", "2023-01-01", "--to", "2023-03-31")
    first, second = (json.loads(ledger("statement", ACCOUNT, "--holder", n, *month, "--json").out) for n in MARKS)
    assert ("holder" in first, second["holder"]) == (False, 2)
    assert "(договор" not in ledger("statement", ACCOUNT, "--holder", 1, *month).out
    assert f"{ACCOUNT} (договор 2)" in ledger("statement", ACCOUNT, *month).out


def test_counts_and_totals_have_every_contract(ledger: Run) -> None:
    """A night counts contracts that it booked something for; the wallets of all make one total."""
    night = ledger("night", "--until", "2023-04-05", "--not-after", "none", "--json").json()
    assert night["accounts"] == 1
    balances = [
        ledger("balance", each["account"], "--holder", each["holder"], "--json").json()["wallet"]
        for each in ledger("accounts", "--json").json()
    ]
    totals = ledger("totals", "--from", "2023-01-01", "--to", "2023-12-31", "--json").json()
    (wallets,) = [each["closing"] for each in totals if each["account_name"] == "wallet"]
    assert (len(balances), wallets) == (3, sum(balances))
    assert ledger("verify", "--json").json()["accounts"] == 3


def test_feeding_it_all_again_changes_nothing(ledger: Run) -> None:
    before = ledger("events", ACCOUNT, "--json").out
    done = ledger("feed", "feed", "--json").json()
    assert (done["applied"], done["events"]) == (0, 0)
    assert ledger("events", ACCOUNT, "--json").out == before


def test_a_feed_says_which_contract_was_answered_or_refused(ledger: Run, tmp_path: Path) -> None:
    write(
        tmp_path / "more",
        line("refresh", "boris-again", "2023-03-10T12:00:00+03:00"),
        line("unblock", "boris-free", "2023-03-11T12:00:00+03:00", kind="voluntary"),
        line("reverse", "anna-back", "2023-03-12T12:00:00+03:00", holder=1, event=99, text="", by="clerk"),
    )
    told = ledger("feed", "more").out.splitlines()
    assert [each.partition(" ")[0] for each in told[:3]] == [f"{ACCOUNT}/2:", f"{ACCOUNT}/2:", f"{ACCOUNT}:"]


def test_without_keys_a_contract_is_told_by_its_id_and_people_hear_why(
    ledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Money and modes are there, names and texts are not; a statement would be another document."""
    ids = [each["contract"] for each in ledger("accounts", ACCOUNT, "--json").json()]
    wallet = ledger("balance", ids[1], "--json").json()["wallet"]
    monkeypatch.setenv("OBNOVI_KEYS", str(tmp_path / "elsewhere"))
    why = f"obnovi: the keys of 3 contracts are not in {tmp_path / 'elsewhere'}; name the folder of keys with"
    for command in ("accounts", "find nowhere"):
        assert ledger(*command.split(), "--json").err.startswith(why)
    listed = ledger("accounts", "--json").json()
    assert {(each["account"], each["holder"]) for each in listed} == {("нет ключа", None)}
    told = ledger("balance", ids[1], "--json")
    assert (told.code, told.json()["wallet"], told.json()["contract"]) == (0, wallet, ids[1])
    assert "the keys of 1 contract are not in" in told.err
    events = ledger("events", ids[1], "--json").out
    assert not any(each in events for each in (ACCOUNT, MARKS[2][1], "boris-", '"by":"boris"', "перерасчёт"))
    for asked in (("balance", ACCOUNT), ("statement", ids[1], "--from", "2023-03-01", "--to", "2023-03-31")):
        done = ledger(*asked)
        assert (done.code in (1, 2), done.out, done.err.count("\n")) == (True, "", 1)
        assert "`obnovi keys restore`" in done.err
    bulk = ledger("statements", "--month", "2023-03", "--format", "json", "-o", "out", "--json").json()
    assert (bulk["written"], len(bulk["failures"])) == (0, 3)


def test_a_ledger_in_the_clear_prints_the_same(ledger: Run, tmp_path: Path) -> None:
    """But for the ids of contracts, and the time when the program wrote things down."""
    clear = store_ref(tmp_path / "clear.db")
    Ledger(clear, now=now, catalogue=(HERE / "catalogue.toml").read_text(), sealed=False).close()
    assert ledger("--ledger", "clear.db", "feed", "feed").code == 0

    def printed(asked: tuple[object, ...], file: str) -> str:
        done = ledger("--ledger", file, *asked)
        return re.sub(r'"(recorded_at|contract|digest)":"[^"]*"', "", f"{done.code} {done.out} {done.err}")

    lists = [(*command.split(), "--json") for command in ("accounts", "refused", "unrated", "find boris-open-02T10:00")]
    of_holders = [(*asked, "--holder", holder, *form) for asked in asked_of_each() for holder in MARKS for form in JSON]
    for asked in (*lists, *of_holders):
        assert printed(asked, "clear.db") == printed(asked, "obnovi.db"), asked
