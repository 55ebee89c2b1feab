"""`obnovi export` and `import-log`: files that are there whole or not at all, and one-line refusals."""

import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.support import ACCOUNT, ENVIRONMENT, OBNOVI, Run, in_this_process, line, month, process, write

FORMS = ("hledger", "beancount", "parquet", "jsonl")


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "u", "2023-01-17T10:00:00+03:00", service="voice", direction="out", quantity=61, zone="russia"),
    )
    assert obnovi("feed", "feed").code == 0
    return obnovi


@pytest.mark.parametrize("form", FORMS)
def test_an_export_says_how_many_events_and_bytes(ledger: Run, tmp_path: Path, form: str) -> None:
    done = ledger("export", "--format", form, "-o", "made", "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json() == {"events": 5, "written": (tmp_path / "made").stat().st_size}
    assert not list(tmp_path.glob("*.part"))
    told = ledger("--ledger", "obnovi.db", "export", "--format", form, "-o", "again").out
    assert told == f"again: 5 events, {(tmp_path / 'made').stat().st_size} bytes\n"
    assert (tmp_path / "again").read_bytes() == (tmp_path / "made").read_bytes()


OTHER = "79160000002"


@pytest.mark.parametrize("form", ["hledger", "beancount", "parquet"])
@pytest.mark.parametrize(
    ("options", "events"),
    [
        ((), 10),
        (("--account", ACCOUNT), 5),
        (("--account", ACCOUNT, "--holder", "1"), 5),
        (("--account", ACCOUNT, "--account", "8 916 000-00-02"), 10),
        (("--accounts", "list"), 5),
        (("--month", "2023-01", "--account", OTHER), 5),
        (("--from", "2023-01-16", "--account", OTHER), 1),
        (
            (
                "--to",
                "2023-01-14",
            ),
            2,
        ),
        (("--from", "2023-01-17", "--to", "2023-01-17"), 2),
        (("--month", "2022-12"), 0),
    ],
)
def test_some_accounts_and_dates_are_exported(
    ledger: Run, tmp_path: Path, form: str, options: tuple[str, ...], events: int
) -> None:
    write(
        tmp_path / "more",
        *month(OTHER),
        line("usage", "u", "2023-01-17T10:00:00+03:00", OTHER, service="voice", direction="out", quantity=61),
    )
    assert ledger("feed", "more").code == 0
    write(tmp_path / "list", OTHER)
    done = ledger("export", "--format", form, "-o", "made", *options, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json() == {"events": events, "written": (tmp_path / "made").stat().st_size}


def test_books_of_dates_begin_with_what_was_there(ledger: Run, tmp_path: Path) -> None:
    """599.99 would be found by hledger: the opening says what the ledger said behind the last event before."""
    assert ledger("export", "--format", "hledger", "-o", "made", "--from", "2023-01-16").code == 0
    text = (tmp_path / "made").read_text()
    assert text.partition("2023-01-16 * ")[2].partition("\n2023")[0].splitlines() == [
        f"OpeningBalance  ; account:{ACCOUNT}",
        f"    Subscribers:{ACCOUNT}:base:data  4194304 KB = 4194304 KB",
        "    Opening:data  -4194304 KB",
        f"    Subscribers:{ACCOUNT}:base:sms  200 SMS = 200 SMS",
        "    Opening:sms  -200 SMS",
        f"    Subscribers:{ACCOUNT}:base:voice  12000 SEC = 12000 SEC",
        "    Opening:voice  -12000 SEC",
        f"    Subscribers:{ACCOUNT}:wallet  600.00 RUB = 600.00 RUB",
        "    Opening  -600.00 RUB",
        "account Revenue:usage",
    ]
    assert "ToppedUp" not in text.partition("2023-01-16 *")[2]


def test_import_log_makes_the_same_ledger(ledger: Run, tmp_path: Path) -> None:
    ledger("export", "--format", "jsonl", "-o", "log")
    done = ledger("--ledger", "again.db", "import-log", "log", "--json")
    root = (tmp_path / "log").read_text().splitlines()[-1].partition('"root":"')[2].removesuffix('"}')
    assert (done.code, done.json()) == (0, {"events": 5, "root": root})
    assert ledger("--ledger", "again.db", "verify").code == 0
    assert ledger("--ledger", "again.db", "feed", "feed", "--json").json()["duplicates"] == 4
    assert ledger("--ledger", "again.db", "balance", ACCOUNT).out == ledger("balance", ACCOUNT).out


def test_a_ledger_with_events_takes_no_log(ledger: Run) -> None:
    ledger("export", "--format", "jsonl", "-o", "log")
    done = ledger("import-log", "log")
    assert (done.code, done.out) == (1, "")
    assert done.err == "obnovi: obnovi.db has 5 events; name an empty ledger with --ledger\n"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("export", "-o", "made"), "Missing option '--format'"),
        (("export", "--format", "jsonl"), "Missing option '-o'"),
        (("export", "--format", "csv", "-o", "made"), "Invalid value for '--format'"),
        (("export", "--format", "jsonl", "-o", "obnovi.db"), "-o obnovi.db is the ledger itself"),
        (("export", "--format", "jsonl", "-o", "."), ". is no file that can be replaced"),
        (("export", "--format", "jsonl", "-o", "/dev/null"), "/dev/null is no file that can be replaced"),
        (("export", "--format", "jsonl", "-o", "no/made"), "no/made cannot be written: No such file"),
        (("export", "--format", "jsonl", "-o", "made", "--account", ACCOUNT), "jsonl is the whole log"),
        (("export", "--format", "jsonl", "-o", "made", "--accounts", "feed"), "jsonl is the whole log"),
        (("export", "--format", "jsonl", "-o", "made", "--month", "2023-01"), "jsonl is the whole log"),
        (("export", "--format", "parquet", "-o", "made", "--holder", "1"), "--holder goes with one --account"),
        (("export", "--format", "parquet", "-o", "made", "--accounts", "feed"), "feed, line 1: "),
        (
            ("export", "--format", "parquet", "-o", "made", "--account", ACCOUNT, "--accounts", "feed"),
            "--account and --accounts both name accounts",
        ),
        (
            ("export", "--format", "parquet", "-o", "made", "--from", "2023-01-02", "--to", "2023-01-01"),
            "--from lies after --to",
        ),
        (("--ledger", "no.db", "export", "--format", "jsonl", "-o", "made"), "there is no ledger at no.db"),
        (("--ledger", "new.db", "import-log", "no"), "there is no exported log at no"),
        (("--ledger", "new.db", "import-log", "/dev"), "/dev is a folder, not an exported log"),
        (("--ledger", "new.db", "import-log", "feed"), "feed line 1: no line of an exported log"),
    ],
)
def test_misuse_is_one_line_and_makes_nothing(ledger: Run, tmp_path: Path, command: tuple[str, ...], told: str) -> None:
    before = sorted(tmp_path.iterdir())
    done = ledger(*command)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"obnovi: {told}")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda log: log[: len(log) // 2], "nothing was imported"),
        (lambda log: log.replace(b"100000", b"100001"), "are not what was exported"),
    ],
)
def test_a_refused_import_leaves_no_ledger(
    ledger: Run, tmp_path: Path, change: Callable[[bytes], bytes], told: str
) -> None:
    assert ledger("export", "--format", "jsonl", "-o", "log").code == 0
    (tmp_path / "log").write_bytes(change((tmp_path / "log").read_bytes()))
    done = ledger("--ledger", "again.db", "import-log", "log")
    assert (done.code, done.err.count("\n"), told in done.err) == (2, 1, True)
    assert not [*tmp_path.glob("again.db*")]


def test_a_link_goes_on_naming_its_file(ledger: Run, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    assert ledger("export", "--format", "hledger", "-o", "link").code == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text().startswith("; Obnovi")


def test_exports_into_one_file_at_once_do_not_mix(ledger: Run, tmp_path: Path) -> None:
    """Each is whole, and the last one's stays."""
    asked: list[str | Path] = [OBNOVI, "export", "--format", "hledger", "-o", "made"]
    at_once = [subprocess.Popen(asked, cwd=tmp_path, env=ENVIRONMENT) for _ in range(4)]
    assert [each.wait() for each in at_once] == [0] * 4
    assert ledger("export", "--format", "hledger", "-o", "alone").code == 0
    assert (tmp_path / "made").read_bytes() == (tmp_path / "alone").read_bytes()
    assert not list(tmp_path.glob("*.part"))


def test_a_broken_event_is_told_in_one_line_and_leaves_the_old_file(ledger: Run, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "obnovi.db")
    db.execute("DROP TRIGGER stored_events_refuse_update")
    db.execute("UPDATE stored_events SET state = x'7bff' WHERE position = 3")
    db.commit()
    db.close()
    for form in FORMS:
        (tmp_path / "made").write_text("old")
        done = ledger("export", "--format", form, "-o", "made")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"account {ACCOUNT}, version 3" in done.err
        assert (tmp_path / "made").read_text() == "old"
        assert not list(tmp_path.glob("*.part"))


def test_a_killed_export_is_never_taken_for_done(tmp_path: Path) -> None:
    """What was there stays until all is written; the next export removes what the killed one left."""
    feed = [line("top_up", f"{number}", "2023-01-15T12:00:00+03:00", amount=1) for number in range(8_000)]
    write(tmp_path / "feed", *month(), *feed)
    assert in_this_process("feed", "feed", cwd=tmp_path).code == 0
    made = tmp_path / "made"
    for form in FORMS:
        command: list[str | Path] = [OBNOVI, "export", "--format", form, "-o", "made"]
        made.write_text("old")
        with subprocess.Popen(command, cwd=tmp_path, env=ENVIRONMENT) as killed:
            while killed.poll() is None and not list(tmp_path.glob("made.*.part/made")):
                time.sleep(0.002)
            killed.send_signal(signal.SIGKILL)
            assert killed.wait() == -signal.SIGKILL
        assert made.read_text() == "old"
        assert len(list(tmp_path.glob("made.*.part"))) == 1
        done = in_this_process("export", "--format", form, "-o", "made", "--json", cwd=tmp_path)
        assert done.json() == {"events": 8_004, "written": made.stat().st_size}
        assert not list(tmp_path.glob("*.part"))


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    feed = [line("top_up", f"{number}", "2023-01-15T12:00:00+03:00", amount=1) for number in range(2_000)]
    write(tmp_path / "feed", *month(), *feed)
    assert in_this_process("feed", "feed", cwd=tmp_path).code == 0
    (tmp_path / "made").write_text("old")

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    full = process("export", "--format", "jsonl", "-o", "made", cwd=tmp_path, env=ENVIRONMENT, preexec_fn=small)
    assert (full.code, full.err) == (2, "obnovi: made cannot be written: File too large\n")
    assert not list(tmp_path.glob("*.part"))
    assert (tmp_path / "made").read_text() == "old"


def test_a_killed_import_is_never_taken_for_done(tmp_path: Path) -> None:
    feed = [line("top_up", f"{number}", "2023-01-15T12:00:00+03:00", amount=1) for number in range(8_000)]
    write(tmp_path / "feed", *month(), *feed)
    in_this_process("feed", "feed", cwd=tmp_path)
    in_this_process("export", "--format", "jsonl", "-o", "log", cwd=tmp_path)
    again: list[str | Path] = [OBNOVI, "--ledger", "again.db", "import-log", "log"]
    with subprocess.Popen(again, cwd=tmp_path, env=ENVIRONMENT) as killed:
        while killed.poll() is None and not [*tmp_path.glob("again.db.*.part/*-wal")]:
            time.sleep(0.002)
        time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "again.db").exists()
    assert [*tmp_path.glob("again.db.*.part")]
    done = in_this_process("--ledger", "again.db", "import-log", "log", "--json", cwd=tmp_path)
    assert done.json()["events"] == 8_004
    assert sorted(path.name for path in tmp_path.glob("again.db*")) == ["again.db"]
