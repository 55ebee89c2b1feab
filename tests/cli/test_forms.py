"""`obnovi statement --format xml|html`: the operator's forms on stdout or in a file (R-13.5)."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, Run, line, month, write

ASKED = ("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31")


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "u", "2023-01-17T10:00:00+03:00", service="voice", direction="out", quantity=61, zone="russia",
             peer="<&>"),
    )  # fmt: skip
    assert obnovi("feed", "feed").code == 0
    return obnovi


@pytest.mark.parametrize(("form", "total"), [("xml", 't="8,3333"'), ("html", "<b>8,3333</b>")])
def test_a_form_is_printed_or_written_with_the_same_bytes(ledger: Run, tmp_path: Path, form: str, total: str) -> None:
    printed = ledger(*ASKED, "--format", form)
    assert (printed.code, printed.err) == (0, "")
    assert total in printed.out
    assert ledger(*ASKED, "--format", form, "-o", "statement").out == ""
    assert (tmp_path / "statement").read_bytes() == printed.out.encode()
    ET.fromstring(printed.out.encode())


def test_a_page_comes_in_english(ledger: Run) -> None:
    assert "<h1>Statement</h1>" in ledger(*ASKED, "--format", "html", "--lang", "en").out
    assert "<h1>Детализация</h1>" in ledger(*ASKED, "--format", "html").out


@pytest.mark.parametrize(
    "more", [("--format", "json", "--lang", "en"), ("--format", "xml", "--lang", "en"), ("--json", "--lang", "ru")]
)
def test_a_language_goes_with_forms_for_people_only(ledger: Run, more: tuple[str, ...]) -> None:
    done = ledger(*ASKED, *more)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
