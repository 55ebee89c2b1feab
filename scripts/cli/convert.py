"""`obnovi convert`: records of calls and payments in somebody's table as inputs, by a map."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import click
import msgspec

from projections.maps import model
from projections.maps.inputs import Conversion, Made, as_text
from projections.maps.model import BadMap, Map
from projections.tables.problems import Unsaid
from scripts.app.convert import converted
from scripts.app.feed import RawLine, Rejected
from scripts.cli import table_file, terminal
from scripts.cli.feed import EXIT_REJECTED
from scripts.cli.options import print_error, print_json, print_text, refuse_overwrite, whole_file, with_settings
from scripts.cli.rejects import Rejects, rejects_to
from scripts.errors import UsageError
from scripts.wiring import Settings, ledger_ref, read_text

MAP_BYTES_MAX: Final = 1024 * 1024
TOLD_EVERY: Final = 1_000
_HINTS: Final[Mapping[Unsaid, str]] = {
    "columns": "name it by its number in the map",
    "decimal": "say it in the map, table.decimal",
    "encoding": "say it in the map, table.encoding",
}


@click.command()
@click.argument("file", metavar="FILE", required=False)
@click.option("--map", "name", metavar="MAP", help="A map: a TOML file, or the name of a shipped one.")
@click.option("--sheet", metavar="NAME", help="Of a workbook.  [default: the first]")
@click.option("-o", "--output", metavar="FILE", help="Write the inputs here, whole or not at all.  [default: stdout]")
@click.option("--rejects", metavar="FILE", help="Write rejected rows here (overwritten), else one line each on stderr.")
@click.option("--list", "list_", is_flag=True, help="List the shipped maps.")
@click.option("--show", "show", is_flag=True, help="Print the map itself, to begin one's own with.")
@with_settings
def convert(
    settings: Settings,
    file: str | None,
    name: str | None,
    sheet: str | None,
    output: str | None,
    rejects: str | None,
    list_: bool,
    show: bool,
) -> int:
    """Make inputs of a table of calls or payments by a map: JSON Lines, for `obnovi feed`.

    FILE is CSV or a workbook (XLSX), `-` is stdin. A map says which column is what, in which units, and on whose
    clocks; `docs/payments.md` describes it. Nothing is booked. Rows that the map skips are counted on stderr; exit code
    3 when rows were rejected.

    \b
    Example:
      obnovi convert Master.csv --map asterisk | obnovi feed -
      obnovi convert calls.xlsx --map switch.toml --sheet January -o calls.jsonl --rejects rejects.jsonl
      obnovi convert --list
      obnovi convert --show --map asterisk > switch.toml
    """
    if list_:
        _list(settings)
        return 0
    if name is None:
        raise UsageError(f"--map is missing: a TOML file, or one of {', '.join(model.shipped())}")
    place, text = _map_text(name)
    if show:
        sys.stdout.write(text)
        return 0
    if file is None:
        raise UsageError("name the table to convert, - for stdin")
    map = _parsed(place, text)
    for option, path in (("-o", output), ("--rejects", rejects)):
        if path is not None:
            refuse_overwrite(option, path, settings, file, place)
    with (
        table_file.opened(file, _HINTS) as table,
        converted(table, map, sheet=sheet) as conversion,
        rejects_to(rejects, ledger_ref(settings).like) as sink,
        _written(output, settings) as out,
    ):
        made, rejected = _write(file, conversion, sink, out, map.table.delimiter or ";")
    told = [terminal.count(made, "input")]
    told += [f"{terminal.count(count, 'row')} skipped ({skip})" for skip, count in sorted(conversion.skipped.items())]
    told += [f"{terminal.count(rejected, 'row')} rejected"] if rejected else []
    print_error(f"{'stdin' if file == '-' else file}: {'; '.join(told)}")
    return EXIT_REJECTED if rejected else 0


def _write(file: str, conversion: Conversion, sink: Rejects, out: BinaryIO, delimiter: str) -> tuple[int, int]:
    """Write the inputs and tell the rejected rows; how many of each."""
    made = rejected = 0
    with terminal.progress("rows", None) as bar:
        for each in conversion.made():
            if each.said is not None:
                made += 1
                out.write(msgspec.json.encode(each.said) + b"\n")
            else:
                rejected += 1
                sink.tell(file, _rejected(each, delimiter))
            if (made + rejected) % TOLD_EVERY == 0:
                bar(made + rejected)
    out.flush()
    return made, rejected


def _rejected(made: Made, delimiter: str) -> Rejected:
    text = as_text(made.row.cells, delimiter).encode()
    return Rejected(RawLine(made.row.line, text, len(text)), "MALFORMED", made.problem, opens=False)


@contextmanager
def _written(output: str | None, settings: Settings) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
    else:
        with whole_file(output, settings) as file:
            yield file


def _map_text(name: str) -> tuple[str, str]:
    """What a map is called in messages, and its text: a file that is there, else a shipped one."""
    path = Path(name)
    shipped = model.shipped()
    if not path.exists() and name in shipped:
        return name, shipped[name]
    if not path.exists() and path.suffix != model.ENDING:
        raise UsageError(f"there is no map {name}; name a TOML file, or one of {', '.join(shipped)}")
    return name, read_text(path, "map", bytes_max=MAP_BYTES_MAX)


def _parsed(place: str, text: str) -> Map:
    try:
        return model.parse(text)
    except BadMap as error:
        more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
        raise UsageError(f"{place} {error.problems[0]}{more}") from None


def _list(settings: Settings) -> None:
    maps = {name: model.parse(text) for name, text in model.shipped().items()}
    if settings.json:
        print_json([{"map": name, "description": map.description, "source": map.source} for name, map in maps.items()])
        return
    rows = [(name, map.description, map.source) for name, map in maps.items()]
    terminal.table("Maps", ("Name", "What", "Described at"), rows, wide=1)
    print_text("`obnovi convert --show --map NAME` prints one, to begin your own with.\n")
