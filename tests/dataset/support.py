"""Datasets of ledgers, what is asked of both, and datasets that somebody made up."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from ledger.log.dataset import form, parts
from ledger.log.engines import dataset_ref, store_ref
from ledger.log.keyring import KeysPlace
from ledger.log.store import Mark, Reading, StoreRef
from scripts.app import seal
from tests.cli.support import Done, in_this_process

QUESTIONS = (
    "verify --json",
    "what-if --all --set plan=smart --json",
    "what-if --all --set plan=smart --from 2026-01-10 --json",
    "what-if --sample 20% --set plan=smart --lang ru",
    "what-if 79160000013 --drop 5 --json",
    "what-if 79160000013 --holder 1 --drop 5",
    "totals --from 2026-01-05 --to 2026-02-03 --json",
    "totals --from 2026-01-05 --to 2026-02-03 --by day --lang ru",
    "totals --from 2026-01-05 --to 2026-02-03 --by plan --json",
    "totals --from 2026-01-05 --to 2026-02-03 --by region",
    "totals --month 2026-01 --known-at 2090-01-01 --json",
    "totals --month 2026-01 --known-at 2090-01-01T10:00:00Z --by day --json",
)


class Ledgers(NamedTuple):
    """A folder with a ledger and its datasets; what the ledger answered half fed, and answers now."""

    folder: Path
    name: str
    answers_of_half: dict[str, Done]
    answers: dict[str, Done]

    def obnovi(self, *arguments: object) -> Done:
        """A command on the ledger."""
        return in_this_process("--ledger", self.name, *arguments, cwd=self.folder, env=environment(self.folder))

    def done(self, command: str) -> Done:
        """One that has nothing to tell on stderr."""
        made = self.obnovi(*command.split())
        assert (made.code, made.err) == (0, ""), command
        return made

    def answer(self, question: str) -> Done:
        """What the whole ledger answers, asked once."""
        if question not in self.answers:
            self.answers[question] = self.obnovi(*question.split())
        return self.answers[question]

    def ref(self, dataset: str | None = None) -> StoreRef:
        """The ledger, or a dataset of it."""
        if dataset is None:
            return store_ref(str(self.folder / self.name))
        return dataset_ref(self.folder / dataset, KeysPlace(self.folder / "keys"))


@contextmanager
def reading(*refs: StoreRef, until: Mark | None = None) -> Iterator[list[Reading]]:
    """Ledgers and datasets, read at once."""
    with ExitStack() as opened:
        stores = [opened.enter_context(closing(ref.open())) for ref in refs]
        yield [opened.enter_context(store.reading(until=until)) for store in stores]


def environment(folder: Path) -> dict[str, str]:
    """The shipped catalogue, caches in a place of their own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OBNOVI_")}
    return kept | {"OBNOVI_CACHE": str(folder / "cache")}


@contextmanager
def many_parts() -> Iterator[None]:
    """Few events are sealed in many parts, by processes where these are asked for."""
    with (
        patch.object(seal, "EVENTS_FOR_PROCESSES", 1),
        patch.object(parts, "EVENTS_IN_A_PART", 3),
    ):
        yield


def files_of(folder: Path) -> list[Path]:
    """The files of a dataset's buckets, in order."""
    return sorted(folder.glob("bucket=*/*"))


def forged(folder: Path, change: Callable[[form.Manifest], form.Manifest]) -> None:
    """Let `dataset.json` say something else, with a digest that is right."""
    path = folder / form.MANIFEST
    path.write_bytes(change(form.read_manifest(folder)).encoded())


def rewritten(folder: Path, file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Put other rows into a file, and let `dataset.json` say that they were sealed."""
    table = change(pq.ParquetFile(file).read())
    pq.write_table(table, file)
    content = file.read_bytes()

    def said(dataset: form.Manifest) -> form.Manifest:
        name = str(file.relative_to(folder))
        changed = form.File(name, len(table), len(content), hashlib.sha256(content).hexdigest())
        files = tuple(changed if each.file == name else each for each in dataset.files)
        count = sum(each.events for each in files)
        sealings = (*dataset.sealings[:-1], replace(dataset.sealings[-1], positions=(count,)))
        return replace(dataset, files=files, positions=(count,), sealings=sealings)

    forged(folder, said)


def stored_alone(table: pa.Table) -> pa.Table:
    """What an older program sealed of the same events: no typed columns, and no word of them."""
    kept = table.select(table.column_names[:6])
    metadata = {name: value for name, value in table.schema.metadata.items() if name != b"obnovi.columns"}
    return kept.replace_schema_metadata(metadata)
