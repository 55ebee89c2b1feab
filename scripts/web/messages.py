"""Errors as this door words them, with its own parameters."""

from collections.abc import Mapping
from typing import Final

from scripts.app.errors import AppError, DeclinedCode, InvalidCode

NOT_FOUND: Final[frozenset[str]] = frozenset(
    {
        "NO_ACCOUNT", "NO_HOLDER", "NOT_AN_ACCOUNT", "NOT_KNOWN_YET", "NOT_OPEN_YET", "NO_SUCH_EVENT",
        "NOT_KNOWN_EVENT", "NO_EVENT_THEN", "NO_EVENT_LIKE_THAT", "NO_CLAIM", "NO_CLAIM_OF_ACCOUNT",
        "NO_CLAIM_OF_HOLDER", "NO_VERSION", "LISTED_UNKNOWN", "NOTHING_OF_ACCOUNT", "NO_LATE_CHARGE",
    }
)  # fmt: skip
"""What is asked for is not there."""
CODES: Final[Mapping[str, str]] = {"NO_ACCOUNT": "UNKNOWN_ACCOUNT", "NOT_AN_ACCOUNT": "UNKNOWN_ACCOUNT"}
"""What the contract calls otherwise than the use cases."""
REJECTED: Final[Mapping[str, str]] = {
    "UNKNOWN_SERVICE_CODE": "no service has this code or number",
    "UNKNOWN_ACCOUNT": "no account has this number",
    "FUTURE": "at or received_at lies more than a day in the future",
    "CLOSED": "the contract of this number is closed",
    "SECOND_PERSON": "it moves more than one person may; a second one confirms it at the desk",
}
"""Why an input is none, or a request has no reply, where the ledger has no words of its own for it."""
WORDED: Final[dict[InvalidCode | DeclinedCode, str]] = {
    "DATES_REVERSED": "from {since} lies after to {until}",
    "RANGE_REVERSED": "from lies after to",
    "BOUNDS_REVERSED": "{what}_from lies after {what}_until",
    "UNTIL_IN_FUTURE": "until lies more than a day in the future",
    "AT_IN_FUTURE": "at lies more than a day in the future",
    "TABLE_OF_NO_CSV": "table goes with format=csv",
    "FORMAT_WITHOUT_LANGUAGE": "lang goes with a format of {formats}; {form} is the same in every language",
    "MALFORMED": "the ledger takes no such input: {reason}",
    "NO_SUCH_PLAN": "the catalogue has no plan {plan}",
    "NO_SUCH_OPTION": "the catalogue has no option {option}",
    "NO_SUCH_TYPE": "type {type}: no event is called that; there are {known}",
    "CONTRACT_CLOSED": "contract {account} is closed; nothing of it can be refreshed",
    "NO_SUCH_NOTICE": "after {after}: no notice of this ledger is called that; it is the `after` of one",
    "OTHER_NOTICES": "the notices are of another ledger; the operator has to look",
    "NO_ACCOUNT": "no account {account}",
    "NOT_AN_ACCOUNT": "no account {account}; one is 79 and nine digits, like 79161234567",
    "NO_HOLDER": "account {account} has no contract {holder}",
    "NOT_KNOWN_YET": "account {account} was not known yet at that time; ask for a later known_at",
    "NOT_OPEN_YET": "account {account} was not open yet at that time; ask for a later as_of",
    "NO_SUCH_EVENT": "account {account} has no event {version}; its newest is {newest}",
    "NOT_KNOWN_EVENT": "event {version} of account {account} was not known yet then; ask for a later known_at",
    "NO_VERSION": "account {account} has no version {version}",
    "NO_CLAIM": "no claim {id!r}",
    "NO_CLAIM_OF_ACCOUNT": "no claim {id!r} of account {account}",
    "NO_CLAIM_OF_HOLDER": "no claim {id!r} of contract {holder} of account {account}",
    "CLAIM_OF_SEVERAL": "claim {id!r} is there for several accounts",
    "EARLIER_CONTRACT": "account {account} has a later contract; say holder={holder} if that one is meant",
    "NUMBER_GONE": "the number of contract {account} is gone, so nothing can be booked on it any more",
    "ID_TAKEN": "id {id!r} of source {source!r} came before with another content, as event {version}",
    "REJECTED": "{reason}",
    "UNSOUND_STATEMENT": "account {account}: the log does not hold together here; the operator has to verify it",
    "BROKEN_LOG": "the log does not hold together here; the operator has to verify it",
    "NO_KEY_TO_READ": "the key of contract {account} is missing, so its documents cannot be made",
    "BAD_CHECKPOINT": "a checkpoint is not what its key signed; the operator has to look",
    "NOTHING_TO_DISCLOSE": "event {version} of account {account} has nothing that a key of its own would open",
    "ALREADY_ERASED": "the personal data of contract {account} are destroyed",
}


def worded(told: AppError) -> str:
    """One line that says what is wrong; of what no route leads to, the code."""
    return WORDED[told.code].format(**told.facts) if told.code in WORDED else told.code
