"""`obnovi verify-document`: whether a statement is ours, and as it was given out."""

import os
import re
from datetime import date
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from ledger.hints import HintedError
from ledger.log import files
from projections.contract_fields import contract_fields
from projections.statement import Dates
from projections.words import documents as words
from projections.words.contracts import contract_name
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from projections.words.statement import WORDS
from scripts.app.contracts import require_contract
from scripts.app.documents import Verdict, Where, verify_file, verify_id
from scripts.app.errors import require_range
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.messages import worded
from scripts.cli.options import lang_option, print_json, print_text, with_settings
from scripts.cli.ranges import range_options
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, keys_folder, open_ledger, require_file

BYTES_MAX: Final = 512 * 1024 * 1024
_ID: Final = re.compile("[0-9a-f]{64}")


@click.command()
@click.argument("document", metavar="FILE|ID")
@click.option("--account", type=AccountType(), help="Whose it is; a csv has to be told, an id is found sooner.")
@holder_option
@range_options()
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Processes at work.  [default: the machine's cores]"
)
@lang_option("ru")
@with_settings
def verify_document(
    settings: Settings,
    document: str,
    account: str | None,
    holder: int | None,
    since: date | None,
    until: date | None,
    workers: int | None,
    lang: Language,
) -> int:
    """Say whether a statement is ours and unchanged. Exit code 1 when it is not.

    FILE is a statement in any format, made anew and compared to the byte; one that was not final when it was made is
    found among the earlier states of its contract. ID is the 64 digits that a statement calls itself by: it is looked
    for among the months of all contracts, with --account among all dates of that one.

    \b
    Example:
      obnovi verify-document february.pdf
      obnovi verify-document usage.csv --account 79161234567 --month 2023-02
      obnovi verify-document 9cbd10a5c35b2ea1b3f6d2c04f6b7bb0c2c4cdd7d1d0ca3c0bf0ff10c7cbb1f4 --account 79161234567
    """
    if holder is not None and account is None:
        raise UsageError("--holder goes with --account")
    if (since is None) != (until is None):
        raise UsageError("name both ends of the range, or --month")
    if since is not None and until is not None:
        require_range(since, until)
    path = Path(document)
    is_id = _ID.fullmatch(document) is not None and not path.exists()
    content = b"" if is_id else _content(path)
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        where = Where(
            None if account is None else require_contract(snapshot.contracts, account, holder),
            None if since is None or until is None else Dates(since, until),
        )
        if is_id:
            with terminal.progress("contracts", len(snapshot.log.accounts())) as bar:
                verdict = verify_id(snapshot, document, where, workers=workers or os.cpu_count() or 1, progress=bar)
        else:
            try:
                verdict = verify_file(snapshot, content, keys_folder(settings), where)
            except HintedError as error:
                raise UsageError(worded(error)) from None
    if settings.json:
        print_json(_as_json(verdict))
        return 0 if verdict.ok else 1
    told = _told(Phrasebook(lang), document, verdict, where)
    if not verdict.ok:
        raise Refused(told)
    print_text(f"{told}\n")
    return 0


def _content(path: Path) -> bytes:
    require_file(path, "document")
    try:
        return files.read(path, BYTES_MAX)
    except files.TooLarge:
        raise UsageError(f"{path} has more than {BYTES_MAX} bytes, so it is no statement") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _as_json(verdict: Verdict) -> dict[str, Any]:
    dates, contract = verdict.dates, verdict.contract
    return {
        "ok": verdict.ok,
        "document": verdict.document,
        **({"account": None, "holder": None} if contract is None else contract_fields(contract)),
        "from": None if dates is None else f"{dates.since}",
        "to": None if dates is None else f"{dates.until}",
        "final": verdict.final,
        "format": verdict.form,
        "as_of": verdict.as_of,
        "erased": verdict.erased,
        "reason": verdict.why,
        "difference": verdict.difference,
    }


def _told(phrases: Phrasebook, name: str, verdict: Verdict, where: Where) -> str:
    if verdict.ok:
        assert verdict.contract is not None
        assert verdict.dates is not None
        more = "" if verdict.as_of is None else phrases.say(words.AS_OF, version=verdict.as_of)
        return phrases.say(
            words.OURS,
            document=verdict.document,
            account=contract_name(phrases, verdict.contract),
            first=phrases.day(verdict.dates.since),
            last=phrases.day(verdict.dates.until),
            state=phrases.say(WORDS["final" if verdict.final else "provisional"]).lower(),
            more=more + (phrases.say(words.ERASED) if verdict.erased else ""),
        )
    why = str(verdict.why)
    if why == "NOT_FOUND" and (where.contract is not None or where.dates is not None):
        why = "NOT_AMONG"
    difference = ""
    if verdict.difference is not None:
        shown = {
            name: msgspec.json.encode(getattr(verdict.difference, name)).decode() for name in ("expected", "found")
        }
        difference = phrases.say(words.DIFFERENCE, field=verdict.difference.field, **shown)
    return phrases.say(words.NOT_OURS, name=name, why=phrases.say(words.WHY[why], difference=difference))
