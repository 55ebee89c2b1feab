"""`obnovi feed`: inputs in, events out; what cannot be an input goes to the rejects, and nothing is lost (R-12.1)."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Final

import click
import msgspec

from ledger import inputs
from ledger.events import InputRefused, UsageUnrated
from ledger.inputs import Input, Malformed
from ledger.periods import Moment
from ledger.service import Ledger, Outcome
from projections.operator.known_inputs import KnownInputs
from projections.words import answers
from projections.words import replies as replied
from projections.words.language import Language, Text
from projections.words.names import INPUTS
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS
from scripts.cli import lines, terminal
from scripts.cli.lines import RawLine
from scripts.cli.moments import Future, not_after_option
from scripts.cli.options import lang_option, print_json, print_text, refuse_overwrite, with_settings
from scripts.cli.rejects import Reject, rejects_to
from scripts.errors import UsageError
from scripts.wiring import Settings, ledger_ref, open_ledger

EXIT_REJECTED = 3
REPLIES_SHOWN_MAX = 20
SEE_ALL_EVENTS: Final = Text(
    "{more}; все показывает `obnovi events СЧЁТ`", "{more}; `obnovi events ACCOUNT` shows them all"
)
COUNTED = ("applied", "duplicates", "refused", "rejected", "events")


class Counts(msgspec.Struct):
    """What a feed did: inputs by what became of them, and events written, scheduled ones too.

    `unrated` counts records among the applied ones that nobody could rate yet (R-6.8).
    """

    applied: int = 0
    duplicates: int = 0
    refused: int = 0
    rejected: int = 0
    events: int = 0
    unrated: int = 0


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
        ledger = stack.enter_context(open_ledger(settings, "create"))
        bar = stack.enter_context(terminal.progress("feeding (bytes)", _size(feeds)))
        done = 0
        for (name, _), cut in zip(feeds, batches, strict=True):
            earlier = KnownInputs(ledger.store)
            first = None
            for batch in cut:
                said = [line for line in batch if line.text.strip() or line.size > inputs.LINE_BYTES_MAX]
                first = said[0].number if first is None and said else first
                rejected = _apply(ledger, earlier, name, said, Future(not_after, ledger), counts, replies, lang)
                for reject in rejected:  # told when the rest is safely stored
                    sink.tell(reject, opens=reject.line == first)
                done += sum(line.size + 1 for line in batch)
                bar(done)
    if settings.json:
        print_json({name: getattr(counts, name) for name in COUNTED})
    else:
        phrases = Phrasebook(lang or "en")
        for text in replies[:REPLIES_SHOWN_MAX]:
            print_text(text)
        if len(replies) > REPLIES_SHOWN_MAX:
            print_text(phrases.say(SEE_ALL_EVENTS, more=phrases.say(answers.MORE_REPLIES)))
        told: dict[str, Any] = {name: getattr(counts, name) for name in COUNTED}
        told["duplicates"] = phrases.count(counts.duplicates, "duplicate")
        told["events"] = phrases.count(counts.events, "event")
        told["unrated"] = phrases.say(answers.APPLIED_UNRATED, unrated=counts.unrated) if counts.unrated else ""
        print_text(phrases.say(answers.APPLIED, **told))
    return EXIT_REJECTED if counts.rejected else 0


def _apply(
    ledger: Ledger,
    earlier: KnownInputs,
    name: str,
    batch: list[RawLine],
    future: Future,
    counts: Counts,
    replies: list[str],
    lang: Language | None,
) -> list[Reject]:
    """Book one batch of lines that are not blank; the rejected ones, in order."""
    rejected: list[Reject] = []
    fed: list[tuple[RawLine, Input]] = []
    for line in batch:
        try:
            input = _parse(line)
        except Malformed as error:
            rejected.append(_reject(name, line, "MALFORMED", str(error)))
            continue
        if future.has(input):
            rejected.append(_reject(name, line, "FUTURE", "received later than --not-after (now + 24 h by default)"))
            continue
        fed.append((line, input))
    outcomes = ledger.apply(earlier.named(input for _, input in fed)) if fed else []
    for (line, input), outcome in zip(fed, outcomes, strict=True):
        match outcome.result:
            case "applied":
                counts.applied += 1
            case "refused":
                counts.refused += 1
            case "duplicate":
                counts.duplicates += 1
            case "rejected":
                rejected.append(_reject(name, line, outcome.reason, outcome.detail))
        counts.events += len(outcome.events)
        counts.unrated += any(isinstance(event, UsageUnrated) for event in outcome.events)
        if len(replies) <= REPLIES_SHOWN_MAX:
            replies += _replies(input, outcome, lang)
    counts.rejected += len(rejected)
    return sorted(rejected, key=lambda reject: reject.line)


def _parse(line: RawLine) -> Input:
    if line.size > inputs.LINE_BYTES_MAX:
        raise Malformed(f"a line of {line.size} bytes; at most {inputs.LINE_BYTES_MAX} are read, its beginning is kept")
    try:
        text = line.text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8 at byte {error.start}") from None
    return inputs.parse(text)


def _reject(name: str, line: RawLine, reason: str, detail: str) -> Reject:
    """The line as text; bytes that are no UTF-8 stand as \\xNN."""
    text = line.text.removesuffix(b"\r").decode("utf-8", errors="backslashreplace")
    return Reject(line.number, reason, detail.encode(errors="backslashreplace").decode(), text, name)


def _replies(input: Input, outcome: Outcome, lang: Language | None) -> Iterator[str]:
    """What subscribers are told about the refreshes of a feed, as they read it or in a language; what else was refused.

    Without a language a reply is quoted in Russian, and a refusal is told in English.
    """
    if outcome.reply:
        yield f"{input.account}: {replied.translate(Phrasebook(lang or 'ru'), outcome.reply)}"
    elif outcome.result == "refused":
        phrases = Phrasebook(lang or "en")
        code = next(event.reason for event in outcome.events if isinstance(event, InputRefused))
        names = (phrases.say(INPUTS[input.type]), phrases.say(REASONS[code])) if phrases.russian else (input.type, code)
        said = dict(zip(("input", "reason"), names, strict=True))
        yield phrases.say(answers.REFUSED, account=input.account, id=input.id, **said)


def _checked_first(name: str, fd: int) -> Iterator[list[RawLine]]:
    """The batches of a feed, with a compressed file refused before anything is booked."""
    if name != "-" and stat.S_ISREG(os.fstat(fd).st_mode) and os.pread(fd, 2, 0) == b"\x1f\x8b":
        raise UsageError(f"{name} is compressed; feed it with `gunzip -c {name} | obnovi feed -`")
    return lines.batches(fd, name)


def _size(feeds: Sequence[tuple[str, int]]) -> int | None:
    sizes = [os.fstat(fd).st_size for _, fd in feeds]
    return sum(sizes) if all(sizes) else None
