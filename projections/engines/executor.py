"""What runs of a job wherever an engine has its workers: the program there must be the one that the dataset is for."""

import platform
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from ledger.log.dataset.form import Sealing
from ledger.log.dataset.program import Program, this_program
from ledger.log.dataset.store import DatasetRef, DatasetStore
from ledger.log.errors import StoreError
from ledger.log.store import Mark
from projections.engines.engine import Job, Telling
from projections.engines.pool import opened

SAME: Final = ("program", "Python", "zone data")


class Work(NamedTuple):
    """A job, the dataset that it is about, and the mark up to which it is read."""

    job: Job[Any]
    ref: DatasetRef
    until: Mark | None


class Done(NamedTuple):
    """What a job came to, and how much of its own work it had done by its end."""

    value: Any
    told: int


class Failed(NamedTuple):
    """The error by which a job ended: it would end so anywhere, so nobody does it once more."""

    error: Exception


def perform(work: Work) -> Done | Failed:
    """Do a job here. Raises OSError, by which it may end on one machine alone."""
    try:
        store = opened(work.ref)
        assert isinstance(store, DatasetStore), "such is its place"
        require_same_program(store)
        with store.reading(until=work.until) as log:
            if not isinstance(work.job, Telling):
                return Done(work.job(log), 0)
            told = [0]
            return Done(work.job.work(log, told.append), told[-1])
    except OSError:
        raise
    except Exception as error:
        return Failed(error)


def require_same_program(store: DatasetStore) -> None:
    """Refuse a dataset that another program, Python or zone data sealed last: a decision may hang on each of them.

    Raises StoreError, which names the machine.
    """
    sealing = store.newest_sealing()
    if sealing is None:
        return
    here, there = _compared(this_program()), _compared(_sealed_by(sealing))
    differing = [name for name, one, other in zip(SAME, here, there, strict=True) if one != other]
    if differing:
        raise StoreError(
            f"{platform.node()} has {_told(here, differing)}, {store.ref} was sealed with {_told(there, differing)}",
            "same_program",
            folder=store.ref,
        )


def _sealed_by(sealing: Sealing) -> Program:
    return Program(sealing.program, sealing.python, sealing.tzdata)


def _compared(program: Program) -> tuple[str, str, str]:
    """What has to be the same: of Python, 3.11.7 is as 3.11.9."""
    return program.program, ".".join(program.python.split(".")[:2]), program.tzdata


def _told(each: Sequence[str], names: Sequence[str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(SAME, each, strict=True) if name in names)
