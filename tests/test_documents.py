"""What the documents say is so: commands are run, links lead somewhere, forms are those of the program."""

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import msgspec
import pytest

from ledger import inputs
from ledger.catalogue import parse
from ledger.events import EVENT_TYPES
from ledger.inputs import Input
from ledger.log import codec, keys
from ledger.rules.considered import REASONS
from projections.notices.notice import Kind
from scripts.commands_reference import reference
from tests.cli.support import in_this_process
from tests.support import Story

ROOT = Path(__file__).parent.parent
FLOORS = ("ledger", "projections", "scripts", "tests")
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "build" for part in path.relative_to(ROOT).parts)
)
"""Those of this tree; below `build` benchmarks may have put another commit's."""


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def steps(page: str) -> Iterator[tuple[str, str]]:
    """The commands of a page's console blocks, each with what stands below it."""
    for block in re.findall(r"```console\n(.*?)\n```", text_of(page), flags=re.DOTALL):
        for command, printed in re.findall(r"^\$ (.*)\n?((?:(?!\$ ).*\n?)*)", block, flags=re.MULTILINE):
            yield command, printed.strip("\n")


PLAIN = re.compile(r"obnovi ([\w ./:+,=%-]+)")
"""A command that takes no shell."""


@pytest.mark.parametrize(("page", "least"), [("README.md", 8), ("docs/tour.md", 15)])
def test_a_page_shows_what_happens(page: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody sees it who types it; what the tour has many of is run in this process where it takes no shell."""
    monkeypatch.delenv("OBNOVI_LEDGER", raising=False)
    monkeypatch.delenv("OBNOVI_CATALOGUE", raising=False)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    assert len(list(steps(page))) >= least
    for command, printed in steps(page):
        if page != "README.md" and (plain := PLAIN.fullmatch(command)):
            told = in_this_process(*plain[1].split(), cwd=tmp_path, env=os.environ)
            assert shown(told.out + told.err) == printed, command
            continue
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert shown(done.stdout) == printed, command


def shown(text: str) -> str:
    """What stands on a screen, as a page has it."""
    return "\n".join(line.rstrip() for line in text.strip("\n").split("\n"))


def test_the_readme_stays_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 130


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where repositories are shown."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("http"):
            continue
        file, _, anchor = unquote(target).partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_modules_that_pages_name_are_there() -> None:
    """By the end of their path; `M.py` stands for a module that somebody may add."""
    modules = [f"/{path.relative_to(ROOT)}" for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    named = {(page.name, name) for page in PAGES for name in re.findall(r"`([\w/]+\.py)`", page.read_text("utf-8"))}
    assert len(named) > 30
    lost = [each for each in named if not any(module.endswith(f"/{each[1]}") for module in modules)]
    assert not [each for each in lost if not each[1].endswith("M.py")]


def test_functions_that_the_tour_of_the_code_names_are_there() -> None:
    named = set(re.findall(r"`((?:\w+\.)*\w+)\.(?!py`)(\w+)`", text_of("ledger/README.md")))
    rooms = [ROOT / "ledger", ROOT / "ledger" / "rules", ROOT / "ledger" / "log"]
    places = [(room / f"{module.replace('.', '/')}.py", name) for room in rooms for module, name in named]
    sources = [(path.name, name, path.read_text("utf-8")) for path, name in places if path.exists()]
    assert len(sources) > 8
    lost = [each for *each, source in sources if not re.search(rf"^(def |class )?{each[1]}\b", source, re.MULTILINE)]
    assert not lost


def test_the_reference_of_commands_is_that_of_their_help() -> None:
    made = "run `python -m scripts.commands_reference > docs/commands.md`"
    assert text_of("docs/commands.md") == reference(), made


CONTRACT = text_of("docs/contract.md")


def section(heading: str) -> str:
    """What stands below a heading of the contract, up to the next one."""
    return re.split(r"^#+ \d", CONTRACT.split(f"# {heading}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows_of(heading: str) -> dict[str, list[str]]:
    """The rows below a heading: names of the first column, and the names that the second one lists, asides left out."""
    rows = re.findall(r"^\| (`.+?`) \| (.+?) (?:\| .+ )?\|$", section(heading), re.MULTILINE)
    return {
        name: re.findall(r"`(\w+)`", re.sub(r"\(.*?\)", "", listed))
        for names, listed in rows
        for name in re.findall(r"`([\w/]+)`", names)
    }


def example(heading: str, language: str = "json") -> str:
    """The last example below a heading."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)\n```", section(heading), re.DOTALL)
    return found[-1]


def test_every_section_of_the_contract_that_code_cites_is_there() -> None:
    headings = set(re.findall(r"^#{2,3} ([\d.]+) ", CONTRACT, re.MULTILINE))
    code = [path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")]
    cited = {
        (str(path.relative_to(ROOT)), number)
        for path in code
        for numbers in re.findall(r"contract (§[\d.]+(?:(?:,| and) §[\d.]+)*)", path.read_text(encoding="utf-8"))
        for number in re.findall(r"\d+(?:\.\d+)*", numbers)
    }
    assert len(cited) > 20
    assert not [place for place in cited if place[1] not in headings]


def test_the_contract_lists_every_input_with_its_fields() -> None:
    common = {field.name for field in fields(inputs.Refresh)}
    expected = {
        get_args(kind.__annotations__["type"])[0]: [
            field.name.rstrip("_") for field in fields(kind) if field.name not in common
        ]
        for kind in get_args(Input)
    }
    assert rows_of("2.2 Types") == expected


def test_the_contract_shows_one_input_of_each_type_that_is_accepted() -> None:
    shown = [inputs.parse(line) for line in example("2.2 Types").splitlines()]
    assert {type(each) for each in shown} == set(get_args(Input))
    assert inputs.parse(example("2.1 Lines"))


def test_the_contract_lists_every_reason_of_a_refusal_by_precedence() -> None:
    assert rows_of("2.4 Reasons of a refusal") == {kind: list(reasons) for kind, reasons in REASONS.items()}


def test_the_contract_lists_every_topic_with_its_fields() -> None:
    common = {"version", "occurred_at", "booked_at", "recorded_at", "entries", "input", "wallet_after"}
    expected = {
        f"{kind.__name__}/{codec.SCHEMA[kind.__name__]}": [
            field.encode_name for field in msgspec.structs.fields(kind) if field.encode_name not in common
        ]
        for kind in EVENT_TYPES
    }
    assert rows_of("3.3 As stored") == expected


def test_the_contract_lists_every_table_with_its_columns(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    with closing(sqlite3.connect(story.path)) as db:
        names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall()
        expected = {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for (name,) in names}
    assert rows_of("3.4 Tables") == expected


def test_keys_are_digests_as_the_contract_says() -> None:
    input = inputs.parse(example("2.1 Lines"))
    said = {
        "account": "79161234567",
        "amount": 100000,
        "at": 1768201500000000,
        "channel": "card",
        "id": "bank-7",
        "source": "bank",
        "type": "top_up",
    }
    content = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert keys.key_of(input.source, input.id) == hashlib.blake2b(b"bank\0bank-7", digest_size=16).digest()
    assert keys.content_of(input) == hashlib.blake2b(content, digest_size=16).digest()


def shape(value: Any) -> Any:
    """The names of an answer's fields in their order, of a list those of its first object."""
    match value:
        case dict():
            return {name: shape(inner) for name, inner in value.items()}
        case [dict() as first, *_]:
            return [shape(first)]
        case _:
            return None


def test_answers_have_the_fields_of_the_examples(tmp_path: Path) -> None:
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-16 12:00", "5:10", peer="74950001234")
    story.refresh("2023-02-01 12:00")
    days = ("--from", "2023-01-16", "--to", "2023-02-01")
    printed = {
        "3.1 As printed": story.printed("events", story.account_id)[-2],
        "4 Balance": story.printed("balance", story.account_id),
        "5 Statement": story.printed("statement", story.account_id, *days),
    }
    for heading, answer in printed.items():
        told = json.loads(example(heading)) | ({"left": answer["left"]} if heading == "5 Statement" else {})
        assert shape(told) == shape(answer), heading
        assert list(told) == list(answer), heading


def fields_of(command: str) -> set[str]:
    """The fields that the contract names of a command's answer."""
    answers = re.search(rf"^\| .*`{command}`.*? \| .*?`\[?(\{{.*?\}})\]?`", CONTRACT, re.MULTILINE)
    assert answers, command
    return set(re.findall(r'"(\w+)"', answers[1]))


def test_answers_have_the_fields_that_the_contract_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_KEYS", str(tmp_path / "keys"))
    files = {name: str(tmp_path / name) for name in ("feed", "copy.db", "log.jsonl", "proof", "month", "plans.toml")}
    Path(files["feed"]).write_text("no input\n", encoding="utf-8")
    Path(files["plans.toml"]).write_text(example("6 Catalogue", "toml"), encoding="utf-8")
    story = Story(tmp_path).open("2023-01-15 11:00")
    story.top_up("2023-01-15 11:30", 500_00)
    story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-16 12:00", "5:10", zone="the moon")
    story.refresh("2023-02-01 12:00")
    story.feed("open_dispute", "2023-02-01 13:00", event=4, text="?")
    answers = {
        "feed": ("feed", files["feed"], "--rejects", str(tmp_path / "rejects")),
        "night": ("night", "--until", "2023-02-02"),
        "find": ("find", "top_up-2"),
        "unrated": ("unrated",),
        "rerate": ("rerate", "--all", "--dry-run"),
        "totals": ("totals", "--from", "2023-01-15", "--to", "2023-02-01"),
        "replay": ("replay",),
        "verify": ("verify",),
        "catalogue check": ("catalogue", "check", files["plans.toml"]),
        "catalogue show": ("catalogue", "show"),
        "catalogue diff": ("catalogue", "diff", "shipped", "ledger"),
        "catalogue add-price": ("catalogue", "add-price", "t4", "mars", "--voice", "9", "--from", "2024-01-01"),
        "refused": ("refused",),
        "what-if": ("what-if", story.account_id, "--drop", "2"),
        "late": ("late",),
        "dispute list": ("dispute", "list"),
        "statements": ("statements", "--month", "2023-01", "--format", "json", "-o", files["month"]),
        "keys create": ("keys", "create"),
        "checkpoint": ("checkpoint",),
        "prove": ("prove", story.account_id, "4", "-o", files["proof"]),
        "check-proof": ("check-proof", files["proof"]),
        "seal": ("seal", str(tmp_path / "dataset")),
        "export": ("export", "--format", "jsonl", "-o", files["log.jsonl"]),
        "backup": ("backup", files["copy.db"]),
    }
    for command, arguments in answers.items():
        answer = story.printed(*arguments)
        named = fields_of(command)
        assert named <= set(answer[0] if isinstance(answer, list) else answer), command


def test_the_example_of_a_catalogue_is_one() -> None:
    assert parse(example("6 Catalogue", "toml")).edition == 2


def test_the_contract_names_every_kind_of_notice() -> None:
    rows = section("13.1 What is told").split("| kind | when |")[1]
    assert re.findall(
        r"`(\w+)`", " ".join(row.split("|")[1] for row in rows.splitlines() if row.startswith("| `"))
    ) == [*get_args(Kind)]
