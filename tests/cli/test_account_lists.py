"""`--accounts FILE`: some contracts, by the line, wherever all of them are worked on (R-15.8)."""

import json
from pathlib import Path

import pytest

from tests.cli.support import Done, Run, in_this_process, line, month, top_up, write

FIRST, SECOND, THIRD = "79160000001", "79160000002", "79160000003"
WHAT_IF = ("what-if", "--set", "plan=t3", "--json")
OTHERS = (("unrated", "--json"), ("late", "--json"), ("rerate", "--all", "--dry-run", "--json"))
STATEMENTS = ("statements", "--month", "2023-01", "--format", "csv", "-o", "out", "--json")


def life(account: str) -> list[str]:
    call = {"service": "voice", "direction": "out"}
    late = {"received_at": "2023-01-18T12:00:00+03:00"}
    return [
        *month(account),
        line("sms", "r", "2023-01-16T10:00:00+03:00", account, to="1", text=""),
        line("usage", "odd", "2023-01-16T11:00:00+03:00", account, quantity=60, zone="moon", **call),
        line("usage", "long", "2023-01-17T12:00:00+03:00", account, quantity=200 * 60, **call),
        line("usage", "late", "2023-01-16T12:00:00+03:00", account, quantity=60, **call, **late),
    ]


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """Three numbers with a plan, a refused refresh, a call without a price, and one that came after it was paid for.

    The second number has a second holder, who has all that too.
    """
    lives = {account: life(account) for account in (FIRST, SECOND, THIRD)}
    again = [json.loads(each.replace("2023-01", "2023-02")) for each in lives[SECOND]]
    write(
        tmp_path / "feed",
        *(each for told in lives.values() for each in told),
        line("close", "close", "2023-01-20T10:00:00+03:00", SECOND),
        *(json.dumps(each | {"id": f"{each['id']}-2"}) for each in again),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


def counted(ledger: Run, tmp_path: Path, *lines: str) -> dict[str, int]:
    """How many contracts each command worked on."""
    write(tmp_path / "list", *lines)
    answers = {
        command[0]: ledger(*command, "--accounts", "list")
        for command in (WHAT_IF, ("verify", "--json"), ("refused", "--json"), STATEMENTS, *OTHERS)
    }
    assert {name: (done.code, done.err) for name, done in answers.items()} == dict.fromkeys(answers, (0, ""))
    return {
        "what-if": answers["what-if"].json()["accounts"],
        "verify": answers["verify"].json()["accounts"],
        "refused": len({(row["account"], row["holder"]) for row in answers["refused"].json()}),
        "statements": answers["statements"].json()["written"] + answers["statements"].json()["skipped"],
        "unrated": len({(row["account"], row["holder"]) for row in answers["unrated"].json()}),
        "rerate": answers["rerate"].json()["unrated"],
        "late": answers["late"].json()["changed"],
    }


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        ((FIRST,), 1),
        ((FIRST, "", f" {FIRST} ", "8 916 000-00-01"), 1),
        ((SECOND,), 2),
        ((f"{SECOND}/2",), 1),
        ((f"{SECOND}/2", SECOND, THIRD), 3),
        ((FIRST, SECOND, THIRD), 4),
    ],
)
def test_a_list_names_the_contracts_that_are_worked_on(
    ledger: Run, tmp_path: Path, lines: tuple[str, ...], count: int
) -> None:
    """Of a number all contracts, each once."""
    names = ("what-if", "verify", "refused", "statements", "unrated", "rerate", "late")
    assert counted(ledger, tmp_path, *lines) == dict.fromkeys(names, count)


def test_a_contract_is_named_by_its_id_too(ledger: Run, tmp_path: Path) -> None:
    second = ledger("accounts", SECOND, "--json").json()[1]
    assert second["holder"] == 2
    write(tmp_path / "list", second["contract"])
    (row,) = ledger("refused", "--json", "--accounts", "list").json()
    assert (row["account"], row["holder"]) == (SECOND, 2)


def test_a_list_of_all_is_all(ledger: Run, tmp_path: Path) -> None:
    write(tmp_path / "list", THIRD, FIRST, SECOND)
    listed, everybody = ledger(*WHAT_IF, "--accounts", "list"), ledger(*WHAT_IF, "--all")
    assert listed == everybody
    assert ledger("refused", "--json", "--accounts", "list") == ledger("refused", "--json")


@pytest.mark.parametrize("command", [WHAT_IF, ("verify", "--json"), ("refused", "--json"), STATEMENTS])
def test_a_list_comes_on_standard_input(ledger: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    write(tmp_path / "list", f"{SECOND}/2")
    piped = in_this_process(*command, "--accounts", "-", cwd=tmp_path, stdin=f"\ufeff{SECOND}/2\r\n".encode())
    assert piped.code == 0
    assert stable(piped) == stable(ledger(*command, "--accounts", "list"))


def stable(done: Done) -> object:
    """An answer without what it took, and what was there already."""
    found = done.json()
    return {key: value for key, value in found.items() if key not in ("seconds", "written", "skipped")} if isinstance(
        found, dict
    ) else found  # fmt: skip


@pytest.mark.parametrize("command", [WHAT_IF, ("verify",), ("refused",), *OTHERS])
@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (f"{FIRST}\n\n79160000009\n", 1, "list, line 3: no account 79160000009 in this ledger"),
        (f"{FIRST}\n{FIRST}/2\n", 1, f"list, line 2: no account {FIRST}/2 in this ledger"),
        (f"{FIRST}\n{FIRST};x\n", 2, f"list, line 2: '{FIRST};x' is no account; one is 79 and nine digits"),
        (f"{FIRST}/0\n", 2, f"list, line 1: '{FIRST}/0' is no account"),
        ("account\n", 2, "list, line 1: 'account' is no account"),
        ("\n \n", 2, "list names no account"),
        ("", 2, "list names no account"),
    ],
)
def test_what_a_list_names_wrongly_is_told_with_its_line(
    ledger: Run, tmp_path: Path, command: tuple[str, ...], text: str, code: int, said: str
) -> None:
    (tmp_path / "list").write_text(text, encoding="utf-8")
    done = ledger(*command, "--accounts", "list")
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ((*WHAT_IF, "--all"), "name an ACCOUNT, or say --all or --sample, or --accounts; one of these"),
        ((*WHAT_IF, FIRST), "name an ACCOUNT, or say --all or --sample, or --accounts; one of these"),
        ((*WHAT_IF, "--drop", "2"), "--drop and --move name events of one ACCOUNT"),
        (("verify", "--sample", "1%"), "--sample chooses accounts, --account and --accounts name them"),
        (("verify", "--account", FIRST), "--account and --accounts both name accounts"),
        (("refused", "--account", FIRST), "--account and --accounts both name accounts"),
    ],
)
def test_accounts_are_named_in_one_way(ledger: Run, tmp_path: Path, command: tuple[str, ...], said: str) -> None:
    write(tmp_path / "list", FIRST)
    done = ledger(*command, "--accounts", "list")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\n", "is no UTF-8 text"), (b"1" * (64 * 1024**2 + 1), "67108864")]
)
def test_what_is_no_list_on_standard_input_is_one_line(ledger: Run, tmp_path: Path, content: bytes, said: str) -> None:
    done = in_this_process("refused", "--accounts", "-", cwd=tmp_path, stdin=content)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_money_of_others_is_not_moved(ledger: Run, tmp_path: Path) -> None:
    """What a list leaves out is not looked at: a top-up of another account changes no answer."""
    write(tmp_path / "list", FIRST)
    before = ledger(*WHAT_IF, "--accounts", "list")
    write(tmp_path / "more", top_up("more", 1_00, THIRD, at="2023-01-21T10:00:00+03:00"))
    assert ledger("feed", "more").code == 0
    assert ledger(*WHAT_IF, "--accounts", "list") == before


def test_statements_of_a_list_of_none_are_refused_before_a_folder_is_made(ledger: Run, tmp_path: Path) -> None:
    """`accounts --plan … --numbers | statements --accounts -` of nobody must not look like a month that is done."""
    write(tmp_path / "list")
    done = ledger("statements", "--month", "2023-01", "--format", "txt", "-o", "nobody", "--accounts", "list")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "list names no account" in done.err
    assert not (tmp_path / "nobody").exists()
