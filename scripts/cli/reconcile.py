"""`obnovi reconcile`: a bank's own list of payments against those of a channel, and what is missing here booked."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from itertools import islice
from typing import Any, Final

import click
import msgspec

from ledger.contracts import is_number
from projections.registry import as_json
from projections.registry.columns import Named, named
from projections.registry.matching import Here, Pair
from projections.registry.rows import Listed, Sum
from projections.registry.standing import Missing
from projections.tables.cells import DecimalMark
from projections.tables.problems import Unsaid
from projections.words import registry as words
from projections.words.contracts import contract_name
from projections.words.language import Language, Text
from projections.words.names import NONE
from projections.words.phrasebook import Phrasebook
from scripts.app import reconcile as app
from scripts.app.reconcile import DEFAULT_SOURCE, Asked, Booking, Reconciled
from scripts.cli import table_file, terminal
from scripts.cli.confirm import confirm, yes_option
from scripts.cli.feed import EXIT_REJECTED
from scripts.cli.missing_keys import tell_all_missing_keys
from scripts.cli.options import (
    lang_option,
    print_bytes,
    print_error,
    print_text,
    refuse_overwrite,
    whole_file,
    with_settings,
)
from scripts.cli.ranges import range_options
from scripts.cli.rejects import rejects_to
from scripts.cli.table_options import encoding_option, zone_option
from scripts.errors import UsageError
from scripts.wiring import Settings, ledger_ref, now, open_ledger

SHOWN: Final = 20
MORE: Final = Text("… и ещё {count}; все — с --json", "… and {count} more; --json has all of them")
_HINTS: Final[Mapping[Unsaid, str]] = {
    "columns": "name it with --columns, like --columns id=1,account=2,at=3,amount=4",
    "decimal": "say --decimal comma or --decimal point",
    "encoding": "name another with --encoding",
}
NAME_MAX: Final = 32


class ColumnsType(click.ParamType[Named]):
    """Columns by role, `id=1,account=2`."""

    name = "columns"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Named:
        """The columns, or click's usage error."""
        if isinstance(value, Named):
            return value
        try:
            return named(value)
        except ValueError as error:
            return self.fail(str(error), param, ctx)


class NameType(click.ParamType[str]):
    """A channel or a source, 1 to 32 characters."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, or click's usage error."""
        if not 1 <= len(value) <= NAME_MAX or "\0" in value:
            self.fail(f"{value!r}: 1 to {NAME_MAX} characters", param, ctx)
        return str(value)


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--channel", type=NameType(), required=True, metavar="C", help="The channel of its payments.")
@click.option(
    "--columns",
    type=ColumnsType(),
    default="",
    metavar="ROLE=COLUMN,…",
    help="Where id, account, at, time, amount and kind stand: a number from 1, or a header.",
)
@range_options()
@zone_option
@click.option("--decimal", type=click.Choice(["comma", "point"]), help="The decimal mark, where sums do not tell.")
@encoding_option
@click.option("--book", is_flag=True, help="Book what is missing here and nothing speaks against.")
@click.option("--inputs", metavar="FILE", help="Write these as inputs for `obnovi feed` instead of booking them.")
@click.option("--source", type=NameType(), default=DEFAULT_SOURCE, show_default=True, help="Of the inputs.")
@click.option("--dry-run", is_flag=True, help="With --book: say what it would book and write nothing.")
@yes_option
@lang_option("en")
@with_settings
def reconcile(
    settings: Settings,
    file: str,
    channel: str,
    columns: Named,
    since: date | None,
    until: date | None,
    zone: str,
    decimal: DecimalMark | None,
    encoding: str | None,
    book: bool,
    inputs: str | None,
    source: str,
    dry_run: bool,
    yes: bool,
    lang: Language,
) -> int:
    """Compare a bank's or payment system's own list of payments with the top-ups and refunds of a channel.

    FILE is CSV as banks write it (`;`, `,`, tab or `|`; windows-1251 or UTF-8; dates DD.MM.YYYY or ISO; a header, a
    total line) or the first sheet of a workbook; `-` is stdin. A payment is the same where number, id and sum are. What
    only looks the same (number and sum, another id, within a day) is told as likely, and never booked. Times without an
    offset are those of --zone. Without dates the ledger's payments of the days are compared that the file spans.

    \b
    Example:
      obnovi reconcile registry.csv --channel bank
      obnovi reconcile registry.txt --channel bank --columns id=5,account=6,at=1+2,amount=10
      obnovi reconcile registry.csv --channel bank --month 2026-01 --book --dry-run
    """
    _refuse_mixed(settings, file, book=book, dry_run=dry_run, inputs=inputs)
    ask = Asked(channel, columns, zone, since, until, decimal, encoding)
    phrases = Phrasebook(lang, zone=zone)
    with (
        table_file.opened(file, _HINTS) as table,
        open_ledger(settings, "book" if book and not dry_run else "read") as ledger,
        ledger.snapshot() as snapshot,
        ExitStack() as stack,
    ):
        with terminal.progress("lines", None) as bar:
            found = stack.enter_context(app.reconciled(snapshot, table, ask, progress=bar))
        if any(found.found.counts().values()):  # what is found needs no key that is missing
            tell_all_missing_keys(settings, snapshot.log)
        if found.days is None:
            print_error(f"obnovi: {file} has no payments; name the days of the ledger with --from and --to")
        if found.other_channels:
            there = ", ".join(found.other_channels)
            print_error(f"obnovi: nothing was ever paid by channel {ask.channel} here; there are {there}")
        to_book: Sum | None = None
        if book:
            to_book = _sum(each.listed for each in found.to_book() if not app.will_be_rejected(each, now()))
        written = 0
        if inputs is not None:
            with whole_file(inputs, settings) as feed:
                for _, line in _lines(found, ask, source):
                    feed.write(line + b"\n")
                    written += 1
        if not settings.json:
            _show(phrases, found, ask)
        done: Booking | None = None
        if to_book is not None and not dry_run:
            if to_book.count:
                payments = terminal.count(to_book.count, "payment")
                total = Phrasebook("en").money(to_book.payments + to_book.refunds)
                confirm(settings, f"{payments} will be booked, {total} in all", yes=yes)
            done = app.book(ledger, _lines(found, ask, source), now=now)
        if settings.json:
            _print_json(found, zone, _tried(found) if dry_run else None if done is None else _done(done))
        elif inputs is not None:
            print_text(phrases.say(words.WRITTEN, count=written, file=inputs))
        elif to_book is not None:
            _show_booked(phrases, found, to_book, done)
        if done is not None:
            with rejects_to(None, ledger_ref(settings).like) as rejects:
                for rejected in done.rejected:
                    rejects.tell(file, rejected)
    return EXIT_REJECTED if done is not None and done.rejected else 0


def _refuse_mixed(settings: Settings, file: str, *, book: bool, dry_run: bool, inputs: str | None) -> None:
    if dry_run and not book:
        raise UsageError("--dry-run goes with --book; without it nothing is booked anyway")
    if book and inputs is not None:
        raise UsageError("--inputs writes what --book would book; leave one of them out")
    if inputs is not None:
        refuse_overwrite("--inputs", inputs, settings, file)


def _lines(found: Reconciled, ask: Asked, source: str) -> Iterator[tuple[int, bytes]]:
    to_book = (each.listed for each in found.to_book())
    return ((each.line, app.input_line(each, ask.channel, source, ask.zone)) for each in to_book)


def _sum(payments: Iterable[Listed]) -> Sum:
    counted = Sum()
    for each in payments:
        counted.add(each.amount)
    return counted


def _print_json(found: Reconciled, zone: str, counts: dict[str, int] | None) -> None:
    """One object, its lists row by row, for there may be very many."""
    out, matching = sys.stdout.buffer, found.found
    out.write(b'{"matched":%d' % matching.matched)
    lists: dict[str, Iterator[dict[str, Any]]] = {
        "missing_here": (as_json.missing_here(each, zone) for each in found.missing_here()),
        "missing_there": (as_json.missing_there(each, zone) for each in matching.missing_there()),
        "other_sum": (as_json.other(each, zone) for each in matching.other_sum()),
        "other_number": (as_json.other(each, zone) for each in matching.other_number()),
        "twice": (as_json.twice(each, zone, _first(found, each)) for each in matching.twice()),
    }
    for name, rows in lists.items():
        out.write(b',"%b":[' % name.encode())
        before = b""
        for row in rows:
            out.write(before + msgspec.json.encode(row))
            before = b","
        out.write(b"]")
    told = as_json.totals(found.listed, found.booked, found.total_line, found.total_agrees)
    out.write(b',"totals":' + msgspec.json.encode(told))
    if counts is not None:
        out.write(b"," + msgspec.json.encode(counts)[1:-1])
    print_bytes(b"}\n")


def _done(done: Booking) -> dict[str, int]:
    counts = done.counts
    return {"booked": counts.applied, "refused": counts.refused, "rejected": counts.rejected}


def _tried(found: Reconciled) -> dict[str, int]:
    """How many would be booked, if no rule refuses them, and how many rejected."""
    counts = Counter(app.will_be_rejected(each, now()) for each in found.to_book())
    return {"booked": counts[False], "rejected": counts[True]}


def _first(found: Reconciled, pair: Pair) -> int | None:
    return found.found.first_line(pair.listed.line) if pair.here is None and pair.listed is not None else None


def _show(phrases: Phrasebook, found: Reconciled, ask: Asked) -> None:
    days = phrases.say(words.NO_DAYS)
    if found.days is not None:
        since, until = map(phrases.day, found.days)
        days = phrases.say(words.DAYS, since=since, until=until)
    terminal.table(
        phrases.clocked(phrases.say(words.TITLE, channel=ask.channel, days=days)),
        phrases.head(words.SIDES_HEAD),
        [
            _side(phrases, phrases.say(name), each)
            for name, each in ((words.IN_FILE, found.listed), (words.IN_LEDGER, found.booked))
        ],
        right=(1, 2, 3, 4),
    )
    if found.total_line is not None and found.total_agrees is not None:
        total = found.total_line
        said = [] if total.count is None else [str(total.count)]
        said += [] if total.amount is None else [phrases.money(total.amount)]
        text = words.TOTAL_AGREES if found.total_agrees else words.TOTAL_DIFFERS
        print_text(phrases.say(text, line=total.line, said=", ".join(said)))
    print_text(phrases.say(words.MATCHED, count=found.found.matched))
    counts = found.found.counts()
    rows: dict[str, Iterator[tuple[str, ...]]] = {
        "missing_here": (_missing_here(phrases, each) for each in found.missing_here()),
        "missing_there": (_missing_there(phrases, each) for each in found.found.missing_there()),
        "other_sum": (_other(phrases, each, _sum_booked) for each in found.found.other_sum()),
        "other_number": (_other(phrases, each, _number_booked) for each in found.found.other_number()),
        "twice": (_twice(phrases, each, _first(found, each)) for each in found.found.twice()),
    }
    for kind, cells in rows.items():
        if not counts[kind]:
            continue
        title = f"{phrases.say(words.KINDS[kind])}: {counts[kind]}"
        shown = list(islice(cells, SHOWN))
        terminal.table(title, phrases.head(words.HEAD), shown, right=(0, 4), wide=5, empty=phrases.say(NONE))
        if counts[kind] > SHOWN:
            print_text(phrases.say(MORE, count=counts[kind] - SHOWN))


def _side(phrases: Phrasebook, name: str, each: Sum) -> tuple[str, ...]:
    sums = (each.payments, each.refunds, each.payments + each.refunds)
    return (name, str(each.count), *map(phrases.money, sums))


def _listed(phrases: Phrasebook, each: Listed, note: str) -> tuple[str, ...]:
    return str(each.line), each.id, each.account, phrases.time(each.at), phrases.money(each.amount), note


def _here(phrases: Phrasebook, each: Here, note: str, line: str = "") -> tuple[str, ...]:
    at = Phrasebook("ru" if phrases.russian else "en", zone=each.zone).time(each.at)
    return line, each.id, contract_name(phrases, each.contract), at, phrases.money(each.amount), note


def _missing_here(phrases: Phrasebook, each: Missing) -> tuple[str, ...]:
    note = ""
    if each.why is not None:
        facts: dict[str, Any] = {}
        if each.booked is not None:
            facts = {"version": each.booked.event.version}
        elif each.likely is not None:
            facts = {"version": each.likely.version, "id": each.likely.id}
        note = phrases.say(words.WHY[each.why], **facts)
    return _listed(phrases, each.listed, note)


def _missing_there(phrases: Phrasebook, pair: Pair) -> tuple[str, ...]:
    assert pair.here is not None, "it is the ledger's"
    line = pair.listed
    note = "" if line is None else phrases.say(words.LIKELY_LINE, line=line.line, id=line.id)
    return _here(phrases, pair.here, note)


def _other(phrases: Phrasebook, pair: Pair, told: Callable[[Phrasebook, Here], str]) -> tuple[str, ...]:
    listed, here = pair
    assert listed is not None, "it is of the file"
    assert here is not None, "it was compared"
    return _listed(phrases, listed, told(phrases, here))


def _sum_booked(phrases: Phrasebook, here: Here) -> str:
    return phrases.say(words.BOOKED_SUM, amount=phrases.money(here.amount), version=here.version)


def _number_booked(phrases: Phrasebook, here: Here) -> str:
    account = contract_name(phrases, here.contract) if is_number(here.contract.number) else here.contract.id
    return phrases.say(words.BOOKED_NUMBER, account=account, version=here.version)


def _twice(phrases: Phrasebook, pair: Pair, first: int | None) -> tuple[str, ...]:
    if pair.here is None:
        assert pair.listed is not None, "one of them is there"
        return _listed(phrases, pair.listed, phrases.say(words.FIRST_LINE, line=first))
    line = "" if pair.listed is None else str(pair.listed.line)
    return _here(phrases, pair.here, phrases.say(words.BOOKED_AGAIN, version=pair.here.version), line)


def _show_booked(phrases: Phrasebook, found: Reconciled, to_book: Sum, done: Booking | None) -> None:
    if done is not None:
        counts = {name: getattr(done.counts, name) for name in ("applied", "refused", "rejected")}
        print_text(phrases.say(words.BOOKED, **counts))
    else:
        amount = phrases.money(to_book.payments + to_book.refunds)
        print_text(phrases.say(words.WOULD_BOOK, amount=amount, **_tried(found)))
