"""Hints: what an error lets its reader do next, as a code; each door says it with its own commands and options."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

Hint: TypeAlias = Literal[
    "run_verify", "see_verify", "restore_backup",
    "unknown_store", "nameless_store", "install_postgres", "install_audit", "install_spark",
    "create_database", "create_ledger", "upgrade_ledger",
    "name_ledger", "name_another_ledger", "name_or_feed_ledger",
    "name_empty_ledger", "verify_exported",
    "restore_keys", "name_wrapping_key",
    "create_keys", "name_other_keys", "name_keys_or_make_folder", "name_keys", "run_checkpoint",
    "give_as_key", "make_proof", "compare_checkpoint", "feed_it", "import_it",
    "see_events", "scheduled_event", "opening_event", "event_before_since", "time_before_opening", "time_before_since",
    "lacking_at_since", "see_stored", "replay_views", "erase_again",
    "seal_dataset", "seal_elsewhere", "name_empty_folder", "newer_program", "same_program",
    "install_ray", "install_java",
]  # fmt: skip


class Hinted(NamedTuple):
    """A text, and what to do about it."""

    text: str
    hint: Hint | None = None
    facts: Mapping[str, object] = {}

    def __str__(self) -> str:
        """The text alone."""
        return self.text


class HintedError(Exception):
    """An error whose message says in one line what is wrong; `hint` and `facts` say what to do about it."""

    def __init__(self, message: str, hint: Hint | None = None, **facts: object) -> None:
        super().__init__(message)
        self.hint = hint
        self.facts = facts
