"""Errors and hints as this door words them, with its own commands and options."""

from collections.abc import Mapping
from typing import Final

from ledger.contracts import Contract
from ledger.hints import Hint, Hinted, HintedError
from scripts.app.errors import AppError, DeclinedCode, InvalidCode
from scripts.cli.account_number import as_arguments

VERIFY: Final = "obnovi verify"

_MESSAGES: Final[dict[InvalidCode | DeclinedCode, str]] = {
    "DATES_REVERSED": "--from {since} lies after --to {until}",
    "UNTIL_IN_FUTURE": ("--until lies after --not-after (now + 24 h by default); add --not-after none if you mean it"),
    "TABLE_OF_NO_CSV": "--table goes with --format csv",
    "FORMAT_WITHOUT_LANGUAGE": "--lang goes with --format {formats}; {form} is the same in every language",
    "AT_IN_FUTURE": "--at lies more than a day in the future; every night until then would be charged",
    "MALFORMED": "the ledger takes no such input: {reason}",
    "NO_FOLDER_FOR_LEDGER": "there is no folder {folder} to make a ledger in; create it or name another",
    "LEDGER_IS_THERE": "{file} is there; move it away first, a ledger is never written over",
    "NO_PLAN_TO_SET": "--set plan={plan}: the catalogue has no such plan",
    "NO_VERSION_YET": "plan {plan} begins on {first}; --from {day} lies before it",
    "VERSION_IS_THERE": "plan {plan} has a version of {day}, which may have been used; name another date with --from",
    "NOTHING_CHANGES": "plan {plan} is so already; say what is to be otherwise",
    "NO_ZONE": "{zone!r} is no zone of a record, which has 1 to {most} characters",
    "NO_CATALOGUE": "that would be no catalogue: {reason}",
    "NO_SUCH_PLAN": "the catalogue has no plan {plan}",
    "NO_SUCH_OPTION": "the catalogue has no option {option}",
    "NO_SUCH_TYPE": "--type {type}: no event is called that; there are {known}",
    "RANGE_REVERSED": "--from lies after --to",
    "WHOLE_LOG_ONLY": (
        "{form} is the whole log, its root and keys are of all events; leave accounts and dates out, or take parquet"
    ),
    "LIST_IS_EMPTY": "{file} names no account; leave --accounts out for all there are",
    "LISTED_NO_ACCOUNT": "{file}, line {line}: {account!r} is no account; one is 79 and nine digits, like 79161234567",
    "BOUNDS_REVERSED": "--{what}-from lies after --{what}-until",
    "PLACE_IS_TAKEN": "{file} has tables that are no ledger; name another schema with ?schema=NAME",
    "NOT_OF_A_FILE": "{file} is one file, and its mode says who may read it; shards and roles are PostgreSQL's",
    "OTHER_SHARDS_LISTED": "{file} lists {theirs} shards, and --shards says {ours}",
    "MADE_BY_ITSELF": "{file} is a list of shards; name each of them instead",
    "OTHER_SHARDS": (
        "{source} has {theirs}, {target} has {ours}; only as many shards as there are can be copied into, "
        "`obnovi ledger create --shards` makes them"
    ),
    "NO_SUCH_NOTICE": "--after {after}: no notice of this ledger is called that; it is the `after` of one",
    "NO_ADDRESS": "that is no address to push to; give one like https://sms.example/hook, without a name or password",
    "NOT_ENCRYPTED": "http://{host} is not encrypted, and notices are personal; give an https address",
    "NO_SECRET": (
        "--secret is no signing secret: whsec_ and {least} to {most} random bytes in Base 64, like what "
        "`echo whsec_$(openssl rand -base64 32)` prints"
    ),
    "RECEIVER_GONE": "the receiver answered 410: it wants no notices any more; run the command again if it does",
    "NOTICES_BEGUN": "{file} has notices already; move it away if all are to be told once more",
    "OTHER_NOTICES": (
        "{file} has the notices of another ledger, or of one that has lost events since; move it away, and notices "
        "begin anew from the present on"
    ),
    "NO_CLAIM": "no claim {id!r} in this ledger; `obnovi dispute list --all` shows what there is",
    "NO_CLAIM_OF_ACCOUNT": "no claim {id!r} of account {account}; `obnovi dispute list --all` shows what there is",
    "NO_CLAIM_OF_HOLDER": (
        "no claim {id!r} of contract {holder} of account {account}; `obnovi dispute list --all` shows what there is"
    ),
    "EARLIER_CONTRACT": (
        "account {account} has a later contract; say --holder {holder} if it is contract {holder} that you mean"
    ),
    "NOTHING_TO_DISCLOSE": (
        "account {account}, version {version}: there is no key that opens it ({reason}); leave --disclose out"
    ),
    "NUMBER_GONE": "the number of contract {account} is gone, so nothing can be booked on it any more",
    "CLAIM_OF_SEVERAL": "claim {id!r} is there for accounts {accounts}; name one with --account",
    "ID_TAKEN": "id {id!r} of source {source!r} came before with another content, as event {version}",
    "REJECTED": "{reason}",
    "ALREADY_ERASED": (
        "the personal data of contract {account} were destroyed at {at} (event {version}); "
        "`obnovi erase {arguments} --act-only` writes the act again"
    ),
    "NOT_CLOSED": "contract {account} is open; a `close` input closes it, and only then its data can be destroyed",
    "CLAIM_OPEN": (
        "contract {account} has an open claim (event {version}); answer it first, `obnovi dispute list` shows it"
    ),
    "KEPT_UNTIL": (
        "the data of contract {account} are kept until {until} (retention_days = {days}); "
        "add --early if the ground asks for it sooner"
    ),
    "NEVER_SEALED": (
        "contract {account} is of an older build or was made with OBNOVI_SEAL=off: it stands unsealed in the log, "
        "so nothing of it can be destroyed"
    ),
    "NO_KEY_TO_DESTROY": (
        "the key of contract {account} is not in {folder}, so it cannot be destroyed; name its folder with OBNOVI_KEYS"
    ),
    "NAMES_SOMEBODY": (
        "--ground or --by has the number, or a peer, a text, an id or a name of the contract; they stay in the log "
        "for ever, so write them without"
    ),
    "NOT_ERASED": "contract {account} is not erased, so there is no act about it",
    "NO_VERSION": "account {account} has no version {version}; see `obnovi events {arguments}`",
    "SHORTER_THAN_WITNESS": (
        "the witness saw {seen} events, the ledger has {size}: it was cut off or is an older copy"
    ),
    "FORK_OF_EVENTS": (
        "fork: of the first {seen} events the witness holds {theirs}, the ledger {ours}; two histories were signed"
    ),
    "FORK_OF_CATALOGUES": (
        "fork: the catalogues up to event {seen} are not those that the witness saw: it holds {theirs}, "
        "the ledger {ours}; see `obnovi verify`"
    ),
    "NO_LATE_CHARGE": "account {account} has no such charge at event {version}; `obnovi late` lists those there are",
    "CONTRACT_CLOSED": "contract {account} is closed; nothing of it can be refreshed",
    "NO_ACCOUNT": "no account {account} in this ledger; open it with an `open` input",
    "NO_HOLDER": "account {account} has no contract {holder}; `obnovi accounts {account}` lists those it has",
    "NOT_AN_ACCOUNT": ("no account {account} in this ledger; an account is 79 and nine digits, like 79161234567"),
    "NOT_KNOWN_YET": "account {account} was not known yet at that time; ask for a later --known-at",
    "NOT_OPEN_YET": "account {account} was not open yet at that time; ask for a later --as-of",
    "UNSOUND_STATEMENT": "account {account}: {reason}; run `obnovi verify`",
    "NO_KEY_TO_READ": (
        "the key of contract {account} is not in {folder}; name its folder with OBNOVI_KEYS, or bring it back with "
        "`obnovi keys restore`"
    ),
    "BAD_CHECKPOINT": "{reason}",
    "NO_SUCH_EVENT": "account {account} has no event {version}; its newest is {newest}",
    "NOT_KNOWN_EVENT": (
        "event {version} of account {account} was not known yet at that time; ask for a later --known-at"
    ),
    "LISTED_UNKNOWN": "{file}, line {line}: no account {account} in this ledger; take it out of the list",
    "NO_EVENT_THEN": (
        "account {account} has no such event at that time; the nearest is event {version}, {type}, at {time}"
    ),
    "NO_EVENT_LIKE_THAT": (
        "account {account} has no such event at any time; `obnovi events {arguments}` shows what it has"
    ),
    "BROKEN_LOG": "{reason}; run `obnovi verify`",
    "ROLE_NEEDS_ACCOUNT": "a token of the role {role} is for one contract; name its number with --account",
    "UNFIT_NAME": "--name takes one line of 1 to {most} characters; it stands as `by` in what is booked with the token",
    "NAME_HAS_NUMBER": "--name has the number of a telephone in it; name whoever uses the token otherwise",
    "NO_OPEN_CONTRACT": "account {account} is closed; a subscriber's token is for an open contract",
    "NO_TOKEN": "no token or session {id!r}; `obnovi token list` shows what there is",
    "NO_SUCH_SHARD": "--shard {shard}: this ledger has {shards}, counted from 0",
    "NO_TOPIC": "there is no topic {topic} at {hosts} ({reason}); make it first, or look at --topic",
    "BEGINNING_GONE": (
        "partition {partition} of topic {topic} begins at offset {first}, and nothing of it is booked here: what stood "
        "before is gone; --from-beginning begins with what is there"
    ),
    "INPUTS_GONE": (
        "partition {partition} of topic {topic} is booked up to offset {offset} and begins at {first}: the inputs "
        "between are gone, so feed them from elsewhere; --from-beginning goes on with what is there"
    ),
    "OFFSET_GONE": (
        "partition {partition} of topic {topic} no longer has what is to be read next ({reason}); "
        "run the command again to be told what is gone"
    ),
    "TOPIC_SHORTER": (
        "partition {partition} of topic {topic} is booked up to offset {offset} and ends at {end}: it was made anew, "
        "or has lost its end; --from-beginning reads it from its beginning"
    ),
    "OTHER_TOPIC": (
        "before offset {offset} of partition {partition} of topic {topic} stands another message than was booked: the "
        "topic was made anew; --from-beginning reads it from its beginning"
    ),
    "NOTHING_OF_ACCOUNT": (
        "no account {account} in this ledger; `obnovi verify` without --account checks all there are"
    ),
}
HINTS: Final[dict[Hint, str]] = {
    "run_verify": "{text}; run `obnovi verify`",
    "see_verify": "{text}; see `obnovi verify`",
    "restore_backup": "{text}; copy it away, `obnovi restore` makes a ledger of the last backup",
    "unknown_store": "--ledger takes a file, sqlite:///FILE or postgresql://HOST/DATABASE, not {url}",
    "nameless_store": "--ledger names no file",
    "install_postgres": "{text}; install it with `pip install 'obnovi[postgres]'`",
    "install_audit": "{text}; install it with `pip install 'obnovi[audit]'`",
    "install_spark": "{text}; install it with `pip install 'obnovi[spark]'`",
    "create_database": "{text}; make one with PostgreSQL's createdb",
    "create_ledger": "{text}; make one with `obnovi ledger create '{url}'`",
    "upgrade_ledger": "{text}; bring it to today's with `obnovi ledger upgrade '{url}'`",
    "name_ledger": "{text}; name a file with --ledger",
    "name_another_ledger": "{text}; name another file with --ledger",
    "name_or_feed_ledger": "{text}; name one with --ledger, or make it with `obnovi feed`",
    "name_empty_ledger": "{text}; name an empty ledger with --ledger",
    "verify_exported": "line {number}: {problem}; run `obnovi verify`; nothing was imported",
    "create_keys": "{text}; make them with `obnovi keys create`",
    "restore_keys": "{text}; name the folder of keys with OBNOVI_KEYS, or bring them back with `obnovi keys restore`",
    "name_wrapping_key": "{text}; name its file with OBNOVI_KEK",
    "name_other_keys": "{text}, name another with OBNOVI_KEYS",
    "name_keys_or_make_folder": "{text}; create it or name another with OBNOVI_KEYS",
    "name_keys": "{text}; name another with OBNOVI_KEYS",
    "run_checkpoint": "{text}; run `obnovi checkpoint`",
    "give_as_key": "{text}; give it as --key",
    "make_proof": "{text}; `obnovi prove ACCOUNT VERSION -o FILE` makes a proof",
    "compare_checkpoint": "{text}; `obnovi checkpoint --compare FILE` holds the ledger against it",
    "feed_it": "{text}; `obnovi feed` books it",
    "import_it": "{text}; `obnovi import-log` reads it",
    "see_events": "{text}; see `obnovi events {arguments}`",
    "scheduled_event": (
        "--{how} {version}: that event was scheduled; only inputs can be dropped or moved, "
        "see `obnovi events {arguments}`"
    ),
    "opening_event": "--{how} 1: that event opens the account; without it nothing can be decided",
    "event_before_since": "--{how} {version}: that event was booked before --from and stands",
    "time_before_opening": "--move {version}: account {account} was not open yet at that time",
    "time_before_since": "--move {version}: that time lies before --from, and what stands there stays",
    "lacking_at_since": "account {account} has the {kind} {id} at --from, which the catalogue lacks",
    "see_stored": "{text}: `obnovi events {arguments}`{more}.",
    "erase_again": "{text}: `obnovi erase {arguments}` destroys it again.",
    "replay_views": "{text}: `obnovi replay` makes them anew.",
    "seal_dataset": "{text}; `obnovi seal {folder}` makes one",
    "seal_elsewhere": "{text}; `obnovi seal` into an empty folder makes a new one",
    "name_empty_folder": "{text}; name an empty folder",
    "newer_program": "{text}; read it with the program that sealed it",
    "same_program": "{text}; have the same everywhere, and run `obnovi seal {folder}` with it",
    "install_ray": "{text}; install it with `pip install 'obnovi[ray]'`",
    "install_java": "{text}; install Java 17 or newer, and let JAVA_HOME name its folder",
}


def worded(told: AppError | HintedError | Hinted) -> str:
    """One line that says what is wrong and what to do next."""
    facts = _named(told.facts)
    if isinstance(told, AppError):
        return _MESSAGES[told.code].format(**facts)
    return str(told) if told.hint is None else HINTS[told.hint].format(text=str(told), **facts)


def _named(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts with what names their contract on the command line."""
    account = facts.get("account")
    return {**facts, "arguments": as_arguments(account) if isinstance(account, Contract) else account}
