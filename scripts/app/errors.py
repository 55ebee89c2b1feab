"""Why a use case cannot go on: a code and its facts, which each door words and numbers in its own way."""

from datetime import date
from typing import Literal, TypeAlias

InvalidCode: TypeAlias = Literal[
    "DATES_REVERSED", "TABLE_OF_NO_CSV", "FORMAT_WITHOUT_LANGUAGE", "AT_IN_FUTURE", "MALFORMED",
    "NO_PLAN_TO_SET", "NO_SUCH_PLAN", "NO_SUCH_OPTION", "NO_SUCH_TYPE", "BOUNDS_REVERSED", "RANGE_REVERSED",
    "WHOLE_LOG_ONLY", "LIST_IS_EMPTY", "LISTED_NO_ACCOUNT",
    "NO_FOLDER_FOR_LEDGER", "UNTIL_IN_FUTURE",
    "NOT_OF_A_FILE", "OTHER_SHARDS", "MADE_BY_ITSELF", "OTHER_SHARDS_LISTED",
    "NO_VERSION_YET", "VERSION_IS_THERE", "NOTHING_CHANGES", "NO_CATALOGUE", "NO_ZONE",
    "ROLE_NEEDS_ACCOUNT", "UNFIT_NAME", "NAME_HAS_NUMBER",
    "NO_SUCH_NOTICE", "NO_ADDRESS", "NOT_ENCRYPTED", "NO_SECRET",
    "NO_SUCH_SHARD",
]  # fmt: skip
"""What was asked cannot be asked: mend the question."""
DeclinedCode: TypeAlias = Literal[
    "NO_ACCOUNT", "NO_HOLDER", "NOT_AN_ACCOUNT", "NOT_KNOWN_YET", "NOT_OPEN_YET", "UNSOUND_STATEMENT",
    "NO_KEY_TO_READ", "BAD_CHECKPOINT",
    "NO_SUCH_EVENT", "NOT_KNOWN_EVENT", "NO_EVENT_THEN", "NO_EVENT_LIKE_THAT", "BROKEN_LOG",
    "LISTED_UNKNOWN", "NOTHING_OF_ACCOUNT",
    "NO_CLAIM", "NO_CLAIM_OF_ACCOUNT", "NO_CLAIM_OF_HOLDER", "CLAIM_OF_SEVERAL",
    "NUMBER_GONE", "EARLIER_CONTRACT", "NOTHING_TO_DISCLOSE", "ID_TAKEN", "REJECTED", "LEDGER_IS_THERE",
    "PLACE_IS_TAKEN",
    "ALREADY_ERASED", "NOT_CLOSED", "CLAIM_OPEN", "KEPT_UNTIL",
    "NEVER_SEALED", "NO_KEY_TO_DESTROY", "NAMES_SOMEBODY", "NOT_ERASED",
    "NO_VERSION", "SHORTER_THAN_WITNESS", "FORK_OF_EVENTS", "FORK_OF_CATALOGUES",
    "NO_LATE_CHARGE", "CONTRACT_CLOSED",
    "NO_OPEN_CONTRACT", "NO_TOKEN",
    "NOTICES_BEGUN", "OTHER_NOTICES", "RECEIVER_GONE",
    "NO_TOPIC", "BEGINNING_GONE", "INPUTS_GONE", "OFFSET_GONE", "TOPIC_SHORTER", "OTHER_TOPIC",
]  # fmt: skip
"""The ledger says no."""


class AppError(Exception):
    """A use case that cannot go on; nothing was written."""

    def __init__(self, code: InvalidCode | DeclinedCode, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class InvalidRequest(AppError):
    """What was asked cannot be asked."""

    def __init__(self, code: InvalidCode, **facts: object) -> None:
        super().__init__(code, **facts)


class Declined(AppError):
    """The ledger says no."""

    def __init__(self, code: DeclinedCode, **facts: object) -> None:
        super().__init__(code, **facts)


def require_range(since: date, until: date) -> None:
    """Raise InvalidRequest where local dates are the wrong way round."""
    if since > until:
        raise InvalidRequest("DATES_REVERSED", since=since, until=until)
