"""Who read whose data: told by number as long as it is known, and by nothing that leads to it afterwards."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ledger.contracts import ERASED
from ledger.log.engines import file_ref
from ledger.periods import DAY
from ledger.service import Ledger
from ledger.snapshot import Snapshot
from scripts.app.access_log import read_of
from scripts.app.tokens import create
from scripts.state import sessions
from scripts.state.codes import Codes
from scripts.state.database import StateDatabase
from scripts.state.place import StatePlace
from scripts.state.reads import Read, ReadJournal
from scripts.wiring import Settings, state_place
from tests.cli.support import ACCOUNT, Run
from tests.erasure.support import ORDER, OTHER, contract_of, fed, first_contract, second_contract, somebody_else
from tests.erasure.test_nothing_left import found_in
from tests.support import at

NOW = at("2026-03-16 12:00")
GROUND = "просит Пётр Чайковский, +7 916 123-45-67"


@contextmanager
def opened() -> Iterator[tuple[Snapshot, StatePlace, StateDatabase]]:
    with (
        closing(Ledger(file_ref(Path("obnovi.db")), now=lambda: NOW, access="read")) as ledger,
        ledger.snapshot() as snapshot,
    ):
        place = state_place(Settings("obnovi.db"), snapshot.log)
        with StateDatabase(place) as state:
            yield snapshot, place, state


@pytest.fixture
def read(obnovi: Run) -> Run:
    """Of a closed contract, the next one of its number and somebody else's something was read each day."""
    fed(obnovi, *first_contract(), *second_contract(), *somebody_else())
    ids = [contract_of(obnovi), contract_of(obnovi, holder=2), contract_of(obnovi, OTHER), None]
    with opened() as (snapshot, place, state), ReadJournal(place, state) as journal:
        keyring = snapshot.log.keyring
        for day, (whose, who) in enumerate(zip(ids, ("marina", "olga", "marina", "auditor-1"), strict=True)):
            made = read_of(
                keyring, who=who, role="clerk", whose=whose, what="GET /v1/accounts/{number}/balance",
                parameters={"as_of": "2026-01-01", "peer": "+7 (916) 123-45-67"}, ground=GROUND,
            )  # fmt: skip
            journal.write([made], now=NOW + day * DAY)
    return obnovi


def rows(run: Run, *arguments: str) -> list[int]:
    return [row["number"] for row in run("access-log", *arguments, "--json").json()]


def test_a_read_is_told_with_the_number_and_the_ground(read: Run) -> None:
    row, *_, last = read("access-log", "--json").json()
    assert row == {
        "number": 1, "time": "2026-03-16T12:00:00+03:00", "by": "marina", "role": "clerk",
        "account": ACCOUNT, "holder": 1, "contract": contract_of(read), "what": "GET /v1/accounts/{number}/balance",
        "parameters": {"as_of": "2026-01-01", "peer": "+…"}, "ground": GROUND,
    }  # fmt: skip
    assert (last["account"], last["contract"], last["ground"]) == (None, None, "просит Пётр Чайковский, +…")
    shown = read("access-log").out
    assert [
        word
        for word in (ACCOUNT, f"{ACCOUNT}/2", OTHER, "16.03.2026 12:00:00", "as_of=2026-01-01")
        if word not in shown
    ] == []


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), [1, 2, 3, 4]),
        (("--account", ACCOUNT), [2]),
        (("--account", ACCOUNT, "--holder", "1"), [1]),
        (("--account", OTHER, "--by", "olga"), []),
        (("--by", "marina"), [1, 3]),
        (("--from", "2026-03-17"), [2, 3, 4]),
        (("--from", "2026-03-17T12:00:01"), [3, 4]),
        (("--to", "2026-03-17"), [1, 2]),
        (("--to", "2026-03-17T11:59:59"), [1]),
        (("--month", "2026-03", "--by", "auditor-1"), [4]),
        (("--month", "2026-04"), []),
    ],
)
def test_what_somebody_looks_for_is_told_in_order(read: Run, arguments: tuple[str, ...], found: list[int]) -> None:
    assert rows(read, *arguments) == found


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--account", "79990000000"), 1, "no account 79990000000"),
        (("--holder", "2"), 2, "--holder goes with --account"),
        (("--check", "--by", "marina"), 2, "--check is for the whole journal"),
        (("--month", "2026-03", "--to", "2026-03-17"), 2, "--month names the range"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(read: Run, arguments: tuple[str, ...], code: int, told: str) -> None:
    refused = read("access-log", *arguments)
    assert (refused.code, refused.out, refused.err.count("\n"), told in refused.err) == (code, "", 1, True)


def test_a_journal_that_was_changed_is_told_up_to_where(read: Run) -> None:
    assert read("access-log", "--check", "--json").json() == {"ok": True, "reads": 4, "problem": None}
    path = next(Path("keys/server").glob("*.reads.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"olga", b"anna"))
    checked = read("access-log", "--check", "--json")
    assert (checked.code, checked.json()["reads"]) == (1, 2)
    assert "line 3: does not follow" in checked.json()["problem"]
    shown = read("access-log", "--json")
    assert (shown.code, len(shown.json()), "line 3" in shown.err) == (1, 2, True)
    assert (read("access-log", "--check").code, read("access-log").err.count("\n")) == (1, 1)


def test_a_journal_that_was_changed_is_set_aside_whole_and_the_next_one_says_so(read: Run) -> None:
    refused = read("access-log", "--set-aside")
    assert (refused.code, refused.err) == (1, "obnovi: the journal of reads is whole, so it stays where it is\n")
    path = next(Path("keys/server").glob("*.reads.jsonl"))
    changed = path.read_bytes().replace(b"olga", b"anna")
    path.write_bytes(changed)
    aside = Path(read("access-log", "--set-aside", "--json").json()["file"])
    assert aside.read_bytes() == changed
    (first,) = read("access-log", "--json").json()
    assert (first["what"], first["parameters"]["sha256"]) == ("journal set aside", hashlib.sha256(changed).hexdigest())
    assert read("access-log", "--check", "--json").json() == {"ok": True, "reads": 1, "problem": None}


def test_after_an_erasure_nothing_of_the_state_leads_to_the_number(read: Run, tmp_path: Path) -> None:
    """Tokens, sessions and codes of the contract are gone; its reads and notices stay, and say no name."""
    contract, next_one = contract_of(read), contract_of(read, holder=2)
    assert read("notices", "--from-beginning", "--limit", "1").code == 0
    with opened() as (snapshot, place, state):
        for id in (contract, next_one):
            create(snapshot, state, "clerk", name=f"петров-{id[:3]}", account=id, now=NOW)
            sessions.begin(state, "subscriber", "subscriber", id, now=NOW, idle=DAY * 9999, until=NOW + 9999 * DAY)
            Codes(place, state).begin(id, now=NOW)
    assert read("erase", ACCOUNT, "--holder", "1", *ORDER).code == 0
    assert [each for each in found_in(tmp_path, contract) if each[0].startswith("keys/server")] == []
    assert not any(
        "Чайковск".encode() in path.read_bytes() for path in Path("keys/server").iterdir() if ".reads" not in path.name
    )
    with opened() as (_, _, state):
        for table in ("tokens", "sessions", "codes"):
            assert state.all(f"SELECT contract FROM {table}") == [(next_one,)], table
    row = read("access-log", "--account", contract, "--json").json()[0]
    assert (row["account"], row["contract"], row["by"], row["ground"]) == (ERASED, contract, "marina", ERASED)
    assert read("access-log", "--check").code == 0


def test_the_ground_of_an_unsealed_contract_is_masked(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_SEAL", "off")
    fed(obnovi, *second_contract())
    with opened() as (snapshot, _, _):
        made = read_of(snapshot.log.keyring, who="m", role="clerk", whose=contract_of(obnovi), what="x", ground=GROUND)
    assert made == Read("m", "clerk", contract_of(obnovi), "x", {}, "просит Пётр Чайковский, +…", None)


def test_a_ledger_in_postgresql_has_its_state_where_its_keys_are(
    obnovi: Run, postgres_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OBNOVI_LEDGER", postgres_database)
    assert obnovi("ledger", "create", postgres_database).code == 0
    made = obnovi("token", "create", "--role", "feeder", "--json").json()
    assert [row["id"] for row in obnovi("token", "list", "--json").json()] == [made["id"]]
    assert len(list((tmp_path / "keys" / "server").glob("*.db"))) == 1
    assert (obnovi("token", "revoke", made["id"]).code, obnovi("access-log", "--check").code) == (0, 0)
