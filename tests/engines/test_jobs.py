"""A job over a dataset comes to the same in a pool, on Spark and on Ray, whatever becomes of their workers."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from ledger.log.dataset import parquet
from ledger.log.engines import dataset_ref
from ledger.log.keyring import KeysPlace
from ledger.log.store import Reading
from projections.engines.engine import Engine, EngineFailed, Job
from projections.engines.ray_tasks import ray_tasks
from projections.engines.spark import spark
from scripts.cli.engine import POOL, AskedEngine
from tests.cli.conftest import obnovi as obnovi  # noqa: PLC0414  # a fixture
from tests.cli.support import Done, in_this_process
from tests.dataset.support import Ledgers, environment, files_of
from tests.engines.support import engine as library
from tests.sharded.support import SHARDS, listed
from tests.simulated import quiet

CLUSTER = "local-cluster[2,1,1024]"
STARTED: dict[str, Callable[[], AbstractContextManager[Engine]]] = {
    "spark": partial(spark, CLUSTER, None),
    "ray": partial(ray_tasks, None, None),
}
OPTIONS = {"spark": ("--engine", "spark", "--engine-url", CLUSTER), "ray": ("--engine", "ray")}
MODULES = {"spark": "pyspark", "ray": "ray"}
QUESTIONS = (
    "verify --json",
    "verify --sample 40% --json",
    "what-if --all --set plan=smart --json",
    "what-if --sample 40% --set plan=smart --from 2026-01-10 --json",
    "totals --from 2026-01-05 --to 2026-02-03 --by day --json",
    "totals --month 2026-01 --known-at 2090-01-01 --by plan --json",
)

pytestmark = [
    pytest.mark.parametrize("name", list(STARTED)),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # both leave sockets of theirs to the end of the process
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="module")
def sealed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ledgers:
    """A month of a simulated operator in one file and in three shards, sealed in two runs with small groups of rows."""
    folder = tmp_path_factory.mktemp("engines")
    feed = quiet(subscribers=25, days=35, seed=5)
    half = len(feed) // 2
    (folder / "shards.toml").write_text(listed(*range(SHARDS)), encoding="utf-8")
    ledgers = Ledgers(folder, getattr(request, "param", "ledger.db"), {}, {})
    for number, lines in enumerate((feed[:half], feed[half:])):
        (folder / f"{number}.jsonl").write_text("".join(lines), encoding="utf-8")
        ledgers.done(f"feed {number}.jsonl --not-after none")
        with patch.object(parquet, "GROUP_ROWS", 40):
            ledgers.done("seal dataset --buckets 5")
    return ledgers


@pytest.fixture
def scheduler(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An engine that is installed; Spark cuts files into parts of a few rows, where it is asked to read any."""
    library(MODULES[name])
    (tmp_path / "spark-defaults.conf").write_text("spark.sql.files.maxPartitionBytes 1024\n", "utf-8")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    return name


def asked(ledgers: Ledgers, question: str, *options: str) -> Done:
    return ledgers.obnovi(*question.split(), "--from", "dataset", *options)


@pytest.fixture
def started(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """An engine that has started, for every command that asks for one: a start takes ten seconds."""
    with STARTED[scheduler]() as engine:
        pool = AskedEngine.started
        monkeypatch.setattr(
            AskedEngine, "started", lambda self, of: pool(self, of) if self.name == POOL else nullcontext(engine)
        )
        yield engine


@pytest.mark.parametrize("sealed", ["ledger.db", "shards.toml"], indirect=True)
@pytest.mark.usefixtures("started")
def test_each_question_has_the_same_answer(sealed: Ledgers, scheduler: str, tmp_path: Path) -> None:
    for question in QUESTIONS:
        expected = asked(sealed, question)
        assert (expected.code, expected.err) == (0, ""), question
        assert asked(sealed, question, *OPTIONS[scheduler]) == expected, question
    made = {}
    for engine, options in (("pool", ()), (scheduler, OPTIONS[scheduler])):
        order = f"statements --month 2026-01 --format json -o {tmp_path / engine} --json"
        done, again = asked(sealed, order, *options).json(), asked(sealed, order, *options).json()
        assert (done["failed"], again["skipped"]) == (0, done["written"])
        assert done["written"] > 20
        made[engine] = {file.name: file.read_bytes() for file in (tmp_path / engine).iterdir()}
    assert made[scheduler] == made["pool"]
    replayed = asked(sealed, "replay --json", *OPTIONS[scheduler]).json()
    assert (replayed["events"], replayed["differences"]) == (asked(sealed, "verify --json").json()["events"], 0)


def test_the_command_starts_it_and_says_the_same(sealed: Ledgers, scheduler: str) -> None:
    done = asked(sealed, "verify", *OPTIONS[scheduler])
    assert (done.code, done.out) == (0, asked(sealed, "verify").out)


def killing(tried: Path, ancestors: int, log: Reading) -> int:
    """A job by which the worker that tries it first is lost, in the middle of a statement's work as it were."""
    if not tried.exists():
        tried.touch()
        victim = os.getpid()
        for _ in range(ancestors):
            victim = int(Path(f"/proc/{victim}/stat").read_text("utf-8").rpartition(")")[2].split()[1])
        os.kill(victim, signal.SIGKILL)
    return sum(len(rows) for share in log.shares(1) for _, rows in log.whole_contracts(share))


@pytest.fixture
def reading(sealed: Ledgers) -> Iterator[Reading]:
    ref = dataset_ref(sealed.folder / "dataset", KeysPlace(sealed.folder / "keys"))
    with closing(ref.open()) as store, store.reading() as log:
        yield log


@pytest.mark.parametrize(("ancestors", "who"), [(0, "its process"), (2, "its executor")])
def test_a_lost_worker_costs_time_alone(
    reading: Reading, started: Engine, name: str, tmp_path: Path, ancestors: int, who: str
) -> None:
    if name == "ray" and ancestors:
        return  # a worker of Ray is a process by itself
    jobs: list[Job[int]] = [partial(killing, tmp_path / str(number), ancestors) for number in range(2)]
    assert list(started.run(jobs, reading, until=reading.mark())) == [reading.count()] * 2, who
    assert len(list(tmp_path.glob("[01]"))) == 2


def always_killed(log: Reading) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_a_job_that_loses_every_worker_is_given_up_in_one_line(reading: Reading, started: Engine, name: str) -> None:
    with pytest.raises(EngineFailed) as raised:
        list(started.run([always_killed], reading))
    assert str(raised.value).startswith(f"{name.capitalize()} gave a job up: ")
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("started")
def test_a_file_that_changed_is_refused(sealed: Ledgers, scheduler: str, tmp_path: Path) -> None:
    shutil.copytree(sealed.folder / "dataset", tmp_path / "dataset")
    file = files_of(tmp_path / "dataset")[1]
    content = bytearray(file.read_bytes())
    content[100] ^= 1
    file.write_bytes(content)
    env = environment(tmp_path) | {"OBNOVI_KEYS": str(sealed.folder / "keys")}
    name = file.relative_to(tmp_path / "dataset")
    told = f"dataset is damaged: {name} was changed; `obnovi seal` into an empty folder makes a new one"
    for question in ("verify", "what-if --all --set plan=smart", "totals --month 2026-01"):
        arguments = (*question.split(), "--from", "dataset", *OPTIONS[scheduler])
        done = in_this_process(*arguments, cwd=tmp_path, env=env)
        assert (done.code, done.out) == (2, ""), question
        assert done.err.startswith("obnovi: the dataset ")
        assert done.err.endswith(f"{told}\n")


def test_a_cluster_that_is_not_there_is_told_in_one_line(sealed: Ledgers, scheduler: str) -> None:
    url = {"spark": "nowhere://127.0.0.1:1", "ray": "127.0.0.1:1"}[scheduler]
    done = sealed.obnovi("verify", "--from", "dataset", "--engine", scheduler, "--engine-url", url)
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith(f"obnovi: {scheduler.capitalize()} did not start at {url}: ")
