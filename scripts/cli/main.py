"""The `obnovi` command: its options, its list of commands, and its one-line errors (contract §1)."""

import importlib
import io
import os
import sys
from typing import Any, NoReturn

import click

from ledger.log.errors import StoreError
from projections.words.safe import safe
from scripts import collector
from scripts.app.errors import AppError, InvalidRequest
from scripts.cli import interrupted
from scripts.cli.masked import masked
from scripts.cli.messages import worded
from scripts.errors import Refused, UsageError

EXIT_SAYS_NO = 1
EXIT_MISUSE = 2
LINE_CHARACTERS_MAX = 1_000
VARIABLES = ("OBNOVI_LEDGER", "OBNOVI_CATALOGUE", "OBNOVI_KEYS", "OBNOVI_KEK", "OBNOVI_CACHE", "OBNOVI_STATE")

COMMANDS = {
    "feed": ("scripts.cli.feed", "Apply inputs from JSON Lines files."),
    "consume": ("scripts.cli.consume", "Apply inputs from a topic of Kafka."),
    "night": ("scripts.cli.night", "Advance every account: fees, daily periods, blocks."),
    "balance": ("scripts.cli.account", "Show what an account has, now or at a time."),
    "events": ("scripts.cli.events", "Show an account's events, all or those looked for."),
    "statement": ("scripts.cli.statement", "Print an account's statement (детализация)."),
    "statements": ("scripts.cli.statements", "Write a month's statements of many accounts."),
    "summary": ("scripts.cli.summary", "Sum up what an account paid for, by kind and service."),
    "accounts": (
        "scripts.cli.contract_list",
        "List contracts: of a number, of a plan, blocked, opened or closed then.",
    ),
    "find": ("scripts.cli.account", "Find where an input went."),
    "unrated": ("scripts.cli.unrated", "List usage records that nobody could rate yet."),
    "rerate": ("scripts.cli.unrated", "Rate unrated records again once the catalogue is mended."),
    "refused": ("scripts.cli.refused", "List what was refused, why, and when it would have worked."),
    "totals": ("scripts.cli.views", "Show the trial balance of all accounts."),
    "replay": ("scripts.cli.views", "Rebuild every view from the log, compare, and swap."),
    "explain": ("scripts.cli.explain", "Explain why an event came out as it did."),
    "verify": ("scripts.cli.audit", "Decide every booking again from the log and compare."),
    "audit": ("scripts.cli.sql_audit", "Check a dataset's arithmetic in SQL that an auditor can read."),
    "notices": ("scripts.cli.notices", "Tell what subscribers are to be told: list it, or push it."),
    "dispute": ("scripts.cli.dispute", "Work on claims: register, list, show, answer."),
    "what-if": ("scripts.cli.what_if", "Decide again with a change, and show what would differ."),
    "late": ("scripts.cli.late", "List charges that would differ had their records come in time."),
    "export": ("scripts.cli.export", "Write the log for hledger, beancount, Parquet, or as it is."),
    "seal": ("scripts.cli.seal", "Write a dataset of whole contracts in Parquet, or extend it."),
    "import-log": ("scripts.cli.import_log", "Make the same log of an exported one, in an empty ledger."),
    "reconcile": ("scripts.cli.reconcile", "Compare a bank's own list of payments with the ledger."),
    "convert": ("scripts.cli.convert", "Make inputs of a table of calls or payments."),
    "catalogue": ("scripts.cli.catalogue", "Work with tariff catalogues."),
    "import-statement": ("scripts.cli.operator", "Turn the operator's own statement into inputs."),
    "check-statement": ("scripts.cli.operator", "Audit the operator's own statement."),
    "keys": ("scripts.cli.evidence", "Make the keys that checkpoints are signed with; copy those of contracts."),
    "checkpoint": ("scripts.cli.evidence", "Sign the log as it stands, or compare it with what a witness kept."),
    "prove": ("scripts.cli.evidence", "Write a small file that proves one event."),
    "check-proof": ("scripts.cli.evidence", "Check a proof of one event without any ledger."),
    "dossier": ("scripts.cli.dossier", "Put together what an auditor needs to check a statement without us."),
    "verify-document": ("scripts.cli.verify_document", "Say whether a statement is ours and unchanged."),
    "erase": ("scripts.cli.erase", "Destroy the personal data of a closed contract, and write the act."),
    "token": ("scripts.cli.token", "Make, list and revoke tokens of the server."),
    "access-log": ("scripts.cli.access_log", "Show who read whose data by the server."),
    "serve": ("scripts.cli.serve", "Serve the ledger over HTTP: an API, личный кабинет, the clerks' desk."),
    "ledger": ("scripts.cli.ledger", "Make, describe, copy and mend ledgers as such."),
    "backup": ("scripts.cli.backup", "Copy the ledger while it is written to."),
    "restore": ("scripts.cli.backup", "Make a ledger from a copy, once it is verified."),
    "simulate": ("scripts.cli.simulate", "Write the feed of a simulated operator."),
}


class Commands(click.Group):
    """The table above as a group: `--help` imports none of the commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        interrupted.leave()
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command; what is misspelt is compared with the table."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--ledger",
    metavar="URL",
    help="The ledger: a SQLite file, sqlite:///FILE, or postgresql://HOST/DATABASE.  [default: obnovi.db]",
)
@click.option("--catalogue", metavar="FILE", help="Tariff catalogue (TOML) for what is booked from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print machine-readable JSON on stdout and nothing else.")
@click.version_option(package_name="obnovi")
@click.pass_context
def cli(ctx: click.Context, /, **options: Any) -> None:
    """Obnovi: an event-sourced billing ledger for a prepaid mobile operator.

    \b
    Example:
      obnovi feed usage.jsonl
      obnovi night
      obnovi balance 79161234567
      obnovi statement 79161234567 --from 2023-02-01 --to 2023-02-28

    TIME is a date alone, which is the end of that day (of --from its beginning), what the clocks show where the account
    is, or a time with its offset: 2023-02-15, 2023-02-15T03:00, 2023-02-15T03:00:00+03:00. Dates and times may also be
    written as documents print them: 15.02.2023 3:00.

    The environment variables OBNOVI_LEDGER and OBNOVI_CATALOGUE stand for the options of these names; OBNOVI_KEYS names
    the folder of keys (`keys` beside the ledger by default), OBNOVI_KEK the file of the key that wraps those of
    contracts (`wrapping.key` in that folder), OBNOVI_CACHE that of views and evidence of a ledger in PostgreSQL,
    OBNOVI_STATE that of the server's own state (`server` in that of keys). With OBNOVI_SEAL=off a new ledger is not
    sealed, and never erasable.
    Exit codes: 0 done, 1 the ledger says no, 2 misuse, 3 done but some lines were rejected.
    """
    ctx.obj = options


def main() -> NoReturn:
    """Run `obnovi` with the process's arguments; every failure is one line on stderr and an exit code."""
    collector.tune_gc()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stderr is None:  # `2>&-`
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        _fail("stdout is closed; send it to a file or to /dev/null", EXIT_MISUSE)
    try:
        _look_at_the_call()
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(EXIT_MISUSE)
    except click.ClickException as error:
        _fail(" ".join(error.format_message().split()), EXIT_MISUSE, getattr(error, "ctx", None))
    except UsageError as error:
        _fail(str(error), EXIT_MISUSE)
    except Refused as error:
        _fail(str(error), EXIT_SAYS_NO)
    except StoreError as error:
        _fail(worded(error), EXIT_MISUSE)
    except AppError as error:
        _fail(worded(error), EXIT_MISUSE if isinstance(error, InvalidRequest) else EXIT_SAYS_NO)
    except (KeyboardInterrupt, click.Abort):
        _fail(interrupted.LINE, interrupted.EXIT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror}", EXIT_MISUSE)
    except Exception as error:
        if os.environ.get("OBNOVI_DEBUG"):
            raise
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        _fail(f"an error in the program ({what}); nothing booked is lost, OBNOVI_DEBUG=1 shows where", EXIT_MISUSE)


def _look_at_the_call() -> None:
    """Refuse bytes that are no UTF-8: no name in the ledger has them, no answer could show them. Raises UsageError."""
    variables = [f"{name}={os.environ.get(name, '')}" for name in VARIABLES]
    for text in (*sys.argv[1:], *variables):
        try:
            text.encode()
        except UnicodeEncodeError:
            shown = os.fsencode(text).decode(errors="backslashreplace")
            raise UsageError(f"{shown} is no UTF-8 text; rename the file or write the argument in UTF-8") from None


def _cut(line: str) -> str:
    """A line that may echo what somebody gave, without its middle where it is too long to be read."""
    if len(line) <= LINE_CHARACTERS_MAX:
        return line
    half = LINE_CHARACTERS_MAX // 2
    return f"{line[:half]} … {line[-half:]}"


def _fail(message: str, code: int, ctx: click.Context | None = None) -> NoReturn:
    line = _cut(safe(masked(message)).removesuffix("."))
    help_ = f"; see `{ctx.command_path} --help`" if ctx is not None else ""
    text = f"obnovi: {line}{help_}\n"
    sys.stderr.write(text.encode(errors="backslashreplace").decode())
    sys.exit(code)
