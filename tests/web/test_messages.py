"""Every code that a use case of a route can end with has words of its own over HTTP."""

import ast
from collections.abc import Iterator
from string import Formatter
from typing import get_args

from scripts.app.errors import DeclinedCode, InvalidCode
from scripts.web.messages import CODES, NOT_FOUND, WORDED
from tests.support import HERE

APP = HERE.parent / "scripts" / "app"
RAISED = ("Declined", "InvalidRequest")
UNPACKED = "**"
OF_COMMANDS_ALONE = {
    "NO_PLAN_TO_SET", "WHOLE_LOG_ONLY", "LIST_IS_EMPTY", "LISTED_NO_ACCOUNT", "LISTED_UNKNOWN",
    "NO_FOLDER_FOR_LEDGER", "NOT_OF_A_FILE", "OTHER_SHARDS", "MADE_BY_ITSELF", "OTHER_SHARDS_LISTED",
    "NO_VERSION_YET", "VERSION_IS_THERE", "NOTHING_CHANGES", "NO_CATALOGUE", "NO_ZONE", "LEDGER_IS_THERE",
    "PLACE_IS_TAKEN", "NOT_CLOSED", "CLAIM_OPEN", "KEPT_UNTIL", "NEVER_SEALED", "NO_KEY_TO_DESTROY", "NAMES_SOMEBODY",
    "NOT_ERASED", "SHORTER_THAN_WITNESS", "FORK_OF_EVENTS", "FORK_OF_CATALOGUES", "NOTHING_OF_ACCOUNT",
    "NO_LATE_CHARGE", "NO_EVENT_THEN", "NO_EVENT_LIKE_THAT", "NAME_HAS_NUMBER", "NO_TOKEN", "NO_OPEN_CONTRACT",
    "UNFIT_NAME", "ROLE_NEEDS_ACCOUNT", "NO_ADDRESS", "NOT_ENCRYPTED", "NO_SECRET", "NOTICES_BEGUN", "RECEIVER_GONE",
    "NO_SUCH_SHARD", "NO_TOPIC", "BEGINNING_GONE", "INPUTS_GONE", "OFFSET_GONE", "TOPIC_SHORTER", "OTHER_TOPIC",
}  # fmt: skip
"""Codes that no route leads to: of files, catalogues, lists, erasure, tokens, webhooks, searches by a time,
topics of Kafka."""


def raised() -> Iterator[tuple[str, set[str]]]:
    """The codes that use cases raise, with the facts that they tell of each."""
    for path in APP.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED:
                facts = {keyword.arg or UNPACKED for keyword in node.keywords}
                for each in ast.walk(node.args[0]):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value, facts


def test_every_code_has_words_or_is_one_of_commands_alone() -> None:
    codes = {*get_args(InvalidCode), *get_args(DeclinedCode)}
    assert set(WORDED) <= codes
    assert codes - set(WORDED) == OF_COMMANDS_ALONE
    assert set(NOT_FOUND) | set(CODES) <= codes


def test_the_words_name_facts_that_are_told() -> None:
    words = {str(code): text for code, text in WORDED.items()}
    missing = {
        (code, field)
        for code, facts in raised()
        if code in words and UNPACKED not in facts
        for _, field, _, _ in Formatter().parse(words[code])
        if field and field not in facts
    }
    assert missing == set()
    assert len(list(raised())) > 40
