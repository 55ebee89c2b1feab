"""The cabinet's papers: statements with the reason of each line, claims and refusals."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from ledger import periods
from ledger.events import DisputeOpened, DisputeResolved
from ledger.snapshot import Snapshot
from projections.formats import bars, curve
from projections.formats.explanation import sections
from projections.words import lines as line_words
from projections.words import months as month_words
from projections.words import next_charges
from projections.words import summary as summary_words
from projections.words.names import CLAIMS, INPUTS
from scripts.app import statements as papers
from scripts.app.claims import claims_of, unused_id
from scripts.app.explain import explain
from scripts.app.refusals import refused_requests
from scripts.web.answer import Answer
from scripts.web.api.accounts import MEDIA_TYPES, version_of
from scripts.web.asked import Asked
from scripts.web.pages.cabinet import SOURCE, Seen, done, hand_over, shown
from scripts.web.route import Param

MONTHS_SHOWN: Final = 12
USAGE_SHOWN: Final = 300
MONTH: Final = Param(name="month", kind="month", does="The month YYYY-MM; by default this one.")
FORMAT: Final = Param(name="format", required=True, values=tuple(MEDIA_TYPES), does="The format of the file.")
CLAIM: Final = (
    Param(name="event", kind="integer", required=True, does="The version of the event."),
    Param(name="id", required=True, does="The claim's id."),
    Param(name="text", required=True, does="What is wrong.", lines=True),
)


def last_day(month: date) -> date:
    """The last day of a month that is told by its first."""
    return periods.months_after(month, 1) - timedelta(days=1)


async def statements(asked: Asked) -> Answer:
    """A month: its curve, operations, summary and usage, and files of it."""
    return await shown(asked, "cabinet/statements.html", lambda seen: _statement(seen, asked.get("month")))


async def statement_file(asked: Asked) -> Answer:
    """The statement of a month as a file."""
    layout = papers.checked_layout(asked.get("format"), table=None, lang=None)

    def answer(snapshot: Snapshot) -> Answer:
        seen = Seen(asked, snapshot)
        month = asked.get("month") or periods.local_date(seen.now, seen.account.zone).replace(day=1)
        keys = papers.keys_for(layout, asked.service.ref.keys_place.folder)
        content = papers.document(snapshot, seen.contract, layout, since=month, until=last_day(month), keys=keys)
        name = f"{seen.contract.number}-{month:%Y-%m}.{layout.form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return Answer(body=content, media_type=MEDIA_TYPES[layout.form], whose=(seen.contract.id,), headers=headers)

    return await asked.service.read(answer)


async def why(asked: Asked) -> Answer:
    """Why an event came out as it did, and a form to dispute it."""
    version = version_of(asked)

    def facts(seen: Seen) -> Mapping[str, Any]:
        made = explain(seen.snapshot, seen.contract, version)
        parts = sections(made)
        claims = claims_of(seen.snapshot, seen.contract, now=seen.now)
        return {
            "heading": parts[0].title,
            "parts": parts,
            "version": version,
            "claims": [each for each in claims if each.event == version],
            "id": unused_id(seen.snapshot, seen.contract, f"claim-{version}", SOURCE),
        }

    return await shown(asked, "cabinet/why.html", facts)


async def claims(asked: Asked) -> Answer:
    """The subscriber's claims with their dates and answers."""

    def facts(seen: Seen) -> Mapping[str, Any]:
        phrases = seen.phrases
        found = claims_of(seen.snapshot, seen.contract, now=seen.now)
        texts: dict[int, str] = {}
        answers: dict[int, DisputeResolved] = {}
        titles: dict[int, str] = {}
        wanted = {each.event for each in found}
        for _, event in seen.snapshot.events(seen.contract.id) if found else ():
            if event.version in wanted:
                titles[event.version] = f"{seen.time(event.booked_at)}: {phrases.title(event)}"
            if isinstance(event, DisputeOpened):
                texts[event.version] = event.personal.text or ""
            elif isinstance(event, DisputeResolved):
                answers[event.opened] = event
        return {
            "claims": [
                {
                    "dispute": each.dispute,
                    "event": each.event,
                    "about": titles.get(each.event, f"запись {each.event}"),
                    "opened": each.opened,
                    "due": each.answer_due,
                    "overdue": each.overdue,
                    "state": each.state,
                    "said": "просрочена" if each.overdue else phrases.say(CLAIMS[each.state]),
                    "text": texts.get(each.version, ""),
                    "answer": answers[each.version].personal.text if each.version in answers else "",
                }
                for each in found
            ]
        }

    return await shown(asked, "cabinet/claims.html", facts)


async def open_claim(asked: Asked) -> Answer:
    """A claim about an event, from its page."""
    form = await asked.form(CLAIM)
    at = periods.local_text(asked.service.now(), "UTC")
    fields = {"type": "open_dispute", "id": form["id"], "at": at, "event": form["event"], "text": form["text"]}
    result = await hand_over(asked, fields)
    return await done(asked, result, "Претензия принята", "Ответим письменно; срок — в разделе «Претензии».")


async def refused(asked: Asked) -> Answer:
    """What was refused, and when it would have worked."""

    def facts(seen: Seen) -> Mapping[str, Any]:
        rows, _ = refused_requests(seen.snapshot, seen.contract, now=seen.now, lang="ru")
        named = [
            {
                "booked_at": row.booked_at,
                "input": seen.phrases.say(INPUTS[row.input_type]),
                "said": row.said,
                "reply": row.reply,
                "needed": row.needed,
                "worked_at": row.worked_at,
                "version": row.version,
            }
            for row in reversed(rows)
        ]
        return {"refusals": named}

    return await shown(asked, "cabinet/refusals.html", facts)


def _statement(seen: Seen, month: date | None) -> Mapping[str, Any]:
    phrases = seen.phrases
    newest = periods.local_date(seen.now, seen.account.zone).replace(day=1)
    chosen = month or newest
    _, made = papers.statement_of(seen.snapshot, seen.contract, since=chosen, until=last_day(chosen))
    opened = periods.local_date(seen.account.opened_at, seen.account.zone).replace(day=1)
    choices = [each for back in range(MONTHS_SHOWN) if (each := periods.months_after(newest, -back)) >= opened]
    return {
        "made": made,
        "month": chosen,
        "choices": choices,
        "forms": papers.FORMATS,
        "provisional": next_charges.provisional(phrases, made.waiting, made.mode),
        "curve": curve.svg(made),
        "picture": bars.svg(made.months, phrases) if made.months else None,
        "legend": [(name, phrases.say(month_words.BARS[name])) for name in bars.used(made.months)],
        "lines": [
            {
                "time": seen.time(each.booked_at),
                "text": line_words.printed(phrases, each),
                "amount": each.amount,
                "balance": each.balance,
                "version": each.version,
            }
            for each in made.lines
        ],
        "summary": [
            (row[0], row[1], row[2], row[3], row[5])
            for row in (summary_words.texts(phrases, made.summary) if made.summary is not None else [])
        ],
        "usage": [
            {
                "time": seen.time(row.at),
                "service": phrases.usage(row.service, row.direction),
                "zone": phrases.zone(row.zone),
                "peer": row.peer,
                "quantity": phrases.measured(row.service, row.quantity),
                "amount": -row.amount,
                "version": row.version,
            }
            for row in made.usage[:USAGE_SHOWN]
        ],
        "more": len(made.usage) if len(made.usage) > USAGE_SHOWN else 0,
    }
