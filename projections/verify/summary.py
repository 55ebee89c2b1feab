"""Summary: what a report of `verify` means for whoever has to do something about it."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import UNSET

from ledger.hints import Hinted
from projections.verify.account import KEY_IS_BACK, Problem
from projections.verify.named import contract_of
from projections.verify.verify import Report
from projections.words.safe import safe

WIDTH: Final = 60
BEFORE_THE_DIFFERENCE: Final = 20

_ABOUT: Final = ("head:", "sum of entries", "catalogue of", "trigger", "setting", "view")
"""Findings whose name goes on after one of these words are of one kind."""


def kinds(problems: list[Problem]) -> list[tuple[str, int]]:
    """How many problems there are of each kind, the most frequent first."""
    return Counter(_kind(problem) for problem in problems).most_common()


def _kind(problem: Problem) -> str:
    return next((word.rstrip(":") for word in _ABOUT if problem.problem.startswith(word)), problem.problem)


def describe(problem: Problem) -> str:
    """A problem as one line: where, what, and both values, cut around their first difference."""
    contract = contract_of(problem)
    where = f"account {contract}" if contract else "ledger" if problem.shard is UNSET else f"shard {problem.shard}"
    version = f", version {problem.version}" if problem.version is not None else ""
    expected, found = _cut(_text(problem.expected), _text(problem.found))
    return f"{where}{version}: {problem.problem}: expected {expected}, found {found}"


def _text(value: object) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return safe(text)


def _cut(expected: str, found: str) -> tuple[str, str]:
    if max(len(expected), len(found)) <= WIDTH:
        return expected, found
    same = next(
        (n for n, (a, b) in enumerate(zip(expected, found, strict=False)) if a != b), min(len(expected), len(found))
    )
    start = max(same - BEFORE_THE_DIFFERENCE, 0)
    return _window(expected, start), _window(found, start)


def _window(text: str, start: int) -> str:
    return ("…" if start else "") + text[start : start + WIDTH] + ("…" if len(text) > start + WIDTH else "")


def advice(report: Report) -> Iterator[Hinted]:
    """What to do next, a line for each thing; nothing where everything agrees."""
    back = [problem for problem in report.problems if problem.problem == KEY_IS_BACK]
    heads = [problem for problem in report.problems if _of_a_head(problem)]
    views = [problem for problem in report.problems if _of_a_view(problem)]
    others = [each for each in report.problems if not _of_a_head(each) and not _of_a_view(each) and each not in back]
    contracts = sorted({contract for problem in others if (contract := contract_of(problem)) is not None})
    if any(problem.problem == "file" for problem in others):
        yield Hinted("SQLite finds the file itself damaged: book nothing more and copy it away before anything else.")
    if contracts:
        more = f" (and {len(contracts) - 1} more)" if len(contracts) > 1 else ""
        yield Hinted("See what is stored", "see_stored", {"account": contracts[0], "more": more})
        yield Hinted(
            "If nobody wrote into the file, the program that booked it had other rules: "
            "what is stored stays, mend it with `reverse` or `adjust`."
        )
    if others:
        yield Hinted(
            "If somebody wrote into the file: restore the last backup and feed again what came since; "
            "what the backup has is a duplicate and changes nothing."
        )
    if heads:
        yield Hinted(
            "Heads are a cache: delete all rows of the table `heads`, the next command makes them again from the log."
        )
    if back:
        told = "A copy of the keys has brought back what was destroyed"
        yield Hinted(told, "erase_again", {"account": back[0].found})
    if views:
        yield Hinted("Views are made from the log", "replay_views")


def _of_a_view(problem: Problem) -> bool:
    return problem.problem.startswith("view ")


def _of_a_head(problem: Problem) -> bool:
    """Whether the head alone is wrong; one without events may be all that is left of an account."""
    return problem.problem.startswith("head") and problem.problem != "head without events"
