"""Explanations of the worked examples, options, credit, corrections and refusals: `obnovi explain ACCOUNT VERSION`."""

import re
from pathlib import Path
from typing import Any

import pytest

from ledger.rules.considered import REASONS
from tests.scenarios.given import MB, example_1, example_3, t3_due_on_10_march, with_plan
from tests.scenarios.told import FEE_FOR_PROMISES, Begin
from tests.support import CATALOGUE_TEXT, Story, run, with_settings


def why(story: Story, version: int | None = None) -> dict[str, Any]:
    """The explanation of an event, the last one unless named; each agrees with what is stored."""
    found: dict[str, Any] = story.printed("explain", story.account_id, str(version or story.account.version))
    assert (found["agrees"], found["differences"]) == (True, [])
    return found


def told(story: Story, version: int | None = None, *options: str) -> list[str]:
    """The explanation's lines for people."""
    number = str(version or story.account.version)
    return run(story.path, "explain", story.account_id, number, *options, as_json=False).splitlines()


def section(lines: list[str], heading: str) -> list[str]:
    """The lines under a heading."""
    rest = lines[lines.index(heading) + 1 :]
    return [line.strip() for line in rest[: rest.index("") if "" in rest else None]]


def passed(found: dict[str, Any]) -> list[str]:
    """What was passed over, as `base/voice: expired` or `BLOCKED: does not hold`."""
    return [
        f"{each['bucket']}/{each['service']}: {each['why']}"
        if each["what"] == "bucket"
        else f"{each['what']}: {each['why']}"
        for each in found["alternatives"]
    ]


def wallets(found: dict[str, Any]) -> tuple[int, int]:
    return found["before"]["wallet"], found["after"]["wallet"]


def left(balance: dict[str, Any]) -> dict[str, int]:
    return {f"{row['bucket']}/{row['service']}": row["left"] for row in balance["buckets"]}


SIX = [
    f"{reason}: does not hold"
    for reason in ("NOT_ELIGIBLE", "FEE_WAIVED", "BLOCKED", "ALTERNATIVE_PERIOD", "UNPAID_PERIOD", "INSUFFICIENT_FUNDS")
]


# The worked examples


def test_example_3_a_refresh_tells_what_it_carried_and_that_nothing_was_against_it(tmp_path: Path) -> None:
    """R-5.4, R-5.3."""
    story = example_3(tmp_path)
    found = why(story)
    assert (found["rule"], found["rules"]) == ("R-5.4", ["R-5.4", "R-5.5"])
    assert found["inputs"] == [
        {
            "type": "ussd", "id": "ussd-7", "account": story.account_id, "at": "2023-02-01T10:00:00+03:00",
            "received_at": "2023-02-01T10:00:00+03:00", "source": "feed", "text": "*929#",
        }
    ]  # fmt: skip
    assert (found["facts"]["fee"], found["facts"]["available"]) == (400_00, 600_00)
    assert passed(found) == ["UNKNOWN_SERVICE_CODE: does not hold", *SIX]
    assert wallets(found) == (600_00, 200_00)
    assert (left(found["before"])["base/voice"], left(found["after"])["carried/voice"]) == (1200, 1200)
    assert found["event"]["reply"] == "Пакеты обновлены: списано 400,00 ₽, следующее списание 01.03.2023."
    catalogue = found["catalogue"]
    assert (catalogue["position"], len(catalogue["digest"])) == (1, 64)
    assert found["plan"] == {
        "id": "t4", "name": "Тест t4", "version": "2015-01-01", "discount": 0, "catalogue": catalogue,
    }  # fmt: skip
    assert "20:00 мин  сохранено: основной пакет, звонки — пакет от 15.01.2023" in section(told(story), "Что и откуда")


def test_example_4_a_call_names_the_grant_of_each_part(tmp_path: Path) -> None:
    """R-6.4: 20 minutes carried on 1 February, granted on 15 January; 6 minutes of the new package."""
    story = example_3(tmp_path)
    story.call("2023-02-01 12:00", "25:30")
    found = why(story)
    assert (found["rule"], found["facts"]["billed"], found["facts"]["from_packages"]) == ("R-6.4", 1560, 1560)
    assert found["parts"] == [
        {
            "from": "carried/voice", "to": "consumed/voice", "unit": "s", "amount": 1200, "bucket": "carried",
            "service": "voice", "grant": 4, "granted_at": "2023-01-15T12:00:00+03:00",
            "carried_at": "2023-02-01T10:00:00+03:00",
        },
        {
            "from": "base/voice", "to": "consumed/voice", "unit": "s", "amount": 360, "bucket": "base",
            "service": "voice", "grant": 8, "granted_at": "2023-02-01T10:00:00+03:00",
        },
    ]  # fmt: skip
    assert passed(found) == [
        "carried/sms: other service", "carried/data: other service",
        "base/sms: other service", "base/data: other service", "money: not reached",
    ]  # fmt: skip
    assert wallets(found) == (200_00, 200_00)
    assert section(told(story), "Что и откуда") == [
        "20:00 мин  взято: сохранённый остаток, звонки — пакет от 15.01.2023, перенесён 01.02.2023",
        "6:00 мин  взято: основной пакет, звонки — пакет от 01.02.2023",
    ]


def test_example_6_a_kopeck_is_missing(tmp_path: Path) -> None:
    """R-5.3: 399.99 of 400.00."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 799_99)
    story.refresh("2023-02-01 10:00")
    found = why(story)
    assert found["rule"] == "R-5.3"
    assert found["facts"] == {"fee": 400_00, "available": 399_99, "mode": "monthly", "blocks": [], "plan": "t4"}
    assert passed(found) == SIX[:5]
    lines = told(story)
    assert lines[0] == (
        "Событие 5 счёта 79161234567: отказ в обновлении пакетов — денег не хватает (INSUFFICIENT_FUNDS)"
    )
    assert "Плата       нужно 400,00 ₽, доступно 399,99 ₽ — не хватает 0,01 ₽" in section(lines, "Что сравнивалось")
    english = told(story, None, "--lang", "en")
    assert english[0].startswith("Event 5 of account 79161234567: refresh refused")
    assert "Fee     400.00 ₽ needed, 399.99 ₽ available: 0.01 ₽ short" in section(english, "What was compared")


def test_example_7_the_day_is_paid_because_the_month_could_not_be(tmp_path: Path) -> None:
    """R-4.2, R-4.4."""
    story = t3_due_on_10_march(tmp_path, 100_00)
    story.night("2023-03-10 03:00")
    day = why(story)
    assert (day["rule"], day["inputs"]) == ("R-4.2", [])
    assert {name: day["facts"][name] for name in ("fee", "daily_fee", "available")} == {
        "fee": 350_00, "daily_fee": 15_50, "available": 100_00,
    }  # fmt: skip
    assert passed(day) == ["LAPSE: no block", "MONTH: not affordable", "BLOCK: not reached"]
    assert [each["rule"] for each in day["alternatives"]] == ["R-4.5", "R-4.1", "R-4.3"]
    assert wallets(day) == (100_00, 84_50)
    story.top_up("2023-03-10 12:00", 1000_00)
    story.refresh("2023-03-10 13:00")
    assert passed(why(story)) == [
        *SIX[:3], "UNPAID_PERIOD: not reached", "INSUFFICIENT_FUNDS: not reached",
    ]  # fmt: skip
    story.night("2023-03-11 03:00")
    month = why(story)
    assert (month["rule"], month["rules"]) == ("R-4.1", ["R-4.1", "R-4.4"])
    assert passed(month) == ["LAPSE: no block", "DAY: not reached", "BLOCK: not reached"]


def test_example_8_a_block_an_unblocking_and_the_unpaid_period(tmp_path: Path) -> None:
    """R-4.3, R-8.5, R-5.3."""
    story = t3_due_on_10_march(tmp_path, 40_00)
    story.night("2023-03-12 03:00")
    block = why(story)
    assert (block["rule"], block["event"]["type"]) == ("R-4.3", "Blocked")
    assert passed(block) == ["LAPSE: no block", "MONTH: not affordable", "DAY: not affordable"]
    assert block["after"]["blocks"] == ["financial"]
    story.top_up("2023-03-12 18:00", 500_00)
    freed = why(story)
    assert (freed["rule"], freed["facts"]) == ("R-8.5", {"available": 509_00, "blocks": ["financial"]})
    assert freed["inputs"][0]["type"] == "top_up"
    assert wallets(why(story, story.account.version - 1)) == (9_00, 509_00)
    story.refresh("2023-03-12 19:00")
    refused = why(story)
    assert (refused["event"]["reason"], passed(refused)) == (
        "UNPAID_PERIOD", [*SIX[:4], "INSUFFICIENT_FUNDS: not reached"],
    )  # fmt: skip


def test_example_11_three_minutes_of_package_and_three_for_money(tmp_path: Path) -> None:
    """R-6.4, R-6.6."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "197:00")
    story.call("2023-01-21 10:00", "5:10")
    found = why(story)
    assert (found["rule"], found["rules"]) == ("R-6.4", ["R-6.4", "R-6.6"])
    facts = found["facts"]
    assert [facts[name] for name in ("quantity", "billed", "from_packages", "uncovered", "price", "amount")] == [
        310, 360, 180, 180, 2_00, 6_00,
    ]  # fmt: skip
    assert passed(found) == ["base/sms: other service", "base/data: other service"]
    assert wallets(found) == (600_00, 594_00)
    assert section(told(story), "Что и откуда") == [
        "3:00 мин  взято: основной пакет, звонки — пакет от 15.01.2023",
        "6,00 ₽  с баланса: услуги сверх пакета",
    ]


def test_example_12_a_late_call_is_paid_by_the_package_of_its_time(tmp_path: Path) -> None:
    """R-6.5: the old base had 10 minutes left; the new one was not valid yet."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "190:00")
    story.usage("2023-02-14 23:50", "voice", 140, received_at="2023-02-15 04:10")
    found = why(story)
    assert (found["rule"], found["rules"]) == ("R-6.4", ["R-6.4", "R-6.5"])
    part = found["parts"][0]
    assert (part["from"], part["bucket"], part["amount"], part["granted_at"], part["ended_at"]) == (
        "expired/voice", "base", 180, "2023-01-15T12:00:00+03:00", "2023-02-15T03:00:00+03:00",
    )  # fmt: skip
    assert passed(found) == [
        "base/sms: other service", "base/data: other service", "base/voice: not valid at that time",
        "base/sms: other service", "base/data: other service", "money: not reached",
    ]  # fmt: skip
    assert [each.get("expired", False) for each in found["alternatives"]] == [True, True, *[False] * 4]
    assert section(told(story), "Что и откуда") == [
        "3:00 мин  взято: основной пакет, звонки — пакет от 15.01.2023, закончился 15.02.2023 03:00:00"
    ]


@pytest.mark.parametrize(
    ("received_at", "is_closed"),
    [("2023-02-18 02:59:59", False), ("2023-02-18 03:00:00", True), ("2023-06-01 10:00", True)],
)
def test_a_late_record_that_cost_money_is_told_which_package_was_closed_to_it(
    tmp_path: Path, received_at: str, is_closed: bool
) -> None:
    """R-6.5: the leftover of January, its end, and since when its late window is closed; also long afterwards."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "50:00")
    story.top_up("2023-02-01 12:00", 3000_00)
    story.usage("2023-02-14 20:00", "voice", 600, received_at=received_at)
    found = why(story)
    closed = [each for each in found["alternatives"] if each["why"] == "late window closed"]
    assert len(closed) == is_closed
    for each in closed:
        assert {name: each[name] for name in ("bucket", "service", "left", "end", "late_until", "rule", "expired")} == {
            "bucket": "base",
            "service": "voice",
            "left": 9_000,
            "end": "2023-02-15T03:00:00+03:00",
            "late_until": "2023-02-18T03:00:00+03:00",
            "rule": "R-6.5",
            "expired": True,
        }
        assert (found["rule"], found["rules"]) == ("R-6.6", ["R-6.6", "R-6.5"])
        said = next(line for line in section(told(story), "Что не подошло") if "сгоревший остаток" in line)
        assert re.sub(" {2,}", " | ", said) == (
            "основной пакет, звонки, сгоревший остаток до 15.02.2023 03:00:00, осталось 150:00 мин | "
            "для опоздавших записей закрыт с 18.02.2023 03:00:00"
        )


def test_a_package_that_was_empty_when_its_month_ended_is_told_as_empty(tmp_path: Path) -> None:
    """R-6.4: nothing of it was kept for late records."""
    story = example_1(tmp_path)
    story.call("2023-01-20 10:00", "200:00")
    story.usage("2023-02-14 20:00", "voice", 600, received_at="2023-02-15 10:00")
    assert "base/voice: empty" in passed(why(story))


def test_an_option_s_package_that_ended_early_is_told_with_that_end(begin: Begin) -> None:
    """R-9.4, R-6.5: disconnected on 12 January, so its window closed on the 15th."""
    story = begin(3000_00)
    story.connect("2023-01-05 12:00", "t4")
    story.call("2023-01-06 12:00", "200:00")
    story.option("2023-01-10 12:00", "gift")
    story.drop("2023-01-12 12:00", "gift")
    story.usage("2023-01-11 12:00", "voice", 60, received_at="2023-01-15 12:00")
    (closed,) = [each for each in why(story)["alternatives"] if each["why"] == "late window closed"]
    assert (closed["bucket"], closed["end"][:16], closed["late_until"][:16]) == (
        "option:gift", "2023-01-12T12:00", "2023-01-15T12:00",
    )  # fmt: skip


def test_example_14_a_claim_and_its_answer_cite_what_they_are_about(begin: Begin) -> None:
    """R-11.2, R-11.3, R-11.1."""
    story = begin(1000_00)
    story.connect("2023-02-01 12:00", "t4")
    charge = story.account.version
    outcome = story.feed("open_dispute", "2023-03-01 10:00", event=charge, text="не согласен")
    claim = why(story)
    assert (claim["rule"], claim["cites"]) == ("R-11.2", [charge])
    facts = claim["facts"]
    assert (facts["today"], facts["last_day"], facts["answer_due"]) == ("2023-03-01", "2023-08-01", "2023-03-31")
    assert [said["type"] for said in claim["inputs"]] == ["open_dispute", "connect_plan"]
    assert outcome.version is not None
    story.resolve("2023-03-10 10:00", story.heard[-1][1].id, "upheld")
    resolved, reversed_ = why(story, story.account.version - 1), why(story)
    assert (resolved["rule"], resolved["cites"]) == ("R-11.3", [outcome.version, charge])
    assert (reversed_["rule"], reversed_["cites"]) == ("R-11.1", [charge])
    assert [said["type"] for said in reversed_["inputs"]] == ["resolve_dispute", "connect_plan"]
    assert wallets(reversed_) == (200_00, 600_00)  # 1000.00, the month at connection and the night of 01.03
    assert [part["to"] for part in reversed_["parts"]] == ["wallet"]


# Options, credit, corrections


def test_an_option_outside_its_zone_is_named_with_its_reason(begin: Begin) -> None:
    """R-6.3, R-6.8: data in a zone with a price for voice and SMS only."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 13:00", "gb1")
    story.usage("2023-01-16 10:00", "data", MB, zone="russia")
    found = why(story)
    assert (found["rule"], found["facts"]["reason"], found["plan"]["id"]) == ("R-6.8", "NO_PRICE", "t4")
    assert passed(found) == [
        "base/voice: other service", "base/sms: other service",
        "base/data: zone not covered", "option:gb1/data: zone not covered",
    ]  # fmt: skip
    assert "опция «1 ГБ», интернет, осталось 1024 МБ    зона не покрыта" in section(told(story), "Что не подошло")


def test_what_is_behind_the_bucket_that_paid_was_not_reached_and_what_is_used_up_is_empty(begin: Begin) -> None:
    """R-6.4."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 13:00", "min100")
    story.call("2023-01-16 10:00", "1:00")
    assert "option:min100/voice: not reached" in passed(why(story))
    story.call("2023-01-17 10:00", "199:00")
    story.call("2023-01-18 10:00", "1:00")
    found = why(story)
    assert "base/voice: empty" in passed(found)
    assert found["parts"][0]["bucket"] == "option:min100"


def test_packages_that_would_cover_only_a_part_of_an_unpriced_record_keep_what_they_have(begin: Begin) -> None:
    """R-6.8: roaming has no price for SMS; without a price packages must cover the whole."""
    text = CATALOGUE_TEXT.replace('packages_cover = ["home", "russia"]', 'packages_cover = ["home", "roaming"]')
    story = begin(1000_00, text=text)
    story.connect("2023-01-15 12:00", "t4-wide")
    story.usage("2023-01-16 10:00", "sms", 201, zone="roaming")
    assert "base/sms: covers only a part" in passed(why(story))


def test_unlimited_data_pays_and_leaves_the_option_alone(begin: Begin) -> None:
    """R-6.3."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4-unlimited")
    story.option("2023-01-15 13:00", "gb1")
    story.usage("2023-01-16 10:00", "data", MB)
    found = why(story)
    assert (found["rule"], found["parts"]) == ("R-6.3", [])
    assert [line for line in passed(found) if "data" in line or "money" in line] == [
        "option:gb1/data: not reached", "money: not reached",
    ]  # fmt: skip


def test_incoming_calls_ask_no_bucket(tmp_path: Path) -> None:
    """R-6.2."""
    story = example_1(tmp_path)
    story.usage("2023-01-20 10:00", "voice", 61, direction="in")
    found = why(story)
    assert found["rule"] == "R-6.2"
    assert {each.split(": ")[1] for each in passed(found)} == {"not reached"}


def test_an_option_is_suspended_for_a_reason_that_is_told(begin: Begin) -> None:
    """R-9.1, R-9.2."""
    story = begin(505_00)
    story.connect("2023-01-15 12:00", "t4")
    story.option("2023-01-15 13:00", "min100")
    connected = why(story)
    assert connected["rule"] == "R-9.1"
    assert passed(connected) == [
        "UNKNOWN_OPTION: does not hold", "ALREADY_CONNECTED: does not hold", "BLOCKED: does not hold",
        "INSUFFICIENT_FUNDS: does not hold",
    ]  # fmt: skip
    story.option("2023-01-15 14:00", "min100")
    assert passed(why(story)) == [
        "UNKNOWN_OPTION: does not hold", "BLOCKED: not reached", "INSUFFICIENT_FUNDS: not reached",
    ]  # fmt: skip
    story.top_up("2023-01-16 12:00", 400_00)
    story.night("2023-02-15 03:00")
    found = why(story)
    assert (found["event"]["type"], found["rule"]) == ("OptionSuspended", "R-9.2")
    assert found["facts"] == {"blocks": [], "fee": 95_00, "available": 10_00, "reason": "INSUFFICIENT_FUNDS"}
    assert told(story)[0].endswith("опция приостановлена: «100 минут»")


def test_a_promise_a_second_one_and_its_end(begin: Begin) -> None:
    """R-10.2, R-10.3, R-8.5."""
    story = begin(text=with_settings(FEE_FOR_PROMISES))
    story.promise("2023-01-15 12:00", 100_00)
    taken = why(story, story.account.version)
    assert (taken["rule"], taken["facts"]["promise_fee"], wallets(taken)) == ("R-10.2", 20_00, (0, -20_00))
    story.promise("2023-01-15 13:00", 1)
    second = why(story)
    assert (second["facts"]["active"], passed(second)) == (100_00, ["PROMISE_TOO_LARGE: not reached"])
    story.night("2023-01-18 12:00")
    ended, blocked = why(story, story.account.version - 1), why(story)
    assert (ended["rule"], ended["facts"]["topped_up"]) == ("R-10.3", 0)
    assert (ended["before"]["available"], ended["after"]["available"]) == (80_00, -20_00)
    assert (blocked["rule"], blocked["facts"]["available"]) == ("R-8.5", -20_00)


def test_a_discount_is_told_with_the_fee_that_it_makes(begin: Begin) -> None:
    """R-3.5, R-10.1, R-4.7."""
    story = begin(1000_00)
    story.discount("2023-01-15 11:00", 15, "2023-01-01", "2023-02-01")
    story.connect("2023-01-15 12:00", "t4")
    found = why(story)
    facts = found["facts"]
    assert (facts["fee_before_discount"], facts["discount"], facts["fee"]) == (400_00, 15, 340_00)
    assert (found["plan"]["discount"], "R-3.5" in found["rules"]) == (15, True)
    story.discount("2023-01-16 11:00", 100, "2023-01-01", "2024-02-01")
    assert why(story)["facts"]["replaced"] == 15
    story.refresh("2023-01-17 11:00")
    assert (why(story)["event"]["reason"], passed(why(story))[0]) == ("FEE_WAIVED", SIX[0])
    story.night("2023-02-15 03:00")
    assert why(story)["rules"] == ["R-4.1", "R-4.7", "R-3.5"]


def test_a_reversal_gives_money_and_packages_back(begin: Begin) -> None:
    """R-11.1: also to a bucket that has been carried since."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.call("2023-01-16 10:00", "201:00")
    call = story.account.version
    story.refresh("2023-01-17 10:00")
    story.reverse("2023-01-18 10:00", call)
    found = why(story)
    assert (found["rule"], found["cites"]) == ("R-11.1", [call])
    assert [said["type"] for said in found["inputs"]] == ["reverse", "usage"]
    assert passed(found) == [
        "UNKNOWN_EVENT: does not hold", "NOT_REVERSIBLE: does not hold", "AMOUNT_TOO_LARGE: does not hold",
        "NOT_REVERSIBLE: does not hold",
    ]  # fmt: skip
    assert [(part["to"], part["amount"], part.get("carried_at")) for part in found["parts"]] == [
        ("wallet", 2_00, None), ("carried/voice", 12_000, "2023-01-17T10:00:00+03:00"),
    ]  # fmt: skip
    story.reverse("2023-01-19 10:00", story.account.version)
    again = why(story)
    assert (again["event"]["reason"], again["facts"]["reversal"]) == ("NOT_REVERSIBLE", True)
    assert passed(again) == ["UNKNOWN_EVENT: does not hold", "AMOUNT_TOO_LARGE: not reached",
                             "NOT_REVERSIBLE: not reached"]  # fmt: skip


def test_a_record_rated_again_tells_both_inputs(begin: Begin) -> None:
    """R-11.6: by the version of its own time, under the catalogue of the rating."""
    story = begin(1000_00)
    story.connect("2023-01-15 12:00", "t4")
    story.usage("2023-01-16 10:00", "data", MB, zone="russia")
    unrated = story.account.version
    before = why(story)["catalogue"]
    version = CATALOGUE_TEXT[
        CATALOGUE_TEXT.index('[[plans]]\nid = "t4"') : CATALOGUE_TEXT.index('[[plans]]\nid = "t3"')
    ]
    mended = version.replace("effective_from = 2015-01-01", "effective_from = 2023-01-16").replace(
        'sms = "3.80"', 'sms = "3.80"\ndata_mb = "9.00"'
    )
    story.adopt(story.text + mended)
    story.rerate("2023-02-01 10:00", unrated)
    found = why(story)
    assert (found["rule"], found["rules"], found["cites"]) == ("R-11.6", ["R-11.6", "R-6.6"], [unrated])
    assert [said["type"] for said in found["inputs"]] == ["rerate", "usage"]
    assert passed(found)[:2] == ["NOT_UNRATED: does not hold", "ALREADY_RATED: does not hold"]
    assert "base/data: zone not covered" in passed(found)
    assert (found["plan"]["version"], wallets(found)) == ("2023-01-16", (600_00, 591_00))
    assert found["catalogue"]["position"] > before["position"]
    assert why(story, unrated)["catalogue"] == before


REFUSED = [
    ("connect_plan", {"plan": "t4-ural"}, "R-3.2", {"exists": True, "sold": True, "in_region": False}),
    ("connect_plan", {"plan": "none"}, "R-3.2", {"exists": False, "sold": False, "in_region": False}),
    ("connect_plan", {"plan": "t4"}, "R-3.2", {"fee": 400_00, "available": 300_00}),
    ("open", {"region": "moscow"}, "R-12.3", {}),
    ("ussd", {"text": "*100#"}, "R-12.4", {"code": "*929#"}),
    ("sms", {"to": "09290", "text": ""}, "R-12.4", {"number": "9290"}),
    ("unblock", {"kind": "operator"}, "R-8.2", {"blocks": []}),
    ("disconnect_option", {"option": "gb1"}, "R-9.4", {}),
    ("take_promise", {"amount": 800_01}, "R-10.2", {"max": 800_00, "amount": 800_01}),
    ("reverse", {"event": 99, "text": ""}, "R-11.1", {"event": 99, "newest": 2}),
    ("adjust", {"amount": -300_01, "cites": [1], "text": ""}, "R-11.5", {"needed": 300_01, "available": 300_00}),
    ("adjust", {"amount": 1, "cites": [1, 7], "text": ""}, "R-11.5", {"cites": [1, 7], "missing": [7]}),
    ("rerate", {"event": 2}, "R-11.6", {}),
    ("open_dispute", {"event": 3, "text": ""}, "R-11.2", {"event": 3, "newest": 2}),
    ("resolve_dispute", {"dispute": "d", "outcome": "rejected", "text": ""}, "R-11.3", {"dispute": "d"}),
]  # fmt: skip


@pytest.mark.parametrize(("type", "fields", "rule", "facts"), REFUSED)
def test_a_refused_input_tells_its_rule_and_what_was_compared(
    tmp_path: Path, type: str, fields: dict[str, Any], rule: str, facts: dict[str, Any]
) -> None:
    """R-12.1."""
    story = Story(tmp_path).open("2023-01-01 00:00")
    story.top_up("2023-01-01 00:01", 300_00)
    story.feed(type, "2023-01-02 12:00", **fields)
    found = why(story)
    assert (found["event"]["type"], found["rule"]) == ("InputRefused", rule)
    assert facts.items() <= found["facts"].items()
    reasons = [each["what"] for each in found["alternatives"]]
    tested = [each["why"] for each in found["alternatives"]].count("does not hold")
    told_in_order = [*reasons[:tested], found["event"]["reason"], *reasons[tested:]]
    assert told_in_order == list(REASONS[type][: len(told_in_order)])
    assert len(told_in_order) == (1 if found["event"]["reason"] == "UNKNOWN_SERVICE_CODE" else len(REASONS[type]))
    assert found["before"] == found["after"] | {"clock": "2023-01-01T00:01:00+03:00"}


def test_an_opening_has_nothing_before_it(tmp_path: Path) -> None:
    """R-3.1: neither a balance nor a plan."""
    story = Story(tmp_path).open("2023-01-01 00:00", credit_limit=300_00)
    found = why(story, 1)
    assert (found["rule"], found["before"], found["plan"], found["alternatives"]) == ("R-3.1", None, None, [])
    assert (found["facts"], found["after"]["available"]) == ({"region": "moscow", "credit_limit": 300_00}, 300_00)
