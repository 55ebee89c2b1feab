"""The auditor's dossier: a statement, why its lines are what they are, and proofs that take nobody's word (R-13)."""

from collections.abc import Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from ledger.contracts import Contract
from ledger.evolve import BrokenLog
from ledger.progress import Progress, unwatched
from ledger.snapshot import Snapshot
from projections import canonical_answers
from projections.canonical import statement_id
from projections.contract_fields import contract_fields
from projections.evidence.archive import archive
from projections.evidence.keys import Keys
from projections.evidence.note import base64
from projections.explain.explain import explanations
from projections.formats.explanation import render
from projections.formats.xml import created
from projections.statement import Statement
from projections.words.how_to_check import DISCLOSED, PAGE, SEALED
from projections.words.language import Language
from projections.words.statement import StatementPhrasebook
from scripts.app.errors import Declined
from scripts.app.evidence import ProvedEvents, prove
from scripts.app.statements import Layout, checked_footer, statement_of

FORM: Final = "obnovi-dossier/1"
LAYOUTS: Final = ("json", "pdf", "xml")
_BETWEEN: Final = f"\n{'=' * 110}\n\n"


class Dossier(NamedTuple):
    """What is put together: a statement and its foot, and proofs of each event that its lines tell, and of the first.

    `versions` are those of the proofs, in their order; `disclosed` says whether these have the keys of their events.
    """

    contract: Contract
    statement: Statement
    foot: str | None
    versions: list[int]
    proved: ProvedEvents
    disclosed: bool


def dossier(
    snapshot: Snapshot,
    contract: Contract,
    folder: Path,
    *,
    since: date,
    until: date,
    disclose: bool = False,
    progress: Progress = unwatched,
) -> Dossier:
    """The dossier of a contract for local dates, both included, by the keys in a folder.

    Where no checkpoint covers all of it, one is made. Raises Declined, NotTheLog, NoKeys, BadNote, BadProof.
    """
    account, made = statement_of(snapshot, contract, since=since, until=until)
    versions = sorted({1, *(line.version for line in made.lines)})
    proved = prove(snapshot, contract, versions, folder, progress, disclose=disclose)
    foot = checked_footer(snapshot, account, Keys(folder), until)
    return Dossier(contract, made, foot, versions, proved, disclose)


def write(
    file: BinaryIO, snapshot: Snapshot, made: Dossier, *, lang: Language, verify_with: str = "",
    progress: Progress = unwatched,
) -> str:  # fmt: skip
    """Write the archive and say the statement's id; the same bytes as long as the newest checkpoint is the same.

    Progress in explanations; `verify_with` is what checks the whole log, as the reader calls it. Raises Declined.
    """
    proofs = {f"proofs/{version:08d}.proof": version for version in made.versions}
    with archive(file, created(made.statement)) as archived:
        archived.add("how-to-check.txt", _page(made, lang).encode())
        archived.add("check.py", resources.files("projections.evidence").joinpath("check_dossier.py").read_bytes())
        archived.add("dossier.json", msgspec.json.format(msgspec.json.encode(_list(made, proofs))), b"\n")
        for form in LAYOUTS:
            layout = Layout(form, lang=lang if form == "pdf" else None)
            archived.add(f"statement.{form}", layout.render(made.statement, made.foot))
        archived.add("checkpoint.txt", made.proved.newest.note.encode())
        archived.add("public-key.pem", made.proved.key.pem())
        archived.add("public-key.txt", f"{made.proved.key.text()}\n".encode())
        for name, content in zip(proofs, made.proved.contents, strict=True):
            archived.add(name, content)
        as_json: list[bytes] = []
        archived.add_all("explanations.txt", _explained(snapshot, made, lang, verify_with, as_json, progress))
        archived.add("explanations.json", b"[" + b",\n".join(as_json) + b"]\n")
    return statement_id(made.statement)


def _explained(
    snapshot: Snapshot, made: Dossier, lang: Language, verify_with: str, as_json: list[bytes], progress: Progress
) -> Iterator[bytes]:
    """Why each line of money is what it is, as text; the same as JSON goes to `as_json`."""
    lines = {line.version for line in made.statement.lines}
    try:
        for each in explanations(snapshot.log, snapshot.catalogues, made.contract.id, lines):
            between = _BETWEEN if as_json else ""
            as_json.append(msgspec.json.encode(canonical_answers.explanation(each)))
            yield f"{between}{render(each, lang, verify_with=verify_with)}".encode()
            progress(len(as_json))
    except BrokenLog as error:
        raise Declined("BROKEN_LOG", reason=error) from None


def _list(made: Dossier, proofs: dict[str, int]) -> dict[str, object]:
    """What the archive is about and has."""
    newest = made.proved.newest
    return {
        "form": FORM,
        **contract_fields(made.contract),
        "contract": made.contract.id,
        "from": f"{made.statement.since}",
        "to": f"{made.statement.until}",
        "final": made.statement.final,
        "document": statement_id(made.statement),
        "checkpoint": {"origin": newest.origin, "size": newest.size, "root": base64(newest.root)},
        "disclosed": made.disclosed,
        "proofs": [{"version": version, "file": name} for name, version in proofs.items()],
    }


def _page(made: Dossier, lang: Language) -> str:
    """How to check it without those who made it, on one page."""
    phrases = StatementPhrasebook(lang, made.statement)
    return phrases.say(
        PAGE,
        account=phrases.account,
        first=phrases.first,
        last=phrases.last,
        state=phrases("final" if made.statement.final else "provisional").lower(),
        document=statement_id(made.statement),
        checkpoint=str(made.proved.newest),
        personal=phrases.say(DISCLOSED if made.disclosed else SEALED),
    )
