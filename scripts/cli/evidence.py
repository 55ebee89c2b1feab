"""`obnovi keys`, `checkpoint`, `prove` and `check-proof`: what was booked, proved to those who have no ledger."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from ledger.entries import WALLET
from ledger.events import Event, Personal
from ledger.snapshot import Snapshot
from projections import canonical_evidence
from projections.events import as_json
from projections.evidence import keys as folders
from projections.evidence import proof
from projections.evidence.follow import NotTheLog
from projections.evidence.keys import PUBLIC, Keys, NoKeys
from projections.evidence.note import BadNote, is_name
from projections.evidence.other import what_it_is
from projections.evidence.proof import SEALED, BadProof, Proved
from projections.evidence.sign import commit_all
from projections.replies import reply_alone
from projections.words.phrasebook import Phrasebook
from scripts.app.contracts import require_contract
from scripts.app.evidence import compare_all, witnessed
from scripts.app.evidence import prove as prove_events
from scripts.cli import contract_keys, terminal
from scripts.cli.account_number import AccountType, holder_option
from scripts.cli.messages import worded
from scripts.cli.options import (
    for_its_commands,
    print_bytes,
    print_json,
    print_text,
    refuse_overwrite,
    with_settings,
    write_file,
)
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, keys_folder, open_ledger, read_text, require_file

NAME_CHARACTERS_MAX: Final = 100
"""It stands in a proof five times, and a proof has its limit."""


@click.group()
@for_its_commands
def keys() -> None:
    """Make the keys that checkpoints are signed with; copy and bring back those of contracts."""


keys.add_command(contract_keys.backup)
keys.add_command(contract_keys.restore)


@keys.command(short_help="Make a key to sign with, and the public key.")
@click.option(
    "--name", metavar="NAME", help="What the log is called in checkpoints.  [default: obnovi/ and a digest of the key]"
)
@with_settings
def create(settings: Settings, name: str | None) -> int:
    """Make a key to sign checkpoints with, and the public key that checks them, in the folder OBNOVI_KEYS.

    Keep a copy of the folder away from the ledger, and give the public key to whoever is to trust it.

    \b
    Example:
      obnovi keys create
      obnovi keys create --name billing.example.org/ledger
    """
    if name is not None and (not is_name(name) or len(name) > NAME_CHARACTERS_MAX):
        what = f"a word of at most {NAME_CHARACTERS_MAX} characters without spaces and plus signs"
        raise UsageError(f"--name is {what}, like billing.example.org/ledger")
    with evidence_errors():
        made = folders.create(keys_folder(settings), name)
    if settings.json:
        print_json({"folder": str(made.folder), "origin": made.public.name, "public_key": made.public.text()})
    else:
        print_text(f"{made.folder / PUBLIC}: {made.public.text()}\n")
    return 0


@click.command()
@click.option("--compare", "witness", metavar="FILE", help="A checkpoint that a witness kept; nothing is signed then.")
@with_settings
def checkpoint(settings: Settings, witness: str | None) -> int:
    """Sign how many events there are and the hash over them, and print the signed note.

    With --compare, hold the ledger against such a note that somebody kept elsewhere. Exit code 1 when the ledger does
    not continue it: then it was cut off, or two histories were signed.

    \b
    Example:
      obnovi checkpoint > checkpoint.txt
      obnovi checkpoint --compare checkpoint.txt
    """
    told = read_text(Path(witness), "checkpoint") if witness is not None else None
    with evidence_errors(), open_ledger(settings) as ledger, ledger.snapshot() as snapshot:
        kept = Keys(keys_folder(settings))
        if told is not None:
            return _compare(settings, snapshot, kept, told, str(witness))
        with terminal.progress("events", snapshot.log.count()) as bar:
            made = commit_all(snapshot.log, kept, bar)
    if settings.json:
        print_json(canonical_evidence.checkpoints(made))
    else:
        print_bytes("\n".join(each.note for each in made).encode())
    return 0


def _compare(settings: Settings, snapshot: Snapshot, kept: Keys, told: str, name: str) -> int:
    try:
        theirs = witnessed(told, kept, len(snapshot.log.shards))
    except BadNote as error:
        raise Refused(f"{name}: {error}") from None
    with terminal.progress("events", snapshot.log.count()) as bar:
        compared = compare_all(snapshot, kept, theirs, bar)
    size, seen = sum(each.size for each in compared), sum(each.size for each in theirs)
    why = None
    for witness, (_, problem) in zip(theirs, compared, strict=True):
        if why is None and problem is not None:
            why = worded(problem) if len(theirs) == 1 else f"{witness.origin}: {worded(problem)}"
    if settings.json:
        listed = [canonical_evidence.checkpoint(each) for each in theirs]
        print_json(
            {"ok": why is None, "size": size, "witness": listed[0] if len(listed) == 1 else listed, "problem": why}
        )
        return 0 if why is None else 1
    if why is not None:
        raise Refused(why)
    print_text(f"The ledger's {terminal.count(size, 'event')} continue the {seen} that the witness saw.\n")
    return 0


@click.command()
@click.argument("account", type=AccountType())
@click.argument("version", type=click.IntRange(min=1))
@holder_option
@click.option("--disclose", is_flag=True, help="Give the key of this one event away: whoever has the file reads all.")
@click.option("-o", "output", required=True, metavar="FILE", help="The file to write, at most 4 kB.")
@with_settings
def prove(settings: Settings, account: str, version: int, holder: int | None, disclose: bool, output: str) -> int:
    """Write a file that proves one event: its bytes, and the hashes that lead to a signed checkpoint.

    An event that no checkpoint covers yet gets one first, where the key to sign is at hand. Who and what it is about
    stays sealed, and what it did to money and packages is plain; with --disclose both can be read.

    \b
    Example:
      obnovi prove 79161234567 8 -o event-8.proof
      obnovi prove 79161234567 8 --disclose -o event-8.proof
      obnovi check-proof event-8.proof
    """
    refuse_overwrite("-o", output, settings)
    with (
        evidence_errors(),
        open_ledger(settings) as ledger,
        ledger.snapshot() as snapshot,
        terminal.progress("events", snapshot.log.count()) as bar,
    ):
        contract = require_contract(snapshot.contracts, account, holder)
        proved = prove_events(snapshot, contract, [version], keys_folder(settings), bar, disclose=disclose)
    (content,), newest = proved.contents, proved.newest
    write_file(output, content, settings)
    if settings.json:
        print_json({"file": output, "bytes": len(content), "checkpoint": canonical_evidence.checkpoint(newest)})
    else:
        print_text(f"{output}: account {contract}, version {version}, under the checkpoint over {newest.size} events\n")
    return 0


@click.command()
@click.argument("file")
@click.option("--key", "key_file", metavar="FILE", help="The public key that must have signed it.")
@with_settings
def check_proof(settings: Settings, file: str, key_file: str | None) -> int:
    """Check a file that `prove` wrote; no ledger is needed. Exit code 1 when it does not hold.

    Without --key, the key in the file is trusted and printed: compare it with the one you know.

    \b
    Example:
      obnovi check-proof event-8.proof --key keys/public-key.txt
    """
    key = None
    if key_file is not None:
        try:
            key = folders.read_public(read_text(Path(key_file), "public key"))
        except BadNote as error:
            raise UsageError(f"{key_file}: {error}") from None
    content = _content(file)
    try:
        proved = proof.checked(content, key)
    except BadProof as error:
        other = what_it_is(content)
        size = f" ({error})" if len(content) > proof.BYTES_MAX else ""
        reason = f"it is no proof but {worded(other)}{size}" if other is not None else worded(error)
        if not settings.json:
            raise Refused(f"{file} does not hold: {reason}") from None
        print_json({"ok": False, "checkpoint": None, "event": None, "reason": reason})
        return 1
    event = as_json(proved.contract, "UTC", proved.event, reply=reply_alone(proved.event, "UTC"))
    if proved.contract.number != proved.contract.id:
        event |= {"holder": proved.contract.holder or None, "contract": proved.contract.id}
    signed = {**canonical_evidence.checkpoint(proved.checkpoint), "key": proved.key.text()}
    if settings.json:
        print_json({"ok": True, "checkpoint": signed, "event": event})
    else:
        for line in _proof_lines(proved, event, known=key is not None):
            print_text(line)
    return 0


def _proof_lines(proved: Proved, event: dict[str, object], *, known: bool) -> Iterator[str]:
    trusted = "the key you gave" if known else "the key in the file, which you should know from elsewhere"
    entries = [each for each in proved.event.entries if WALLET in (each.from_, each.to)]
    moved = sum(each.amount if each.to == WALLET else -each.amount for each in entries)
    contract = proved.contract
    whose = f"contract {contract.id}" if contract.number == SEALED else f"account {contract}"
    yield f"It holds: {whose}, version {event['version']}, {event['type']}, booked {event['booked_at']}."
    if proved.personal == "sealed":
        yield "Who and what it is about is sealed; `obnovi prove --disclose` would give it away."
    elif proved.personal == "disclosed":
        yield from _disclosed(proved.event)
    if entries:
        phrases = Phrasebook("en")
        yield f"Wallet {phrases.money(moved)}, then {phrases.money(proved.event.wallet_after or 0)}."
    yield f"Event {proved.index + 1} of the {proved.checkpoint.size} under the checkpoint"
    yield f"  {proved.checkpoint}"
    yield f"signed by {trusted}"
    yield f"  {proved.key.text()}"


def _disclosed(event: Event) -> Iterator[str]:
    """The personal data of an event, a line each."""
    reference, personal = event.input, getattr(event, "personal", Personal())
    if reference is not None:
        yield f"Input {reference.source}/{reference.id}" + (f", by {reference.by}" if reference.by else "")
    for name in personal.__struct_fields__:
        if (value := getattr(personal, name)) is not None:
            yield f"{name.capitalize()} {value}"


def _content(file: str) -> bytes:
    path = Path(file)
    require_file(path, "proof")
    with path.open("rb") as opened:
        return opened.read(proof.BYTES_MAX + 1)


@contextmanager
def evidence_errors() -> Iterator[None]:
    """What can go wrong with evidence, as a door says it."""
    try:
        yield
    except (NotTheLog, BadProof) as error:
        raise Refused(worded(error)) from None
    except BadNote as error:
        raise Refused(str(error)) from None
    except NoKeys as error:
        raise UsageError(worded(error)) from None
