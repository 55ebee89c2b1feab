"""Engines: verify of a dataset on Spark and on Ray, their start apart, in turns with the pool; one executor and two."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

from ledger.log.engines import dataset_ref
from ledger.log.keyring import KeysPlace
from ledger.log.store import StoreRef
from projections.engines.engine import Engine, EngineFailed
from projections.engines.pool import Pool
from projections.engines.ray_tasks import ray_tasks
from projections.engines.spark import spark
from projections.verify.verify import verify_store
from scripts.benchmarks.builds import this_build
from scripts.benchmarks.kept import Kept
from scripts.benchmarks.row import Goal, Measured, Missing, Row, own_peak_bytes, seconds

PROCESSES: Final = 2
INPUTS, QUICK_INPUTS = 5_000_000, 60_000
REPEATS: Final = 3
Start: TypeAlias = Callable[[], AbstractContextManager[Engine]]


def in_turns(dataset: Path, keys: Path, one: Start, other: Start) -> Measured:
    """Events per second of verify of a dataset on two engines, in turns, once they have started and done it once.

    That it finds nothing is checked. Raises Missing where an engine is not installed.
    """
    ref = dataset_ref(dataset, KeysPlace(keys))
    figures: tuple[list[float], list[float]] = ([], [])
    events = 0
    with ExitStack() as started:
        try:
            engines = [started.enter_context(start()) for start in (one, other)]
        except EngineFailed as error:
            raise Missing(f"{error}; scripts/test-engines installs it") from None
        for engine in engines:
            events = _verified(ref, engine)
        for _ in range(REPEATS):
            for engine, rates in zip(engines, figures, strict=True):
                rates.append(events / seconds(partial(_verified, ref, engine)))
    return Measured(f"{events:,} events", *figures, own_peak_bytes())


def one_after_the_other(dataset: Path, keys: Path, one: Start, other: Start) -> Measured:
    """The same of two engines that cannot run beside each other: each starts, does it twice, and ends."""
    ref = dataset_ref(dataset, KeysPlace(keys))
    figures: tuple[list[float], list[float]] = ([], [])
    events = 0
    for _ in range(REPEATS):
        for start, rates in zip((one, other), figures, strict=True):
            try:
                with start() as engine:
                    events = _verified(ref, engine)
                    rates.append(events / seconds(partial(_verified, ref, engine)))
            except EngineFailed as error:
                raise Missing(f"{error}; scripts/test-engines installs it") from None
    return Measured(f"{events:,} events", *figures, own_peak_bytes())


def _verified(ref: StoreRef, engine: Engine) -> int:
    report = verify_store(ref, engine=engine)
    assert report.ok, report.problems[:3]
    return report.events


def pool() -> AbstractContextManager[Engine]:
    """Two processes."""
    return nullcontext(Pool(PROCESSES))


ON_SPARK: Final[Start] = partial(spark, f"local[{PROCESSES},4]", PROCESSES)
ON_RAY: Final[Start] = partial(ray_tasks, None, PROCESSES)


def executors(count: int) -> Start:
    """So many executors of a core each, in processes of their own."""
    return partial(spark, f"local-cluster[{count},1,2048]", PROCESSES)


def _measure(
    way: Callable[[Path, Path, Start, Start], Measured], one: Start, other: Start, place: Path, quick: bool
) -> Measured:
    kept, build = Kept.beside(place), this_build()
    ledger = kept.ledger(build, QUICK_INPUTS if quick else INPUTS)
    build.obnovi("--ledger", ledger, "seal", place / "dataset", "--json")
    return way(place / "dataset", ledger.parent / "keys", one, other)


ROWS: Final = (
    Row("spark", "events/s", "two processes", partial(_measure, in_turns, ON_SPARK, pool), goal=Goal(of_raw=0.5)),
    Row("ray", "events/s", "two processes", partial(_measure, in_turns, ON_RAY, pool)),
    Row(
        "executors",
        "events/s",
        "one executor",
        partial(_measure, one_after_the_other, executors(2), executors(1)),
        goal=Goal(of_raw=1.7),
    ),
)
