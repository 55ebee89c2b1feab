"""An engine with workers elsewhere: what its scheduler gives back, and what it never lets pass for an answer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ledger.log.dataset.program import this_program
from ledger.log.dataset.store import DatasetRef
from ledger.log.engines import dataset_ref
from ledger.log.errors import BadEvents, StoreError
from ledger.log.keyring import KeysPlace
from ledger.log.store import Reading
from ledger.progress import Progress
from projections.engines import executor
from projections.engines.distant import Distant, Submit
from projections.engines.engine import EngineFailed, Job, Telling
from projections.engines.executor import Done, Failed, Work, perform
from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture
from tests.cli.support import Run, month, write


class Threads:
    """A scheduler whose workers are threads, and which may know no worker that does anything."""

    workers = 2

    def __init__(self, lost: Callable[[Work], bool] = lambda _: False) -> None:
        self._lost = lost

    @contextmanager
    def handing_out(self) -> Iterator[Submit]:
        with ThreadPoolExecutor(2) as threads:
            yield lambda work: threads.submit(self._one, work)

    def _one(self, work: Work) -> Done | Failed:
        if self._lost(work):
            raise EngineFailed("a job was given up")
        return perform(work)


@pytest.fixture
def dataset(obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    """A month of one subscriber, sealed; the working folder is another one by then."""
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset", "--buckets", 4).code == 0
    with closing(dataset_ref(Path("dataset"), KeysPlace(Path("keys"))).open()) as store, store.reading() as log:
        yield log


def here(log: Reading) -> DatasetRef:
    assert isinstance(log.ref, DatasetRef)
    return log.ref


def events(log: Reading) -> int:
    return log.count()


def told(log: Reading, progress: Progress) -> str:
    progress(1)
    progress(4)
    return "told"


def bad(log: Reading) -> int:
    raise BadEvents("version 3 is no event", "run_verify")


def no_room(log: Reading) -> int:
    raise OSError(28, "No space left on device", "part")


def test_every_job_is_done_and_what_they_did_is_told_together(dataset: Reading) -> None:
    seen: list[int] = []
    jobs: list[Job[Any]] = [Telling(told), events, Telling(told)]
    done = list(Distant(Threads()).run(jobs, dataset, until=dataset.mark(), progress=seen.append))
    assert sorted(map(str, done)) == sorted([str(dataset.count()), "told", "told"])
    assert seen == sorted(seen)
    assert seen[-1] == 8


def test_the_error_of_a_job_is_raised_as_it_would_be_here(dataset: Reading) -> None:
    with pytest.raises(BadEvents, match="version 3 is no event") as raised:
        list(Distant(Threads()).run([events, bad], dataset))
    assert raised.value.hint == "run_verify"


def test_what_may_be_of_one_machine_is_left_to_the_scheduler(dataset: Reading) -> None:
    with pytest.raises(OSError, match="No space left"):
        list(Distant(Threads()).run([no_room], dataset))


def test_a_job_that_was_given_up_is_no_answer(dataset: Reading) -> None:
    jobs: list[Job[Any]] = [Telling(told), events]
    with pytest.raises(EngineFailed):
        list(Distant(Threads(lambda work: work.job is events)).run(jobs, dataset))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("program", "9.0", "program 9.0"),
        ("python", "3.99.1", "Python 3.99"),
        ("tzdata", "1999.1", "zone data 1999.1"),
    ],
)
def test_a_worker_of_another_program_refuses(dataset: Reading, field: str, value: str, says: str) -> None:
    other = this_program()._replace(**{field: value})
    with patch.object(executor, "this_program", lambda: other):
        result = perform(Work(events, here(dataset), None))
    assert isinstance(result, Failed)
    assert isinstance(result.error, StoreError)
    assert result.error.hint == "same_program"
    assert f" has {says}, dataset was sealed with {says.rpartition(' ')[0]} " in str(result.error)


def test_another_patch_of_python_is_the_same(dataset: Reading) -> None:
    other = this_program()._replace(python=f"{this_program().python.rpartition('.')[0]}.99")
    with patch.object(executor, "this_program", lambda: other):
        assert perform(Work(events, here(dataset), None)) == Done(dataset.count(), 0)


def test_a_ledger_is_not_read_elsewhere(obnovi: Run) -> None:
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    statements = "statements --month 2026-01 -o out --format txt"
    for command in ("verify", "replay", "totals --month 2026-01", "what-if --all --set plan=t4", statements):
        done = obnovi(*command.split(), "--engine", "spark")
        assert (done.code, done.out) == (2, ""), command
        told = "--engine spark works on a dataset; name one with --from DIR, `obnovi seal` makes it"
        assert done.err == f"obnovi: {told}\n"


def test_what_is_not_installed_is_named(obnovi: Run, dataset: Reading) -> None:
    assert dataset.count()
    for name in ("spark", "ray"):
        with patch.dict("sys.modules", dict.fromkeys(("pyspark.errors", "pyspark.sql", "py4j.protocol", "ray"))):
            done = obnovi("verify", "--from", "dataset", "--engine", name)
        assert (done.code, done.out) == (2, "")
        library = {"spark": "Spark needs the library pyspark", "ray": "Ray needs the library ray"}[name]
        assert done.err == f"obnovi: {library}; install it with `pip install 'obnovi[{name}]'`\n"


def test_a_cluster_goes_with_an_engine(obnovi: Run, dataset: Reading) -> None:
    assert dataset.count()
    done = obnovi("verify", "--from", "dataset", "--engine-url", "spark://host:7077")
    assert (done.code, done.err) == (2, "obnovi: --engine-url goes with --engine spark or ray\n")
