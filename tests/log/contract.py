"""What every store promises (`ledger/log/store.py`), held to by whichever engine inherits this class."""

import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest

from ledger import inputs
from ledger.log.errors import NoLedger, StoreError
from ledger.log.reach import Partition, Reach, reaches
from ledger.log.store import Head, LogRef, Store, Stored, StoredKey
from ledger.service import Ledger
from tests.log.elsewhere import BOOKINGS, append, book_many, contracts_until, event, killed, state, state_until
from tests.support import ACCOUNT, Clock, at

T = TypeVar("T")
WRITERS = 4
WORDS = ("79160000001", "", "10", "9", "A", "a", "é", "ё", "яя", "я", "ﬀ", "\uffff", "\U00010000", "😀")
"""Accounts as somebody might name them: beyond ASCII, and beyond what UTF-16 has in one piece."""


class Undone(Exception):
    """Raised to undo a writing."""


def key(number: int, account: str = ACCOUNT, version: int = 1) -> StoredKey:
    return StoredKey(number.to_bytes(32, "big"), account, version, b"content")


def elsewhere(work: Callable[..., T], *arguments: object, **named: object) -> T:
    """What some work gives in a process that begins anew."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **named).result()


class StoreContract:
    """Inherited by a class of tests for each engine, which says where its stores are and how to get past it."""

    @pytest.fixture
    def ref(self, tmp_path: Path) -> LogRef:
        """Where there is nothing yet."""
        raise NotImplementedError

    def meddle(self, ref: LogRef, verb: Literal["change", "remove"], what: Literal["event", "catalogue"]) -> None:
        """Try to change or remove the first of these past the program, as whoever has the store in hands would."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, ref: LogRef) -> Iterator[Store]:
        """An empty store with a catalogue."""
        with closing(ref.open(create=True)) as store:
            with store.writing() as tx:
                tx.adopt("digest", "first", "2026a")
            yield store

    # One state a reading

    def test_a_reading_sees_one_state_whatever_is_written_meanwhile(self, ref: LogRef, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 4))
            tx.put_heads([Head("a", 3, 5, b"3")])
        with closing(ref.open()) as other, store.reading() as log:
            before = (state(log), list(log.heads()), log.count_keys(), log.sources(), log.settings(), log.due(9, 9))
            with other.writing() as tx:
                tx.append_stored([event("a", 4), event("b", 1)], [key(1, "b")])
                tx.put_heads([Head("a", 4, 6, b"4"), Head("b", 1, 6, b"1")])
                tx.add_sources({"bank"})
                tx.adopt("other", "second", "2026b")
                tx.set("name", "value")
            after = (state(log), list(log.heads()), log.count_keys(), log.sources(), log.settings(), log.due(9, 9))
        assert after == before
        with store.reading() as log:
            assert (log.count(), log.count_keys(), log.sources(), len(log.adopted())) == (5, 1, ["bank"], 2)

    def test_a_setting_is_kept_until_it_is_unset(self, store: Store) -> None:
        with store.writing() as tx:
            tx.set("name", "value")
            tx.set("other", "value")
            tx.unset("name")
            tx.unset("nobody's")
        with store.reading() as log:
            assert (log.setting("name"), log.setting("other")) == (None, "value")

    def test_a_reach_goes_on_and_never_back(self, store: Store) -> None:
        for offset, mark in ((9, "a"), (120, "b"), (20, "c"), (120, "d")):
            with store.writing() as tx:
                tx.reach({"kafka c t 0": Reach(offset, mark), "kafka c t 1": Reach(1)})
        with store.booking() as tx:
            tx.reach({"kafka c t 1": Reach(2), "kafka c t 2": Reach(0)})
            tx.reach({})
        with store.reading() as log:
            assert reaches(log.settings()) == {
                Partition("c", "t", 0): Reach(120, "b"),
                Partition("c", "t", 1): Reach(2),
                Partition("c", "t", 2): Reach(0),
            }

    def test_an_empty_log_forgets_its_catalogues_and_one_with_events_never(self, ref: LogRef, store: Store) -> None:
        with store.writing() as tx:
            tx.forget_adopted()
            tx.adopt("other", "second", "2026b")
        with store.reading() as log:
            assert [tuple(row) for row in log.adopted()] == [(1, "other", "second", "2026b")]
        with store.writing() as tx:
            append(tx, "a", range(1, 2))
        with pytest.raises(StoreError, match="has events"), store.writing() as tx:
            tx.forget_adopted()
        with store.reading() as log:
            assert log.adopted_count() == 1
            assert list(log.flaws()) == []
        for verb in ("change", "remove"):
            with pytest.raises(Exception, match="append-only"):
                self.meddle(ref, verb, "catalogue")

    def test_a_stream_goes_on_while_other_questions_are_asked(self, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 50))
        with store.reading() as log:
            streamed = [(row, log.at(row.position), log.stored("a", row.version)) for row in log.all_events()]
        assert [(row, row, row) for row, _, _ in streamed] == streamed

    def test_another_process_reads_the_state_of_a_reading(self, ref: LogRef, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 4))
            append(tx, "b", range(1, 3))
        with closing(ref.open()) as other, store.reading() as log:
            before = state(log)
            with other.writing() as tx:
                append(tx, "a", range(4, 9))
                append(tx, "c", range(1, 3))
                tx.put_heads([Head("a", 8, None, b""), Head("c", 2, None, b"")])
            with other.writing() as tx:
                tx.adopt("other", "second", "2026b")
            assert elsewhere(state_until, ref, log.last_position()) == before == state(log)
            assert elsewhere(state_until, ref, 12).events == 12

    def test_until_nothing_there_is_nothing(self, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 4))
        with store.reading(until=0) as log:
            assert state(log)[:-1] == (0, 0, [], [], [], {})
            assert (log.last_event(), log.newest_input()) == (None, None)
            assert (log.at(1), log.stored("a", 1)) == (None, None)
            assert log.count_of(["a"]) == 0
            assert log.rows_between(0, 9) == []
            assert [row.toml for row in log.adopted()] == ["first"]

    # Positions

    def test_positions_have_no_gaps_also_behind_what_was_undone(self, store: Store) -> None:
        for version in range(1, 6):
            with suppress(Undone), store.writing() as tx:
                append(tx, "undone", range(1, 4))
                raise Undone
            with store.writing() as tx:
                append(tx, "a", range(version, version + 1))
        with store.reading() as log:
            assert [row.position for row in log.events_between(0, 99)] == [1, 2, 3, 4, 5]
            assert log.positions_used() == log.last_position() == 5

    def test_of_several_writing_processes_positions_stand_in_the_order_of_their_commits(
        self, ref: LogRef, store: Store
    ) -> None:
        with ProcessPoolExecutor(WRITERS, get_context("spawn")) as pool:
            list(pool.map(book_many, [ref] * WRITERS, range(WRITERS)))
        with store.reading() as log:
            rows = list(log.events_between(0, 1 << 40))
        assert [row.position for row in rows] == list(range(1, len(rows) + 1))
        assert len(rows) == WRITERS * sum(1 + booking % 3 for booking in range(BOOKINGS))
        position = 0
        while position < len(rows):  # a transaction at a time: nothing came between its first look and its commit
            first = rows[position]
            assert int(first.state) == position
            whole = [row for row in rows[position:] if row.state == first.state]
            assert whole == rows[position : position + len(whole)]
            assert {row.account for row in whole} == {first.account}
            position += len(whole)
        for writer in map(str, range(WRITERS)):
            versions = [row.version for row in rows if row.account == writer]
            assert versions == list(range(1, len(versions) + 1))

    # recorded_at

    def test_recorded_at_never_runs_backwards_whatever_clock_books(self, ref: LogRef) -> None:
        """R-2.5."""
        late, early = Clock(at("2024-06-01 00:00")), Clock(at("2023-06-01 00:00"))
        with Ledger(ref, now=late) as one, Ledger(ref, now=early) as other:
            one.apply([_input("open", region="moscow")])
            other.apply([_input("top_up", amount=1)])
            early.instant = at("2025-01-01 00:00")
            other.apply([_input("top_up", amount=2)])
            one.apply([_input("top_up", amount=3)])
            with one.store.reading() as log:
                recorded = [row.event().recorded_at for row in log.events_between(0, 99)]
        assert recorded == [late.instant, late.instant, early.instant, early.instant]

    # What is written stands

    @pytest.mark.parametrize("what", ["event", "catalogue"])
    @pytest.mark.parametrize("verb", ["change", "remove"])
    def test_the_store_itself_refuses_to_change_or_remove_what_is_written(
        self, ref: LogRef, store: Store, verb: Literal["change", "remove"], what: Literal["event", "catalogue"]
    ) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 4))
        with store.reading() as log:
            before = state(log)
        with pytest.raises(Exception, match="append-only"):
            self.meddle(ref, verb, what)
        with store.reading() as log:
            assert state(log) == before
            assert list(log.flaws()) == []

    def test_what_a_killed_process_committed_is_there_and_nothing_else_of_it(self, ref: LogRef, store: Store) -> None:
        for account, commits in (("undone", False), ("done", True)):
            with pytest.raises(BrokenProcessPool):
                elsewhere(killed, ref, account, commits=commits)
        with store.reading() as log:
            assert (log.accounts(), log.count(), log.last_position()) == (["done"], 99, 99)
            assert log.head("undone") is None

    # All or nothing

    def test_of_a_writing_that_fails_nothing_stands(self, store: Store) -> None:
        with store.reading() as log:
            before = (state(log), log.settings())
        with suppress(Undone), store.writing() as tx:
            tx.append_stored([event("a", 1)], [key(1, "a")])
            tx.put_heads([Head("a", 1, 1, b"{}")])
            tx.adopt("other", "second", "2026b")
            tx.add_sources({"bank"})
            tx.add_used_versions({("plan", "t4", "2023-01-01")})
            tx.set("name", "value")
            assert state(tx) != before[0]  # it sees what it wrote
            raise Undone
        with store.reading() as log:
            assert (state(log), log.settings()) == before
            assert (log.count_keys(), log.sources(), log.used_versions(), log.has_heads()) == (0, [], set(), False)

    # Keys and versions

    @pytest.mark.parametrize(
        "again",
        [
            ([event("a", 2)], [key(1, "a", 2)]),  # the key of an input that was booked
            ([event("a", 1)], [key(2, "a", 1)]),  # a version that the account has
        ],
        ids=["key", "version"],
    )
    def test_what_is_there_once_is_not_there_twice(
        self, store: Store, again: tuple[list[Stored], list[StoredKey]]
    ) -> None:
        with store.writing() as tx:
            tx.append_stored([event("a", 1)], [key(1, "a")])
        with store.reading() as log:
            before = state(log)
        with pytest.raises(StoreError), store.writing() as tx:
            tx.append_stored([event("b", 1), *again[0]], again[1])
        with store.reading() as log:
            assert state(log) == before
            assert list(log.all_keys()) == [key(1, "a")]

    def test_the_same_key_of_another_account_is_another_one(self, store: Store) -> None:
        with store.writing() as tx:
            tx.append_stored([event("a", 1), event("b", 1)], [key(1, "b"), key(1, "a")])
        with store.reading() as log:
            assert log.accounts_with(key(1).key) == [("a", 1), ("b", 1)]
            assert set(log.keys([("a", key(1).key), ("c", key(1).key)])) == {("a", key(1).key)}

    # Order of accounts

    def test_accounts_come_in_the_order_of_their_bytes(self, store: Store) -> None:
        ordered = sorted(WORDS, key=str.encode)
        with store.writing() as tx:
            for word in WORDS:
                tx.append_stored([event(word, 1), event(word, 2)], [key(1, word)])
            tx.put_heads(Head(word, 2, 7, b"{}") for word in WORDS)
        with store.reading() as log:
            assert log.accounts() == list(log.each_account()) == ordered
            assert [log.newest_versions([each]) for each in log.each_account()] == [{each: 2} for each in ordered]
            assert sorted(log.openings([*ordered, "nobody"])) == [log.stored(word, 1) for word in WORDS]
            assert list(log.openings([])) == list(log.openings(["nobody"])) == []
            assert [row.account for row in log.all_events()] == [word for word in ordered for _ in range(2)]
            assert [head.account for head in log.heads()] == ordered
            assert log.due_accounts(7) == [head.account for head in log.due(7, 99)] == ordered
            assert [account for account, _ in log.accounts_with(key(1).key)] == ordered
            assert [row.account for row in log.all_keys()] == ordered
            for first, before in ((2, 6), (7, len(ordered) - 1), (4, 4), (5, None)):
                end = None if before is None else ordered[before]
                some = ordered[first:before]
                assert [row.account for row in log.all_events(ordered[first], end)][::2] == some
                assert [head.account for head in log.heads(ordered[first], end)] == some

    # All contracts, in shares

    @pytest.mark.parametrize("workers", [1, 2, 5, 100])
    def test_each_contract_is_whole_in_one_share_in_order(self, store: Store, workers: int) -> None:
        with store.writing() as tx:
            for version in range(1, 4):
                for word in WORDS:
                    append(tx, word, range(version, version + 1))
            tx.put_heads(Head(word, 3, 7, b"{}") for word in (*WORDS, "9without events"))
            tx.append_stored([], [key(number, word) for number in range(3) for word in (*WORDS, "9without events")])
        with store.reading() as log:
            shares = log.shares(workers)
            contracts = [each for share in shares for each in log.whole_contracts(share)]
            assert contracts == [(word, list(log.events(word))) for word in sorted(WORDS, key=str.encode)]
            assert [len(events) for _, events in contracts] == [3] * len(WORDS)
            heads = [[head.account for head in log.heads_in(share)] for share in shares]
            assert sorted(chain.from_iterable(heads)) == sorted((*WORDS, "9without events"))
            for share, here in zip(shares, heads, strict=True):
                assert here == sorted(here, key=str.encode)
                assert {contract for contract, _ in log.whole_contracts(share)} == {*here} - {"9without events"}
                assert [each.account for each in log.keys_in(share)] == [account for account in here for _ in range(3)]
                side_by_side = [Stored._make(row) for rows in log.events_in(share) for row in rows]
                by_contract = sorted(side_by_side, key=lambda row: row.account.encode())  # each as it came
                assert by_contract == [row for _, events in log.whole_contracts(share) for row in events]

    def test_shares_have_about_as_many_events_each(self, store: Store) -> None:
        with store.writing() as tx:
            for number in range(200):
                append(tx, f"{number:03d}", range(1, 3 if number < 100 else 21))
        with store.reading() as log:
            shares = log.shares(4)
            counts = [sum(len(events) for _, events in log.whole_contracts(share)) for share in shares]
        assert sum(counts) == 2_200
        assert len(shares) >= 4
        for share, count in zip(shares, counts, strict=True):
            assert share.events == 2_200 // len(shares)
            assert abs(count - share.events) < 0.3 * share.events + 20

    def test_another_process_reads_what_is_whole_in_a_share(self, ref: LogRef, store: Store) -> None:
        with store.writing() as tx:
            for number in range(20):
                append(tx, f"{number:02d}", range(1, 4))
        with closing(ref.open()) as other, store.reading() as log:
            shares = log.shares(3)
            with other.writing() as tx:
                append(tx, "00", range(4, 9))
                append(tx, "99", range(1, 3))
            for share in shares:
                there = elsewhere(contracts_until, ref, log.last_position(), share)
                assert there == list(log.whole_contracts(share))
                assert all(len(events) == 3 for _, events in there)

    def test_of_nothing_there_is_a_share_with_nothing(self, store: Store) -> None:
        with store.reading() as log:
            shares = log.shares(8)
            assert [list(log.whole_contracts(share)) for share in shares] == [[]]

    # Errors

    def test_an_error_of_the_driver_is_one_of_the_store(self, store: Store) -> None:
        with pytest.raises(StoreError) as raised, store.writing() as tx:
            tx.append_stored([event("a", 1), event("a", 1)], [])
        assert raised.value.__cause__ is not None
        assert not isinstance(raised.value.__cause__, StoreError)

    def test_whoever_goes_on_behind_an_error_of_the_driver_has_it_as_one_of_the_store(self, store: Store) -> None:
        with store.writing() as tx:
            with pytest.raises(StoreError) as raised, tx.store_errors():
                tx.append_stored([event("a", 1), event("a", 1)], [])
            assert not isinstance(raised.value.__cause__, StoreError | None)
            assert tx.setting("nothing") is None

    def test_where_there_is_none_none_is_opened(self, ref: LogRef) -> None:
        assert not ref.exists()
        with pytest.raises(NoLedger):
            ref.open()
        assert not ref.exists()

    # Refs

    def test_a_ref_means_the_same_store_in_another_process(self, ref: LogRef, store: Store) -> None:
        with store.writing() as tx:
            append(tx, "a", range(1, 4))
        again = pickle.loads(pickle.dumps(ref))
        assert (again, hash(again), str(again)) == (ref, hash(ref), str(ref))
        assert (again.companion("views"), again.folder) == (ref.companion("views"), ref.folder)
        assert elsewhere(state_until, again, 3).events == 3
        with store.reading() as log:
            assert log.ref == store.ref == ref

    def test_a_new_ledger_gets_its_name_whole_and_no_other_s(self, ref: LogRef) -> None:
        with ref.new() as made:
            with closing(made.open(create=True)) as store, store.writing() as tx:
                append(tx, "a", range(1, 4))
            assert not ref.exists()
        with pytest.raises(FileExistsError), ref.new() as made:
            made.open(create=True).close()
        with closing(ref.open()) as store, store.reading() as log:
            assert log.count() == 3


def _input(type: str, **fields: Any) -> inputs.Input:
    number = fields.get("amount", 0)
    raw = {"type": type, "id": f"{type}-{number}", "account": ACCOUNT, "at": f"2023-01-0{number + 1}T10:00:00+03:00"}
    return inputs.check(raw | fields)
