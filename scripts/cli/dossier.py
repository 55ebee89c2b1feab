"""`obnovi dossier`: what an auditor needs to check a statement without anybody's word."""

from datetime import date

import click

from projections import canonical_evidence
from projections.words.language import Language
from scripts.app.contracts import require_contract
from scripts.app.dossier import dossier as dossier_of
from scripts.app.dossier import write
from scripts.app.errors import require_range
from scripts.cli import terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.evidence import evidence_errors
from scripts.cli.messages import VERIFY
from scripts.cli.options import (
    lang_option,
    print_json,
    print_text,
    refuse_overwrite,
    whole_file,
    with_settings,
)
from scripts.cli.ranges import range_options
from scripts.wiring import Settings, keys_folder, open_ledger


@click.command()
@click.argument("account", type=AccountType())
@range_options(required=True)
@holder_option
@click.option("--disclose", is_flag=True, help="Give the keys of these events away: whoever has the file reads all.")
@click.option("-o", "output", required=True, metavar="FILE", help="The zip to write, whole or not at all.")
@lang_option("ru")
@with_settings
def dossier(
    settings: Settings,
    account: str,
    since: date,
    until: date,
    holder: int | None,
    disclose: bool,
    output: str,
    lang: Language,
) -> int:
    """Put together what an auditor needs to check a statement without us, as one zip.

    It has the statement as json, pdf and xml, the explanation of every line of money, a proof of each of their events
    with the checkpoint that covers them and the public key, and a page on how to check it with openssl and a short
    script in the archive. Events that no checkpoint covers yet get one first, where the key to sign is at hand.

    \b
    Example:
      obnovi dossier 79161234567 --month 2023-02 -o february.zip
      unzip february.zip -d february && python3 february/check.py keys/public-key.pem
    """
    require_range(since, until)
    refuse_overwrite("-o", output, settings)
    with evidence_errors(), open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        contract = require_contract(snapshot.contracts, account, holder)
        with terminal.progress("events", snapshot.log.count()) as bar:
            made = dossier_of(
                snapshot, contract, keys_folder(settings), since=since, until=until, disclose=disclose, progress=bar
            )
        lines = len(made.statement.lines)
        with whole_file(output, settings) as file, terminal.progress("lines", lines) as bar:
            document = write(file, snapshot, made, lang=lang, verify_with=VERIFY, progress=bar)
    if settings.json:
        print_json(
            {
                "file": output,
                "document": document,
                "lines": lines,
                "checkpoint": canonical_evidence.checkpoint(made.proved.newest),
            }
        )
    else:
        print_text(f"{output}: document {document}, {terminal.count(lines, 'line')} of money explained and proved\n")
    return 0
