"""`obnovi explain`: why one event came out as it did."""

import click

from projections import canonical_answers
from projections.formats.explanation import render
from projections.words.language import Language
from scripts.app.contracts import require_contract
from scripts.app.explain import explain as explain_event
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.messages import VERIFY
from scripts.cli.missing_keys import tell_missing_keys
from scripts.cli.options import lang_option, print_bytes, print_json, with_settings
from scripts.wiring import Settings, open_ledger


@click.command()
@click.argument("account", type=AccountType())
@click.argument("version", type=int)
@holder_option
@lang_option("ru")
@with_settings
def explain(settings: Settings, account: str, version: int, holder: int | None, lang: Language) -> int:
    """Explain an event: the rule, what was compared, what was passed over and why, and the balance around it.

    VERSION is the event's number within the account, as `obnovi events` and `obnovi find` show it.

    \b
    Example:
      obnovi explain 79161234567 8
      obnovi explain 79161234567 8 --lang en
      obnovi explain 79161234567 8 --json | jq .alternatives
    """
    with open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        made = explain_event(snapshot, require_contract(snapshot.contracts, account, holder), version)
    tell_missing_keys(settings, [made.contract])
    if settings.json:
        print_json(canonical_answers.explanation(made))
    else:
        print_bytes(render(made, lang, verify_with=VERIFY).encode())
    return 0
