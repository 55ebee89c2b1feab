"""The simulated operator: the same feed for the same arguments, every line an input, and a ledger can live on it."""

import json
import os
import shutil
import subprocess
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import NamedTuple, get_args

import pytest

from ledger import inputs
from ledger.account import Account
from ledger.catalogue import parse, shipped_text
from ledger.contracts import Contract
from ledger.events import AccountClosed, Blocked, Event, InputRefused, Refunded, Unblocked, UsageCharged, UsageUnrated
from ledger.inputs import Input, Malformed
from ledger.log.engines import store_ref
from ledger.periods import Instant
from ledger.service import Ledger, Outcome
from projections.statement import Dates, statements
from projections.verify.verify import verify
from scripts.simulate import Market, NothingOnSale, lines
from scripts.simulate.chance import Chance, Quantiles, Weighted
from scripts.simulate.compare import REAL, measured, table
from tests.cli.support import in_this_process
from tests.support import SHARED_FEED, Clock, at, catalogues_of

JANUARY = date(2026, 1, 1)
README = Path(sys.modules[lines.__module__].__file__ or "").with_name("README.md")
OBNOVI = Path(sys.executable).with_name("obnovi")


def feed(*, subscribers: int = 20, days: int = 8, seed: int = 1, malformed: float = 0.0) -> Iterator[bytes]:
    market = Market(parse(shipped_text()), JANUARY)
    return lines(market, subscribers=subscribers, days=days, seed=seed, start=JANUARY, malformed=malformed)


@pytest.fixture(scope="module")
def month() -> list[bytes]:
    """A month of 300 subscribers."""
    return list(feed(subscribers=300, days=31))


@pytest.fixture(scope="module")
def month_read(month: list[bytes]) -> list[Input]:
    return [inputs.parse(line.decode()) for line in month]


@pytest.fixture(scope="module")
def sixty() -> list[bytes]:
    """A month of 60 subscribers."""
    return list(feed(subscribers=60, days=31))


class Fed(NamedTuple):
    """A ledger that was fed that month, and what came of each line."""

    path: Path
    outcomes: list[Outcome]

    def copied_to(self, folder: Path) -> Path:
        """The same ledger in another place, to be written to."""
        shutil.copytree(self.path.parent, folder, dirs_exist_ok=True)
        return folder / self.path.name


@pytest.fixture(scope="module")
def fed(sixty: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> Fed:
    path = tmp_path_factory.mktemp("sixty") / "ledger.db"
    with opened(path) as ledger:
        return Fed(path, ledger.apply([inputs.parse(line.decode()) for line in sixty]))


def opened(path: Path) -> Ledger:
    return Ledger(store_ref(path), now=Clock(at("2026-03-01 00:00")), catalogue=shipped_text())


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert list(feed()) == list(feed())


@pytest.mark.parametrize("other", [{"seed": 2}, {"seed": -1}, {"subscribers": 21}, {"days": 9}, {"malformed": 0.1}])
def test_other_arguments_give_another_feed(other: dict[str, int]) -> None:
    assert list(feed()) != list(feed(**other))


def test_the_machine_changes_nothing() -> None:
    """Neither the hash seed nor the time zone nor the locale of a process is seen in its bytes."""
    made = [
        run("--subscribers", "5", "--days", "3", "--seed", "1", PYTHONHASHSEED=seed, TZ=zone, LC_ALL="C").stdout
        for seed, zone in (("0", "Asia/Tokyo"), ("1", "America/Lima"))
    ]
    assert made[0] == made[1] == b"".join(line + b"\n" for line in feed(subscribers=5, days=3))


def test_every_line_is_an_input_in_order_of_arrival(month_read: list[Input]) -> None:
    arrivals = [input.received_at for input in month_read]
    assert arrivals == sorted(arrivals)


def test_an_account_is_opened_before_anything_else(month_read: list[Input]) -> None:
    first: dict[str, Input] = {}
    for input in month_read:
        first.setdefault(input.account, input)
    assert len(first) == 300
    assert {type(input) for input in first.values()} == {inputs.Open}


def test_every_type_of_input_occurs_in_a_month(month_read: list[Input]) -> None:
    assert {type(input) for input in month_read} == set(get_args(Input))


def test_lines_come_late_and_lines_come_twice(month_read: list[Input]) -> None:
    lateness = [input.received_at - input.at for input in month_read]
    assert max(lateness) > 3 * 24 * 3600 * 1_000_000
    again = sum(times - 1 for times in Counter(input.id for input in month_read).values())
    assert 0.001 < again / len(month_read) < 0.004


def test_a_subscriber_is_heard_of_ten_to_fifteen_times_a_day(month: list[bytes]) -> None:
    rows = measured(month).rows()
    assert 10 < float(rows["inputs a day"]) < 15


def test_the_readme_shows_the_comparison(month: list[bytes]) -> None:
    assert table({"real, 2015": REAL, "simulated": measured(month).rows()}) in README.read_text(encoding="utf-8")


@pytest.mark.skipif(not SHARED_FEED.exists(), reason="the real half year is not here")
def test_the_figures_of_the_real_half_year_are_its_own() -> None:
    assert measured(SHARED_FEED.read_bytes().splitlines()).rows() == REAL


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_damage_spoils_its_share_and_loses_nothing(share: float) -> None:
    whole = list(feed(subscribers=40, days=15))
    spoilt = list(feed(subscribers=40, days=15, malformed=share))
    good = [line for line in spoilt if not malformed(line)]
    assert good == whole
    assert (len(spoilt) - len(good)) / len(spoilt) == pytest.approx(share, rel=0.2)


def test_damage_is_of_many_kinds() -> None:
    details = {detail.split(":")[0] for line in feed(malformed=0.5) if (detail := malformed(line))}
    assert {"not JSON", "type", "cell", "account", "at", "an object with a key twice"} <= details


def test_the_first_line_comes_at_once_however_long_the_feed() -> None:
    assert next(feed(days=36_000)).startswith(b'{"type":"open"')


def test_memory_does_not_grow_with_the_feed() -> None:
    made = feed(days=40)
    tracemalloc.start()
    try:
        exhaust(islice(made, 2_000))
        early, _ = tracemalloc.get_traced_memory()
        exhaust(made)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * early + 1_000_000  # what is remembered of times fills up; the lines are 2 MB


def test_a_ledger_lives_on_a_simulated_month(fed: Fed, tmp_path: Path) -> None:
    """Nothing is rejected, the log decides the same again, and the statements of two months tile."""
    with opened(fed.copied_to(tmp_path)) as ledger:
        counted = Counter(outcome.result for outcome in fed.outcomes)
        assert counted["rejected"] == 0
        assert min(counted["applied"] / 100, counted["refused"], counted["duplicate"]) > 10
        while ledger.advance_due(at("2026-02-10 03:00"), accounts_max=100) is not None:
            pass
        with ledger.store.reading() as log:
            report = verify(log)
        contracts = contracts_of(ledger)
        assert (report.problems, report.accounts) == ([], len(contracts))
        assert len(contracts) > len({contract.number for contract in contracts}) == 60
        catalogues = catalogues_of(ledger)
        first, last = Dates(JANUARY, date(2026, 1, 31)), Dates(date(2026, 2, 1), date(2026, 2, 28))
        asked = [first, last, Dates(first.since, last.until)]
        for contract in contracts:
            owner, events = history(ledger, contract)
            january, february, both = statements(contract, owner, events, catalogues, asked)
            assert (january.opening, january.closing) == (0, february.opening)
            assert (both.opening, both.closing) == (january.opening, february.closing)
            assert both.lines == january.lines + february.lines
            assert february.closing == owner.wallet


@pytest.mark.parametrize("seed", [1, 2])
def test_no_record_begins_under_a_block(request: pytest.FixtureRequest, tmp_path: Path, seed: int) -> None:
    """R-8.1: whatever blocks the account in the ledger, and however the subscriber believes to stand.

    What began before is booked, also while the block holds: calls end, records come late.
    """
    path = request.getfixturevalue("fed").path if seed == 1 else tmp_path / "ledger.db"
    with opened(path) as ledger:
        if seed != 1:
            ledger.apply([inputs.parse(line.decode()) for line in feed(subscribers=60, days=31, seed=seed)])
        counted: Counter[str] = Counter()
        for contract in contracts_of(ledger):
            events = [event for _, event in history(ledger, contract)[1]]
            spans = list(under_a_block(events))
            for event in events:
                if isinstance(event, UsageCharged | UsageUnrated):
                    counted["in flight"] += any(begin <= event.booked_at < end for begin, end in spans)
                    assert not any(begin < event.occurred_at < end for begin, end in spans), (
                        str(contract),
                        event.version,
                    )
            counted["spans"] += len(spans)
        assert counted["spans"] > 30
        assert counted["in flight"] > 0


def test_numbers_are_given_up_and_somebody_else_gets_them(tmp_path: Path, month: list[bytes]) -> None:
    """R-15.3 to R-15.6: paid out before and after, too much at times; records come late, or from after the closing."""
    with opened(tmp_path / "ledger.db") as ledger:
        given_up = {json.loads(line)["account"] for line in month if b'"type":"close"' in line}
        outcomes = ledger.apply([i for line in month if (i := inputs.parse(line.decode())).account in given_up])
        assert {outcome.result for outcome in outcomes} == {"applied", "refused", "duplicate"}
        counted: Counter[str] = Counter()
        for contract in contracts_of(ledger):
            closed_at = None
            for _, event in history(ledger, contract)[1]:
                match event:
                    case AccountClosed():
                        closed_at = event.booked_at
                        counted["closed"] += 1
                    case Refunded():
                        counted["paid out before" if closed_at is None else "paid out"] += 1
                        counted["named by holder"] += event.holder is not None
                    case InputRefused(input_type="refund", reason="INSUFFICIENT_FUNDS"):
                        counted["too much"] += 1
                    case InputRefused(reason="CLOSED" | "ALREADY_CLOSED"):
                        counted["by mistake"] += 1
                    case UsageCharged() if closed_at is not None:
                        counted["late"] += 1
                    case UsageUnrated(reason="CLOSED"):
                        counted["from after it"] += 1
                    case _:
                        pass
            counted["next holders"] += contract.holder > 1
            counted["used by next holders"] += contract.holder > 1 and len(history(ledger, contract)[1]) > 20
        named = {
            "closed",
            "paid out before",
            "paid out",
            "named by holder",
            "too much",
            "by mistake",
            "late",
            "from after it",
            "next holders",
            "used by next holders",
        }
        assert {what for what, times in counted.items() if times} == named


def test_nobody_gives_a_number_up_where_the_rules_know_no_closing(sixty: list[bytes]) -> None:
    """R-3.7: a feed for a catalogue of edition 1 has nothing that is malformed there."""
    market = Market(parse(shipped_text().replace("edition = 2", "edition = 1")), JANUARY)
    made = list(lines(market, subscribers=60, days=31, seed=1, start=JANUARY))
    assert not inputs.YOUNGER_TYPES & {inputs.parse(line.decode(), 1).type for line in made}
    assert {inputs.parse(line.decode()).type for line in sixty} >= inputs.YOUNGER_TYPES


def under_a_block(events: list[Event]) -> Iterator[tuple[Instant, Instant]]:
    """When an account was under any block."""
    kinds: set[str] = set()
    since = 0
    for event in events:
        match event:
            case Blocked():
                since = since if kinds else event.booked_at
                kinds.add(event.kind)
            case Unblocked():
                kinds.remove(event.kind)
                if not kinds:
                    yield since, event.booked_at
            case AccountClosed() if kinds:
                kinds.clear()
                yield since, event.booked_at
            case _:
                pass
    if kinds:
        yield since, 2**62


def test_a_day_on_which_nothing_is_sold_is_no_start() -> None:
    with pytest.raises(NothingOnSale, match="sells no plan on 2010-01-01"):
        Market(parse(shipped_text()), date(2010, 1, 1))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--start", "2010-01-01"], "sells no plan on 2010-01-01"),
        (["--start", "2098-12-30"], "choose an earlier start or fewer days"),
        (["--start", "tomorrow"], "not a date"),
        (["--malformed", "1"], "0<=x<=0.9"),
        (["--catalogue", "none.toml"], "there is no catalogue"),
    ],
)
def test_misuse_is_one_line(tmp_path: Path, options: list[str], said: str) -> None:
    done = in_this_process("simulate", "--subscribers", "1", "--days", "3", "--seed", "1", *options, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_quantiles_are_joined_by_straight_lines() -> None:
    told = Quantiles((0, 0), (0.5, 10), (0.5, 20), (1, 40))
    assert [told.at(share) for share in (0, 0.25, 0.5, 0.75)] == [0, 5, 20, 30]


def test_things_are_picked_by_their_weight() -> None:
    told = Weighted([("a", 1), ("b", 3)])
    assert [told.at(share) for share in (0, 0.249, 0.25, 0.999)] == ["a", "a", "b", "b"]


def test_a_chance_is_known_by_its_name() -> None:
    assert Chance(1, 2).share() == Chance("1/2").share() != Chance(12).share()


def contracts_of(ledger: Ledger) -> list[Contract]:
    with ledger.snapshot() as snapshot:
        return snapshot.contracts.all()


def history(ledger: Ledger, contract: Contract) -> tuple[Account, list[tuple[int, Event]]]:
    """A contract's account as it stands, and its events with their positions."""
    with ledger.snapshot() as snapshot:
        account = snapshot.account(contract.id)
        assert account is not None
        return account, list(snapshot.events(contract.id))


def malformed(line: bytes) -> str:
    try:
        inputs.parse(line.decode())
    except (Malformed, UnicodeDecodeError) as error:
        return str(error)
    return ""


def exhaust(made: Iterable[bytes]) -> None:
    for _ in made:
        pass


def run(*options: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([OBNOVI, "simulate", *options], capture_output=True, env=os.environ | environ, check=False)
