"""The audit by DuckDB: some buckets at a time, so that it takes little memory whatever a dataset has."""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

import duckdb

from ledger.log.errors import StoreError
from ledger.progress import Progress
from projections.audit.audit import Found, Source
from projections.audit.catalogues import Held, Table
from projections.audit.checks import Check, Relation, checks, relations
from projections.audit.clocks import EPOCH, MARGIN
from projections.audit.columns import LOG, NEEDED
from projections.audit.loading import Dialect, loading
from projections.audit.report import FIRST, Violation

PRELUDE: Final = (
    "SET TimeZone = 'UTC'",
    "SET preserve_insertion_order = false",
    "CREATE MACRO whole(a, b) AS a // b",
    "CREATE MACRO local_day(t, ahead) AS CAST(t + to_seconds(ahead) AS DATE)",
    "CREATE MACRO later(t, hours) AS t + to_hours(hours)",
    "CREATE MACRO month_later(d, months, anchor) AS CAST(date_trunc('month', d) + to_months(months) AS DATE)"
    " + (least(anchor, day(last_day(date_trunc('month', d) + to_months(months)))) - 1)::INTEGER",
)
"""Functions that the checks call and no two engines call by one name."""
DIALECT: Final = Dialect(
    time="make_timestamp(epoch_us({}))",
    explode="unnest({})",
    number="CAST(row_number() OVER (ORDER BY id) AS INTEGER)",
)
EVENTS_AT_ONCE: Final = 1_500_000
"""So many events of whole buckets are looked at together, by all connections: that bounds the memory they take."""
MEMORY_BYTES: Final = 1_400_000_000
"""Of all connections together; what takes more goes to the disk."""


class DuckEngine:
    """DuckDB with so many connections beside each other, each of one thread."""

    def __init__(self, workers: int, keep: Path | None = None) -> None:
        self._workers = workers
        self._keep = keep

    def span(self, source: Source) -> tuple[date, date]:
        """From before the first booking to behind the last end of a period. Raises StoreError."""
        with duckdb.connect() as db:
            db.execute(PRELUDE[0])
            _require_columns(db, source)
            ends = db.execute(
                "SELECT epoch_us(min(booked_at)), epoch_us(max(greatest(booked_at, period_end))) "
                f"FROM {_source(source.files)}"
            ).fetchone()
        assert ends is not None, "there are events"
        first, last = (EPOCH + timedelta(microseconds=each) for each in ends)
        return first.date() - MARGIN, last.date() + MARGIN

    def run(self, source: Source, known: Sequence[Table], progress: Progress) -> Iterator[list[Found]]:
        """Every check over some buckets at a time; those of the log over all. Interrupted, all of it ends at once."""
        events_at_once = min(EVENTS_AT_ONCE, sum(source.events)) // self._workers + 1
        steps = list(_steps(source, events_at_once))
        workers = min(self._workers, len(steps))
        with ExitStack() as stack:
            spill = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="obnovi-audit-")))
            ducks = [
                Duck(known, source.held, memory_bytes=MEMORY_BYTES // workers, spill=spill) for _ in range(workers)
            ]
            pool = stack.enter_context(ThreadPoolExecutor(workers))
            stack.callback(pool.shutdown, cancel_futures=True)
            for duck in ducks:
                stack.callback(duck.stop)
            yield from _in_turns(pool, ducks, source, steps, progress)
            if self._keep is not None:
                kept = Duck(known, source.held, memory_bytes=MEMORY_BYTES, spill=spill, place=self._keep)
                pool.submit(kept.keep, source.files).result()


def _require_columns(db: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Raise StoreError for a file without some of the columns that the checks read."""
    names = ", ".join(f"'{name}'" for name in NEEDED)
    lacking = db.execute(
        f"SELECT file_name FROM parquet_schema([{_listed(source.files)}]) WHERE name IN ({names}) "
        f"GROUP BY file_name HAVING count(DISTINCT name) < {len(NEEDED)}"
    ).fetchone()
    if lacking is not None:
        raise StoreError(f"{lacking[0]} has not all of the columns that SQL reads", "seal_elsewhere")


def _in_turns(
    pool: ThreadPoolExecutor,
    ducks: Sequence["Duck"],
    source: Source,
    steps: Sequence[tuple[list[Path], int]],
    progress: Progress,
) -> Iterator[list[Found]]:
    """What connections find, each of which takes a step when it has done the one before."""
    idle: SimpleQueue[Duck] = SimpleQueue()
    for duck in ducks:
        idle.put(duck)

    def step(files: list[Path], events: int, *, is_of_log: bool = False) -> tuple[int, list[Found]]:
        duck = idle.get()
        try:
            return events, duck.log(files) if is_of_log else duck.contracts(files)
        finally:
            idle.put(duck)

    futures = [pool.submit(step, source.files, 0, is_of_log=True)]
    futures += [pool.submit(step, files, events) for files, events in steps]
    done = 0
    for future in as_completed(futures):
        events, found = future.result()
        done += events
        progress(done)
        yield found


def _steps(source: Source, events_at_once: int) -> Iterator[tuple[list[Path], int]]:
    """The files of some buckets, and how many events they have: as many as that, or of one bucket more."""
    files: list[Path] = []
    events = 0
    for bucket, count in zip(source.buckets, source.events, strict=True):
        if events >= events_at_once:
            yield files, events
            files, events = [], 0
        files, events = [*files, *bucket], events + count
    yield files, events


class Duck:
    """A connection with what catalogues and clocks say, for one step after another."""

    def __init__(
        self,
        known: Sequence[Table],
        catalogues: Sequence[Held],
        *,
        memory_bytes: int,
        spill: Path,
        place: Path | None = None,
    ) -> None:
        limits: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": f"{memory_bytes}B",
            "temp_directory": str(spill),
        }
        self.db = duckdb.connect(":memory:" if place is None else str(place), config=limits)
        self._catalogues = catalogues
        self._is_stopped = False
        for statement in PRELUDE:
            self.db.execute(statement)
        for table in known:
            self._fill(table)

    def contracts(self, files: Sequence[Path]) -> list[Found]:
        """Every check of whole contracts over some files that have all of them."""
        made = self.load(files)
        done = [self._checked(check) for check in checks() if not check.is_of_log]
        for relation in made:
            self._execute(f"DROP {_kind(relation)} {relation.name}")
        return done

    def load(self, files: Sequence[Path]) -> list[Relation]:
        """The relations that checks of whole contracts read."""
        made = [*loading(_source(files), self._catalogues, DIALECT), *relations()]
        for relation in made:
            self._execute(f"CREATE {_kind(relation)} {relation.name} AS {relation.query}")
        return made

    def log(self, files: Sequence[Path]) -> list[Found]:
        """Every check of the order in which the log was written, over all files."""
        self._execute(f"CREATE VIEW log AS SELECT {', '.join(LOG)} FROM {_source(files)}")
        self._execute("CREATE VIEW contracts AS SELECT DISTINCT contract, contract AS id FROM log")
        done = [self._checked(check) for check in checks() if check.is_of_log]
        self._execute("DROP VIEW contracts")
        self._execute("DROP VIEW log")
        return done

    def keep(self, files: Sequence[Path]) -> None:
        """The relations of all checks, to be looked at by somebody."""
        self.load(files)
        columns = ", ".join(LOG).replace("contract", "c.contract")
        self._execute(
            f"CREATE TABLE log AS SELECT {columns} FROM {_source(files)} AS e JOIN contracts AS c ON id = e.contract"
        )
        self.db.close()

    def stop(self) -> None:
        """End what is being done."""
        self._is_stopped = True
        self.db.interrupt()

    def _checked(self, check: Check) -> Found:
        rows = self._row(f"SELECT count(*) FROM {check.rows}")[0]
        found = self._execute(
            f"""
            SELECT id, version, CAST(expected AS STRING), CAST(found AS STRING), count(*) OVER ()
            FROM ({check.query}) AS violations JOIN contracts USING (contract)
            ORDER BY id, version, 3, 4 LIMIT {FIRST}
            """
        ).fetchall()
        return check, rows, found[0][4] if found else 0, [Violation(*row[:4]) for row in found]

    def _execute(self, query: str) -> Any:
        if self._is_stopped:
            raise duckdb.InterruptException("stopped")
        return self.db.execute(query)

    def _row(self, query: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._execute(query).fetchone()
        return row

    def _fill(self, table: Table) -> None:
        """A small table: its columns as lists, which are unfolded side by side."""
        made = ", ".join(
            f"{_as(type, f'unnest(${number})')} AS {name}"
            for number, (name, type) in enumerate(table.columns.items(), 1)
        )
        lists = [[row[number] for row in table.rows] for number in range(len(table.columns))]
        if table.rows:
            self.db.execute(f"CREATE TABLE {table.name} AS SELECT {made}", lists)
        else:
            empty = ", ".join(f"{name} {type}" for name, type in table.columns.items())
            self.db.execute(f"CREATE TABLE {table.name} ({empty})")


def _kind(relation: Relation) -> str:
    return "TABLE" if relation.is_kept else "VIEW"


def _as(type: str, value: str) -> str:
    """A value that was handed over, in the type of its column."""
    if type == "TIMESTAMP":
        return f"make_timestamp(CAST({value} AS BIGINT))"
    return f"CAST({value} AS {type})"


def _source(files: Sequence[Path]) -> str:
    """Rows of some files, with no column of the names of their folders."""
    return f"read_parquet([{_listed(files)}], hive_partitioning = false)"


def _listed(files: Sequence[Path]) -> str:
    return ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
