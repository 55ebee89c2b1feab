"""Damage: a log broken in one way, and exactly the checks that must speak do, by SQL alone."""

import pytest

from projections.audit.checks import checks
from projections.audit.report import Report
from tests.audit.damage import AS_IT_IS, DAMAGES, Damage, broken
from tests.audit.support import audited, telling_all


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One audit of the story as it is and of each broken one."""
    with telling_all("projections.audit.duck"):
        return audited(broken(tmp_path_factory.mktemp("story")))


def test_every_check_looks_at_the_story(report: Report) -> None:
    assert [check.name for check in report.checks if not check.rows] == []


@pytest.mark.parametrize("damage", [AS_IT_IS, *DAMAGES], ids=lambda damage: damage.what)
def test_exactly_the_checks_that_must_speak_do(report: Report, damage: Damage) -> None:
    first = {check.name: [each for each in check.first if each.account == damage.what] for check in report.checks}
    assert {name for name, violations in first.items() if violations} == damage.speak, first


def test_every_check_speaks_about_some_damage() -> None:
    spoken = {name for damage in DAMAGES for name in damage.speak}
    assert sorted({check.name for check in checks()} - spoken) == []
