"""Notices as another door would follow and read them: begun once, in order, the same again, nothing of who is gone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.periods import MINUTE, Instant
from projections.canonical_notices import notice, notices
from scripts.app.errors import AppError, Declined, InvalidRequest
from scripts.app.notices import begin, follow, notices_after
from scripts.state.outbox import Outbox
from scripts.state.place import StatePlace
from tests.scenarios.given import example_1, t3_due_on_10_march, with_plan
from tests.support import Story, at

NOW = at("2023-01-16 12:00")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(StatePlace(tmp_path / "keys" / "server", "abcd")) as made:
        yield made


def followed(story: Story, outbox: Outbox, now: Instant = NOW) -> list[str]:
    """What is new to the outbox, by its kind."""
    before = outbox.last()
    with story.ledger.snapshot() as snapshot:
        follow(snapshot.log, outbox, now)
    return [row.notice.kind for row in outbox.rows(before, 1_000)]


def began(story: Story, outbox: Outbox, *, from_beginning: bool = True) -> None:
    with story.ledger.snapshot() as snapshot:
        assert begin(snapshot.log, outbox, from_beginning=from_beginning)


def test_nobody_is_told_of_what_was_before_there_were_notices(tmp_path: Path, outbox: Outbox) -> None:
    story = example_1(tmp_path)
    assert followed(story, outbox) == []
    story.dial("2023-01-16 11:00")
    assert followed(story, outbox) == ["refresh_reply"]


def test_the_whole_past_is_told_to_who_asks_for_it_at_the_beginning(tmp_path: Path, outbox: Outbox) -> None:
    story = example_1(tmp_path)
    began(story, outbox)
    assert followed(story, outbox) == ["monthly_fee"]
    with story.ledger.snapshot() as snapshot, pytest.raises(Declined) as told:
        begin(snapshot.log, outbox, from_beginning=True)
    assert told.value.code == "NOTICES_BEGUN"


def test_the_same_place_gives_the_same_bytes_again(tmp_path: Path, outbox: Outbox) -> None:
    story = example_1(tmp_path)
    began(story, outbox)
    for day in ("16", "17"):
        story.dial(f"2023-01-{day} 10:00")
    followed(story, outbox)
    with story.ledger.snapshot() as snapshot:
        first, second, third = notices_after(snapshot.log, outbox, None, now=NOW)
        assert notices_after(snapshot.log, outbox, first.after, limit=1, now=NOW) == [second]
        assert notices_after(snapshot.log, outbox, third.after, now=NOW) == []
        again = notices_after(snapshot.log, outbox, first.after, now=NOW)
    assert notices(again) == b"[" + notice(second) + b"," + notice(third) + b"]"
    assert notice(second).decode().partition('"text"')[2] == (
        ':"Пакеты обновлены: списано 400,00\u00a0₽, следующее списание 16.02.2023.","after":"' + second.after + '",'
        '"reason":null,"amount":40000,"wallet":20000,"next_due":"2023-02-16T03:00:00+03:00"}'
    )


def test_what_comes_near_is_told_once_though_nothing_happens(tmp_path: Path, outbox: Outbox) -> None:
    story = t3_due_on_10_march(tmp_path, 3_00)
    assert followed(story, outbox, at("2023-03-07 02:59")) == []
    assert followed(story, outbox, at("2023-03-07 03:00") + MINUTE) == ["fee_due"]
    assert followed(story, outbox, at("2023-03-08 10:00")) == []
    story.usage("2023-03-08 11:00", "sms", 1)
    assert followed(story, outbox, at("2023-03-08 12:00")) == []


def test_a_clock_that_was_ahead_once_keeps_nothing_back(tmp_path: Path, outbox: Outbox) -> None:
    story = t3_due_on_10_march(tmp_path, 3_00)
    assert followed(story, outbox, at("2029-03-07 02:59")) == []
    assert followed(story, outbox, at("2023-03-07 04:00")) == ["fee_due"]


def test_what_becomes_uncovered_within_the_three_days_is_told_with_the_event(tmp_path: Path, outbox: Outbox) -> None:
    story = t3_due_on_10_march(tmp_path, 350_00)
    assert followed(story, outbox, at("2023-03-08 10:00")) == []
    story.usage("2023-03-08 11:00", "sms", 10, zone="russia")
    assert followed(story, outbox, at("2023-03-08 11:00") + 1) == ["fee_due"]


def test_a_code_is_told_in_its_place_until_it_is_over_and_then_it_is_in_no_file(tmp_path: Path, outbox: Outbox) -> None:
    story = example_1(tmp_path)
    began(story, outbox)
    followed(story, outbox)
    outbox.put_code(story.contract.id, "код-731955", zone="Europe/Moscow", now=NOW, until=NOW + 5 * MINUTE)
    story.dial("2023-01-16 12:01")
    followed(story, outbox)

    def told(now: Instant) -> list[str]:
        with story.ledger.snapshot() as snapshot:
            return [each.text.partition(":")[0] for each in notices_after(snapshot.log, outbox, None, now=now)]

    assert told(NOW) == ["Списана плата за месяц", "Код для входа", "Пакеты обновлены"]
    assert told(NOW + 5 * MINUTE) == ["Списана плата за месяц", "Пакеты обновлены"]
    followed(story, outbox, NOW + 5 * MINUTE)
    files = [path for path in outbox.path.parent.iterdir() if "код-731955".encode() in path.read_bytes()]
    assert files == []


@pytest.mark.parametrize("token", ["", "12", "000000000000-1", "-1"])
def test_a_place_that_no_notice_has_is_refused(tmp_path: Path, outbox: Outbox, token: str) -> None:
    story = example_1(tmp_path)
    refused(story, outbox, token)


def test_a_place_ahead_of_all_notices_is_refused(tmp_path: Path, outbox: Outbox) -> None:
    refused(example_1(tmp_path), outbox, outbox.token(1))


def refused(story: Story, outbox: Outbox, token: str) -> None:
    with story.ledger.snapshot() as snapshot, pytest.raises(InvalidRequest) as told:
        notices_after(snapshot.log, outbox, token, now=NOW)
    assert told.value.code == "NO_SUCH_NOTICE"


def test_the_notices_of_another_ledger_are_left_alone(tmp_path: Path, outbox: Outbox) -> None:
    story = example_1(tmp_path)
    followed(story, outbox)
    (tmp_path / "other").mkdir()
    other = with_plan(tmp_path / "other", "2023-01-15 12:00", 900_00)
    with pytest.raises(AppError) as told:
        followed(other, outbox)
    assert told.value.code == "OTHER_NOTICES"


def test_two_who_follow_at_the_same_time_tell_everything_once(tmp_path: Path, outbox: Outbox) -> None:
    """The slower one has an older state of the log, and leaves what is there as it is."""
    story = example_1(tmp_path)
    began(story, outbox)
    with story.ledger.snapshot() as older, Outbox(StatePlace(outbox.path.parent, "abcd")) as beside:
        story.dial("2023-01-16 10:00")
        assert followed(story, beside) == ["monthly_fee", "refresh_reply"]
        assert follow(older.log, outbox, NOW) == 0
    assert followed(story, outbox) == []


def test_an_outbox_of_yesterday_that_was_put_back_tells_what_came_since_as_before(
    tmp_path: Path, outbox: Outbox
) -> None:
    story = example_1(tmp_path)
    began(story, outbox)
    outbox.close()
    kept = outbox.path.with_suffix(".kept")
    shutil.copyfile(outbox.path, kept)
    place = StatePlace(outbox.path.parent, "abcd")
    with Outbox(place) as first:
        followed(story, first)
        before = first.rows(0, 10)
    shutil.copyfile(kept, outbox.path)
    with Outbox(place) as second:
        followed(story, second)
        assert second.rows(0, 10) == before
