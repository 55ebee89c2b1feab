"""`obnovi verify-document`: "is this statement yours, and is it as you gave it out?"."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, write
from tests.support import with_settings

FORMATS = ("json", "txt", "html", "pdf", "xlsx", "xml")
FEBRUARY = ("--month", "2023-02")


@pytest.fixture
def fed(obnovi: Run, tmp_path: Path) -> Run:
    call: dict[str, Any] = {"service": "voice", "direction": "out", "quantity": 310, "zone": "russia"}
    more = [
        line("usage", "call", "2023-02-01T09:00:00+03:00", peer="79031112233", **call),
        line("top_up", "later", "2023-02-03T11:00:00+03:00", amount=250_00, channel="bank"),
        line("top_up", "march", "2023-03-01T11:00:00+03:00", amount=1_00),
    ]
    write(tmp_path / "feed", *month(), *more)
    assert obnovi("feed", "feed").code == 0
    return obnovi


def printed(run: Run, form: str, *arguments: str) -> Path:
    file = Path(f"statement.{form}")
    assert run("statement", ACCOUNT, *(arguments or FEBRUARY), "-o", file).code == 0
    return file


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_was_given_out_is_known_again_in_every_format(fed: Run, form: str, lang: str) -> None:
    id = digest(printed(fed, "json"))
    file = printed(fed, form, *FEBRUARY, *(["--lang", lang] if form not in ("json", "xml") else []))
    said = fed("verify-document", file, "--json")
    assert said.code == 0
    told = said.json()
    assert {name: told[name] for name in ("ok", "document", "account", "from", "to", "final", "format")} == {
        "ok": True, "document": id, "account": ACCOUNT, "from": "2023-02-01", "to": "2023-02-28", "final": True,
        "format": form,
    }  # fmt: skip


@pytest.mark.parametrize("table", ["ledger", "usage"])
def test_a_csv_is_known_where_it_is_told_whose_it_is(fed: Run, table: str) -> None:
    file = printed(fed, "csv", *FEBRUARY, "--table", table)
    assert fed("verify-document", file, "--json").json()["reason"] == "NOT_A_STATEMENT"
    said = fed("verify-document", file, "--account", ACCOUNT, *FEBRUARY, "--json")
    assert (said.code, said.json()["ok"]) == (0, True)
    file.write_text(file.read_text(encoding="utf-8").replace("79", "78") + "x", encoding="utf-8")
    assert fed("verify-document", file, "--account", ACCOUNT, *FEBRUARY, "--json").json()["reason"] == "OTHER_CONTENT"


@pytest.mark.parametrize(
    ("form", "was", "becomes", "reason"),
    [
        ("json", b'"amount":25000', b'"amount":95000', "OTHER_CONTENT"),
        ("json", ACCOUNT.encode(), b"79990000000", "NO_SUCH_CONTRACT"),
        ("txt", b"250,00", b"950,00", "OTHER_BYTES"),
        ("html", b"250,00", b"950,00", "OTHER_BYTES"),
        ("xml", b"250,00", b"950,00", "OTHER_BYTES"),
        ("xml", b'ed="28.02.2023"', b'ed="27.02.2023"', "OTHER_CONTENT"),
        ("pdf", b"%%EOF", b"%%EOF\n% more", "OTHER_BYTES"),
    ],
)
def test_what_was_changed_is_told(fed: Run, form: str, was: bytes, becomes: bytes, reason: str) -> None:
    file = printed(fed, form)
    content = file.read_bytes()
    assert was in content
    file.write_bytes(content.replace(was, becomes))
    said = fed("verify-document", file, "--json")
    assert (said.code, said.json()["ok"], said.json()["reason"]) == (1, False, reason)


def test_the_first_field_that_differs_is_named(fed: Run) -> None:
    file = printed(fed, "json")
    file.write_bytes(file.read_bytes().replace(b'"amount":25000', b'"amount":95000'))
    assert fed("verify-document", file, "--json").json()["difference"] == {
        "field": "lines[1].amount", "expected": 25000, "found": 95000
    }  # fmt: skip
    said = fed("verify-document", file)
    assert (said.code, said.err.count("\n"), "lines[1].amount" in said.err) == (1, 1, True)


@pytest.mark.parametrize("form", FORMATS)
def test_a_statement_given_out_before_it_was_final_is_known_later(fed: Run, tmp_path: Path, form: str) -> None:
    file = printed(fed, form, "--month", "2023-03")
    write(tmp_path / "more", line("top_up", "more", "2023-03-02T11:00:00+03:00", amount=3_00))
    assert fed("feed", "more").code == 0
    said = fed("verify-document", file, "--json")
    told = said.json()
    newest = max(each["versions"][-1] for each in fed("find", "march", "--json").json())
    assert (said.code, told["ok"], told["final"], told["as_of"]) == (0, True, False, newest)


def test_one_printed_before_a_checkpoint_covered_it_stays_ours(fed: Run) -> None:
    before = printed(fed, "txt").rename("before.txt")
    assert fed("keys", "create").code == 0
    assert fed("checkpoint").code == 0
    after = printed(fed, "txt")
    assert before.read_bytes() != after.read_bytes()
    assert [fed("verify-document", each).code for each in (before, after)] == [0, 0]


def test_an_id_is_found_whatever_its_dates(fed: Run) -> None:
    for dates in (FEBRUARY, ("--from", "2023-02-01", "--to", "2023-02-03")):
        id = digest(printed(fed, "json", *dates))
        told = fed("verify-document", id, "--json").json()
        assert (told["ok"], told["document"], told["account"]) == (True, id, ACCOUNT)
        assert fed("verify-document", id, "--account", ACCOUNT).code == 0
        assert fed("verify-document", id, "--account", ACCOUNT, *dates).code == 0


def test_an_id_of_nobody_is_not_ours(fed: Run) -> None:
    said = fed("verify-document", "0" * 64, "--json")
    assert (said.code, said.json()["ok"], said.json()["reason"]) == (1, False, "NOT_FOUND")
    assert fed("verify-document", "0" * 64).err.count("\n") == 1


def test_the_second_contract_of_a_number_has_documents_of_its_own(fed: Run, tmp_path: Path) -> None:
    edition_2 = tmp_path / "edition2.toml"
    edition_2.write_text(with_settings("edition = 2"), encoding="utf-8")
    write(
        tmp_path / "more",
        line("close", "end", "2023-03-05T10:00:00+03:00"),
        line("open", "again", "2023-04-01T10:00:00+03:00", region="moscow"),
        line("top_up", "new", "2023-04-02T10:00:00+03:00", amount=5_00),
    )
    assert fed("feed", "more", "--catalogue", edition_2).code == 0
    for form in FORMATS:
        file = printed(fed, form, "--month", "2023-04")
        assert fed("verify-document", file, "--json").json()["holder"] == 2
        first = printed(fed, form, *FEBRUARY, "--holder", "1")
        assert fed("verify-document", first, "--json").json()["holder"] == 1


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.7", b"PK\x03\x04", b"<?xml version='1.0'?>", b"\xff\xfe"])
def test_what_is_no_statement_is_said_to_be_none(fed: Run, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    said = fed("verify-document", "other", "--json")
    assert (said.code, said.json()["reason"]) == (1, "NOT_A_STATEMENT")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("nowhere.pdf",), "there is no document"),
        (("0" * 64, "--holder", "1"), "--holder goes with --account"),
        (("0" * 64, "--from", "2023-01-01"), "both ends"),
    ],
)
def test_a_wrong_question_is_one_line(fed: Run, arguments: tuple[str, ...], why: str) -> None:
    said = fed("verify-document", *arguments)
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert why in said.err
