"""`obnovi notices`: what subscribers are to be told, in order and replayable; listed, or pushed to who tells them."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import click

from ledger.periods import SECOND
from ledger.service import Ledger
from projections import canonical_notices
from projections.notices.told import ToldNotice
from projections.words import notices as words
from projections.words.language import Language
from projections.words.names import NONE
from projections.words.phrasebook import Phrasebook
from scripts.app.notices import LIMIT, LIMIT_MAX, begin, follow, next_notices, seq_after
from scripts.app.webhooks import TIMEOUT_SECONDS, Pushed, Pusher, receiver
from scripts.cli import terminal
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.options import lang_option, print_bytes, print_error, print_json, print_text, with_settings
from scripts.errors import UsageError
from scripts.state.deliveries import Deliveries
from scripts.state.outbox import Outbox
from scripts.wiring import Settings, now, open_ledger, read_text, state_place

SECONDS_BETWEEN: Final = 1.0
"""Of two looks at the log for who waits for what comes."""


@click.group(invoke_without_command=True)
@click.option("--after", metavar="TOKEN", help="Only those behind this one: its `after`.")
@click.option("--limit", type=click.IntRange(1, LIMIT_MAX), metavar="N", help=f"At most so many.  [default: {LIMIT}]")
@click.option("--follow", "follows", is_flag=True, help="Print all there are, and go on with what comes.")
@click.option("--from-beginning", is_flag=True, help="The first time: tell also of everything that was before.")
@lang_option("en")
@with_settings
def notices(
    settings: Settings, after: str | None, limit: int | None, follows: bool, from_beginning: bool, lang: Language
) -> int:
    """Tell what subscribers are to be told: replies, fees, packages that run out, blocks, promises, answers to claims.

    Each is told once, those of a contract in order, in Russian whatever --lang says. The first call begins: what was
    before is told to nobody, but with --from-beginning. Whoever asks again with the same --after gets the same.
    With --json a list, with --follow one object a line.

    \b
    Example:
      obnovi notices
      obnovi notices --after 5f2c81d0a94e-120 --limit 50 --json
      obnovi notices --follow --json
      obnovi notices push https://sms.example/hook --secret hook.secret
    """
    context = click.get_current_context()
    if context.invoked_subcommand is not None:
        if after is not None or limit is not None or follows or from_beginning:
            raise UsageError(
                f"options of the list do not go with `{context.invoked_subcommand}`; its own stand behind it"
            )
        given = {"ledger": settings.ledger, "catalogue": settings.catalogue, "as_json": settings.json}
        context.find_root().obj = given
        return 0
    if follows and limit is not None:
        raise UsageError("--limit and --follow exclude each other; leave one of them out")
    phrases = Phrasebook(lang)
    with open_ledger(settings) as ledger, opened_outbox(settings, ledger, phrases, from_beginning) as outbox:
        if follows:
            for each in _without_end(ledger, outbox, after):
                _show_one(settings, each)
            return 0
        found = _next(ledger, outbox, after, limit or LIMIT)
    tell_missing_keys(settings, (each.contract for each in found))
    if settings.json:
        print_bytes(canonical_notices.notices(found) + b"\n")
    else:
        _show(phrases, found)
    return 0


@notices.command(short_help="Push them as signed webhooks.")
@click.argument("url")
@click.option("--secret", "secret_file", required=True, metavar="FILE", help="The file of the signing secret, whsec_….")
@click.option("--after", metavar="TOKEN", help="Those behind this notice, again if need be.")
@click.option("--once", is_flag=True, help="End when nothing is to be sent now; exit code 1 where something waits.")
@with_settings
def push(settings: Settings, url: str, secret_file: str, after: str | None, once: bool) -> int:
    """Push notices as webhooks in the form of the Standard Webhooks, each until it is taken, and go on with what comes.

    The body is one notice as JSON; a 2xx takes it. What is not taken is sent again later and later, for three days,
    with the same webhook-id; the contract's later ones wait behind it, those of others go on. A new URL gets what comes
    from now on, an interrupted one what it has not got yet. An answer of 410 ends it; redirects are not followed.

    \b
    Example:
      echo whsec_$(openssl rand -base64 32) > hook.secret
      obnovi notices push https://sms.example/hook --secret hook.secret
      obnovi notices push https://sms.example/hook --secret hook.secret --once --json
    """
    try:
        import httpx  # noqa: PLC0415  # an extra that only who pushes has
    except ImportError:
        raise UsageError("pushing takes httpx; install it with `pip install 'obnovi[web]'`") from None
    to = receiver(url, read_text(Path(secret_file), "secret"))
    counted: Counter[str] = Counter()
    with (
        open_ledger(settings) as ledger,
        opened_outbox(settings, ledger, Phrasebook("en"), False) as outbox,
        Deliveries(outbox, url) as deliveries,
        httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
        closing(Pusher(outbox, deliveries, to, client, now=now)) as pusher,
    ):
        deliveries.begin(None if after is None else seq_after(outbox, after))
        while True:
            with ledger.snapshot() as snapshot:
                follow(snapshot.log, outbox, now())
                pushed = _pushed(pusher.push(snapshot.log), counted)
            if once and (pushed is None or pushed.paused_until is not None):
                break
            if pushed is None or pushed.paused_until is not None:
                until = now() + SECOND if pushed is None else pushed.paused_until or 0
                time.sleep(max(until - now(), 0) / SECOND)
        waiting = deliveries.waiting()
    if settings.json:
        print_json({**{name: counted[name] for name in ("taken", "failed", "given_up")}, "waiting": waiting})
    else:
        print_text(f"{terminal.count(counted['taken'], 'notice')} taken, {waiting} to be sent again")
    return 1 if waiting else 0


def _pushed(pushed: Pushed | None, counted: Counter[str]) -> Pushed | None:
    """Count what became of a wave, and say on stderr what was not taken: by its id, nobody's number."""
    if pushed is not None:
        counted.update(taken=len(pushed.taken), failed=len(pushed.failed), given_up=len(pushed.given_up))
        for each in pushed.failed:
            print_error(f"obnovi: notice {each.notice.id} was not taken ({each.problem}); it is sent again")
        for each in pushed.given_up:
            print_error(f"obnovi: notice {each.notice.id} was not taken for three days ({each.problem}); given up")
    return pushed


@contextmanager
def opened_outbox(settings: Settings, ledger: Ledger, phrases: Phrasebook, from_beginning: bool) -> Iterator[Outbox]:
    """The outbox of a ledger; the first time it says from where on there are notices."""
    with ledger.snapshot() as snapshot:
        outbox = Outbox(state_place(settings, snapshot.log))
        try:
            if begin(snapshot.log, outbox, from_beginning=from_beginning) and not from_beginning:
                print_error(phrases.say(words.BEGUN))
        except BaseException:
            outbox.close()
            raise
    with outbox:
        yield outbox


def _next(ledger: Ledger, outbox: Outbox, after: str | None, limit: int) -> list[ToldNotice]:
    with ledger.snapshot() as snapshot:
        return next_notices(snapshot.log, outbox, after, limit=limit, now=now())


def _without_end(ledger: Ledger, outbox: Outbox, after: str | None) -> Iterator[ToldNotice]:
    for _ in count():
        while found := _next(ledger, outbox, after, LIMIT_MAX):
            yield from found
            after = found[-1].after
        time.sleep(SECONDS_BETWEEN)


def _show_one(settings: Settings, each: ToldNotice) -> None:
    if settings.json:
        print_bytes(canonical_notices.notice(each) + b"\n")
    else:
        print_text(" ".join(_cells(each)[:2] + _cells(each)[3:]))
    sys.stdout.flush()


def _show(phrases: Phrasebook, found: Sequence[ToldNotice]) -> None:
    terminal.table(
        phrases.clocked(phrases.say(words.TITLE)),
        phrases.head(words.HEAD),
        [_cells(each) for each in found],
        right=(2,),
        wide=3,
        empty=phrases.say(NONE),
    )
    if found:
        print_text(phrases.say(words.ONWARD, after=found[-1].after))


def _cells(each: ToldNotice) -> tuple[str, ...]:
    version = "" if each.version is None else f"{each.version}"
    return Phrasebook("ru", zone=each.zone).time(each.at), f"{each.contract}", version, each.text
