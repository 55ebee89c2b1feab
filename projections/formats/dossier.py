"""The dossier of a claim in parts that every form sets, and as text, for the clerk and the subscriber."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ledger.events import ChargeReversed, DisputeOpened, DisputeResolved, UsageCharged, UsageUnrated
from projections.canonical_answers import dossier_id
from projections.dossier import Dossier, Happened
from projections.events import carried_fields
from projections.formats import explanation
from projections.formats.explanation import columns
from projections.formats.text import table
from projections.ledger_line import Line
from projections.usage_row import UsageRow
from projections.words import given_back
from projections.words.contracts import contract_name
from projections.words.dossier import DOSSIER, EVENT_HEAD, LINE_HEAD, MONTH_HEAD, USAGE_HEAD
from projections.words.language import Language, Text
from projections.words.lines import printed
from projections.words.names import CLAIMS, DIRECTIONS, MODES, OUTCOMES
from projections.words.phrasebook import Phrasebook
from projections.words.safe import safe

Pair = tuple[str, str]


class Part(NamedTuple):
    """A titled table; without a head its rows are pairs. `right` are the columns of figures, `wide` that of texts."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    wide: int = 1
    empty: str = ""


class Document(NamedTuple):
    """A dossier as its forms set it: what it is about, four sums with a note each, the parts, the foot."""

    title: str
    state: str
    settled: bool
    about: Sequence[Pair]
    sums: Sequence[tuple[str, str, str]]
    parts: Sequence[Part]
    foot: str


def document(made: Dossier, lang: Language = "ru", *, verify_with: str = "") -> Document:
    """The dossier in words, texts from outside shown safely."""
    phrases = Phrasebook(lang, zone=made.zone)
    dispute = made.dispute
    last = phrases.time(made.now.clock)
    return Document(
        title=safe(phrases.say(DOSSIER["title"], claim=dispute.dispute)),
        state=phrases.say(DOSSIER["overdue"] if dispute.overdue else CLAIMS[dispute.state]),
        settled=dispute.state != "open",
        about=[(name, safe(value)) for name, value in _about(phrases, made)],
        sums=_sums(phrases, made),
        parts=[_plainly(part) for part in _parts(phrases, made, verify_with)],
        foot=phrases.say(DOSSIER["foot"], id=dossier_id(made), version=made.now_version, time=last),
    )


def render(made: Dossier, lang: Language = "ru", *, verify_with: str = "") -> str:
    """The whole dossier as text, ending with a newline."""
    return "\n".join(_lines(document(made, lang, verify_with=verify_with))) + "\n"


def _lines(told: Document) -> Iterator[str]:
    yield f"{told.title}: {told.state}"
    yield from columns(told.about)
    yield ""
    yield from columns([(name, f"{value}, {note}" if note else value) for name, value, note in told.sums])
    for part in told.parts:
        yield ""
        yield part.title
        if not part.rows:
            yield f"  {part.empty}"
        elif part.head:
            yield from table(part.head, part.rows, right=part.right)
        else:
            yield from columns([(name, value) for name, value in part.rows], right=0 in part.right)
    yield ""
    yield told.foot


def _about(phrases: Phrasebook, made: Dossier) -> Iterator[Pair]:
    yield phrases.say(DOSSIER["number"]), contract_name(phrases, made.dispute.contract)
    plan = made.explanation.plan
    if plan is not None:
        version = phrases.day(plan.version)
        yield phrases.say(DOSSIER["plan"]), phrases.say(DOSSIER["plan_of"], name=plan.name, version=version)
    yield phrases.say(DOSSIER["times"]), made.zone
    accepted = phrases.say(DOSSIER["source"], time=phrases.time(made.registered_at), source=made.source)
    yield phrases.say(DOSSIER["accepted"]), accepted + (f", {made.by}" if made.by else "")
    if made.dispute.premium:
        yield phrases.say(DOSSIER["queue"]), phrases.say(DOSSIER["premium"])
    yield phrases.say(DOSSIER["text"]), made.text or "—"
    days = {"last_day": phrases.day(made.last_day), "answer_due": phrases.day(made.dispute.answer_due)}
    yield phrases.say(DOSSIER["deadlines"]), phrases.say(DOSSIER["due"], **days)
    if made.answer is not None:
        answer = made.answer
        said = f"{phrases.time(answer.booked_at)}, {phrases.say(OUTCOMES[answer.outcome])}"
        yield phrases.say(DOSSIER["answer"]), said + (f", {answer.by}" if answer.by else "")
        yield phrases.say(DOSSIER["answer_text"]), answer.text or "—"


def _sums(phrases: Phrasebook, made: Dossier) -> list[tuple[str, str, str]]:
    disputed = "—" if made.line is None else phrases.money(made.line.amount)
    version, day = made.dispute.event, phrases.day_of(made.explanation.event.booked_at)
    if made.answer is not None:
        due, note = phrases.day_of(made.answer.booked_at), phrases.say(DOSSIER["answered"])
    else:
        due, days = phrases.day(made.dispute.answer_due), made.days_left or 0
        note = phrases.say(DOSSIER["days_left" if days >= 0 else "days_over"], days=abs(days))
    moved = made.so_far
    how = ("taken_back", "left_to_take") if made.gave else ("given_back", "left")
    if moved.left:
        left = phrases.say(DOSSIER[how[1]], left=phrases.money(moved.left))
    else:
        left = given_back.left(phrases, moved)
    return [
        (phrases.say(DOSSIER["disputed"]), disputed, phrases.say(DOSSIER["of_event"], version=version, day=day)),
        (phrases.say(DOSSIER[how[0]]), phrases.money(moved.amount), left),
        (phrases.say(DOSSIER["answer"]), due, note),
        (phrases.say(DOSSIER["balance"]), phrases.money(made.now.wallet), phrases.say(MODES[made.now.mode])),
    ]


def _parts(phrases: Phrasebook, made: Dossier, verify_with: str) -> Iterator[Part]:
    def part(
        name: str,
        head: Sequence[Text],
        rows: Sequence[Sequence[str]],
        *figures: int,
        wide: int = 1,
        empty: str = "empty",
    ) -> Part:
        return Part(phrases.say(DOSSIER[name]), phrases.head(head), rows, figures, wide, phrases.say(DOSSIER[empty]))

    lines = [] if made.line is None else [_line(phrases, made.line)]
    yield part("line", LINE_HEAD, lines, 2, 3, empty="no_line")
    if made.row is not None:
        yield part("usage", USAGE_HEAD, [_usage(phrases, made.row)], 4, 5, 6, 7)
    for section in explanation.sections(made.explanation, phrases.lang, verify_with=verify_with):
        yield Part(section.title, (), section.rows, (0,) if section.right else ())
    number = made.dispute.contract.number
    disputed = Happened(made.explanation.event, None, made.line)
    around = sorted([*made.around, disputed], key=lambda each: each.event.version)
    rows = [_happened(phrases, each, number, marked=each is disputed) for each in around]
    yield part("around", EVENT_HEAD, rows, 0, 3, 4, wide=2)
    yield part("earlier", LINE_HEAD, [_line(phrases, line) for line in made.earlier], 2, 3, empty="no_earlier")
    months = [(f"{each.month:%m.%Y}", str(each.count), phrases.money(each.amount)) for each in made.months]
    if months:
        yield part("months", MONTH_HEAD, months, 1, 2, wide=0)
    moved = [(phrases.money(each.amount), given_back.by_event(phrases, each)) for each in made.so_far.moved]
    if moved:
        yield part("taken_back_by" if made.gave else "given_back_by", (), moved, 0)
    since = [_happened(phrases, each, number) for each in made.since]
    yield part("since", EVENT_HEAD, since, 0, 3, 4, wide=2, empty="no_since")


def _line(phrases: Phrasebook, line: Line) -> tuple[str, ...]:
    return (
        phrases.time(line.booked_at),
        printed(phrases, line),
        phrases.money(line.amount),
        phrases.money(line.balance),
    )


def _usage(phrases: Phrasebook, row: UsageRow) -> tuple[str, ...]:
    return (
        phrases.time(row.at),
        row.peer,
        phrases.zone(row.zone),
        f"{phrases.service(row.service)} {phrases.say(DIRECTIONS[row.direction])}",
        phrases.measured(row.service, row.quantity),
        phrases.packaged(row.service, row.billed) if row.billed else "0",
        phrases.packaged(row.service, row.from_packages) if row.from_packages else "—",
        phrases.money(row.amount),
    )


def _happened(phrases: Phrasebook, each: Happened, number: str, *, marked: bool = False) -> tuple[str, ...]:
    event, line = each.event, each.line
    amount, balance = ("", "") if line is None else (phrases.money(line.amount), phrases.money(line.balance))
    said = _what(phrases, each, number)
    if marked:
        said = phrases.say(DOSSIER["marked"], said=said)
    return str(event.version), phrases.time(event.booked_at), said, amount, balance


def _what(phrases: Phrasebook, each: Happened, number: str) -> str:
    """What an event was: its line as printed, else its title; and the clerk's words and name."""
    event = each.event
    told = carried_fields(number, event)
    said = printed(phrases, each.line) if each.line is not None else phrases.title(event)
    if each.line is None and isinstance(event, UsageCharged | UsageUnrated):
        direction = phrases.say(DIRECTIONS[event.direction])
        said += f": {phrases.service(event.service)} {direction} {phrases.measured(event.service, event.quantity)}"
    if "outcome" in told:
        said += f": {phrases.say(OUTCOMES[told['outcome']])}"
    if isinstance(event, DisputeOpened | DisputeResolved | ChargeReversed) and told.get("text"):
        said = phrases.say(DOSSIER["quoted"], said=said, text=told["text"])
    by = event.input.by if event.input else None
    return f"{said} — {by}" if by else said


def _plainly(part: Part) -> Part:
    return part._replace(title=safe(part.title), rows=[[safe(cell) for cell in row] for row in part.rows])
