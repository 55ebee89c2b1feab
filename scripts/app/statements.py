"""Statements: what an account did in local dates, as a document in one of the formats (R-13)."""

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from ledger import periods
from ledger.account import Account
from ledger.contracts import NO_KEY, Contract
from ledger.periods import Moment
from ledger.snapshot import Snapshot
from projections import canonical
from projections.formats.csv import Table
from projections.former import erasure_of, former_id
from projections.ledger_line import Broken
from projections.statement import Statement, statement
from projections.words.language import Language
from scripts.app.accounts import require_account
from scripts.app.errors import Declined, InvalidRequest

if TYPE_CHECKING:
    from projections.evidence.keys import Keys

RENDERERS: Final = {
    "txt": "projections.formats.text",
    "csv": "projections.formats.csv",
    "html": "projections.formats.html",
    "pdf": "projections.formats.pdf",
    "xlsx": "projections.formats.xlsx",
    "xml": "projections.formats.xml",
}
"""Where each format is rendered; json is the statement itself."""
FORMATS: Final = ("json", *RENDERERS)
SPEAKS: Final = frozenset({"txt", "csv", "html", "pdf", "xlsx"})
"""Formats for people; programs read the others, which are the same in every language."""
BINARY: Final = frozenset({"pdf", "xlsx"})
"""Formats that no terminal can show."""
FOOTLESS: Final = frozenset({"csv", "json"})
"""Formats without a foot that would tell the checkpoint."""


class Layout(msgspec.Struct, frozen=True):
    """How a statement is laid out: its format, which table a csv has, and the language; None where it is the usual."""

    form: str
    table: Table | None = None
    lang: Language | None = None

    @property
    def options(self) -> dict[str, str]:
        """What was chosen besides the format."""
        chosen = {"table": self.table, "lang": self.lang}
        return {name: value for name, value in chosen.items() if value is not None}

    @property
    def summarised(self) -> bool:
        """Whether it has a place for the summary; the JSON has none, whose bytes are the statement's id (R-13.5)."""
        return self.form != "json" if self.form != "csv" else self.table == "summary"

    def render(self, made: Statement, checkpoint: str | None = None) -> bytes:
        """The bytes of a statement's file; the SHA-256 of the JSON is the statement's id (R-13.5)."""
        if self.form == "json":
            return canonical.statement(made)
        render: Callable[..., str | bytes] = import_module(RENDERERS[self.form]).render
        foot = {} if checkpoint is None else {"checkpoint": checkpoint}
        content = render(made, **self.options, **foot)
        return content.encode() if isinstance(content, str) else content


def checked_layout(form: str, *, table: Table | None, lang: Language | None) -> Layout:
    """A layout, checked. Raises InvalidRequest for an option that its format does not have."""
    if table is not None and form != "csv":
        raise InvalidRequest("TABLE_OF_NO_CSV")
    if lang is not None and form not in SPEAKS:
        raise InvalidRequest("FORMAT_WITHOUT_LANGUAGE", form=form, formats=", ".join(sorted(SPEAKS)))
    return Layout(form, table, lang)


def checked_layouts(forms: Iterable[str], *, table: Table | None, lang: Language | None) -> list[Layout]:
    """Layouts of several formats, each with the options that it has. Raises InvalidRequest for one that none has."""
    has_table, speaks = {"csv"}.intersection(forms), SPEAKS.intersection(forms)
    return [
        checked_layout(
            form,
            table=table if form in has_table or not has_table else None,
            lang=lang if form in speaks or not speaks else None,
        )
        for form in forms
    ]


def document(
    snapshot: Snapshot,
    contract: Contract,
    layout: Layout,
    *,
    since: date,
    until: date,
    known_at: Moment | None = None,
    keys: "Keys | None" = None,
) -> bytes:
    """The statement of a contract for local dates, both included, made of what was recorded by `known_at`, if given.

    Its foot tells the first checkpoint of `keys` over what it shows. Raises Declined.
    """
    found, made = statement_of(
        snapshot, contract, since=since, until=until, known_at=known_at, summarised=layout.summarised
    )  # fmt: skip
    return layout.render(made, None if keys is None else checked_footer(snapshot, found, keys, until))


def statement_of(
    snapshot: Snapshot,
    contract: Contract,
    *,
    since: date,
    until: date,
    known_at: Moment | None = None,
    summarised: bool = True,
) -> tuple[Account, Statement]:
    """A contract as it stands, and its statement for local dates, as of `document`. Raises Declined.

    Formats other than json and csv print what a statement has only if `summarised`.
    """
    if contract.number == NO_KEY:  # it would be another document than with its key
        raise Declined("NO_KEY_TO_READ", account=str(contract), folder=snapshot.log.keyring.place.folder)
    found = require_account(snapshot, contract.id)
    known_by = None if known_at is None else periods.last_instant(known_at, found.zone)
    try:
        with closing(snapshot.events(contract.id, known_at=known_by)) as events:
            made = statement(
                contract, found, events, snapshot.catalogues, since=since, until=until, summarised=summarised,
                former_id=former_id(erasure_of(snapshot.log, found), since=since, until=until),
            )  # fmt: skip
    except Broken as error:
        raise Declined("UNSOUND_STATEMENT", account=str(contract), reason=error) from None
    return found, made


def keys_for(layout: Layout, folder: Path) -> "Keys | None":
    """The keys whose checkpoints the foot of such a layout tells; None where it has no foot, or there are none.

    Raises NoKeys.
    """
    if layout.form in FOOTLESS or not folder.exists():
        return None
    from projections.evidence.keys import kept  # noqa: PLC0415  # cryptography takes a while: only where there are keys

    return kept(folder)


def checked_footer(snapshot: Snapshot, account: Account, keys: "Keys", until: date) -> str | None:
    """The same as `footer`. Raises Declined where a checkpoint in the folder is not what its key signed."""
    from projections.evidence.note import BadNote  # noqa: PLC0415  # as above

    try:
        return footer(snapshot, account, keys, until=until)
    except BadNote as error:
        raise Declined("BAD_CHECKPOINT", reason=error) from None


def footer(snapshot: Snapshot, account: Account, keys: "Keys", *, until: date) -> str | None:
    """The first checkpoint over what a statement shows, on one line; None where none is yet. Raises BadNote."""
    from projections.evidence.statement_footer import first_checkpoint  # noqa: PLC0415  # as above

    found = first_checkpoint(snapshot.log, keys, account, until=until)
    return None if found is None else str(found)
