"""Texts from outside: whatever they hold, in what people read they neither make a line, nor hide, nor move a cursor."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import openpyxl
import pypdfium2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from projections.words.safe import safe
from scripts.cli.main import main
from tests.cli.support import ACCOUNT, line
from tests.laws.feeds import moderate
from tests.support import CATALOGUE_TEXT

ODD: Final = st.characters(categories=["Cc", "Cf", "Cn", "Co", "Zl", "Zp"], exclude_characters="\0") | st.sampled_from(
    ["\n", "\r", "\t", "\x1b", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\u3164", "\u034f"]
)
FEED: Final = ("--ledger", "l.db", "--catalogue", "c.toml")
MONTH: Final = ("--from", "2023-01-01", "--to", "2023-02-28")
DESK: Final = ("--at", "2023-03-01T12:00:00+03:00")


class Told:
    """What commands told about a story in which every text from outside is the same one, by command."""

    def __init__(self, folder: Path, text: str) -> None:
        self.folder = folder
        self.text = text
        self.out: list[tuple[tuple[object, ...], str]] = []
        self.files: dict[str, bytes] = {}
        self._tell()

    def __call__(self, *args: object) -> str:
        """Run a command, keep what it told on stdout and stderr."""
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("OBNOVI_KEYS", str(self.folder / "keys"))
            patch.setattr(sys, "argv", ["obnovi", *map(str, args)])
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            with pytest.raises(SystemExit):
                main()
        for stream in streams:
            stream.flush()
            stream.seek(0)
        told = "".join(stream.read() for stream in streams)
        assert "an error in the program" not in told, args
        self.out.append((args, told))
        return told

    def _tell(self) -> None:
        (self.folder / "c.toml").write_text(_catalogue(self.text), encoding="utf-8")
        (self.folder / "bad.toml").write_text(
            _catalogue(self.text).replace('fee = "1.00"', "fee = 1"), encoding="utf-8"
        )
        (self.folder / "feed").write_text("\n".join(_feed(self.text)) + "\n", encoding="utf-8")
        (self.folder / "accounts").write_text(f"{ACCOUNT}\n7{''.join(self.text.splitlines())}\n", encoding="utf-8")
        for args in _commands(self.text):
            self(*args)
        for form in ("txt", "html", "xml", "pdf", "xlsx"):
            self(*FEED, "statement", ACCOUNT, *MONTH, "--format", form, "-o", f"s.{form}")
        for table in ("ledger", "usage"):
            self(*FEED, "statement", ACCOUNT, *MONTH, "--format", "csv", "--table", table, "-o", f"{table}.csv")
        for form in ("txt", "html", "pdf"):
            self(*FEED, "dispute", "show", self.text, "--format", form, "-o", f"d.{form}")
        self(*FEED, "import-statement", "s.xml")
        for file in self.folder.iterdir():
            if file.suffix in (".txt", ".html", ".xml", ".pdf", ".xlsx", ".csv", ".journal", ".beancount"):
                self.files[file.name] = file.read_bytes()


def _catalogue(text: str) -> str:
    escaped = '"' + "".join(f"\\U{ord(sign):08x}" for sign in text) + '"'
    named = CATALOGUE_TEXT.replace('"Тест t4"', escaped).replace("plans.prices.russia", f"plans.prices.{escaped}", 1)
    option = f'\n[[options]]\nid = {escaped}\nname = {escaped}\neffective_from = 2015-01-01\nfee = "1.00"\n'
    return f"{named}{option}packages = {{ sms = 9 }}\n"


def _feed(text: str) -> Iterator[str]:
    common: dict[str, Any] = {"source": text, "by": text}
    yield line("open", "open", "2023-01-01T00:00:00+03:00", region="moscow", **common)
    yield line("top_up", text, "2023-01-15T11:00:00+03:00", amount=1000_00, channel=text, **common)
    yield line("connect_plan", "plan", "2023-01-15T12:00:00+03:00", plan="t4", **common)
    call: dict[str, Any] = {"service": "voice", "direction": "out", "quantity": 310, "peer": text} | common
    yield line("usage", f"{text}1", "2023-01-16T12:00:00+03:00", zone=text, **call)
    yield line("usage", f"{text}2", "2023-01-16T13:00:00+03:00", **call | {"direction": "in"})
    yield line("usage", f"{text}3", "2023-01-16T14:00:00+03:00", zone=f"{text}?", **call)
    yield line("connect_option", f"{text}4", "2023-01-17T12:00:00+03:00", option=text, **common)
    yield line("connect_option", f"{text}5", "2023-01-17T13:00:00+03:00", option=f"{text}?", **common)
    yield line("ussd", f"{text}6", "2023-01-18T12:00:00+03:00", text=text, **common)
    yield line("adjust", f"{text}7", "2023-01-18T13:00:00+03:00", amount=-100, cites=[2], text=text, **common)
    yield line("ussd", f"{text}8", "2023-01-19T12:00:00+03:00", text="*929#", **common)
    yield line("reverse", f"{text}9", "2023-01-20T12:00:00+03:00", event=10, text=text, **common)
    yield line("open_dispute", text, "2023-01-21T12:00:00+03:00", event=5, text=text, source="desk", by=text)
    yield line("top_up", text, "2023-01-22T12:00:00+03:00", amount=1, channel=text, **common)  # of another content
    unknown: dict[str, Any] = {text: 1}
    yield line("top_up", f"{text}x", "2023-01-22T12:00:00+03:00", amount=1, **unknown)
    yield line(text, "type", "2023-01-22T12:00:00+03:00")


def _commands(text: str) -> Iterator[tuple[object, ...]]:
    yield (*FEED, "feed", "feed")
    yield (*FEED, "feed", f"no {text}")
    yield (*FEED, "balance", ACCOUNT)
    yield (*FEED, "balance", text)
    yield (*FEED, "events", ACCOUNT)
    yield (*FEED, "find", text)
    yield (*FEED, "find", f"no {text}")
    yield (*FEED, "unrated")
    yield (*FEED, "refused")
    yield (*FEED, "refused", "--account", ACCOUNT)
    for by in ("day", "plan", "region"):
        yield (*FEED, "totals", *MONTH, "--by", by)
    for version in range(1, 14):
        for lang in ("ru", "en"):
            yield (*FEED, "explain", ACCOUNT, version, "--lang", lang)
    yield (*FEED, "statements", "--month", "2023-01", "--format", "txt", "-o", "all", "--accounts", "accounts")
    yield (*FEED, "dispute", "list")
    yield (*FEED, "dispute", "show", f"no {text}")
    answer = ("--outcome", "upheld", "--text", text, "--by", text, *DESK)
    yield (*FEED, "dispute", "resolve", text, *answer, "--dry-run")
    yield (*FEED, "dispute", "open", ACCOUNT, 6, "--text", text, "--by", text, "--id", f"{text}+", *DESK)
    yield (*FEED, "dispute", "resolve", text, *answer)
    yield (*FEED, "what-if", ACCOUNT, "--drop", 2)
    yield (*FEED, "what-if", ACCOUNT, "--set", f"plan={text}")
    yield (*FEED, "what-if", "--all", "--set", "plan=t3")
    yield (*FEED, "late", "--book", "--by", text)
    yield (*FEED, "verify")
    yield ("catalogue", "check", "c.toml")
    yield ("catalogue", "check", "bad.toml")
    yield (*FEED, "export", "--format", "hledger", "-o", "books.journal")
    yield (*FEED, "export", "--format", "beancount", "-o", "books.beancount")
    yield (*FEED, "keys", "create", "--name", f"no {text}")
    yield (*FEED, text)


def told_of(text: str) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        return Told(Path(folder), text)


PLAIN: Final[list[Told]] = []


def plain() -> Told:
    """The same story with the text `x`; told once."""
    if not PLAIN:
        PLAIN.append(told_of("x"))
    return PLAIN[0]


def odd(text: str) -> list[str]:
    """What a reader would not see, in lines of a text."""
    hidden = {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")} - {
        "\n"
    }
    return [repr(sign) for sign in hidden] + [each for each in text.split("\n") if safe(each) != each]


def shape(name: str, content: bytes) -> tuple[str, Any]:
    """The text of a file as people see it, and how many lines and rows it has."""
    text = content.decode(errors="replace")
    match name.rpartition(".")[2]:
        case "csv":
            text = text.removeprefix("\ufeff").replace("\r\n", "\n")
            return text, (text.count("\n"), len(list(csv.reader(io.StringIO(text), delimiter=";"))))
        case "html" | "xml":
            indented = re.sub("(?m)^\t+", "", text)
            return indented, (text.count("\n"), [each.tag for each in ET.fromstring(text).iter()])
        case "pdf":
            return _pages(content), None
        case "xlsx":
            sheets = [list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(io.BytesIO(content))]
            cells = [str(cell) for rows in sheets for row in rows for cell in row]
            return " ".join(cells), [len(rows) for rows in sheets] + [len(cells)]
        case _:
            return text, text.count("\n")


def _pages(content: bytes) -> str:
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
        return done.stdout.decode().replace("\f", "\n")
    pages = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in pages).replace("\r\n", "\n")


@moderate(4)
@given(st.text(ODD, min_size=1, max_size=2).map(lambda text: f"a{text}b"))
@example("a\nb")
@example("\x1b[2K")
@example("\u202e\u2069")
def test_no_text_makes_a_line_hides_or_moves_a_cursor_in_anything_that_people_read(text: str) -> None:
    told = told_of(text)
    assert told.files.keys() == plain().files.keys()
    for (args, said), (_, same) in zip(told.out, plain().out, strict=True):
        if "import-statement" not in args:
            assert not odd(said), args
            assert said.count("\n") == same.count("\n"), (args, said, same)
    for name, content in told.files.items():
        said, counted = shape(name, content)
        assert not odd(said), name
        assert counted == shape(name, plain().files[name])[1], name
        if not name.startswith(("d.", "usage", "s.xml", "s.html", "s.pdf", "books")):
            assert safe(text) in said or name.endswith(".pdf"), name


def test_programs_get_every_text_as_it_is(tmp_path: Path) -> None:
    """JSON, our own export and what is stored keep it; the operator's forms give it back to who reads them."""
    text = "a\n\x1b\u202eb"
    told = Told(tmp_path, text)
    events = [json.loads(each) for each in told(*FEED, "events", ACCOUNT, "--json").splitlines()]
    assert [each["peer"] for each in events if "peer" in each] == [text] * 3
    made = json.loads(told(*FEED, "statement", ACCOUNT, *MONTH, "--format", "json"))
    assert made["lines"][0]["channel"] == text
    inputs = told(*FEED, "import-statement", "s.xml").splitlines()
    peers = [json.loads(each)["peer"] for each in inputs if each.startswith("{") and "peer" in json.loads(each)]
    assert peers == [text] * 2
    assert re.search("a⏎␛⟨U\\+202E⟩b", told(*FEED, "find", text))
