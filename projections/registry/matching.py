"""Matching: the payments of a registry against those booked, by number and id; what is only likely is not the same.

Both sides stand in tables of a temporary file, so that memory stays flat however many there are.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple

from ledger.accounts import stored_accounts
from ledger.contracts import Contract
from ledger.log.store import Reading
from ledger.periods import DAY, Instant
from ledger.progress import Progress, unwatched
from ledger.units import Kopecks
from projections.cache import Cache, attached_to_read, writing
from projections.payments import Tags
from projections.registry.rows import Listed, Sum
from projections.views import CACHE_KIB

AT_ONCE: Final = 10_000
NEAR: Final = DAY
"""So far apart in time a payment and what is likely the same may be."""

_FILE: Final = (
    "CREATE TABLE file (line INTEGER PRIMARY KEY, tag BLOB, id TEXT, account TEXT, at INTEGER, amount INTEGER)"
)
_SIDE_BY_SIDE: Final = (
    "CREATE TABLE again AS SELECT id, MIN(line) AS first FROM file GROUP BY id HAVING COUNT(*) > 1",
    "CREATE INDEX again_by_id ON again (id)",
    "CREATE TABLE own AS SELECT MIN(line) AS line FROM file CROSS JOIN again ON again.id = file.id GROUP BY file.tag "
    "HAVING EXISTS (SELECT 1 FROM views.payment_tags AS paid WHERE paid.tag = file.tag AND paid.channel = ?)",
    "CREATE TABLE twice (line INTEGER PRIMARY KEY, first INTEGER)",
    "INSERT INTO twice SELECT line, first FROM file CROSS JOIN again ON again.id = file.id WHERE line > first "
    "AND NOT (line IN (SELECT line FROM own) AND first IN (SELECT line FROM own))",
    "CREATE TABLE hit AS SELECT file.line, file.amount AS asked, paid.account, paid.version, paid.at, paid.amount "
    "FROM file CROSS JOIN views.payment_tags AS paid ON paid.tag = file.tag AND paid.channel = ? "
    "WHERE NOT EXISTS (SELECT 1 FROM twice WHERE twice.line = file.line)",
    "CREATE INDEX hit_by_line ON hit (line)",
    "CREATE TABLE unmatched (line INTEGER PRIMARY KEY)",
    "INSERT INTO unmatched SELECT line FROM file WHERE NOT EXISTS (SELECT 1 FROM hit WHERE hit.line = file.line) "
    "AND NOT EXISTS (SELECT 1 FROM twice WHERE twice.line = file.line)",
    "CREATE TABLE here (place INTEGER PRIMARY KEY, number TEXT, holder INTEGER, account TEXT, version INTEGER, "
    "id TEXT, at INTEGER, amount INTEGER, zone TEXT, inside INTEGER)",
    "CREATE TABLE found (kind TEXT, line INTEGER, place INTEGER)",
    "CREATE TABLE likely (line INTEGER PRIMARY KEY, place INTEGER)",
)
"""`own`: lines whose id the ledger has of their number; `twice`: lines whose id stood before, but where both are of
their own number (R-12.2); `hit`: what the ledger has of a line in this channel; `here`: what it has
beside that, with ids; `found`: of which kind a line, a booked payment or both are; `likely`: which may be the same."""
_UNHIT: Final = (
    "SELECT account, version, at, amount FROM views.payments AS paid WHERE channel = ? AND at >= ? AND at < ? "
    "AND NOT EXISTS (SELECT 1 FROM hit WHERE hit.account = paid.account AND hit.version = paid.version)"
)
_SAME_ID: Final = (
    "SELECT place, MIN(file.line), EXISTS (SELECT 1 FROM unmatched WHERE unmatched.line = file.line) FROM file "
    "CROSS JOIN here ON here.id = file.id WHERE NOT EXISTS (SELECT 1 FROM twice WHERE twice.line = file.line) "
    "GROUP BY place ORDER BY number, holder, version"
)
_FREE: Final = "NOT EXISTS (SELECT 1 FROM found WHERE found.place = here.place)"
_MISSING_HERE: Final = (
    "FROM unmatched JOIN file ON file.line = unmatched.line "
    "WHERE NOT EXISTS (SELECT 1 FROM found WHERE found.kind = 'other_number' AND found.line = unmatched.line)"
)
_MISSING_THERE: Final = f"FROM here WHERE inside AND {_FREE}"
_SUMS: Final = "COUNT(*), SUM(MAX(amount, 0)), SUM(MIN(amount, 0))"
_HIT: Final = "line, asked, account, version, at, amount"
_LISTED: Final = "file.line, file.id, file.account, file.at, file.amount"
_HERE: Final = "here.number, here.holder, here.account, here.version, here.id, here.at, here.amount, here.zone"


class Window(NamedTuple):
    """From when on and until before when the ledger's payments are compared."""

    since: Instant
    until: Instant


class Here(NamedTuple):
    """A payment as booked, with the zone of its account."""

    contract: Contract
    version: int
    id: str
    at: Instant
    amount: Kopecks
    zone: str


class Pair(NamedTuple):
    """A payment of the file, or of the ledger, or one of each that have to do with each other."""

    listed: Listed | None
    here: Here | None


class Matching:
    """A registry beside a ledger: what is the same, and what is not.

    `work` is an empty temporary cache, which keeps what was found; `log` is a reading, which has to last as long.
    """

    def __init__(self, work: Cache, log: Reading, channel: str) -> None:
        self.matched = 0
        self.listed = Sum()
        self.booked = Sum()
        self._work = work
        self._log = log
        self._channel = channel

    def load(self, payments: Iterable[Listed], tags: Tags, progress: Progress = unwatched) -> None:
        """Read a registry. Raises BadTable."""
        work, tag = self._work, tags.of
        for (name,) in work.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            work.execute(f"DROP TABLE {name}")
        work.execute(_FILE)
        listed = iter(payments)
        while some := list(islice(listed, AT_ONCE)):
            with writing(work):
                rows = ((line, tag(account, id), id, account, at, amount) for line, id, account, at, amount in some)
                work.executemany("INSERT INTO file VALUES (?,?,?,?,?,?)", rows)
            progress(some[-1].line)
        self.listed = _summed(work.execute(f"SELECT {_SUMS} FROM file").fetchone())

    def span(self) -> tuple[Instant, Instant] | None:
        """The first and the last time in the file; None where it has no payment."""
        first, last = self._work.execute("SELECT MIN(at), MAX(at) FROM file").fetchone()
        return None if first is None else (first, last)

    def compare(self, views: Path, window: Window | None) -> None:
        """Compare with the payments of a views file; those of the ledger alone are looked for in the window."""
        work = self._work
        with attached_to_read(work, views, "views", cache_kib=CACHE_KIB), writing(work):
            for statement in _SIDE_BY_SIDE:
                work.execute(statement, (self._channel,) if "?" in statement else ())
            work.execute("INSERT INTO found SELECT 'twice', line, NULL FROM twice")
            self._match()
            if window is not None:
                self._count(window)
                self._take_unhit(window)
        with writing(work):
            self._find_same_ids()
            self._find_likely()

    def _match(self) -> None:
        """Count what is the same; of what else the ledger has of a line, note what it is."""
        work = self._work
        work.execute("CREATE TABLE several (line INTEGER PRIMARY KEY)")
        work.execute("INSERT INTO several SELECT line FROM hit GROUP BY line HAVING COUNT(*) > 1")
        same = "asked = amount AND NOT EXISTS (SELECT 1 FROM several WHERE several.line = hit.line)"
        self.matched = work.execute(f"SELECT COUNT(*) FROM hit WHERE {same}").fetchone()[0]
        hits = work.execute(f"SELECT {_HIT} FROM hit WHERE NOT ({same}) ORDER BY line").fetchall()
        for line, of_line in groupby(hits, itemgetter(0)):
            best, *more = sorted(of_line, key=_other_amount)
            if best[1] == best[5]:
                self.matched += 1
            else:
                self._note("other_sum", line, self._take([best[2:]])[0])
            for each in more:
                self._note("twice", line, self._take([each[2:]])[0])

    def _count(self, window: Window) -> None:
        paid = f"SELECT {_SUMS} FROM views.payments WHERE channel = ? AND at >= ? AND at < ?"
        self.booked = _summed(self._work.execute(paid, (self._channel, *window)).fetchone())

    def _take_unhit(self, window: Window) -> None:
        """Take what no row of the file names, a little beyond the window too."""
        wide = (self._channel, window.since - NEAR, window.until + NEAR)
        hits = "SELECT COUNT(*) FROM hit WHERE at >= ? AND at < ?"
        paid = "SELECT COUNT(*) FROM views.payments WHERE channel = ? AND at >= ? AND at < ?"
        if self._work.execute(hits, wide[1:]).fetchone() == self._work.execute(paid, wide).fetchone():
            return  # no payment is hit by two lines
        self._work.execute("CREATE INDEX hit_by_event ON hit (account, version)")
        unhit = self._work.execute(_UNHIT, wide)
        while some := unhit.fetchmany(AT_ONCE):
            self._take(some, window)

    def _take(self, paid: Sequence[tuple[str, int, Instant, Kopecks]], window: Window | None = None) -> list[int]:
        """Take booked payments with their ids and numbers; the places they get."""
        log, work = self._log, self._work
        ids = sorted({account for account, *_ in paid})
        named, accounts = log.contracts.named_all(ids), stored_accounts(log, ids)
        places = []
        for account, version, at, amount in paid:
            event, contract, found = log.event(account, version), named[account], accounts.get(account)
            if event is None or event.input is None or found is None:
                continue  # the views have followed further than this reading
            inside = window is not None and window.since <= at < window.until
            row = (*contract[:2], account, version, event.input.id, at, amount, found.account.zone, inside)
            made = work.execute(f"INSERT INTO here VALUES (NULL, {', '.join('?' * len(row))})", row)
            places.append(int(made.lastrowid or 0))
        return places

    def _find_same_ids(self) -> None:
        """What the ledger has of an id that the file has too: on another number, or once more."""
        self._work.execute("CREATE INDEX here_by_id ON here (id)")
        taken: set[int] = set()
        for place, line, is_unmatched in self._work.execute(f"{_SAME_ID}").fetchall():
            if self._work.execute("SELECT 1 FROM found WHERE place = ?", (place,)).fetchone():
                continue
            self._note("other_number" if is_unmatched and line not in taken else "twice", line, place)
            taken.add(line)

    def _find_likely(self) -> None:
        """For what is missing here, the nearest of the same number and sum that is missing in the file; each once."""
        work = self._work
        work.execute("CREATE INDEX found_by_place ON found (place)")
        work.execute("CREATE INDEX found_by_line ON found (line)")
        work.execute("CREATE INDEX here_by_sum ON here (number, amount)")
        work.execute("CREATE INDEX likely_by_place ON likely (place)")
        if work.execute(f"SELECT 1 FROM here WHERE {_FREE} LIMIT 1").fetchone() is None:
            return
        missing = work.execute(f"SELECT file.line, file.account, file.amount, file.at {_MISSING_HERE}")
        for line, number, amount, at in missing:
            work.execute(
                f"INSERT INTO likely SELECT ?, place FROM here WHERE number = ? AND amount = ? AND {_FREE} "
                "AND ABS(at - ?) <= ? AND NOT EXISTS (SELECT 1 FROM likely WHERE likely.place = here.place) "
                "ORDER BY ABS(at - ?), place LIMIT 1",
                (line, number, amount, at, NEAR, at),
            )

    def _note(self, kind: str, line: int | None, place: int | None) -> None:
        self._work.execute("INSERT INTO found VALUES (?,?,?)", (kind, line, place))

    # What was found

    def missing_here(self) -> Iterator[Pair]:
        """What is in the file alone, in its order; beside it what is likely the same."""
        return self._pairs(
            f"SELECT {_LISTED}, {_HERE} FROM (SELECT {_LISTED} {_MISSING_HERE}) AS file "
            "LEFT JOIN likely ON likely.line = file.line LEFT JOIN here ON here.place = likely.place ORDER BY file.line"
        )

    def missing_there(self) -> Iterator[Pair]:
        """What is in the ledger alone, by number, holder and version; beside it what is likely the same."""
        return self._pairs(
            f"SELECT {_LISTED}, {_HERE} FROM (SELECT * {_MISSING_THERE}) AS here LEFT JOIN likely "
            "ON likely.place = here.place LEFT JOIN file ON file.line = likely.line "
            "ORDER BY here.number, here.holder, here.account, here.version"
        )

    def other_sum(self) -> Iterator[Pair]:
        """The same id of the same number with another sum, in the order of the file."""
        return self._found("other_sum")

    def other_number(self) -> Iterator[Pair]:
        """The same id, booked on another number, in the order of the file."""
        return self._found("other_number")

    def twice(self) -> Iterator[Pair]:
        """Lines of the file whose id stood before, and payments whose id the ledger has once more."""
        return self._found("twice")

    def first_line(self, line: int) -> int:
        """Where the id of such a line stood first."""
        return int(self._work.execute("SELECT first FROM twice WHERE line = ?", (line,)).fetchone()[0])

    def counts(self) -> dict[str, int]:
        """How many of each kind there are."""
        work = self._work
        kinds = dict(work.execute("SELECT kind, COUNT(*) FROM found GROUP BY kind").fetchall())
        (here,), (there,) = (
            work.execute(f"SELECT COUNT(*) {rows}").fetchone() for rows in (_MISSING_HERE, _MISSING_THERE)
        )
        return {
            "missing_here": here,
            "missing_there": there,
            **{kind: kinds.get(kind, 0) for kind in ("other_sum", "other_number", "twice")},
        }

    def _found(self, kind: str) -> Iterator[Pair]:
        return self._pairs(
            f"SELECT {_LISTED}, {_HERE} FROM found LEFT JOIN file ON file.line = found.line "
            f"LEFT JOIN here ON here.place = found.place WHERE kind = '{kind}' ORDER BY found.line, found.place"
        )

    def _pairs(self, query: str) -> Iterator[Pair]:
        for row in self._work.execute(query):
            listed, here = row[:5], row[5:]
            yield Pair(
                None if listed[0] is None else Listed(*listed),
                None if here[0] is None else Here(Contract(*here[:3]), *here[3:]),
            )


def _summed(row: tuple[int, Kopecks | None, Kopecks | None]) -> Sum:
    count, paid, refunded = row
    return Sum(count, paid or 0, refunded or 0)


def _other_amount(hit: tuple[int, Kopecks, str, int, Instant, Kopecks]) -> tuple[bool, str, int]:
    _, asked, account, version, _, amount = hit
    return amount != asked, account, version
