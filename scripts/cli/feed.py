"""`obnovi feed`: inputs in, events out; what cannot be an input goes to the rejects, and nothing is lost (R-12.1)."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final

import click

from ledger.periods import Moment
from projections.words import answers
from projections.words import replies as replied
from projections.words.language import Language, Text
from projections.words.names import INPUTS
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.app.feed import Answered, Counts, Feed, RawLine, Refusal
from scripts.cli import lines, terminal
from scripts.cli.moments import not_after_option
from scripts.cli.options import lang_option, print_error, print_json, print_text, refuse_overwrite, with_settings
from scripts.cli.rejects import rejects_to
from scripts.errors import UsageError
from scripts.wiring import Settings, is_sealing, ledger_ref, now, open_ledger

EXIT_REJECTED = 3
REPLIES_SHOWN_MAX = 20
SEE_ALL_EVENTS: Final = Text(
    "{more}; все показывает `obnovi events СЧЁТ`", "{more}; `obnovi events ACCOUNT` shows them all"
)
COUNTED = ("applied", "duplicates", "refused", "rejected", "events")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--rejects",
    metavar="FILE",
    help="Write rejected lines here (overwritten), else one line each on stderr, of each kind the first 20.",
)
@not_after_option
@lang_option(None)
@with_settings
def feed(
    settings: Settings, files: Sequence[str], rejects: str | None, not_after: Moment | None, lang: Language | None
) -> int:
    """Apply inputs from JSON Lines files, in order; `-` is stdin.

    Feeding the same lines again changes nothing, so an interrupted feed is simply fed again. Each line is applied;
    refused by a rule, which is stored with its reason; a duplicate, which changes nothing; or rejected as no input.
    Without --lang it speaks English, and quotes what subscribers are replied.

    \b
    Example:
      obnovi feed switch.jsonl payments.jsonl --rejects rejects.jsonl
      cat live.jsonl | obnovi feed -
    """
    if rejects is not None:
        refuse_overwrite("--rejects", rejects, settings, *files)
    counts = Counts()
    replies: list[str] = []
    with ExitStack() as stack:
        feeds = [(name, stack.enter_context(lines.opened(name))) for name in files]
        batches = [_checked_first(name, fd) for name, fd in feeds]
        sink = stack.enter_context(rejects_to(rejects, ledger_ref(settings).like))
        is_new = not ledger_ref(settings).exists()
        ledger = stack.enter_context(open_ledger(settings, "create"))
        if is_new and not is_sealing():
            print_error("OBNOVI_SEAL=off: this ledger is not sealed; the personal data in it can never be erased")
        bar = stack.enter_context(terminal.progress("feeding (bytes)", _size(feeds)))
        done = 0
        for (name, _), cut in zip(feeds, batches, strict=True):
            booking = Feed(ledger, counts, not_after=not_after, now=now)
            for batch in cut:
                fed = booking.book(batch)
                for rejected in fed.rejected:  # told when the rest is safely stored
                    sink.tell(name, rejected)
                replies += (_answer(each, lang) for each in fed.answered[: REPLIES_SHOWN_MAX + 1 - len(replies)])
                done += sum(line.size + 1 for line in batch)
                bar(done)
    if not settings.json:
        for text in replies[:REPLIES_SHOWN_MAX]:
            print_text(text)
        if len(replies) > REPLIES_SHOWN_MAX:
            phrases = Phrasebook(lang or "en")
            print_text(phrases.say(SEE_ALL_EVENTS, more=phrases.say(answers.MORE_REPLIES)))
    return print_counts(settings, counts, lang)


def print_counts(settings: Settings, counts: Counts, lang: Language | None = None) -> int:
    """Print what was done, and the exit code that says so."""
    if settings.json:
        print_json({name: getattr(counts, name) for name in COUNTED})
    else:
        phrases = Phrasebook(lang or "en")
        told: dict[str, Any] = {name: getattr(counts, name) for name in COUNTED}
        told["duplicates"] = phrases.count(counts.duplicates, "duplicate")
        told["events"] = phrases.count(counts.events, "event")
        told["unrated"] = phrases.say(answers.APPLIED_UNRATED, unrated=counts.unrated) if counts.unrated else ""
        print_text(phrases.say(answers.APPLIED, **told))
    return EXIT_REJECTED if counts.rejected else 0


def _answer(answered: Answered | Refusal, lang: Language | None) -> str:
    """What a subscriber is told about a refresh, as they read it or in a language; or what else was refused.

    Without a language a reply is quoted in Russian, and a refusal is told in English.
    """
    if isinstance(answered, Answered):
        return f"{answered.contract}: {replied.say(Phrasebook(lang or 'ru'), answered.reply)}"
    contract, input, code = answered
    phrases = Phrasebook(lang or "en")
    names = (phrases.say(INPUTS[input.type]), phrases.say(REASONS[code])) if phrases.russian else (input.type, code)
    said = dict(zip(("input", "reason"), names, strict=True))
    return phrases.say(answers.REFUSED, account=contract, id=input.id, **said)


def _checked_first(name: str, fd: int) -> Iterator[list[RawLine]]:
    """The batches of a feed, with a compressed file refused before anything is booked."""
    if name != "-" and stat.S_ISREG(os.fstat(fd).st_mode) and os.pread(fd, 2, 0) == b"\x1f\x8b":
        raise UsageError(f"{name} is compressed; feed it with `gunzip -c {name} | obnovi feed -`")
    return lines.batches(fd, name)


def _size(feeds: Sequence[tuple[str, int]]) -> int | None:
    sizes = [os.fstat(fd).st_size for _, fd in feeds]
    return sum(sizes) if all(sizes) else None
