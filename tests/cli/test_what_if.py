"""`obnovi what-if` and `obnovi late`: their JSON, their tables, and what they refuse (contract §1, §7)."""

from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, Run, events, line, month, write
from tests.support import CATALOGUE_TEXT

OTHER = "79161234568"
AT_SIX = "2023-02-19T06:00:00+03:00"


def call(id: str, at: str, seconds: int, account: str = ACCOUNT, **fields: str) -> str:
    return line("usage", id, at, account, service="voice", direction="out", quantity=seconds, **fields)


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Two accounts on t4 since 15 January; a call of the first month came behind the late window, and cost 6.00."""
    write(
        tmp_path / "feed",
        *month(),
        *month(OTHER),
        call("other", "2023-02-16T10:00:00+03:00", 12_000),
        call("late", "2023-02-14T23:50:00+03:00", 140, received_at="2023-02-19T04:10:00+03:00"),
    )
    assert obnovi("feed", "feed", "--json").json() == {
        "applied": 8, "duplicates": 0, "refused": 0, "rejected": 0, "events": 11,
    }  # fmt: skip
    return obnovi


LATE_LINE = {
    "account": ACCOUNT, "holder": 1, "version": 7, "field": "amount", "was": -600, "would_be": 0,
    "about": "UsageCharged", "booked_at": "2023-02-19T04:10:00+03:00",
}  # fmt: skip


def test_what_if_prints_the_contract_s_object(ledger: Run) -> None:
    moved = ledger("what-if", ACCOUNT, "--move", "7=2023-02-14T23:50:00+03:00", "--json").json()
    assert {name: moved[name] for name in ("accounts", "changed", "wallet_difference")} == {
        "accounts": 1, "changed": 1, "wallet_difference": 600,
    }  # fmt: skip
    assert LATE_LINE in moved["lines"]
    assert moved["lines"][-1] == {**LATE_LINE, "field": "wallet_after", "was": 19_400, "would_be": 20_000}


def test_without_a_change_nothing_differs(ledger: Run) -> None:
    same = {"changed": 0, "wallet_difference": 0, "lines": []}
    assert ledger("what-if", ACCOUNT, "--json").json() == {"accounts": 1, "inputs": 5} | same
    everybody = ledger("what-if", "--all", "--json").json()
    assert (everybody.pop("distribution")["same"], everybody) == (2, {"accounts": 2, "inputs": 8} | same)


def test_what_if_of_all_and_of_a_sample(ledger: Run) -> None:
    every = ledger("what-if", "--all", "--set", "plan=t3", "--json").json()
    assert [(row["account"], row["was"], row["would_be"]) for row in every["lines"]] == [
        (ACCOUNT, 19_400, 29_400),
        (OTHER, 60_000, 65_000),
    ]
    assert (every["changed"], every["wallet_difference"], every["distribution"]["gained"]) == (2, 15_000, 2)
    assert ledger("what-if", "--sample", "50%", "--set", "plan=t3", "--json").json()["accounts"] == 1


def test_what_if_for_people(ledger: Run) -> None:
    one = ledger("what-if", ACCOUNT, "--drop", "7").out
    assert "UsageCharged" in one
    assert "The wallet would have 6.00 ₽ more; nothing was written." in one
    many = ledger("what-if", "--all", "--set", "plan=t3").out
    assert "│ 10.00 ₽ … 99.99 ₽" in many
    assert "█" in many
    assert "2 gain 150.00 ₽" in many


def test_the_catalogue_in_question_is_that_of_the_command_line(
    ledger: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's is for what is booked, and takes no part."""
    cheaper = tmp_path / "cheaper.toml"
    cheaper.write_text(CATALOGUE_TEXT.replace('monthly_fee = "400.00"', 'monthly_fee = "390.00"'), encoding="utf-8")
    monkeypatch.setenv("OBNOVI_CATALOGUE", str(cheaper))
    assert ledger("what-if", OTHER, "--json").json()["wallet_difference"] == 0
    assert ledger("what-if", OTHER, "--catalogue", str(cheaper), "--json").json()["wallet_difference"] == 10_00
    assert ledger("--catalogue", str(cheaper), "what-if", OTHER, "--json").json()["wallet_difference"] == 10_00


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ([], 2, "name an ACCOUNT, or say --all or --sample"),
        ([ACCOUNT, "--all"], 2, "name an ACCOUNT, or say --all or --sample"),
        (["--all", "--sample", "1%"], 2, "name an ACCOUNT, or say --all or --sample"),
        (["--all", "--drop", "2"], 2, "--drop and --move name events of one ACCOUNT"),
        (["--sample", "0%"], 2, "no share of the accounts"),
        (["79000000000"], 1, "no account 79000000000"),
        ([ACCOUNT, "--drop", "99"], 1, "has no event 99"),
        ([ACCOUNT, "--drop", "5"], 1, "only inputs can be dropped or moved"),
        ([ACCOUNT, "--drop", "1"], 1, "opens the account"),
        ([ACCOUNT, "--move", f"2={AT_SIX}", "--drop", "2"], 2, "can be moved or dropped once"),
        ([ACCOUNT, "--move", "2"], 2, "a version and a time"),
        ([ACCOUNT, "--move", "2=yesterday"], 2, "RFC 3339"),
        ([ACCOUNT, "--move", "2=2022-12-31T23:59:59+03:00"], 1, "was not open yet"),
        ([ACCOUNT, "--set", "fee=1"], 2, "only a plan can be set"),
        (["79000000000", "--set", "fee=1"], 1, "no account 79000000000"),
        ([ACCOUNT, "--set", "plan=t44"], 2, "no such plan"),
        ([ACCOUNT, "--catalogue", "nowhere.toml"], 2, "there is no catalogue"),
        ([ACCOUNT, "--catalogue", "feed"], 2, "feed is no catalogue"),
        ([ACCOUNT, "--from", "2023-02-30"], 2, "out of range"),
    ],
)
def test_what_if_says_in_one_line_what_is_wrong(ledger: Run, args: list[str], code: int, said: str) -> None:
    done = ledger("what-if", *args)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_late_lists_books_and_lists_no_more(ledger: Run) -> None:
    """R-11.5: the second run finds it mended, and books nothing."""
    listed = {"accounts": 2, "changed": 1, "wallet_difference": 600, "lines": [LATE_LINE | {"record": 7}]}
    assert ledger("late", "--json").json() == listed
    assert ledger("late", "--from", "2023-02-20T00:00:00+03:00", "--json").json()["lines"] == []
    done = listed | {"booked": 1, "refused": 0, "rejected": 0}
    before = ledger("events", ACCOUNT, "--json").out
    assert ledger("late", "--book", "--dry-run", "--json").json() == done
    assert "1 adjustment would be booked (source late), 0 refused" in ledger("late", "--book", "--dry-run").out
    assert ledger("events", ACCOUNT, "--json").out == before
    assert ledger("late", "--dry-run", "--json").json() == done
    assert ledger("late", "--book", "--json").json() == done
    nothing = {"accounts": 2, "changed": 0, "wallet_difference": 0, "lines": []}
    assert ledger("late", "--book", "--json").json() == nothing | {"booked": 0, "refused": 0, "rejected": 0}
    last = events(ledger)[-1]
    assert (last["type"], last["amount"], last["cites"], last["input"]["by"]) == ("Adjusted", 600, [7], "obnovi late")
    assert ledger("balance", ACCOUNT, "--json").json()["wallet"] == 200_00


def test_late_for_people(ledger: Run) -> None:
    listed = ledger("late").out
    assert "−6.00 ₽" in listed
    assert "1 charge of 1 account: in time, the wallets together would have 6.00 ₽ more." in listed
    booked = ledger("late", "--book", "--by", "clerk-7").out
    assert "1 adjustment booked (source late), 0 refused" in booked
    printed = ledger("statement", ACCOUNT, "--from", "2023-02-19", "--to", "2023-02-19").out
    assert sum("Перерасчёт" in line and "19.02.2023" in line for line in printed.splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--by", "x"], "--by goes with --book"),
        (["--per-account"], "--per-account goes with --book"),
        (["--sum-from", "ten"], "rubles"),
        (["--in-favour-of", "me"], "subscriber"),
        (["--holder", "1"], "--holder goes with one --account"),
        (["--only", "7"], "ACCOUNT:VERSION"),
        (["--only", f"{ACCOUNT}:7", "--account", ACCOUNT], "leave --account out"),
        (["--book", "--by", ""], "1 to 64"),
        (["--from", "now"], "RFC 3339"),
    ],
)
def test_late_says_in_one_line_what_is_wrong(ledger: Run, args: list[str], said: str) -> None:
    done = ledger("late", *args)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


@pytest.fixture
def several(ledger: Run, tmp_path: Path) -> Run:
    """A second late call of the first account, for 2.00, and one that would have cost more of the other."""
    more = [
        call("more", "2023-02-14T23:55:00+03:00", 60, received_at="2023-02-20T10:00:00+03:00"),
        call("mine", "2023-02-14T12:00:00+03:00", 120, OTHER, received_at="2023-02-20T10:00:00+03:00"),
    ]
    assert ledger("feed", write(tmp_path / "more.jsonl", *more)).code == 0
    return ledger


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), [(ACCOUNT, 7), (ACCOUNT, 8), (OTHER, 6)]),
        (("--account", OTHER), [(OTHER, 6)]),
        (("--account", ACCOUNT, "--holder", "1", "--account", OTHER), None),
        (("--account", ACCOUNT, "--account", OTHER), [(ACCOUNT, 7), (ACCOUNT, 8), (OTHER, 6)]),
        (("--sum-from", "2.00"), [(ACCOUNT, 7), (ACCOUNT, 8), (OTHER, 6)]),
        (("--sum-from", "2,01"), [(ACCOUNT, 7), (OTHER, 6)]),
        (("--sum-from", "6.01"), []),
        (("--in-favour-of", "subscriber"), [(ACCOUNT, 7), (ACCOUNT, 8), (OTHER, 6)]),
        (("--in-favour-of", "operator"), []),
        (("--only", f"{ACCOUNT}:8", "--only", f"{OTHER}/1:6"), [(ACCOUNT, 8), (OTHER, 6)]),
        (("--from", "2023-02-20"), [(ACCOUNT, 8), (OTHER, 6)]),
    ],
)
def test_late_lists_and_books_those_that_are_chosen(
    several: Run, options: tuple[str, ...], found: list[tuple[str, int]] | None
) -> None:
    if found is None:
        assert several("late", *options).code == 2
        return
    listed = several("late", *options, "--json").json()
    assert [(each["account"], each["version"]) for each in listed["lines"]] == found
    assert listed["changed"] == len({account for account, _ in found})
    assert listed["wallet_difference"] == sum(each["would_be"] - each["was"] for each in listed["lines"])
    everything = several("late", "--json").json()["lines"]
    booked = several("late", *options, "--book", "--json").json()
    assert (booked["booked"], booked["refused"], booked["rejected"]) == (len(found), 0, 0)
    left = [each for each in everything if (each["account"], each["version"]) not in found]
    assert several("late", "--json").json()["lines"] == left


def test_late_books_one_adjustment_for_all_charges_of_an_account(several: Run) -> None:
    done = several("late", "--book", "--per-account", "--by", "clerk-7", "--json").json()
    assert (len(done["lines"]), done["changed"], done["booked"]) == (3, 2, 2)
    (last,) = [each for each in events(several) if each["type"] == "Adjusted"]
    assert (last["amount"], last["cites"], last["input"]["id"]) == (8_00, [7, 7, 8, 8], "late-all-1")
    assert several("late", "--book", "--per-account", "--json").json()["booked"] == 0
    assert several("verify", "--json").json()["ok"]


def test_a_charge_that_is_not_listed_is_none_to_choose(several: Run) -> None:
    done = several("late", "--only", f"{ACCOUNT}:8", "--only", f"{ACCOUNT}:3", "--book")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"obnovi: account {ACCOUNT} has no such charge at event 3; `obnovi late` lists those there are\n"
    assert len(several("late", "--json").json()["lines"]) == 3
