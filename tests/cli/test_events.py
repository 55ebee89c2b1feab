"""`obnovi events` and `explain --at`: an event found by what a statement prints, or a subscriber says."""

import json
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from tests.cli.support import ACCOUNT, Run, line, month, top_up, write

FED = ("2023-03-20T12:00:00+03:00", "2023-03-25T12:00:00+03:00")


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """T4 since 15 January: calls, one to another region for 15.00, "on 12 March at 14:31 I called my mother", one that
    came late, one without a price; and a top-up of 400.00 that was fed on a later day.
    """
    call: dict[str, Any] = {"service": "voice", "direction": "out"}
    late = {"at": "2023-03-12T23:50:00+03:00", "received_at": "2023-03-13T04:10:00+03:00"}
    write(
        tmp_path / "feed",
        *month(),
        line("usage", "call", "2023-01-20T12:00:00+03:00", quantity=310, peer="74950001001", **call),
        line("usage", "abroad", "2023-01-21T12:00:00+03:00", quantity=130, peer="74950001001", zone="russia", **call),
        line("usage", "mother", "2023-03-12T14:31:20+03:00", quantity=61, peer="79161110000", **call),
        line("usage", "late", quantity=60, peer="+7 (916) 111-00-00", **late, **call),
        line("usage", "odd", "2023-03-14T10:00:00+03:00", quantity=60, zone="moon", **call),
    )
    write(tmp_path / "more", top_up("more", 400_00, at="2023-03-15T10:00:00+03:00"))
    for name, wall in zip(("feed", "more"), FED, strict=True):
        with freeze_time(wall):
            assert obnovi("feed", name).code == 0
    return obnovi


def found(run: Run, *options: object) -> list[int]:
    done = run("events", ACCOUNT, "--json", *options)
    assert (done.code, done.err) == (0, "")
    return [json.loads(each)["version"] for each in done.out.splitlines()]


def types(run: Run) -> dict[int, str]:
    rows = [json.loads(each) for each in run("events", ACCOUNT, "--json").out.splitlines()]
    return {row["version"]: row["type"] for row in rows}


def version_of(run: Run, id: str) -> int:
    """The first event that an input caused."""
    first: int = run("find", id, "--json").json()[0]["versions"][0]
    return first


def test_events_are_those_that_somebody_looks_for(ledger: Run) -> None:
    kinds = types(ledger)
    mother, late, abroad = (version_of(ledger, id) for id in ("mother", "late", "abroad"))
    calls = [version for version, kind in kinds.items() if kind == "UsageCharged"]
    assert found(ledger, "--type", "UsageCharged") == calls
    assert found(ledger, "--type", "UsageCharged", "--type", "UsageUnrated") == [*calls, version_of(ledger, "odd")]
    assert found(ledger, "--month", "2023-03", "--type", "UsageCharged") == [mother, late]
    assert found(ledger, "--from", "2023-03-12", "--to", "2023-03-12") == [mother]
    assert found(ledger, "--from", "2023-03-12T14:31:20", "--to", "2023-03-13T04:09:59+03:00") == [mother]
    assert found(ledger, "--from", "2023-03-12T14:31:20.000001", "--to", "2023-03-13 04:10") == [late]
    assert found(ledger, "--peer", "+7 916 111-00-00") == found(ledger, "--peer", "89161110000") == [mother, late]
    assert found(ledger, "--peer", "74950001001", "--month", "2023-01", "--after", abroad - 1) == [abroad]
    assert found(ledger, "--after", 2, "--limit", 2) == [3, 4]
    assert found(ledger, "--limit", 1, "--type", "UsageUnrated") == [version_of(ledger, "odd")]
    assert found(ledger, "--after", max(kinds)) == []


@pytest.mark.parametrize("written", ["400", "400.00", "400,00", "-400,00", "−400.00", "+400"])
def test_an_amount_is_what_moved_in_either_direction(ledger: Run, written: str) -> None:
    """The month's fee, and the top-up of as much; not a wallet of as much."""
    kinds = types(ledger)
    moved = [kinds[version] for version in found(ledger, f"--amount={written}")]
    assert moved == ["MonthlyFeeCharged", "MonthlyFeeCharged", "ToppedUp"]


def test_what_was_known_then_is_all_that_there_is(ledger: Run) -> None:
    newest = version_of(ledger, "more")
    assert found(ledger, "--known-at", "2023-03-20") == list(range(1, version_of(ledger, "odd") + 1))
    assert newest not in found(ledger, "--known-at", "2023-03-25T11:59:59")
    assert found(ledger, "--known-at", "2023-03-25T12:00") == found(ledger)
    assert found(ledger, "--known-at", "2023-01-01") == []
    earlier = ("explain", ACCOUNT, newest, "--known-at", "2023-03-20")
    assert ledger(*earlier).err == (
        f"obnovi: event {newest} of account {ACCOUNT} was not known yet at that time; ask for a later --known-at\n"
    )
    assert ledger("explain", ACCOUNT, newest, "--known-at", "2023-03-26").code == 0
    assert ledger("explain", ACCOUNT, "--at", "2023-03-15", "--amount", "400", "--known-at", "2023-03-26").code == 0
    gone = ledger("explain", ACCOUNT, "--at", "2023-03-15T10:00", "--known-at", "2023-03-20")
    assert (gone.code, "no such event at that time" in gone.err) == (1, True)


def test_the_table_says_who_how_much_and_for_what(ledger: Run) -> None:
    told = ledger("events", ACCOUNT, "--lang", "ru", "--peer", "74950001001").out.replace("\N{NO-BREAK SPACE}", " ")
    head = [cell.strip() for cell in told.splitlines()[2].split("┃")[1:-1]]
    (_, abroad) = [[cell.strip() for cell in each.split("│")[1:-1]] for each in told.splitlines() if "│" in each]
    assert head == ["Запись", "Проведена", "Что произошло", "О чём", "Номер", "Учтено", "Сумма", "Баланс"]
    assert abroad[4:] == ["74950001001", "3:00 мин", "−15,00 ₽", "585,00 ₽"]
    assert "none" in ledger("events", ACCOUNT, "--peer", "1").out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--type", "Call"), "--type Call: no event is called that; there are AccountOpened, "),
        (("--from", "2023-02-01", "--to", "2023-01-31"), "--from lies after --to"),
        (("--from", "2023-02-01T10:00:01+03:00", "--to", "2023-02-01T10:00:00+03:00"), "--from lies after --to"),
        (("--month", "2023-02", "--to", "2023-02-03"), "leave --from and --to out, or --month"),
        (("--from", "yesterday"), "'yesterday': no date, local time or RFC 3339 time"),
        (("--amount", "4.5"), "'4.5' is no sum of rubles"),
        (("--amount", "--"), "'--' is no sum of rubles"),
        (("--limit", "0"), "0 is not in the range"),
        (("--after", "-1"), "-1 is not in the range"),
    ],
)
def test_what_cannot_be_looked_for_is_one_line(ledger: Run, options: tuple[str, ...], said: str) -> None:
    done = ledger("events", ACCOUNT, *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize(
    ("options", "id"),
    [
        (("--at", "2023-03-12T14:31"), "mother"),
        (("--at", "2023-03-12 14:31:20"), "mother"),
        (("--at", "2023-03-12T11:31Z"), "mother"),
        (("--at", "2023-03-12T23:50"), "late"),  # as the usage row has it
        (("--at", "2023-03-13T04:10:00"), "late"),  # as the ledger line would
        (("--at", "2023-01-21", "--amount", "15"), "abroad"),
        (("--at", "2023-01-20", "--peer", "8 495 000-10-01"), "call"),
        (("--at", "2023-03-14"), "odd"),
    ],
)
def test_on_12_march_at_14_31(ledger: Run, options: tuple[str, ...], id: str) -> None:
    """One event fits: it is explained as by its version."""
    done = ledger("explain", ACCOUNT, *options, "--json")
    assert (done.code, done.err) == (0, "")
    assert done == ledger("explain", ACCOUNT, version_of(ledger, id), "--json")


def test_of_several_that_fit_one_is_to_be_chosen(ledger: Run) -> None:
    day = ("explain", ACCOUNT, "--at", "2023-01-15")
    chosen = ledger(*day, "--json")
    assert (chosen.code, chosen.err) == (1, "")
    listed = [json.loads(each) for each in ledger("events", ACCOUNT, "--json").out.splitlines()]
    assert chosen.json() == [each for each in listed if each["booked_at"].startswith("2023-01-15")]
    people = ledger(*day, "--lang", "en")
    assert (people.code, people.err) == (1, "")
    assert "several events fit, name the version of one of them" in people.out
    assert "MonthlyFeeCharged" in people.out
    narrowed = ledger(*day, "--amount", "400", "--json")
    assert (narrowed.code, narrowed.json()["event"]["type"]) == (0, "MonthlyFeeCharged")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--at", "2023-03-12T14:32"), "the nearest is event {mother}, UsageCharged, at 2023-03-12T14:31:20+03:00"),
        (("--at", "2023-03-12T14:31:21"), "the nearest is event {mother}, UsageCharged, at 2023-03-12T14:31:20+03:00"),
        (("--at", "2023-03-12", "--peer", "74950001001"), "the nearest is event {abroad}, UsageCharged, at 2023-01-21"),
        (("--at", "2023-03-11"), "the nearest is event {mother}, UsageCharged, at 2023-03-12T14:31:20+03:00"),
        (("--at", "2023-03-12", "--amount", "123"), "no such event at any time; `obnovi events"),
    ],
)
def test_what_does_not_fit_is_told_with_the_nearest(ledger: Run, options: tuple[str, ...], said: str) -> None:
    done = ledger("explain", ACCOUNT, *options, "--json")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert said.format(mother=version_of(ledger, "mother"), abroad=version_of(ledger, "abroad")) in done.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "name the event: by its VERSION, or by --at TIME"),
        (("8", "--at", "2023-03-12"), "name the event: by its VERSION, or by --at TIME"),
        (("8", "--peer", "1"), "--peer and --amount go with --at"),
        (("8", "--amount", "1"), "--peer and --amount go with --at"),
        (("--at", "14:31"), "no date, local time or RFC 3339 time"),
    ],
)
def test_an_event_is_named_in_one_way(ledger: Run, options: tuple[str, ...], said: str) -> None:
    done = ledger("explain", ACCOUNT, *options)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_a_time_that_the_clocks_show_twice_is_both(obnovi: Run, tmp_path: Path) -> None:
    """In Berlin clocks went back from 3:00 to 2:00 on 29 October 2023."""
    times = [f"2023-10-29T02:30:00{offset}" for offset in ("+02:00", "+01:00")]
    opened = line("open", "open", "2023-10-01T00:00:00+03:00", region="berlin")
    write(tmp_path / "feed", opened, *(top_up(f"p{n}", n, at=at) for n, at in enumerate(times, 1)))
    assert obnovi("feed", "feed").code == 0
    asked = ("explain", ACCOUNT, "--json", "--at")
    assert [each["amount"] for each in obnovi(*asked, "2023-10-29T02:30").json()] == [1, 2]
    for amount, at in enumerate(times, 1):
        assert obnovi(*asked, at).json()["event"]["amount"] == amount
