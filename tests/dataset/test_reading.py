"""A dataset is read as the ledger is, and the same whether it was sealed in one run or in two."""

from itertools import chain

import pytest

from ledger.log.store import Reading, Stored
from tests.dataset.support import Ledgers, reading
from tests.log.elsewhere import state


@pytest.mark.parametrize("dataset", ["once", "twice"])
def test_all_is_there(sealed: Ledgers, dataset: str) -> None:
    with reading(sealed.ref(), sealed.ref(dataset)) as (log, found):
        assert state(found) == state(log)
        assert [found.at(row.position) for row in log.events_between(0, 20)] == list(log.events_between(0, 20))
        assert found.newest_input() == log.newest_input()
        assert found.last_event() == log.last_event()
        assert found.count_of(log.accounts()[:5]) == log.count_of(log.accounts()[:5])
        assert found.mark() == log.mark()
        assert found.setting("ledger") == log.setting("ledger")
        assert found.has_only_events
        assert not log.has_only_events


def test_as_of_a_mark_it_is_what_it_was(sealed: Ledgers) -> None:
    with reading(sealed.ref("half")) as (before,):
        mark, expected = before.mark(), state(before)
    with reading(sealed.ref(), sealed.ref("twice"), until=mark) as (log, found):
        assert state(found) == expected == state(log)


def whole(log: Reading, count: int) -> list[tuple[str, list[Stored]]]:
    return list(chain.from_iterable(log.whole_contracts(share) for share in log.shares(count)))


@pytest.mark.parametrize("dataset", ["once", "twice"])
@pytest.mark.parametrize("count", [1, 3, 100])
def test_shares_have_every_contract_whole_and_once(sealed: Ledgers, dataset: str, count: int) -> None:
    with reading(sealed.ref(), sealed.ref(dataset)) as (log, found):
        contracts = whole(found, count)
        assert sorted(contracts) == sorted(whole(log, 1))
        ids = [contract for contract, _ in contracts]
        if len(found.shards) == 1:
            assert found.as_read(sorted(ids)) == ids


def test_one_contract_is_found_with_all_it_has(sealed: Ledgers) -> None:
    with reading(sealed.ref(), sealed.ref("twice")) as (log, found):
        for account in log.accounts():
            events = list(log.events(account))
            assert list(found.events(account)) == events
            assert list(found.events(account, after_version=2)) == events[2:]
            assert found.newest_versions([account]) == {account: len(events)}
            assert found.stored(account, len(events)) == events[-1]
        for version in (0, -1, len(events) + 1):
            assert found.stored(account, version) is None
        assert list(found.events("nobody")) == []
        assert found.newest_versions(["nobody"]) == {}
        assert sorted(found.openings([*log.accounts(), "nobody"])) == sorted(log.openings(log.accounts()))
