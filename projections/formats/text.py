"""The statement as plain text for a terminal or an e-mail."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

from projections.canonical import statement_id
from projections.statement import Statement
from projections.words import names, next_charges, summary
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.statement import LEFT_HEAD, LINE_HEAD, NUMBER, UNRATED_HEAD, USAGE_HEAD, StatementPhrasebook


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> str:
    """The whole statement as text, ending with a newline."""
    return "\n".join(_blocks(made, StatementPhrasebook(lang, made), checkpoint)) + "\n"


def _blocks(made: Statement, phrases: StatementPhrasebook, checkpoint: str | None) -> Iterator[str]:
    yield phrases("title", account=phrases.account, first=phrases.first, last=phrases.last)
    yield f"{phrases('plan')}: {safe(made.plan_name or '—')}"
    yield f"{phrases('times')}: {phrases.clocks(made)}"
    yield f"{phrases('document')} {statement_id(made)}"
    if made.former_id is not None:
        yield f"{phrases('former')} {made.former_id}: {phrases('former_why')}"
    yield phrases("final").lower() if made.final else next_charges.provisional(phrases, made.waiting, made.mode)
    yield ""
    yield from _summary(made, phrases)
    yield phrases("ledger")
    yield f"  {phrases('opening')}: {phrases.money(made.opening)}"
    if made.lines:
        yield from table(
            phrases.head((NUMBER, *LINE_HEAD)),
            [
                (
                    str(line.version),
                    phrases.time(line.booked_at),
                    phrases.line(line),
                    phrases.money(line.amount),
                    phrases.money(line.balance),
                )
                for line in made.lines
            ],
            right=(0, 3, 4),
        )
    else:
        yield f"  {phrases('no_lines')}"
    yield f"  {phrases('closing')}: {phrases.money(made.closing)}"
    yield ""
    yield phrases("usage")
    if made.usage:
        yield from table(
            phrases.head((NUMBER, *USAGE_HEAD)),
            [
                (
                    str(row.version),
                    phrases.time(row.at),
                    row.peer,
                    phrases.zone(row.zone),
                    phrases.usage(row.service, row.direction),
                    phrases.measured(row.service, row.quantity),
                    phrases.packaged(row.service, row.billed) if row.billed else "0",
                    phrases.packaged(row.service, row.from_packages) if row.from_packages else "—",
                    phrases.ten_thousandths(row.amount_ex_vat),
                    phrases.money(row.amount),
                )
                for row in sorted(made.usage, key=attrgetter("at"))
            ],
            right=(0, 5, 6, 7, 8, 9),
        )
        total = made.usage_total
        yield f"  {phrases('total')}: {phrases.money(total.amount)}, {phrases.ex_vat(total.amount_ex_vat)}"
    else:
        yield f"  {phrases('no_usage')}"
    yield from _unrated(made, phrases)
    yield ""
    yield phrases("packages")
    if made.left:
        yield from table(
            phrases.head(LEFT_HEAD),
            [
                (
                    phrases.bucket(row.bucket),
                    phrases.service(row.service),
                    phrases.packaged(row.service, row.left),
                    phrases.packaged(row.service, row.granted),
                    phrases.time(row.end),
                )
                for row in made.left
            ],
            right=(2, 3),
        )
    else:
        yield f"  {phrases('no_packages')}"
    yield f"{phrases('charged')}: {phrases.say(names.MODES[made.mode])}{_next(made, phrases)}"
    if checkpoint is not None:
        yield f"{phrases('checkpoint')}: {safe(checkpoint)}"


def _summary(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """What it comes to by kind, where that was asked for."""
    if made.summary is None:
        return
    yield phrases.say(summary.TITLE)
    if made.summary.rows:
        yield from table(phrases.head(summary.HEAD), summary.texts(phrases, made.summary), right=summary.FIGURES)
        yield f"  {phrases.say(summary.TOTAL)}: {phrases.money(made.summary.moved)}"
    else:
        yield f"  {phrases.say(summary.EMPTY)}"
    if (spared := summary.spared(phrases, made.summary)) is not None:
        yield f"  {spared}"
    yield ""


def _unrated(made: Statement, phrases: StatementPhrasebook) -> Iterator[str]:
    """The records without a price, where there are any (R-13.6)."""
    if not made.unrated:
        return
    yield f"  {phrases.unrated(made)}"
    yield from table(
        phrases.head(UNRATED_HEAD),
        [
            (
                phrases.time(each.at),
                phrases.service(each.service),
                phrases.measured(each.service, each.quantity),
                phrases.say(REASONS[each.reason]),
            )
            for each in made.unrated
        ],
        right=(2,),
    )


def _next(made: Statement, phrases: StatementPhrasebook) -> str:
    """When the night takes the tariff's fee and how much, and what else is to be said about it."""
    at, amount, notes = next_charges.next_charge(phrases, made.waiting)
    due = [] if at is None or amount is None else [phrases("next", time=phrases.time(at), amount=phrases.money(amount))]
    return "".join(f"; {each}" for each in (*due, *notes))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int]) -> Iterator[str]:
    """Lines of a table, its columns as wide as their widest cells; those of `right` to the right.

    Texts are shown safely, so each row is one line.
    """
    rows = [[safe(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for row in (head, ["-" * width for width in widths], *rows):
        cells = (
            cell.rjust(w) if i in right else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        yield ("  " + "  ".join(cells)).rstrip()
