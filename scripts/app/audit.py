"""The audit of a dataset by the engine that was asked for, its violations under the numbers of accounts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

from ledger.log import files
from ledger.log.errors import StoreError
from ledger.log.store import Reading
from ledger.progress import Progress, unwatched
from projections.audit.audit import Engine, audit
from projections.audit.named import named
from projections.audit.report import Report

EngineName: TypeAlias = Literal["duckdb", "spark"]


def audit_dataset(
    log: Reading,
    folder: Path,
    engine: EngineName,
    *,
    url: str | None,
    workers: int,
    keep: Path | None = None,
    progress: Progress = unwatched,
) -> Report:
    """Every check over the dataset of a folder, which is being read.

    `keep` is to be a database of DuckDB with all that the checks read. Raises StoreError, OSError.
    """
    if keep is None:
        with _engine(engine, url, workers, None) as running:
            return named(audit(folder, running, progress=progress), log.contracts)
    with files.workplace(keep) as place:
        made = place / keep.name
        with _engine(engine, url, workers, made) as running:
            report = audit(folder, running, progress=progress)
        if made.exists():
            os.replace(made, keep)
    return named(report, log.contracts)


@contextmanager
def _engine(name: EngineName, url: str | None, workers: int, keep: Path | None) -> Iterator[Engine]:
    """What runs the checks: an extra, which is loaded only when it is asked for. Raises StoreError without it."""
    if name == "spark":
        try:
            from projections.audit.spark import spark_engine  # noqa: PLC0415  # see above
        except ImportError:
            raise StoreError("Spark needs the library pyspark", "install_spark") from None
        with spark_engine(url, workers) as running:
            yield running
        return
    try:
        from projections.audit.duck import DuckEngine  # noqa: PLC0415
    except ImportError:
        raise StoreError("an audit needs DuckDB", "install_audit") from None
    yield DuckEngine(workers, keep)
