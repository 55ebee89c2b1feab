"""Datasets to audit, and what the checks say about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.log.dataset.program import Program
from ledger.log.dataset.sealing import seal
from ledger.service import Ledger
from projections.audit.audit import audit
from projections.audit.duck import DuckEngine
from projections.audit.report import Report

PROGRAM = Program("1", "3.11", "2026.1")


def sealed(ledger: Ledger, folder: Path, buckets: int = 1) -> Path:
    """A ledger's dataset in a folder."""
    with ledger.store.reading() as log:
        seal(log, folder, PROGRAM, buckets=buckets)
    return folder


def audited(folder: Path) -> Report:
    """What DuckDB finds in a dataset."""
    return audit(folder, DuckEngine(1))


@contextmanager
def telling_all(engine: str) -> Iterator[None]:
    """Every violation is told, not the first ones of each check."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (engine, "projections.audit.report"):
            patch.setattr(f"{module}.FIRST", 1_000)
        yield


def violations(report: Report) -> dict[str, list[tuple[str, int, str | None, str | None]]]:
    """The first violations of each check that has some."""
    return {
        check.name: [(each.account, each.version, each.expected, each.found) for each in check.first]
        for check in report.checks
        if check.violations
    }
