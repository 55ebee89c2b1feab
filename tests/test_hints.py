"""Hints: what the ledger and its projections say names no command and no option; the door has words for every hint."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from ledger.hints import Hint
from ledger.log.engines import open_store
from ledger.log.errors import NoLedger
from projections.counterfactual.change import CannotDecide
from scripts.cli.messages import HINTS, worded

ROOT = Path(__file__).parents[1]
NAMES_A_DOOR = re.compile(r"(?<![\w(-])--[a-z][a-z-]*(?![\w:)-])|\bobnovi [a-z]|OBNOVI_")
"""An option (no custom property of CSS), a command, a variable of the environment."""


def spoken_texts(path: Path) -> Iterator[str]:
    """The texts of a module that a program may say: all but its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.value


@pytest.mark.parametrize("floor", ["ledger", "projections"])
def test_no_text_below_the_door_names_its_commands_or_options(floor: str) -> None:
    found = [
        (str(path.relative_to(ROOT)), text)
        for path in sorted((ROOT / floor).rglob("*.py"))
        for text in spoken_texts(path)
        if NAMES_A_DOOR.search(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["name a file with --ledger", "run `obnovi verify`", "--drop 3: that event", "check the log: obnovi verify"]
)
def test_a_text_that_names_a_door_is_seen(text: str) -> None:
    assert NAMES_A_DOOR.search(text)


def test_the_door_words_every_hint_there_is() -> None:
    assert set(HINTS) == set(get_args(Hint))


def test_an_error_says_what_is_wrong_and_the_door_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoLedger) as caught:
        open_store(tmp_path / "none.db")
    assert str(caught.value) == f"there is no ledger at {tmp_path / 'none.db'}"
    assert caught.value.hint == "name_or_feed_ledger"
    assert worded(caught.value).endswith("none.db; name one with --ledger, or make it with `obnovi feed`")


def test_a_hint_and_its_facts_come_out_of_another_process() -> None:
    error = pickle.loads(pickle.dumps(CannotDecide("no", "see_events", account="79161234567")))
    assert worded(error) == "no; see `obnovi events 79161234567`"
