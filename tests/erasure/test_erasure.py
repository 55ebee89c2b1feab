"""Erasure: the personal data of a closed contract are gone for good, and everything else stays (R-15.9)."""

import hashlib
from pathlib import Path

import pytest

from ledger.contracts import ERASED
from ledger.log.engines import store_ref
from ledger.service import Ledger
from scripts.wiring import now
from tests.cli.support import ACCOUNT, Run, line, on_a_terminal, write
from tests.erasure.support import (
    BY,
    GROUND,
    ORDER,
    OTHER,
    PEERS,
    PERSONAL,
    contents,
    contract_of,
    fed,
    first_contract,
    second_contract,
    somebody_else,
)
from tests.support import CATALOGUE_TEXT

FORMATS = ("txt", "json", "csv", "html", "pdf", "xml", "xlsx")


@pytest.fixture
def two(obnovi: Run) -> Run:
    """A number with two contracts, the first of them closed, and somebody else."""
    fed(obnovi, *first_contract(), *second_contract(), *somebody_else())
    return obnovi


def test_the_data_are_gone_and_the_money_stays(two: Run) -> None:
    """Totals are what they were, and every booking is decided again from what is left."""
    contract = contract_of(two)
    totals = two("totals", "--from", "2023-01-01", "--to", "2023-12-31", "--json").out
    done = two("erase", ACCOUNT, "--holder", "1", *ORDER, "--json").json()
    assert (done["contract"], done["holder"], done["ground"], done["by"]) == (contract, 1, GROUND, BY)
    assert done["events"] == done["version"] == 21
    assert done["destroyed"] == {"numbers": 1, "peers": 6, "texts": 5, "ids": 18, "names": 6}
    assert Path(done["act"]).read_bytes().startswith(b"%PDF")
    assert two("totals", "--from", "2023-01-01", "--to", "2023-12-31", "--json").out == totals
    report = two("verify", "--json").json()
    assert (report["ok"], report["erased"], report["accounts"]) == (True, 1, 3)
    assert "1 of them erased, money checked" in two("verify").out


def test_what_is_left_is_asked_for_by_the_contracts_id(two: Run) -> None:
    contract = contract_of(two)
    before = two("balance", contract, "--json").json()
    two("erase", ACCOUNT, "--holder", "1", *ORDER)
    after = two("balance", contract, "--json").json()
    unlike = {"account", "clock", "contract"}
    assert {name: after[name] for name in after.keys() - unlike} == {
        name: before[name] for name in before.keys() - unlike
    }
    assert (after["account"], after["contract"], after["holder"]) == (ERASED, contract, 1)
    rows = two("accounts", "--json").json()
    assert [(row["account"], row["holder"]) for row in rows] == [(ACCOUNT, 2), (OTHER, 1), (ERASED, 1)]
    assert ERASED in two("accounts").out


def test_every_answer_about_it_says_that_they_are_destroyed(two: Run) -> None:
    contract = contract_of(two)
    done = two("erase", ACCOUNT, "--holder", "1", *ORDER, "--json").json()
    dates = ("--from", "2023-01-01", "--to", "2023-02-28")
    asked = [("events", contract), ("events", contract, "--json"), ("what-if", contract, "--set", "plan=t3")]
    asked += [("statement", contract, *dates, "--format", form) for form in ("txt", "json", "csv", "html", "xml")]
    asked += [("explain", contract, str(version)) for version in range(1, done["version"] + 1)]
    for command in asked:
        answer = two(*command)
        assert (answer.code, ERASED in answer.out) == (0, True), command
        assert [each for each in (ACCOUNT, *PERSONAL) if each in answer.out] == [], command


def test_a_claim_of_it_is_still_shown(two: Run) -> None:
    contract = contract_of(two)
    two("erase", ACCOUNT, "--holder", "1", *ORDER)
    claims = two("dispute", "list", "--all", "--json").json()
    claim = next(each["dispute"] for each in claims if each["account"] == ERASED)
    shown = two("dispute", "show", claim)
    assert (shown.code, contract in shown.out) == (0, True)
    assert [each for each in (ACCOUNT, *PERSONAL) if each in shown.out] == []


def test_a_final_statement_names_the_document_that_it_was(two: Run) -> None:
    """R-13.5 gives way; a month in which trying numbers would find one by the id has none to name."""
    contract = contract_of(two)
    january = ("--from", "2023-01-01", "--to", "2023-01-31")
    former = hashlib.sha256(two("statement", contract, *january, "--format", "json").out.encode()).hexdigest()
    done = two("erase", ACCOUNT, "--holder", "1", *ORDER, "--json").json()
    assert done["statements"] == [{"month": "2023-01", "id": former}]
    assert two("statement", contract, *january, "--json").json()["former_id"] == former
    for form in ("txt", "html", "xml"):
        assert former in two("statement", contract, *january, "--format", form).out
    assert "former_id" not in two("statement", contract, "--from", "2023-02-01", "--to", "2023-02-28", "--json").json()
    assert "former_id" not in two("statement", contract, "--from", "2023-01-01", "--to", "2023-01-30", "--json").json()


def test_the_next_holder_notices_nothing(two: Run, tmp_path: Path) -> None:
    """All that is printed of the second contract has the same bytes as before."""
    dates = ("--from", "2023-05-01", "--to", "2023-05-31")

    def printed() -> list[str | bytes]:
        texts: list[str | bytes] = [
            two(*command, ACCOUNT, *options).out
            for command, options in ((("balance",), ()), (("events",), ("--json",)), (("explain",), ("5",)))
        ]
        texts.append(two("dispute", "show", "claim-2", "--account", ACCOUNT).out)
        for form in FORMATS:
            file = tmp_path / f"statement.{form}"
            assert two("statement", ACCOUNT, *dates, "-o", file).code == 0
            texts.append(file.read_bytes())
        return texts

    before = printed()
    assert two("erase", ACCOUNT, "--holder", "1", *ORDER).code == 0
    assert printed() == before


def test_what_names_the_erased_contract_is_unknown(two: Run) -> None:
    """The next contract keeps its place; an old line is neither booked in it nor known any more."""
    two("erase", ACCOUNT, "--holder", "1", *ORDER)
    write(Path("old.jsonl"), *first_contract())
    assert two("feed", "old.jsonl", "--json").json() == {
        "applied": 0, "duplicates": 0, "refused": 0, "rejected": len(first_contract()), "events": 0,
    }  # fmt: skip
    write(Path("named.jsonl"), line("refund", "r", "2026-01-01T00:00:00+03:00", amount=1, holder=1))
    assert two("feed", "named.jsonl", "--json").json()["rejected"] == 1
    assert two("balance", ACCOUNT, "--json").json()["holder"] == 2
    for command in (("balance", ACCOUNT, "--holder", "1"), ("erase", ACCOUNT, "--holder", "1", *ORDER)):
        assert two(*command).code == 1


def test_an_old_file_of_an_erased_contract_between_two_changes_nothing(two: Run) -> None:
    """Neither the holder before nor the one behind is credited, charged or closed by what was another's (R-15.7)."""
    third = [
        line("close", "closing-2", "2023-08-01T10:00:00+03:00"),
        line(
            "resolve_dispute", "answer-2", "2023-08-02T10:00:00+03:00", dispute="claim-2", outcome="rejected", text=""
        ),
        line("open", "opening-4", "2023-09-01T10:00:00+03:00", region="moscow"),
        line("top_up", "pay-4", "2023-09-02T10:00:00+03:00", amount=5_00),
    ]
    fed(two, *third)
    assert two("erase", ACCOUNT, "--holder", "2", *ORDER).code == 0
    before = two("accounts", "--json").out
    write(Path("old.jsonl"), *first_contract(), *second_contract(), *third)
    assert two("feed", "old.jsonl", "--json").json() == {
        "applied": 0, "duplicates": len(first_contract()) + 2, "refused": 0, "rejected": len(second_contract()) + 2,
        "events": 0,
    }  # fmt: skip
    assert two("accounts", "--json").out == before
    write(Path("named.jsonl"), line("refund", "r", "2023-08-15T10:00:00+03:00", amount=1, holder=1))
    assert two("feed", "named.jsonl", "--json").json()["applied"] == 1


def test_a_number_of_which_nothing_is_left_is_new(obnovi: Run) -> None:
    """An old file books anew, as the first contract of the number (the only exception to R-15.7)."""
    fed(obnovi, *first_contract())
    gone = contract_of(obnovi)
    obnovi("erase", ACCOUNT, *ORDER)
    assert obnovi("balance", ACCOUNT).code == 1
    fed(obnovi, *first_contract())
    rows = obnovi("accounts", "--json").json()
    assert [(row["account"], row["holder"], row["wallet"]) for row in rows] == [
        (ACCOUNT, 1, 1450_00 - 10_00 + 40_000), (ERASED, 1, 1450_00 - 10_00 + 40_000),
    ]  # fmt: skip
    assert rows[1]["contract"] == gone
    assert obnovi("verify", "--json").json()["ok"]


def test_signed_checkpoints_and_proofs_of_others_hold(obnovi: Run) -> None:
    assert obnovi("keys", "create").code == 0
    fed(obnovi, *first_contract(), *second_contract(), *somebody_else())
    Path("seen.txt").write_text(obnovi("checkpoint").out, encoding="utf-8")
    assert obnovi("prove", OTHER, "3", "-o", "other.proof").code == 0
    assert obnovi("erase", ACCOUNT, "--holder", "1", *ORDER).code == 0
    assert obnovi("checkpoint", "--compare", "seen.txt").code == 0
    assert obnovi("check-proof", "other.proof").code == 0
    assert obnovi("verify").code == 0


# Refusals


@pytest.mark.parametrize(
    ("lines", "arguments", "code", "told"),
    [
        ([], ("79990000000",), 1, "no account 79990000000"),
        ([], (ACCOUNT, "--holder", "3"), 1, "has no contract 3"),
        ([], (ACCOUNT,), 1, "is open"),
        (
            [line("open_dispute", "c", "2023-03-22T10:00:00+03:00", event=4, text="", holder=1)],
            (ACCOUNT, "--holder", "1"), 1, "open claim",
        ),
        ([], (ACCOUNT, "--holder", "1", "--ground", ""), 2, "--ground"),
        ([], (ACCOUNT, "--holder", "1", "--by", "две\nстроки"), 2, "--by"),
        ([], (ACCOUNT, "--holder", "1", "-o", "nowhere/act.pdf"), 2, "no such folder"),
        ([], (ACCOUNT, "--holder", "1", "-o", "obnovi.db"), 2, "the ledger itself"),
        ([], (ACCOUNT, "--holder", "1", "--ground", f"просьба {ACCOUNT}"), 1, "write them without"),
        ([], (ACCOUNT, "--holder", "1", "--ground", "просьба +7 (916) 123-45-67"), 1, "write them without"),
        ([], (ACCOUNT, "--holder", "1", "--ground", "8 916 123 45 67 просит"), 1, "write them without"),
        ([], (ACCOUNT, "--holder", "1", "--ground", f"спор с {PEERS[3]}"), 1, "write them without"),
        ([], (ACCOUNT, "--holder", "1", "--by", "Marina.Petrova"), 1, "write them without"),
        ([], ("--act-only", ACCOUNT, "--holder", "1"), 1, "is not erased"),
    ],
)  # fmt: skip
def test_a_refusal_is_one_line_and_changes_nothing(
    two: Run, tmp_path: Path, lines: list[str], arguments: tuple[str, ...], code: int, told: str
) -> None:
    if lines:
        fed(two, *lines)
    before = contents(tmp_path)
    done = two("erase", *ORDER, *arguments)
    assert (done.code, told in done.err, done.err.count("\n"), done.out) == (code, True, 1, "")
    assert contents(tmp_path) == before


def test_without_a_terminal_it_goes_on_and_says_what_it_destroys(two: Run) -> None:
    done = two("erase", ACCOUNT, "--holder", "1", "--ground", GROUND, "--by", BY)
    assert (done.code, "are destroyed for good" in done.err, done.err.count("\n")) == (0, True, 1)


def test_nothing_is_destroyed_without_a_ground_and_a_name(two: Run, tmp_path: Path) -> None:
    before = contents(tmp_path)
    assert two("erase", ACCOUNT, "--holder", "1").code == 2
    assert contents(tmp_path) == before


def test_on_a_terminal_it_is_asked_for(two: Run) -> None:
    contract = contract_of(two)
    for says, code in (("n\n", 1), ("y\n", 0)):
        done = on_a_terminal("erase", ACCOUNT, "--holder", "1", *ORDER[:-1], cwd=".", says=says)
        assert (done.code, "are destroyed for good" in done.out) == (code, True)
        assert (two("balance", contract, "--json").json()["account"] == ERASED) == (code == 0)


def test_data_are_kept_as_long_as_the_catalogue_says(
    obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the wall clock, from the booked time of the closing on; earlier with --early."""
    catalogue = (Path(__file__).parent.parent / "catalogue.toml").read_text(encoding="utf-8")
    Path("kept.toml").write_text(catalogue.replace("[settings]", "[settings]\nretention_days = 36500"), "utf-8")
    monkeypatch.setenv("OBNOVI_CATALOGUE", "kept.toml")
    fed(obnovi, *first_contract())
    before = contents(tmp_path)
    done = obnovi("erase", ACCOUNT, *ORDER)
    assert (done.code, "2123-02-24T10:00:00+03:00 (retention_days = 36500)" in done.err) == (1, True)
    assert contents(tmp_path) == before
    assert obnovi("erase", ACCOUNT, *ORDER, "--early").code == 0


def test_a_second_run_says_when_it_was(two: Run) -> None:
    contract = contract_of(two)
    done = two("erase", ACCOUNT, "--holder", "1", *ORDER, "--json").json()
    again = two("erase", contract, *ORDER)
    assert (again.code, done["erased_at"] in again.err, again.err.count("\n")) == (1, True, 1)


def test_the_act_can_be_written_again_with_the_same_bytes(two: Run) -> None:
    contract = contract_of(two)
    first = two("erase", ACCOUNT, "--holder", "1", *ORDER, "-o", "act.pdf", "--json").json()
    again = two("erase", contract, "--act-only", "-o", "again.pdf", "--json").json()
    assert again == first | {"act": "again.pdf"}
    assert Path("again.pdf").read_bytes() == Path("act.pdf").read_bytes()


def test_without_its_key_nothing_is_destroyed(two: Run) -> None:
    contract = contract_of(two)
    Path("keys").rename("elsewhere")
    for account in (ACCOUNT, contract):
        done = two("erase", account, *ORDER)
        assert (done.code in (1, 2), done.err.count("\n"), "OBNOVI_KEYS" in done.err) == (True, 1, True)
    assert not Path("keys").exists()


def test_an_unsealed_contract_cannot_be_erased(obnovi: Run, tmp_path: Path) -> None:
    Ledger(store_ref("obnovi.db"), now=now, catalogue=CATALOGUE_TEXT, sealed=False).close()
    fed(obnovi, *first_contract())
    before = contents(tmp_path)
    done = obnovi("erase", ACCOUNT, *ORDER)
    assert (done.code, "OBNOVI_SEAL=off" in done.err, done.err.count("\n")) == (1, True, 1)
    assert contents(tmp_path) == before


def test_a_statement_given_out_before_is_still_known_by_its_id(two: Run) -> None:
    contract, january = contract_of(two), ("--from", "2023-01-01", "--to", "2023-01-31")
    Path("january.json").write_bytes(two("statement", contract, *january, "--json").out.encode())
    id = hashlib.sha256(Path("january.json").read_bytes()).hexdigest()
    two("erase", ACCOUNT, "--holder", "1", *ORDER)
    for asked in ("january.json", id):
        told = two("verify-document", asked, "--json").json()
        assert (told["ok"], told["document"], told["contract"], told["erased"]) == (True, id, contract, True)
    now = Path("now.json")
    now.write_bytes(two("statement", contract, *january, "--json").out.encode())
    told = two("verify-document", now, "--json").json()
    assert (told["ok"], told["erased"]) == (True, False)
