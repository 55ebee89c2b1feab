"""The audit of a dataset: its files as they were sealed, its catalogues and the clocks, and every check over them."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

from ledger.log.dataset.files import Files
from ledger.log.dataset.form import Manifest, read_manifest
from ledger.log.dataset.parquet import has_columns
from ledger.log.errors import StoreError
from ledger.progress import Progress, unwatched
from projections.audit import catalogues, clocks
from projections.audit.catalogues import Held, Table
from projections.audit.checks import Check, checks
from projections.audit.report import Checked, Report, Violation

Found: TypeAlias = tuple[Check, int, int, list[Violation]]
"""A check over some contracts: how many rows it looked at, how many violate it, and the first of them."""


class Source(NamedTuple):
    """What is audited: the files of a dataset, bucket by bucket, and the catalogues that its bookings were made by."""

    folder: Path
    buckets: list[list[Path]]
    events: list[int]
    """Of each bucket."""
    held: list[Held]

    @property
    def files(self) -> list[Path]:
        """All files."""
        return [file for bucket in self.buckets for file in bucket]


class Engine(Protocol):
    """What reads the files and runs the checks."""

    def span(self, source: Source) -> tuple[date, date]:
        """The dates between which clocks are asked."""

    def run(self, source: Source, known: Sequence[Table], progress: Progress) -> Iterator[list[Found]]:
        """Every check, over some contracts at a time or over all."""


def audit(folder: Path, engine: Engine, *, progress: Progress = unwatched) -> Report:
    """Every check over a dataset; contracts are called by their ids.

    Raises StoreError for a dataset that is not as it was sealed, or that an older program sealed without columns.
    """
    manifest = read_manifest(folder)
    source = _source(folder, manifest)
    report = Report(checks=[Checked(name=check.name, rule=check.rule) for check in checks()])
    report.events = sum(source.events)
    known = list(catalogues.tables(source.held))
    if report.events:
        zones = {row[-1] for table in known if table.name == "region" for row in table.rows}
        hours = {row[2] for table in known if table.name == "setting" for row in table.rows}
        known += clocks.tables(zones, hours, *engine.span(source))
        by_name = {each.name: each for each in report.checks}
        for found in engine.run(source, known, progress):
            for check, rows, violations, first in found:
                by_name[check.name].add(rows, violations, first)
    report.ok = not any(each.violations for each in report.checks)
    return report


def _source(folder: Path, manifest: Manifest) -> Source:
    """The files that a dataset lists, each of which is what was sealed, and has columns. Raises StoreError."""
    files = Files(folder, manifest)
    buckets, events = [], []
    for bucket in range(manifest.buckets):
        if of_bucket := files.of_bucket(bucket, len(manifest.sealings)):
            for file in of_bucket:
                if not has_columns(files.content(file)):
                    raise StoreError(f"{folder}: {file.file} has no columns that SQL can read", "seal_elsewhere")
            buckets.append([folder / file.file for file in of_bucket])
            events.append(sum(file.events for file in of_bucket))
    held = [
        Held(number, each.position, each.toml)
        for number, shard in enumerate(manifest.shards)
        for each in shard.catalogues
    ]
    return Source(folder, buckets, events, held)
