"""`obnovi ledger`: make an empty ledger, say what one is kept in, copy one into another store, mend its tables."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from ledger.log_import import NotEmpty
from projections.exports.copy_log import NotCopied
from scripts.app import ledgers
from scripts.app.ledger_copy import copy_ledger
from scripts.app.ledgers import LedgerInfo
from scripts.cli import terminal
from scripts.cli.confirm import require_confirmation, yes_option
from scripts.cli.messages import worded
from scripts.cli.options import for_its_commands, print_json, print_text, with_settings
from scripts.errors import Refused, UsageError
from scripts.wiring import Settings, catalogue_text, is_sealing, place_ref

SHARDS_MAX: Final = 64
"""So many schemas fit into one transaction of a server as it comes."""
_STORES: Final = {"sqlite": "a file of SQLite", "postgresql": "a schema of PostgreSQL"}


@click.group()
@for_its_commands
def ledger() -> None:
    """Make an empty ledger, say what one is kept in, copy one into another store, mend its tables."""


@ledger.command(short_help="Make an empty ledger.")
@click.argument("url")
@click.option(
    "--shards",
    type=click.IntRange(1, SHARDS_MAX),
    metavar="N",
    default=1,
    show_default=True,
    help="Schemas of PostgreSQL that the numbers are parted into; it never changes.",
)
@click.option("--writer", metavar="ROLE", help="A role of PostgreSQL that is to book in it.")
@click.option("--reader", metavar="ROLE", help="A role of PostgreSQL that is to read it.")
@with_settings
def create(settings: Settings, url: str, shards: int, writer: str | None, reader: str | None) -> int:
    """Make an empty ledger at a URL, with the catalogue of --catalogue, by default the shipped one.

    A file is also made by whatever books first. In PostgreSQL only this command and `ledger upgrade` make tables: it
    needs a role that may create a schema in the database, or owns an empty one; whoever books needs no more than what
    --writer is given. Of several shards, S of ?schema=S is the first, S_1 the next: all are made, or none.

    \b
    Example:
      obnovi ledger create postgresql://owner@db.example.org/billing --shards 4 --writer obnovi --reader audit
      obnovi ledger create obnovi.db
    """
    ref = place_ref(replace(settings, ledger=url))
    catalogue = None if settings.catalogue is None else catalogue_text(Path(settings.catalogue))
    made = ledgers.create(ref, catalogue, shards=shards, sealed=is_sealing(), writer=writer, reader=reader)
    if settings.json:
        print_json(_as_json(made))
        return 0
    of = f" of {shards} shards" if shards > 1 else ""
    print_text(f"{ref}: an empty ledger{of}, catalogue {made.catalogue}, contracts {made.contracts}")
    for role, right in ((writer, "books in it"), (reader, "reads it")):
        if role is not None:
            print_text(f"{role} {right}")
    return 0


@ledger.command(short_help="Say what a ledger is kept in.")
@with_settings
def info(settings: Settings) -> int:
    """Say what a ledger is kept in: the store, its version and form, and of each shard position, events and size.

    It also says up to where partitions of Kafka are booked.

    \b
    Example:
      obnovi ledger info --ledger postgresql://db.example.org/billing
      obnovi ledger info --json
    """
    ref = place_ref(settings)
    found = ledgers.info(ref)
    if settings.json:
        print_json(_as_json(found))
        return 0
    print_text(f"{ref}: {_STORES[found.store]} {found.server}, form {found.form}")
    print_text(f"contracts: {found.contracts or 'called by numbers, of an older build'}")
    print_text(f"catalogue: {found.catalogue or 'none yet'}")
    rows = [
        [
            str(number), each.schema or each.place, str(each.position), str(each.events), str(each.catalogues),
            f"{each.bytes / 1_000_000:.1f}",
        ]
        for number, each in enumerate(found.logs)
    ]  # fmt: skip
    head = ("shard", "schema" if found.schema else "file", "position", "events", "catalogues", "MB")
    terminal.table("logs", head, rows, right=(0, 2, 3, 4, 5))
    fed = sorted((of, number, reach.offset) for number, each in enumerate(found.logs) for of, reach in each.fed.items())
    if fed:
        terminal.table(
            "fed from Kafka",
            ("cluster", "topic", "partition", "shard", "offset"),
            [[of.cluster, of.topic, *map(str, (of.number, number, offset))] for of, number, offset in fed],
            right=(2, 3, 4),
        )
    return 0


@ledger.command(short_help="Copy a ledger into another store.")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@with_settings
def copy(settings: Settings, source: str, target: str) -> int:
    """Copy a ledger into a new file, or into PostgreSQL, where `ledger create` made an empty one with as many shards.

    Events, bytes, positions, keys of inputs, catalogues and the roots of checkpoints are the same; what follows from
    them is made anew. What stands in the copy is read back before it is kept: it is there whole, or not at all. Others
    may go on writing the source; it needs the role that created the target. Keys of contracts are in neither.

    \b
    Example:
      obnovi ledger create postgresql://owner@db.example.org/billing
      obnovi ledger copy obnovi.db postgresql://owner@db.example.org/billing
    """
    theirs, ours = (place_ref(replace(settings, ledger=url)) for url in (source, target))
    try:
        copied = copy_ledger(theirs, ours, terminal.progress)
    except NotEmpty as error:
        raise Refused(f"{error}; only an empty ledger is copied into") from None
    except NotCopied as error:
        raise UsageError(worded(error)) from None
    if settings.json:
        rows = [{"shard": number, **each._asdict()} for number, each in enumerate(copied)]
        print_json({"events": sum(each.events for each in copied), "shards": rows})
        return 0
    for number, each in enumerate(copied):
        shard = f"shard {number}: " if len(copied) > 1 else ""
        counts = f"{terminal.count(each.events, 'event')}, {terminal.count(each.keys, 'key')}"
        print_text(f"{shard}{counts}, root {each.root}")
    if (keys := theirs.keys_place.folder.resolve()) != ours.keys_place.folder.resolve():
        print_text(f"The keys of its contracts are in {keys}: name that with OBNOVI_KEYS, or copy them.")
    return 0


@ledger.command(short_help="Bring the tables of PostgreSQL to today's form.")
@click.argument("url")
@yes_option
@with_settings
def upgrade(settings: Settings, url: str, yes: bool) -> int:
    """Bring tables in PostgreSQL to today's form, and make anew what somebody dropped or switched off there.

    It says first what it would do: for that it changes nothing, asks on a terminal, and elsewhere wants --yes. What is
    missing are triggers that refuse changes of the log, and indexes; columns and rows are for a backup to bring back,
    and named with exit code 1. It needs the role that owns the tables. A file needs no such thing.

    \b
    Example:
      obnovi ledger upgrade postgresql://owner@db.example.org/billing
    """
    ref = place_ref(replace(settings, ledger=url))
    found = ledgers.repairs(ref)
    repairs = [f"{each.schema}: {repair}" for each in found for repair in each.repairs]
    beyond = [f"{each.schema}: {flaw}" for each in found for flaw in each.beyond]
    if not settings.json:
        for repair in repairs:
            print_text(repair)
    if repairs:
        told = f"{terminal.count(len(repairs), 'thing')} of {ref} would be made anew"
        require_confirmation(settings, told, yes=yes, hint="without it nothing is changed")
        ledgers.mend(ref)
    if settings.json:
        print_json({"ok": not beyond, "mended": repairs, "beyond": beyond})
        return 1 if beyond else 0
    if beyond:
        more = f" (and {len(beyond) - 1} more)" if len(beyond) > 1 else ""
        raise Refused(f"{ref}: {beyond[0]}{more}; that is not mended here, see docs/operations.md")
    if repairs:
        print_text(f"{ref}: {len(repairs)} made anew; `obnovi verify` tells what somebody did meanwhile")
    else:
        print_text(f"{ref}: nothing to do")
    return 0


def _as_json(found: LedgerInfo) -> dict[str, object]:
    return {
        "store": found.store,
        "schema": found.schema,
        "server": found.server,
        "form": found.form,
        "contracts": found.contracts,
        "catalogue": found.catalogue,
        "bytes": sum(each.bytes for each in found.logs),
        "shards": [
            {
                "shard": number,
                "schema": each.schema,
                "position": each.position,
                "events": each.events,
                "catalogues": each.catalogues,
                "bytes": each.bytes,
                "kafka": [
                    {"cluster": of.cluster, "topic": of.topic, "partition": of.number, "offset": reach.offset}
                    for of, reach in sorted(each.fed.items())
                ],
            }
            for number, each in enumerate(found.logs)
        ],
    }
