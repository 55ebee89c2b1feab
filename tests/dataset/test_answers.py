"""What is asked of a dataset is answered as the ledger answered when it was sealed."""

import shutil
from pathlib import Path

import pytest

from tests.cli.support import in_this_process
from tests.dataset.support import QUESTIONS, Ledgers, environment

NOT_CLAIMED = (
    "Only events and catalogues were checked; the order of recording, heads, keys of inputs, views and checkpoints "
    "take an `obnovi verify` of the ledger."
)


def without_positions(text: str) -> str:
    """What `verify` says of a dataset, but for the positions that it says besides."""
    return text.partition(',"positions"')[0] + "}\n" if ',"positions"' in text else text


@pytest.mark.parametrize("dataset", ["half", "twice"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_the_same(sealed: Ledgers, dataset: str, question: str) -> None:
    of_ledger = sealed.answers_of_half[question] if dataset == "half" else sealed.answer(question)
    of_dataset = sealed.obnovi(*question.split(), "--from", dataset)
    assert of_ledger.out != ""
    assert of_dataset._replace(out=without_positions(of_dataset.out)) == of_ledger


@pytest.mark.parametrize("some", ["--workers 2", "--sample 30%", "--sample 30% --workers 2", "--account 79160000013"])
def test_verify_of_some_finds_the_same(sealed: Ledgers, some: str) -> None:
    asked = ("verify", "--json", *some.split())
    of_ledger, of_dataset = sealed.obnovi(*asked), sealed.obnovi(*asked, "--from", "twice")
    assert of_dataset._replace(out=without_positions(of_dataset.out)) == of_ledger


def test_verify_says_what_it_does_not_claim(sealed: Ledgers) -> None:
    told = sealed.obnovi("verify", "--from", "once")
    assert told.out.splitlines()[1:] == [NOT_CLAIMED]
    assert sealed.obnovi("verify", "--account", "79160000013", "--from", "once").out.splitlines()[1:] == [NOT_CLAIMED]
    assert sum(sealed.obnovi("verify", "--from", "half", "--json").json()["positions"]) > 100


@pytest.mark.parametrize("form", ["json", "txt"])
@pytest.mark.parametrize("workers", [1, 2])
def test_statements_are_the_same_files(sealed: Ledgers, tmp_path: Path, form: str, workers: int) -> None:
    written = {}
    for name, source in (("ledger", ()), ("dataset", ("--from", "twice"))):
        order = ("--month", "2026-01", "--format", form, "-o", tmp_path / name, "--workers", workers)
        assert sealed.obnovi("statements", *order, *source).code == 0
        written[name] = {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
    assert written["dataset"] == written["ledger"]
    assert len(written["dataset"]) > 20


@pytest.mark.parametrize("dataset", ["half", "twice"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_replay_takes_from_it_what_it_has(sealed: Ledgers, dataset: str, workers: int) -> None:
    assert sealed.obnovi("unrated").code == 0
    done = sealed.obnovi("replay", "--workers", workers, "--from", dataset, "--json")
    assert (done.code, done.json()["differences"]) == (0, 0)
    assert done.json()["events"] == sealed.obnovi("verify", "--from", dataset, "--json").json()["events"]
    assert sealed.obnovi("replay", "--json").json()["differences"] == 0


def test_the_ledger_need_not_be_there(sealed: Ledgers, tmp_path: Path) -> None:
    shutil.copytree(sealed.folder / "twice", tmp_path / "dataset")
    env = environment(tmp_path) | {"OBNOVI_KEYS": str(sealed.folder / "keys")}
    for question in QUESTIONS[1:]:
        done = in_this_process(*question.split(), "--from", "dataset", cwd=tmp_path, env=env)
        assert done == sealed.answer(question), question
    replayed = in_this_process("replay", "--from", "dataset", cwd=tmp_path, env=env)
    assert replayed.code == 0
    assert replayed.out.endswith(": there are no views to compare them with\n")
    statements = ("statements", "--month", "2026-01", "--format", "csv", "-o", "out", "--from", "dataset")
    assert in_this_process(*statements, cwd=tmp_path, env=env).code == 0
    assert {each.name for each in tmp_path.iterdir()} == {"dataset", "out"}


def test_without_keys_it_says_so_and_money_is_checked(sealed: Ledgers, tmp_path: Path) -> None:
    shutil.copytree(sealed.folder / "twice", tmp_path / "dataset")
    done = in_this_process("verify", "--from", "dataset", cwd=tmp_path, env=environment(tmp_path))
    assert done.code == 0
    assert "everything agrees" in done.out
    assert "the keys of 2" in done.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("totals --from once --to 2026-02-03", "both --from DATE and --to DATE"),
        (
            "totals --from 2026-01-05 --from 2026-01-06 --to 2026-02-03",
            "--from takes one time and one dataset, each once",
        ),
        ("totals --from 2026-01-05 --from once --from half --to 2026-02-03", "--from takes one time and one dataset"),
        ("totals --from 2026-01-35 --to 2026-02-03", "nor is it a folder with a dataset"),
        ("what-if --all --from nowhere", "nor is it a folder with a dataset"),
        ("verify --from nowhere", "there is no dataset at nowhere; `obnovi seal nowhere` makes one"),
        ("verify --from first.jsonl", "first.jsonl is a file, and a dataset is a folder; name that"),
        ("verify --from keys", "keys has something else in it than a dataset; name the folder of one"),
    ],
)
def test_what_from_does_not_take(sealed: Ledgers, given: str, told: str) -> None:
    done = sealed.obnovi(*given.split())
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1
