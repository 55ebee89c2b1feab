"""The files of the audit: each says by which rules, that there are, what must hold and what violates it."""

import re
from pathlib import Path

import pytest

from projections.audit.checks import FOLDER, Check, checks

RULES = (Path(__file__).parents[2] / "ledger" / "README.md").read_text(encoding="utf-8")
WIDTH = 120


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_says_what_must_hold(check: Check) -> None:
    named = [f"**{rule}**" for rule in check.rule.split(", ") if rule != "contract §3"]
    assert all(rule in RULES for rule in named), check.rule
    words, _, query = check.query.partition("\nWITH " if "\nWITH " in check.query else "\nSELECT ")
    assert "violation is" in words.replace("\n-- ", " ")
    assert ";" not in query
    assert not [line for line in check.query.splitlines() if len(line) > WIDTH and not line.startswith("-- Rows:")]


def test_relations_say_what_their_rows_are() -> None:
    files = [file for file in FOLDER.joinpath("relations").iterdir() if file.name.endswith(".sql")]
    assert all(re.fullmatch(r"[0-9]{2}_[a-z_]+\.sql", file.name) for file in files)
    assert all(file.read_text(encoding="utf-8").startswith("-- ") for file in files)
