"""What is stored of a sealed contract: nothing personal in any file, each seal in its place, enough without keys."""

from __future__ import annotations

import json
import shutil
import sqlite3
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger import inputs
from ledger.log.engines import store_ref
from ledger.log.errors import KeysUnusable
from ledger.service import Ledger
from tests.cli.support import ACCOUNT, ENVIRONMENT, Done, in_this_process, line, opening, top_up, write
from tests.support import CATALOGUE_TEXT, Clock, at
from tests.verify.tampered import audited, changed

OTHER = "79031234567"
PEERS = ("74950001111", "74950002222", "Бабушка")
TEXTS = ("не звонил туда", "звонил, послушали", "*100#", "сверка за январь")
SMS_TEXTS = ("обнови, прошу", "другой код")
"""Which no ledger keeps."""
PEOPLE = ("clerk-anna", "clerk-boris")
IDS = "input-of-anna"
SHORT_CODE = "8464"

Change = Callable[[dict[str, Any]], dict[str, Any]]


def said(number: int, type: str, day: int, hour: int = 12, **fields: Any) -> str:
    return line(type, f"{IDS}-{number}", f"2023-01-{day:02d}T{hour:02d}:00:00+03:00", **fields)


CALL: dict[str, Any] = {"service": "voice", "direction": "out"}
STORY = [
    said(1, "open", 2, region="moscow"),
    said(2, "top_up", 2, amount=1000_00),
    said(3, "connect_plan", 2, 13, plan="t4"),
    said(4, "usage", 3, quantity=60, peer=PEERS[0], **CALL),
    said(5, "usage", 4, quantity=61, peer=PEERS[1], zone="mars", **CALL),
    said(6, "usage", 4, 13, quantity=1, service="sms", direction="out", peer="9290"),
    said(7, "usage", 5, quantity=60, peer=PEERS[2], **CALL),
    said(8, "ussd", 6, text=TEXTS[2]),
    said(9, "ussd", 6, 13, text="*929#"),
    said(10, "sms", 7, to="9290", text=SMS_TEXTS[0]),
    said(11, "sms", 7, 13, to=SHORT_CODE, text=SMS_TEXTS[1]),
    said(12, "reverse", 8, event=4, text=TEXTS[0], by=PEOPLE[0]),
    said(13, "adjust", 8, 13, amount=-1_00, cites=[4], text=TEXTS[3], by=PEOPLE[0]),
    said(14, "open_dispute", 9, event=4, text=TEXTS[0], by=PEOPLE[0]),
    said(15, "resolve_dispute", 10, dispute=f"{IDS}-14", outcome="rejected", text=TEXTS[1], by=PEOPLE[1]),
    said(16, "resolve_dispute", 10, 13, dispute=f"{IDS}-14", outcome="rejected", text=TEXTS[1], by=PEOPLE[1]),
    said(17, "unblock", 11, kind="operator", by=PEOPLE[1]),
    said(18, "block", 11, 13, kind="operator", by=PEOPLE[1]),
    said(19, "close", 20),
    said(20, "refund", 21, amount=1_00, by=PEOPLE[0]),
    said(21, "usage", 22, quantity=60, peer=PEERS[0], **CALL),
]
PERSONAL = (ACCOUNT, *PEERS, *TEXTS, *PEOPLE, IDS)
NIGHTS = at("2023-06-01 00:00")


def book(ledger: Ledger, *lines: str) -> None:
    outcomes = ledger.apply([inputs.check(json.loads(each)) for each in lines])
    assert {each.result for each in outcomes} <= {"applied", "refused"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with everything personal that an input may have, and another number; some nights are over."""
    path = tmp_path_factory.mktemp("made") / "ledger.db"
    with Ledger(store_ref(path), now=Clock(at("2024-01-01 00:00")), catalogue=CATALOGUE_TEXT) as ledger:
        book(ledger, *STORY[:10])
        book(ledger, *STORY[10:])
        book(ledger, opening(OTHER), top_up("pay", 9000_00, OTHER), line("connect_plan", "p", account=OTHER, plan="t4"))
        while ledger.advance_due(NIGHTS, accounts_max=10) is not None:
            pass
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    """The same for each test to do with as it likes."""
    return Path(shutil.copytree(made.parent, tmp_path, dirs_exist_ok=True)) / made.name


def stream_of(path: Path, number: str = ACCOUNT) -> str:
    with closing(store_ref(path).open()) as store, store.reading() as log:
        (contract,) = log.contracts.of(number)
        return contract.id


def rows(path: Path, stream: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Version, topic and stored fields of a stream's events."""
    with closing(sqlite3.connect(path)) as db:
        query = "SELECT originator_version, topic, state FROM stored_events WHERE originator_id = ? ORDER BY 1"
        return [(version, topic, json.loads(state)) for version, topic, state in db.execute(query, (stream,))]


@contextmanager
def state_changed(path: Path, copy: Path, stream: str, version: int) -> Iterator[dict[str, Any]]:
    """A copy of a ledger in which the stored fields of one event are changed by whoever asks."""
    with changed(path, copy) as db:
        where = "WHERE originator_id = ? AND originator_version = ?"
        ((state,),) = db.execute(f"SELECT state FROM stored_events {where}", (stream, version)).fetchall()
        fields: dict[str, Any] = json.loads(state)
        yield fields
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
        db.execute(f"UPDATE stored_events SET state = ? {where}", (text, stream, version))


# Nothing personal


def test_no_file_of_a_sealed_ledger_holds_anything_personal(tmp_path: Path) -> None:
    """Also while it is open, when the last commits are in the write-ahead log alone; nor do the files of keys."""
    path = tmp_path / "ledger.db"
    with Ledger(store_ref(path), now=Clock(at("2024-01-01 00:00")), catalogue=CATALOGUE_TEXT) as ledger:
        book(ledger, *STORY)
        found = {each: each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()}
    assert {each.name for each in found} >= {"ledger.db", "ledger.db-wal", "contracts.db", "wrapping.key"}
    everything = b"".join(found.values())
    assert len(everything) > 50_000
    for mark in (*PERSONAL, *SMS_TEXTS, SHORT_CODE):
        forms = [mark.encode(), json.dumps(mark).encode().strip(b'"'), mark.encode("utf-16-le")]
        assert not [mark for form in forms if form in everything], mark
    stream = stream_of(path)
    assert stream.encode() in everything


def test_what_is_searched_for_would_be_found_in_a_ledger_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(store_ref(path), now=Clock(0), catalogue=CATALOGUE_TEXT, sealed=False) as ledger:
        book(ledger, *STORY)
    stored = path.read_bytes()
    assert [mark for mark in (*PERSONAL, SHORT_CODE) if mark.encode() not in stored] == []


def test_keys_lie_wrapped_and_in_files_for_their_owner_alone(path: Path) -> None:
    keys = path.parent / "keys"
    stream = stream_of(path)
    with closing(store_ref(path).open()) as store, store.reading() as log:
        key = log.keyring.key(stream)
        assert key is not None
        event_keys = [key.of_event(version, topic) for version, topic, _ in rows(path, stream)]
    kept = (keys / "contracts.db").read_bytes()
    assert stream.encode() in kept
    assert not any(each in kept for each in event_keys)
    with closing(sqlite3.connect(keys / "contracts.db")) as db:
        found = db.execute("SELECT number, wrapped FROM contracts").fetchall()
    assert len({number for number, _ in found}) == 2
    assert all(len(number) == 16 and len(wrapped) > 12 + 32 + 16 for number, wrapped in found)
    wrapping = bytes.fromhex((keys / "wrapping.key").read_text())
    assert wrapping not in kept
    assert wrapping.hex().encode() not in kept
    assert {(keys / name).stat().st_mode & 0o077 for name in ("contracts.db", "wrapping.key")} == {0}
    assert keys.stat().st_mode & 0o077 == 0


# Each seal in its place


def sealed_versions(path: Path, stream: str) -> list[int]:
    return [version for version, topic, _ in rows(path, stream) if topic.endswith("/2")]


def test_a_seal_moved_to_another_event_does_not_open(path: Path, tmp_path: Path) -> None:
    """Not in another version of the contract, nor in the same version and topic of another contract."""
    stream, other = stream_of(path), stream_of(path, OTHER)
    stored = {version: (topic, state) for version, topic, state in rows(path, stream)}
    calls = [version for version, (topic, _) in stored.items() if topic == "UsageCharged/2"]
    moves = [(calls[0], calls[1], stream), (2, 2, other), (1, 1, other)]
    for number, (source, target, to) in enumerate(moves):
        copy = tmp_path / f"{number}" / "ledger.db"
        copy.parent.mkdir()
        with state_changed(path, copy, to, target) as fields:
            assert fields["sealed"]["c"] != stored[source][1]["sealed"]["c"]
            fields["sealed"]["c"] = stored[source][1]["sealed"]["c"]
        (problem,) = [each for each in audited(copy).problems if each.problem == "stored form"]
        assert (problem.account, problem.version) == ({stream: ACCOUNT, other: OTHER}[to], target)
        assert "sealed under another key, or changed since" in str(problem.found)


def test_an_event_of_another_topic_does_not_open(path: Path, tmp_path: Path) -> None:
    """Blocked and Unblocked have the same fields; the key of the event is another."""
    stream = stream_of(path)
    (version,) = [version for version, topic, _ in rows(path, stream) if topic == "Blocked/2"]
    copy = tmp_path / "copy" / "ledger.db"
    copy.parent.mkdir()
    with changed(path, copy) as db:
        where = "WHERE originator_id = ? AND originator_version = ?"
        db.execute(f"UPDATE stored_events SET topic = 'Unblocked/2' {where}", (stream, version))
    found = [(each.version, each.problem) for each in audited(copy).problems if each.version == version]
    assert (version, "stored form") in found


def another_bit(text: str, place: int) -> str:
    sealed = bytearray(b64decode(text))
    sealed[place] ^= 1
    return b64encode(bytes(sealed)).decode()


@pytest.mark.parametrize("place", [0, 11, 12, 20, -17, -16, -1], ids="nonce {0}".format)
def test_a_changed_bit_of_nonce_ciphertext_or_tag_is_named(path: Path, tmp_path: Path, place: int) -> None:
    stream = stream_of(path)
    copy = tmp_path / "copy" / "ledger.db"
    copy.parent.mkdir()
    with state_changed(path, copy, stream, 5) as fields:
        fields["sealed"]["c"] = another_bit(fields["sealed"]["c"], place)
    found = audited(copy).problems
    assert (ACCOUNT, 5, "stored form") in [(each.account, each.version, each.problem) for each in found]


def with_flag(name: str, value: Any) -> Change:
    def change(fields: dict[str, Any]) -> dict[str, Any]:
        sealed = fields["sealed"] | {name: value}
        if value in (None, False):
            del sealed[name]
        return fields | {"sealed": sealed}

    return change


def version_of(path: Path, stream: str, topic: str, *, having: str = "", which: int = 0) -> int:
    found = [each for each in rows(path, stream) if each[1] == topic and having in json.dumps(each[2]["sealed"])]
    return found[which][0]


@pytest.mark.parametrize(
    ("topic", "having", "change"),
    [
        ("UsageCharged/2", "", with_flag("by", True)),
        ("UsageCharged/2", "", with_flag("service", True)),
        ("UsageCharged/2", "service", with_flag("service", None)),
        ("UsageCharged/2", "", with_flag("first", 2)),
        ("Blocked/2", "by", with_flag("by", None)),
        ("Adjusted/2", "by", with_flag("by", None)),
        ("PlanConnected/2", "", with_flag("first", 2)),
        ("DisputeOpened/2", "", lambda fields: fields | {"claim": "0" * 32}),
        ("DisputeResolved/2", "", lambda fields: fields | {"claim": "0" * 32}),
        ("UsageCharged/2", "", lambda fields: fields | {"personal": {"peer": PEERS[1]}}),
        ("UsageCharged/2", "", lambda fields: fields | {"sealed": fields["sealed"] | {"more": 1}}),
        ("UsageCharged/2", "", lambda fields: fields | {"sealed": {"c": fields["sealed"]["c"] + "\n"}}),
        ("UsageCharged/2", "", lambda fields: {"sealed": fields["sealed"]} | fields),
        ("UsageCharged/2", "", lambda fields: {name: fields[name] for name in fields if name != "sealed"}),
        ("UsageCharged/2", "", lambda fields: fields | {"sealed": None}),
    ],
)
def test_what_stands_beside_a_seal_cannot_be_changed_unseen(
    path: Path, tmp_path: Path, topic: str, having: str, change: Change
) -> None:
    stream = stream_of(path)
    version = version_of(path, stream, topic, having=having)
    copy = tmp_path / "copy" / "ledger.db"
    copy.parent.mkdir()
    with state_changed(path, copy, stream, version) as fields:
        after = change(dict(fields))
        assert list(after.items()) != list(fields.items())
        fields.clear()
        fields.update(after)
    assert version in {each.version for each in audited(copy).problems}


def test_the_same_inputs_are_never_sealed_to_the_same_bytes(tmp_path: Path) -> None:
    """Two ledgers have other keys; and one, fed again from a copy of before, has other nonces under the same key."""
    path, twin = tmp_path / "ledger.db", tmp_path / "twin.db"
    clock = Clock(at("2024-01-01 00:00"))
    with Ledger(store_ref(path), now=clock, catalogue=CATALOGUE_TEXT) as ledger:
        book(ledger, STORY[0])
    shutil.copyfile(path, twin)
    for each in (path, twin):
        with Ledger(store_ref(each), now=clock) as ledger:
            book(ledger, *STORY[1:])
    stream = stream_of(path)
    assert stream_of(twin) == stream
    one, other = rows(path, stream), rows(twin, stream)
    seals = [state.pop("sealed")["c"] for _, _, state in (*one, *other) if "sealed" in state]
    assert one == other
    assert len(set(seals)) == len(seals) - 1  # the opening came before the copy
    nonces = [b64decode(each)[:12] for each in seals]
    assert len(set(nonces)) == len(nonces) - 1
    assert not audited(twin).problems


# Enough without keys


def obnovi(path: Path, *arguments: object, **environment: str) -> Done:
    return in_this_process("--ledger", path.name, *arguments, cwd=path.parent, env=ENVIRONMENT | environment)


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_without_keys_everything_is_decided_again_and_totalled(path: Path) -> None:
    totals = ("totals", "--from", "2023-01-01", "--to", "2023-12-31", "--json")
    with_keys = obnovi(path, *totals)
    shutil.rmtree(path.parent / "keys")
    report = audited(path)
    assert (report.problems, report.accounts) == ([], 2)
    assert obnovi(path, "verify", "--json").json()["ok"] is True
    assert obnovi(path, *totals).out == with_keys.out
    assert json.loads(with_keys.out) != []
    night = obnovi(path, "night", "--until", "2023-07-20", "--not-after", "none", "--json")
    assert (night.code, night.json()["accounts"]) == (0, 1)
    assert obnovi(path, "verify", "--json").json()["ok"] is True


@pytest.mark.parametrize("number", [ACCOUNT, "79990000000"])
def test_without_keys_nothing_is_fed(path: Path, number: str) -> None:
    """A number that seems to be nobody's may be anybody's."""
    shutil.rmtree(path.parent / "keys")
    before = dump(path)
    write(path.parent / "feed", opening(number), top_up("more", account=number))
    done = obnovi(path, "feed", "feed")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "the keys of 2 contracts are missing" in done.err
    assert "Traceback" not in done.err
    assert dump(path) == before
    assert not (path.parent / "keys" / "contracts.db").exists()


def test_where_the_keys_of_later_contracts_are_missing_nothing_is_fed(path: Path) -> None:
    """A copy of the keys from before: the number of the missing one must not be opened anew."""
    keys, kept = path.parent / "keys", path.parent / "kept"
    shutil.copytree(keys, kept)
    later = "79165550001"
    write(path.parent / "feed", opening(later), top_up("pay", account=later))
    assert obnovi(path, "feed", "feed").code == 0
    shutil.rmtree(keys)
    kept.rename(keys)
    before = dump(path)
    for number in (later, OTHER, "79990000000"):
        write(path.parent / "more", top_up("more", account=number), opening(number))
        done = obnovi(path, "feed", "more")
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert "the key of a contract is missing" in done.err
    assert dump(path) == before


def test_a_contract_that_was_begun_and_never_booked_does_not_hide_a_missing_key(path: Path) -> None:
    """There are as many keys as contracts, and yet one of them is missing."""
    later = "79165550001"
    keys, kept = path.parent / "keys", path.parent / "kept"
    with closing(store_ref(path).open()) as store, store.writing() as tx:
        name = tx.setting("ledger")
        assert name is not None
        tx.keyring.begin("79165550002", 1, ledger=name, sealed=True)
        tx.keyring.keep()
    shutil.copytree(keys, kept)
    write(path.parent / "feed", opening(later))
    assert obnovi(path, "feed", "feed").code == 0
    shutil.rmtree(keys)
    kept.rename(keys)
    before = dump(path)
    with (
        Ledger(store_ref(path), now=Clock(at("2024-01-01 00:00")), access="book") as ledger,
        pytest.raises(KeysUnusable, match="missing"),
    ):
        ledger.apply([inputs.check(json.loads(opening(later)))])
    assert dump(path) == before


def test_keys_that_are_lost_while_the_ledger_is_open_are_not_made_anew(path: Path) -> None:
    """A feed that runs for days: a number that it knew a moment ago must not become nobody's."""
    keys, kept = path.parent / "keys", path.parent / "kept"
    with Ledger(store_ref(path), now=Clock(at("2024-01-01 00:00")), access="book") as ledger:
        book(ledger, line("usage", "last", "2023-06-02T12:00:00+03:00", OTHER, quantity=60, **CALL))
        before = dump(path)
        keys.rename(kept)
        for each in (
            line("open", "again", "2023-06-03T12:00:00+03:00", OTHER, region="moscow"),
            opening("79990000000"),
        ):
            with pytest.raises(KeysUnusable, match="the keys of 2 contracts are missing"):
                book(ledger, each)
        assert dump(path) == before
        assert not keys.exists()
        kept.rename(keys)
        book(ledger, top_up("more", 1, OTHER, received_at="2023-06-04T12:00:00+03:00"), opening("79990000000"))
    assert len(audited(path).problems) == 0


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("0" * 64, "does not open the keys of contracts"),
        ("0" * 62, "is no key of 32 bytes"),
        ("no key", "cannot be read as a key"),
        (None, "there is no key at"),
    ],
)
def test_another_key_in_place_of_the_one_that_wraps_is_one_line(path: Path, content: str | None, why: str) -> None:
    other = path.parent / "other.key"
    if content is not None:
        other.write_text(content)
    write(path.parent / "feed", top_up("more"))
    before = dump(path)
    for command in (("feed", "feed"), ("balance", ACCOUNT), ("accounts",), ("events", ACCOUNT), ("find", "x")):
        done = obnovi(path, *command, OBNOVI_KEK=str(other))
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), command
        assert why in done.err, command
        assert "Traceback" not in done.err
    assert dump(path) == before
    assert other.exists() == (content is not None)


# In the clear


def test_a_ledger_that_is_not_to_be_sealed_stores_in_the_clear_and_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    write(tmp_path / "feed", *STORY)
    assert obnovi(path, "feed", "feed", "--not-after", "none", OBNOVI_SEAL="off").code == 0
    write(tmp_path / "more", opening(OTHER))
    assert obnovi(path, "feed", "more").code == 0
    for number in (ACCOUNT, OTHER):
        stream = stream_of(path, number)
        assert len(stream) == 16
        assert not stream.isdecimal()
        found = rows(path, stream)
        assert all(topic.endswith("/1") and "sealed" not in state for _, topic, state in found)
        assert found[0][2]["personal"]["number"] == number
    assert obnovi(path, "verify", "--json").json()["ok"] is True


def test_what_may_be_sealed_is_said_by_on_or_off(tmp_path: Path) -> None:
    done = obnovi(tmp_path / "ledger.db", "feed", "/dev/null", OBNOVI_SEAL="never")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "OBNOVI_SEAL is never" in done.err
    assert not (tmp_path / "ledger.db").exists()
