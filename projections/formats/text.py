"""The statement as plain text for a terminal or an e-mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from projections.statement import Line, Statement
from projections.words import names, waiting
from projections.words.language import Language
from projections.words.reasons import REASONS
from projections.words.safe import safe
from projections.words.speaker import Speaker
from projections.words.statement import LEFT_HEAD, LINE_HEAD, UNRATED_HEAD, USAGE_HEAD, Teller, printed


def render(made: Statement, *, lang: Language = "ru", checkpoint: str | None = None) -> str:
    """The whole statement as text, ending with a newline."""
    return "\n".join(_blocks(made, Teller(lang, made), checkpoint)) + "\n"


def _blocks(made: Statement, tell: Teller, checkpoint: str | None) -> Iterator[str]:
    yield tell("title", account=made.account, first=tell.first, last=tell.last)
    yield f"{tell('plan')}: {safe(made.plan_name or '—')}"
    if made.zone:
        yield f"{tell('times')}: {tell.clocks(made)}"
    yield f"{tell('document')} {made.id}"
    yield tell("final").lower() if made.final else waiting.provisional(made.waiting, tell.lang)
    yield ""
    yield tell("ledger")
    yield f"  {tell('opening')}: {tell.money(made.opening)}"
    if made.lines:
        yield from table(
            tell.head(LINE_HEAD),
            [
                (tell.time(line.booked_at), tell.line(line), tell.money(line.amount), tell.money(line.balance))
                for line in made.lines
            ],
            right=(2, 3),
        )
    else:
        yield f"  {tell('no_lines')}"
    yield f"  {tell('closing')}: {tell.money(made.closing)}"
    yield ""
    yield tell("usage")
    if made.usage:
        yield from table(
            tell.head(USAGE_HEAD),
            [
                (
                    tell.time(row.at),
                    row.peer,
                    tell.zone(row.zone),
                    f"{tell.service(row.service)} {tell.say(names.DIRECTIONS[row.direction])}",
                    tell.measured(row.service, row.quantity),
                    tell.packaged(row.service, row.billed) if row.billed else "0",
                    tell.packaged(row.service, row.from_packages) if row.from_packages else "—",
                    tell.decimal(row.amount_ex_vat),
                    tell.money(row.amount),
                )
                for row in sorted(made.usage, key=lambda row: datetime.fromisoformat(row.at))
            ],
            right=(4, 5, 6, 7, 8),
        )
        total = made.usage_total
        yield f"  {tell('total')}: {tell.money(total.amount)}, {tell.ex_vat(total.amount_ex_vat)}"
    else:
        yield f"  {tell('no_usage')}"
    yield from _unrated(made, tell)
    yield ""
    yield tell("packages")
    if made.left:
        yield from table(
            tell.head(LEFT_HEAD),
            [
                (
                    tell.bucket(row.bucket),
                    tell.service(row.service),
                    tell.packaged(row.service, row.left),
                    tell.packaged(row.service, row.granted),
                    tell.time(row.end),
                )
                for row in made.left
            ],
            right=(2, 3),
        )
    else:
        yield f"  {tell('no_packages')}"
    yield f"{tell('charged')}: {tell.say(names.MODES[made.mode])}{_next(made, tell)}"
    if checkpoint is not None:
        yield f"{tell('checkpoint')}: {safe(checkpoint)}"


def _unrated(made: Statement, tell: Teller) -> Iterator[str]:
    """The records without a price, where there are any (R-13.6)."""
    if not made.unrated:
        return
    yield f"  {tell.unrated(made)}"
    yield from table(
        tell.head(UNRATED_HEAD),
        [
            (
                tell.time(each.at),
                tell.service(each.service),
                tell.measured(each.service, each.quantity),
                tell.say(REASONS[each.reason]),
            )
            for each in made.unrated
        ],
        right=(2,),
    )


def printed_text(line: Line, lang: Language = "ru") -> str:
    """A line's text with its channel or period, as printed forms put them together (R-13.3)."""
    return printed(Speaker(lang), line)


def _next(made: Statement, tell: Teller) -> str:
    """When the night takes the tariff's fee and how much, and what else is to be said about it."""
    at, amount, notes = waiting.next_charge(made.waiting, tell.lang)
    due = [] if at is None or amount is None else [tell("next", time=tell.time(at), amount=tell.money(amount))]
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
