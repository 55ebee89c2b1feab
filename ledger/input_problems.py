"""What is wrong with an input, in a few words that name the field (R-12.1)."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from ledger.json_line import quoted

NO_SUCH_FIELD: Final = "no such field"
NO_HOLDER: Final = f"holder: {NO_SUCH_FIELD}"

_PLAIN: Final = {
    "unexpected_keyword_argument": NO_SUCH_FIELD,
    "missing": "missing",
    "missing_argument": "missing",
    "int_type": "a whole number is needed",
    "string_type": "a text is needed",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "string_too_short": "at least {min_length} character",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "79 and nine digits are needed",
}


def no_such_type(types: Sequence[str]) -> str:
    """That there is no such type of input, and which there are."""
    return "type: no such type of input; one of " + ", ".join(types)


def detail(error: ValidationError, types: Sequence[str]) -> str:
    """The first thing that is wrong, and where; `types` are the types that there are."""
    details = error.errors(include_url=False)[0]
    match details["type"]:
        case "union_tag_invalid":
            return no_such_type(types)
        case "union_tag_not_found":
            return "type: missing"
    field = ".".join(quoted(str(part)) for part in details["loc"][1:])
    plain = _PLAIN.get(details["type"])
    message = plain.format(**details.get("ctx", {})) if plain else details["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
