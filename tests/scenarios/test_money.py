"""Money and units: integers, entries that sum to zero, one rounding (R-1)."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.units import ex_vat, parse_rubles, percent_off, round_half_up
from projections.words.money import rubles, ten_thousandths
from tests.scenarios.given import FULL_T4, MB, example_3, with_plan
from tests.support import CATALOGUE_TEXT, Story, at, catalogue, transfers

# Rounding


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (0, 7, 0),
        (149, 100, 1),
        (150, 100, 2),
        (151, 100, 2),
        (249, 100, 2),
        (250, 100, 3),  # half up, not to even
        (-149, 100, -1),
        (-150, 100, -2),  # away from zero
        (-250, 100, -3),
        (150, -100, -2),
        (-150, -100, 2),
        (10**18 + 1, 2, 500_000_000_000_000_001),  # no float could tell
    ],
)
def test_a_half_goes_up_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    """R-1.5."""
    assert round_half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(
    ("fee", "percent", "effective"),
    [
        (350_00, 0, 350_00),
        (350_00, 100, 0),
        (15_50, 50, 7_75),
        (15_50, 33, 10_39),  # 10.385
        (15_50, 31, 10_70),  # 10.695
        (1, 50, 1),  # half a kopeck goes up
        (1, 51, 0),
        (3, 50, 2),
        (99_99, 15, 84_99),  # 84.9915
    ],
)
def test_a_discounted_fee_is_rounded_once(fee: int, percent: int, effective: int) -> None:
    """R-3.5, R-1.5."""
    assert percent_off(fee, percent) == effective


@pytest.mark.parametrize(
    ("amount", "rate", "text"),
    [
        (0, 20, "0.0000"),
        (6_00, 20, "5.0000"),
        (1_30, 18, "1.1017"),
        (20_00, 18, "16.9492"),
        (11_70, 18, "9.9153"),
        (3_90, 18, "3.3051"),
        (2_00, 20, "1.6667"),
        (75_00, 20, "62.5000"),
        (1_00, 22, "0.8197"),
        (-6_00, 20, "-5.0000"),
    ],
)
def test_an_amount_without_vat_has_four_decimals(amount: int, rate: int, text: str) -> None:
    """R-1.6: amount × 100 / (100 + rate), half up."""
    assert ten_thousandths(ex_vat(amount, rate)) == text


@pytest.mark.parametrize("text", ["350", "350.00"])
def test_catalogue_money_is_exact(text: str) -> None:
    """R-1.1."""
    assert parse_rubles(text) == 350_00


@pytest.mark.parametrize("text", ["350.0", "350.000", "350,00", "-1.00", "1e3", "", " 350.00", "٣"])
def test_catalogue_money_has_one_spelling(text: str) -> None:
    """R-1.1: nothing that would need rounding."""
    with pytest.raises(ValueError, match="rubles"):
        parse_rubles(text)


# VAT by date


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        ("2018-12-31", 18),
        ("2019-01-01", 20),
        ("2025-12-31", 20),
        ("2026-01-01", 22),
        ("2015-06-01", 18),
        ("2099-01-01", 22),
    ],
)
def test_the_rate_of_vat_changes_on_its_dates(day: str, rate: int) -> None:
    """R-1.6."""
    assert catalogue().vat_rate(date.fromisoformat(day)) == rate


@pytest.mark.parametrize(
    ("when", "rate", "text"),
    [
        ("2018-12-31 23:59:59", 18, "4.2373"),
        ("2019-01-01 00:00:00", 20, "4.1667"),
        ("2025-12-31 23:59:59", 20, "4.1667"),
        ("2026-01-01 00:00:00", 22, "4.0984"),
    ],
)
def test_a_row_has_the_rate_of_its_local_booking_date(tmp_path: Path, when: str, rate: int, text: str) -> None:
    """R-1.6, R-2.1."""
    story = Story(tmp_path).open("2018-01-01 00:00")
    story.top_up("2018-01-02 00:00", 1000_00)
    story.connect(when[:10] + " 00:00:00", "t4")
    story.call(when, "0:59", zone="russia")
    row = story.statement(when[:10], when[:10]).usage[0]
    assert (row.amount, row.vat_rate, ten_thousandths(row.amount_ex_vat)) == (5_00, rate, text)


def test_a_late_record_has_the_rate_of_its_booking(tmp_path: Path) -> None:
    """R-1.6: "by date of booking": called in 2018, booked in 2019."""
    story = Story(tmp_path).open("2018-12-01 00:00")
    story.top_up("2018-12-02 00:00", 1000_00)
    story.connect("2018-12-20 00:00", "t4")
    story.call("2018-12-31 23:59:59", "1:00", zone="russia", received_at="2019-01-01 00:00:00")
    (row,) = story.statement("2019-01-01", "2019-01-31").usage
    assert (row.at, row.vat_rate, row.amount_ex_vat) == (at("2018-12-31 23:59:59"), 20, 4_1667)
    assert story.statement("2018-12-31", "2018-12-31").usage == []


def paid_rows(folder: Path, when: str, prices: dict[str, tuple[str, str]]) -> Story:
    """A plan without packages whose zones have these prices (minute, SMS)."""
    plan = """
[[plans]]
id = "real"
name = "Настоящая детализация"
effective_from = 2010-01-01
sold_from = 2010-01-01
regions = ["*"]
monthly_fee = "0.00"
packages = {}
packages_cover = []
"""
    for zone, (minute, sms) in prices.items():
        plan += f'[plans.prices.{zone}]\nvoice_minute = "{minute}"\nsms = "{sms}"\n'
    story = Story(folder, text=CATALOGUE_TEXT + plan).open("2010-01-01 00:00")
    story.top_up("2010-01-02 00:00", 1000_00)
    story.connect(f"{when} 00:00:00", "real")
    return story


def test_a_real_statement_of_2018_adds_up(tmp_path: Path) -> None:
    """R-1.6: seven rows of 1,30, one each of 20,00, 11,70, 3,90 at 18 % total 37,8815."""
    story = paid_rows(tmp_path, "2018-03-01", {"home": ("1.30", "20.00"), "russia": ("11.70", "3.90")})
    for minute in range(7):
        story.call(f"2018-03-02 10:0{minute}", "0:30")
    story.usage("2018-03-02 11:00", "sms", 1)
    story.call("2018-03-02 12:00", "0:30", zone="russia")
    story.usage("2018-03-02 13:00", "sms", 1, zone="russia")
    made = story.statement("2018-03-01", "2018-03-31")
    assert [row.amount_ex_vat for row in made.usage] == [1_1017] * 7 + [16_9492, 9_9153, 3_3051]
    assert (made.usage_total.amount, made.usage_total.amount_ex_vat) == (44_70, 37_8815)
    # rounded once for the whole it would be 37.8814: totals add the rounded rows
    assert ex_vat(44_70, 18) == 37_8814


def test_a_real_statement_of_2019_adds_up(tmp_path: Path) -> None:
    """R-1.6: rows 2,00 + 2,00 + 75,00 at 20 % total 65,8334."""
    story = paid_rows(tmp_path, "2019-03-01", {"home": ("2.00", "75.00")})
    story.call("2019-03-02 10:00", "0:30")
    story.call("2019-03-02 10:01", "0:30")
    story.usage("2019-03-02 11:00", "sms", 1)
    total = story.statement("2019-03-01", "2019-03-31").usage_total
    assert (total.amount, total.amount_ex_vat) == (79_00, 65_8334)


# Entries


def test_package_units_are_seconds_pieces_and_kilobytes(tmp_path: Path) -> None:
    """R-1.2: 200 min, 200 SMS, 4096 MB of 1024 KB."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 400_00)
    rows = {row.service: (row.unit, row.granted) for row in story.balance.buckets}
    assert rows == {"voice": ("s", 12_000), "sms": ("sms", 200), "data": ("kb", 4_194_304)}


def told(folder: Path) -> Story:
    """A story in which everything of chapters 3–8 happens."""
    story = example_3(folder)
    story.call("2023-02-02 10:00", "225:00")
    story.call("2023-01-31 10:00", "1:00", received_at="2023-02-02 11:00")
    story.dial("2023-02-02 12:00")
    story.night("2023-03-02 03:00")
    story.top_up("2023-03-02 10:00", 500_00, channel="card")
    story.connect("2023-03-03 10:00", "t3")
    story.usage("2023-03-03 11:00", "data", 3000 * MB)
    story.night("2023-04-04 03:00")
    story.call("2023-04-04 10:00", "20:00", zone="roaming")
    story.night("2023-05-04 03:00")
    assert {"Blocked", "RefreshRefused", "MonthlyFeeCharged", "PlanConnected"} <= set(story.types())
    return story


def test_every_entry_has_an_amount_above_nothing_and_names_its_grant(tmp_path: Path) -> None:
    """R-1.3: package entries name an event that granted the bucket; money entries none."""
    story = told(tmp_path)
    log = story.log()
    granting = {event.version for event in log if any(row.startswith("granted/") for row in transfers(event))}
    for event in log:
        for entry in event.entries:
            assert entry.amount > 0
            assert (entry.grant in granting) == (entry.unit != "kop")
            assert entry.grant is None or entry.grant <= event.version


def test_one_entry_per_bucket_and_event(tmp_path: Path) -> None:
    """R-1.3: never merged, never split."""
    for event in told(tmp_path).log():
        touched = [(entry.from_, entry.to, entry.grant) for entry in event.entries]
        assert len(touched) == len(set(touched))


def test_entries_alone_give_every_balance(tmp_path: Path) -> None:
    """R-1.3, R-1.4: the wallet and each bucket are sums of entries; every unit sums to zero; names are R-1.4's."""
    story = told(tmp_path)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for event in story.log():
        for entry in event.entries:
            sums[entry.from_, entry.unit] -= entry.amount
            sums[entry.to, entry.unit] += entry.amount
    held: dict[str, Any] = {name: amount for (name, _), amount in sums.items() if amount}
    assert sums["wallet", "kop"] == story.wallet
    buckets = {name for name, _ in sums if name.split("/")[0] in ("base", "carried", "daily")}
    assert {name: sums[name, unit] for name, unit in sums if name in buckets} == {
        name: story.left().get(name, 0) for name in buckets
    }
    for unit in ("kop", "s", "sms", "kb"):
        assert sum(amount for (_, of), amount in sums.items() if of == unit) == 0
    counter = {"cash:cash", "cash:card", "revenue:monthly_fee", "revenue:daily_fee", "revenue:usage"}
    counter |= {f"{kind}/{service}" for kind in ("granted", "consumed", "expired") for service in FULL_T4}
    assert set(held) <= counter | {"wallet"} | buckets


def test_a_late_record_moves_what_had_expired(tmp_path: Path) -> None:
    """R-1.3, R-6.5: `expired → consumed`, so nothing is counted twice."""
    story = with_plan(tmp_path, "2023-01-15 12:00", 800_00)
    story.night("2023-02-15 03:00")
    story.call("2023-02-15 02:00", "10:00", received_at="2023-02-15 04:00")
    rows = [row for event in story.log() for row in transfers(event) if "voice" in row]
    assert rows == [
        "granted/voice > base/voice 12000 s #4",
        "base/voice > expired/voice 12000 s #4",
        "granted/voice > base/voice 12000 s #5",
        "expired/voice > consumed/voice 600 s #4",
    ]


def test_what_is_booked_is_never_decided_anew_for_a_balance(tmp_path: Path) -> None:
    """R-1.3: entries are decided once; heads thrown away and made again give the same account."""
    story = told(tmp_path)
    before, balance = story.account, story.balance
    story.ledger.rebuild_heads()
    assert (story.account, story.balance) == (before, balance)
    assert story.verify().ok


@pytest.mark.parametrize(
    ("kopecks", "text"),
    [(0, "0,00 ₽"), (450_00, "450,00 ₽"), (-5, "−0,05 ₽"), (1_234_567_89, "1 234 567,89 ₽")],
)
def test_money_for_people_is_one_word_that_no_line_breaks(kopecks: int, text: str) -> None:
    assert rubles(kopecks) == text.replace(" ", "\N{NO-BREAK SPACE}")
