"""Every rule that is built is cited by a test, and ledger/README.md has every rule that tests cite."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "ledger" / "README.md").read_text(encoding="utf-8")
RULE = re.compile(r"R-\d+\.\d+")
STATED = re.compile(r"^- \*\*(R-\d+\.\d+)\*\*", re.MULTILINE)
HELD_BY = re.compile(r"^ *→ (.+?) · (.+)$", re.MULTILINE)
NOT_BUILT = "(not built yet)"


def chapters() -> dict[str, str]:
    """The chapters of rules by their headings."""
    heads = [*re.finditer(r"^## (\d+ .+)$", README, re.MULTILINE)]
    ends = [head.start() for head in heads] + [len(README)]
    return {head[1]: README[begin:end] for head, (begin, end) in zip(heads, pairwise(ends), strict=True)}


def stated(*, built_only: bool) -> set[str]:
    """The rules that the README states."""
    return {
        rule
        for heading, text in chapters().items()
        if not (built_only and heading.endswith(NOT_BUILT))
        for rule in STATED.findall(text)
    }


def cited() -> set[str]:
    """The rules that tests cite."""
    tests = (path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    return {rule for path in tests for rule in RULE.findall(path.read_text(encoding="utf-8"))}


def in_order(rules: set[str]) -> list[str]:
    return sorted(rules, key=lambda rule: tuple(map(int, rule[2:].split("."))))


def paths(text: str) -> set[str]:
    """The files named in a list like "`a.py` (`name`), `b.py`"."""
    return {name for name in re.findall(r"`([^`]+)`", text) if name.endswith(".py")}


def test_the_readme_states_the_rules_of_all_chapters() -> None:
    numbers = in_order(stated(built_only=False))
    chapters = {int(rule[2:].split(".")[0]) for rule in numbers}
    assert chapters == set(range(1, 16)) - {14}, "the worked examples are no rules"
    for before, after in pairwise(tuple(map(int, rule[2:].split("."))) for rule in numbers):
        next_chapter = min((each for each in chapters if each > before[0]), default=0)
        assert after in ((before[0], before[1] + 1), (next_chapter, 1)), f"a rule is missing before R-{after}"


def test_every_rule_that_is_built_is_cited_by_a_test() -> None:
    missing = in_order(stated(built_only=True) - cited())
    assert not missing, f"no test cites {', '.join(missing)}"


def test_tests_cite_no_rule_that_the_readme_lacks() -> None:
    unknown = in_order(cited() - stated(built_only=False))
    assert not unknown, f"ledger/README.md lacks {', '.join(unknown)}"


def test_the_readme_names_modules_and_tests_that_exist() -> None:
    built = [text for heading, text in chapters().items() if not heading.endswith(NOT_BUILT)]
    named = [pair for text in built for pair in HELD_BY.findall(text)]
    assert len(named) == len(stated(built_only=True)), "a rule lacks its line of modules and tests"
    modules = {name for held, _ in named for name in paths(held)}
    tests = {name for _, tested in named for name in paths(tested)}
    lost = [name for name in modules if not ((ROOT / "ledger" / name).exists() or (ROOT / name).exists())]
    lost += [f"tests/{name}" for name in tests if not (ROOT / "tests" / name).exists()]
    assert not lost, f"ledger/README.md names what is not there: {', '.join(sorted(lost))}"
