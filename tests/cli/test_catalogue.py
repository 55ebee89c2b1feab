"""`obnovi catalogue`: checked, shown, compared, and gone on with, as a clerk does it (contract §6, R-3.6)."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ledger.catalogue import parse, shipped_text
from tests.cli.support import ACCOUNT, Run, line, month, write
from tests.support import CATALOGUE_TEXT


@pytest.fixture
def ledger(obnovi: Run, tmp_path: Path) -> Run:
    """An account on t4 with a call to a zone that has no price."""
    call: dict[str, Any] = {
        "service": "voice",
        "direction": "out",
        "quantity": 61,
        "zone": "abroad",
        "peer": "74950001234",
    }
    record = line("usage", "abroad", "2023-01-20T12:00:00+03:00", **call)
    assert obnovi("feed", write(tmp_path / "feed", *month(), record).name).code == 0
    return obnovi


def altered(folder: Path, *changes: tuple[str, str]) -> str:
    """The tests' catalogue with texts in place of others, which are there once or taken the first time."""
    text = CATALOGUE_TEXT
    for was, is_ in changes:
        assert was in text, was
        text = text.replace(was, is_, 1)
    (folder / "other.toml").write_text(text, encoding="utf-8")
    return "other.toml"


def line_of(text: str, wanted: str) -> int:
    """The first line that has a text."""
    return next(number for number, each in enumerate(text.splitlines(), 1) if wanted in each)


# A price that is missing


def test_a_zone_without_price_is_priced_and_its_records_are_charged(ledger: Run, tmp_path: Path) -> None:
    """Unrated, a price from the month of the record on, what it comes to, charged, and on the statement."""
    (waits,) = ledger("unrated", "--json").json()
    asked = ("catalogue", "add-price", waits["plan"], waits["zone"], "--voice", "9.00", "--from", "2023-01-01")
    assert ledger(*asked, "-o", "mended.toml").out.startswith("mended.toml: plan t4 from 2023-01-01 on")
    assert ledger("catalogue", "check", "mended.toml", "--json").json() == {"ok": True, "problems": []}
    given = ("--catalogue", "mended.toml", "rerate", "--all", "--json")
    done = {"rated": 1, "unrated": 0, "amount": 18_00, "refused": 0}
    assert ledger(*given, "--dry-run").json() == done
    assert ledger(*given, "--yes").json() == done
    printed = ledger("statement", ACCOUNT, "--from", "2023-01-20", "--to", "2023-01-20", "--json").json()
    assert [(row["zone"], row["billed"], row["amount"]) for row in printed["usage"]] == [("abroad", 120, 18_00)]
    assert ledger("verify", "--json").json()["ok"]


def test_a_new_version_stands_behind_what_was_there_before(ledger: Run, tmp_path: Path) -> None:
    asked = ("catalogue", "add-price", "t4", "abroad", "--voice", "9", "--sms", "5,50", "--from", "2023-01-01")
    text = ledger(*asked).out
    assert text.startswith(CATALOGUE_TEXT)
    newest = tomllib.loads(text)["plans"][-1]
    (before,) = [plan for plan in tomllib.loads(CATALOGUE_TEXT)["plans"] if plan["id"] == "t4"]
    prices = {"abroad": {"voice_minute": "9.00", "sms": "5.50"}}
    dated = {"effective_from": newest["effective_from"], "prices": before["prices"] | prices}
    assert newest == before | dated
    assert f"{newest['effective_from']}" == "2023-01-01"
    said = ledger(*asked, "--json").json()
    assert said == {"plan": "t4", "version": "2023-01-01", "file": None, "catalogue": text}


def test_a_catalogue_saved_with_a_byte_order_mark_is_one(ledger: Run) -> None:
    Path("marked.toml").write_text(CATALOGUE_TEXT, encoding="utf-8-sig")
    assert ledger("catalogue", "check", "marked.toml", "--json").json() == {"ok": True, "problems": []}
    assert ledger("catalogue", "diff", "marked.toml", "ledger", "--json").json() == []


def test_a_version_may_change_fees_packages_and_prices_at_once(ledger: Run) -> None:
    asked = ("--monthly-fee", "450", "--daily-fee", "20.00", "--data-mb", "unlimited", "--voice-minutes", "300")
    more = ("--name", 'Тест "4"', "--price", "мир", "sms", "7", "--sold-until", "2024-01-01", "--from", "2023-02-01")
    made = parse(ledger("catalogue", "add-version", "t4", *asked, *more).out).plans["t4"][-1]
    assert (made.monthly_fee, made.daily_fee, made.name) == (450_00, 20_00, 'Тест "4"')
    assert (made.packages.voice_minutes, made.packages.sms, made.packages.data_mb) == (300, 200, "unlimited")
    assert (made.prices["мир"].sms, made.prices["home"].sms, f"{made.sold_until}") == (7_00, 2_00, "2024-01-01")


def test_a_version_between_two_says_from_when_the_later_one_holds(ledger: Run, tmp_path: Path) -> None:
    ledger("catalogue", "add-version", "t4", "--monthly-fee", "450", "--from", "2023-06-01", "-o", "june.toml")
    base = ("--catalogue", "june.toml", "catalogue")
    done = ledger(*base, "add-price", "t4", "abroad", "--voice", "9", "--from", "2023-01-01", "-o", "june.toml")
    assert "plan t4 has a version of 2023-06-01, from which on it is as that one says" in done.err
    versions = parse((tmp_path / "june.toml").read_text(encoding="utf-8")).plans["t4"]
    assert [("abroad" in each.prices, each.monthly_fee) for each in versions] == [
        (False, 400_00), (True, 400_00), (False, 450_00),
    ]  # fmt: skip
    assert ledger("--catalogue", "june.toml", "night", "--until", "2023-01-21T12:00:00+03:00").code == 0


def test_a_file_of_windows_keeps_its_ends_of_lines(ledger: Run, tmp_path: Path) -> None:
    text = CATALOGUE_TEXT.replace("\n", "\r\n").encode()
    (tmp_path / "windows.toml").write_bytes(text)
    asked = ("catalogue", "add-price", "t4", "abroad", "--voice", "9", "--from", "2023-01-01", "-o", "mended.toml")
    assert ledger("--catalogue", "windows.toml", *asked).code == 0
    mended = (tmp_path / "mended.toml").read_bytes()
    assert mended.startswith(text)
    assert mended.count(b"\n") == mended.count(b"\r\n") > text.count(b"\n")


def test_a_zone_that_looks_misspelt_is_told(ledger: Run) -> None:
    done = ledger("catalogue", "add-price", "t4", "rusia", "--voice", "9", "--from", "2023-01-01")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "prices.rusia: no other plan has this zone; did you mean 'russia'?" in done.err
    done = ledger("catalogue", "add-price", "t4", "hone", "--voice", "9", "--from", "2023-01-01")
    assert done.err == "obnovi: zone 'hone' is new; did you mean 'home'?\n"
    assert ledger("catalogue", "add-price", "t4", "mars", "--voice", "9", "--from", "2023-01-01").err == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("add-price", "t9", "abroad", "--voice", "9", "--from", "2023-01-01"), "the catalogue has no plan t9"),
        (("add-price", "t4", "abroad", "--from", "2023-01-01"), "name a price with --voice, --sms or --data"),
        (("add-price", "t4", "abroad", "--voice", "9"), "--from"),
        (("add-price", "t4", "", "--voice", "9", "--from", "2023-01-01"), "1 to 32 characters"),
        (("add-price", "t4", "abroad", "--voice", "nine", "--from", "2023-01-01"), "'nine' is no sum of rubles"),
        (("add-price", "t4", "abroad", "--voice", "9", "--from", "2014-01-01"), "plan t4 begins on 2015-01-01"),
        (("add-price", "t4", "abroad", "--voice", "9", "--from", "2015-01-01"), "has a version of 2015-01-01"),
        (("add-price", "t4", "home", "--voice", "2.00", "--from", "2023-01-01"), "plan t4 is so already"),
        (("add-version", "t4", "--from", "2023-01-01"), "plan t4 is so already"),
        (("add-version", "t4", "--sms", "-1", "--from", "2023-01-01"), "'-1' is no whole number"),
        (("add-version", "t4", "--sms", "9999999999", "--from", "2023-01-01"), "that would be no catalogue"),
        (("add-version", "t4", "--sold-until", "2014-01-01", "--from", "2023-01-01"), "sold_until lies before"),
        (("add-version", "t4", "--name", "", "--from", "2023-01-01"), "that would be no catalogue"),
        (("add-version", "t4", "--sms", "1", "--from", "2023-01-01", "-o", "obnovi.db"), "is the ledger itself"),
        (("add-version", "t4", "--sms", "1", "--from", "2023-01-01", "-o", "no/folder"), "no/folder"),
        (("show", "--plan", "t9"), "the catalogue has no plan t9"),
        (("show", "--shipped", "--catalogue", "x.toml"), "name two catalogues"),
        (("show", "--catalogue", "x.toml"), "there is no catalogue at x.toml"),
        (("show", "--at", "tomorrow"), "tomorrow"),
        (("diff", "ledger", "empty.toml"), "empty.toml is no catalogue: vat: missing"),
        (("diff", "ledger"), "Missing argument 'B'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line_and_nothing_is_written(
    ledger: Run, tmp_path: Path, args: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty.toml").touch()
    before = sorted(path.name for path in tmp_path.iterdir())
    done = ledger("catalogue", *args)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_catalogue_that_is_no_list_of_tables_is_gone_on_with_by_hand(ledger: Run, tmp_path: Path) -> None:
    """`plans = [{…}]` cannot be added to at the end."""
    plan = '{ id = "t4", name = "T", effective_from = 2015-01-01, sold_from = 2015-01-01, regions = ["*"], '
    plan += 'monthly_fee = "1.00", packages = {}, packages_cover = [] }'
    (tmp_path / "inline.toml").write_text(f'plans = [{plan}]\n[vat]\n"2004-01-01" = 18\n[regions]\n', encoding="utf-8")
    done = ledger("--catalogue", "inline.toml", "catalogue", "add-version", "t4", "--sms", "1", "--from", "2023-01-01")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "that would be no catalogue: not TOML" in done.err


# Shown


def test_the_catalogue_in_force_is_shown_as_json_with_money_in_kopecks(ledger: Run) -> None:
    shown = ledger("catalogue", "show", "--json").json()
    assert {"vat", "settings", "regions", "plans", "options"} <= set(shown)
    (plan,) = ledger("catalogue", "show", "--plan", "t4", "--json").json()["plans"]
    assert plan in shown["plans"]
    named = ("id", "effective_from", "monthly_fee", "daily_fee", "packages", "prices")
    assert {name: plan[name] for name in named} == {
        "id": "t4",
        "effective_from": "2015-01-01",
        "monthly_fee": 400_00,
        "daily_fee": None,
        "packages": {"voice_minutes": 200, "sms": 200, "data_mb": 4096},
        "prices": {
            "home": {"voice_minute": 2_00, "sms": 2_00, "data_mb": 3_00},
            "russia": {"voice_minute": 5_00, "sms": 3_80, "data_mb": None},
            "roaming": {"voice_minute": 25_00, "sms": None, "data_mb": None},
        },
    }
    assert shown["settings"]["promise"] == {"max": 800_00, "days": 3, "fee": 0}
    assert shown["regions"]["moscow"] == {"name": "Москва", "zone": "Europe/Moscow"}


def test_without_a_ledger_the_shipped_one_and_any_file_are_shown(
    obnovi: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's counts only there: in a ledger its own is in force."""
    assert obnovi("catalogue", "show", "--json").json()["digest"] == parse(CATALOGUE_TEXT).digest
    monkeypatch.delenv("OBNOVI_CATALOGUE")
    assert obnovi("catalogue", "show").code == 2
    shipped = obnovi("catalogue", "show", "--shipped", "--json").json()
    assert shipped["digest"] == parse(shipped_text()).digest
    (tmp_path / "mine.toml").write_text(CATALOGUE_TEXT, encoding="utf-8")
    assert (
        obnovi("catalogue", "show", "--catalogue", "mine.toml", "--json").json()["digest"]
        == parse(CATALOGUE_TEXT).digest
    )
    smart = [each["effective_from"] for each in shipped["plans"] if each["id"] == "smart"]
    assert smart == ["2014-01-01", "2018-09-04"]
    then = obnovi("catalogue", "show", "--shipped", "--at", "2018-01-01", "--plan", "smart", "--json").json()
    assert [each["effective_from"] for each in then["plans"]] == ["2014-01-01"]


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_people_are_shown_plans_prices_and_options(obnovi: Run, lang: str) -> None:
    told = obnovi("catalogue", "show", "--shipped", "--lang", lang).out.replace("\N{NO-BREAK SPACE}", " ")
    words = {
        "ru": ("Тарифы", "500 минут, 500 SMS, 3072 МБ", "18,00 ₽", "другие страны", "22 % с 01.01.2026", "дней"),
        "en": ("Plans", "500 minutes, 500 SMS, 3072 MB", "18.00 ₽", "international", "22 % from 01.01.2026", "days"),
    }[lang]
    assert [word for word in words if word not in told] == []
    alone = obnovi("catalogue", "show", "--shipped", "--plan", "smart", "--lang", lang).out
    assert "smart-mini" not in alone


# Compared


def rows(ledger: Run, a: str, b: str, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ledger("catalogue", "diff", a, b, *options, "--json").json()
    return found


def test_what_differs_is_told_field_by_field_with_its_date(ledger: Run, tmp_path: Path) -> None:
    other = altered(
        tmp_path,
        ('monthly_fee = "400.00"', 'monthly_fee = "450.00"\ndaily_fee = "20.00"'),
        ('"2026-01-01" = 22', '"2026-01-01" = 23'),
        ('name = "Москва"', 'name = "Москва и область"'),
        ("edition = 2", 'edition = 2\nnight_hour = 4\npromise = { max = "900.00" }'),
    )
    t4: dict[str, Any] = {"kind": "plan", "id": "t4", "version": "2015-01-01"}
    region = {"kind": "region", "id": "moscow", "version": None}
    setting = {"kind": "setting", "version": None}
    assert rows(ledger, "ledger", other) == [
        t4 | {"field": "monthly_fee", "was": 400_00, "is": 450_00},
        t4 | {"field": "daily_fee", "was": None, "is": 20_00},
        region | {"field": "name", "was": "Москва", "is": "Москва и область"},
        setting | {"id": "night_hour", "field": "night_hour", "was": 3, "is": 4},
        setting | {"id": "promise", "field": "promise.max", "was": 800_00, "is": 900_00},
        {"kind": "vat", "id": "vat", "version": "2026-01-01", "field": "rate", "was": 22, "is": 23},
    ]
    back = [row | {"was": row["is"], "is": row["was"]} for row in rows(ledger, other, "ledger")]
    assert sorted(map(json.dumps, back)) == sorted(map(json.dumps, rows(ledger, "ledger", other)))
    assert rows(ledger, "ledger", "ledger") == []


def test_a_new_version_is_compared_with_what_held_before_it(ledger: Run) -> None:
    asked = ("catalogue", "add-price", "t4", "abroad", "--voice", "9", "--from", "2023-01-01", "-o", "mended.toml")
    assert ledger(*asked).code == 0
    t4: dict[str, Any] = {"kind": "plan", "id": "t4", "version": "2023-01-01"}
    told = [
        t4 | {"field": "effective_from", "was": None, "is": "2023-01-01"},
        t4 | {"field": "prices.abroad.voice_minute", "was": None, "is": 9_00},
    ]
    assert rows(ledger, "ledger", "mended.toml") == told
    assert rows(ledger, "ledger", "mended.toml", "--contracts") == [row | {"contracts": 1} for row in told]
    people = ledger("catalogue", "diff", "ledger", "mended.toml", "--contracts", "--lang", "ru").out
    assert all(word in people for word in ("тариф t4", "01.01.2023", "цена: abroad, минута", "9,00", "Договоров"))
    assert ledger("catalogue", "diff", "ledger", "ledger", "--lang", "ru").out == "Каталоги говорят одно и то же.\n"


# Refused


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ('monthly_fee = "400.00"', 'monthly_fee = "410.00"', "its monthly_fee was 400.00 and is 410.00"),
        ('voice_minute = "2.00"', 'voice_minute = "2.50"', "its prices.home.voice_minute was 2.00 and is 2.50"),
        ("voice_minutes = 200", "voice_minutes = 201", "its packages.voice_minutes was 200 and is 201"),
        ("auto_carry = false", "auto_carry = true", "its auto_carry was False and is True"),
        (
            'monthly_fee = "400.00"',
            'monthly_fee = "400.00"\ndaily_fee = "9.00"',
            "its daily_fee was absent and is 9.00",
        ),
    ],
)
def test_a_refused_catalogue_is_told_the_field_that_differs(
    ledger: Run, tmp_path: Path, was: str, is_: str, said: str
) -> None:
    """R-3.6."""
    done = ledger("--catalogue", altered(tmp_path, (was, is_)), "night", "--until", "2023-02-01T12:00:00+03:00")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "obnovi: the catalogue alters plan t4 of 2015-01-01, which was already used: "
        f"{said}; add a new version instead\n"
    )


# Checked


T3, T4 = "plan t3 (2015-01-01): ", "plan t4 (2015-01-01): "
LINES = [
    ('name = "Тест t3"', 'nmae = "Тест t3"', "nmae", f"{T3}nmae: no such field; did you mean 'name'?"),
    ('monthly_fee = "350.00"', "monthly_fee = 350.0", "350.0", f"{T3}monthly_fee: money is a string"),
    ("sms = 350", 'sms = "many"', '"many"', f"{T3}packages.sms: "),
    ('zone = "Asia/Kamchatka"', 'zone = "Asia/Nowhere"', "Asia/Nowhere", "regions.kamchatka.zone: "),
    ('regions = ["*"]', 'regions = ["moscw"]', "moscw", f"{T4}regions: no region 'moscw'; did you mean 'moscow'?"),
    ("edition = 2", "edition = 2\nnight_hour = 25", "night_hour", "settings.night_hour: "),
    ("sold_from = 2015", "sold_until = 2014-01-01\nsold_from = 2015", "[[plans]]", f"{T4}sold_until lies before"),
    ("from = 2015-01-01", "from = 0215-01-01", "0215", "plan t4 (0215-01-01): effective_from: no year that is meant"),
    ("sold_from = 2015-01-01", "sold_from = 2105-01-01", "2105", f"{T4}sold_from: no year that is meant"),
    (
        '"2004-01-01" = 18\n"2019-01-01"',
        '"2019-01-01"',
        "effective_from",
        f"{T4}effective_from: lies before the first rate of VAT (2019-01-01)",
    ),
    (
        'packages_cover = ["home"]',
        'packages_cover = ["hom"]',
        '"hom"',
        f"{T4}packages_cover: zone 'hom' has no prices, so every record there stays unrated; did you mean 'home'?",
    ),
    (
        "[plans.prices.russia]",
        "[plans.prices.rusia]",
        "rusia",
        f"{T4}prices.rusia: no other plan has this zone; did you mean 'russia'?",
    ),
    (
        'sms = "3.80"\n',
        "",
        "prices.russia",
        f"{T4}prices.russia: no price of sms, which every other plan has there",
    ),
]
"""A text of the tests' catalogue, another in its place, where that stands, and what is told of it."""


@pytest.mark.parametrize(("was", "is_", "at", "said"), LINES)
def test_a_problem_names_its_line_its_plan_and_its_field(
    obnovi: Run, tmp_path: Path, was: str, is_: str, at: str, said: str
) -> None:
    name = altered(tmp_path, (was, is_))
    text = (tmp_path / name).read_text(encoding="utf-8")
    done = obnovi("catalogue", "check", name, "--json")
    assert done.code == 1
    told = done.json()
    assert told["ok"] is False
    expected = f"line {line_of(text, at)}: {said}"
    assert [problem for problem in told["problems"] if problem.startswith(expected)], told["problems"]


def test_all_problems_are_told_at_once_in_the_order_of_the_text(obnovi: Run, tmp_path: Path) -> None:
    """Wrong values, an unknown region and two versions of one date."""
    name = altered(
        tmp_path,
        ('monthly_fee = "350.00"', "monthly_fee = 350"),
        ('regions = ["*"]', 'regions = ["mars"]'),
        ("edition = 2", "edition = 3"),
        ("[[options]]", '[[plans]]\nid = "t4"\neffective_from = 2015-01-01\n\n[[options]]'),
    )
    problems = obnovi("catalogue", "check", name, "--json").json()["problems"]
    numbers = [int(problem.split()[1].removesuffix(":")) for problem in problems]
    assert numbers == sorted(numbers)
    for said in (
        "settings.edition",
        "no region 'mars'",
        "monthly_fee: money",
        "two versions of one date",
        "name: missing",
    ):
        assert any(said in problem for problem in problems), said


@pytest.mark.parametrize("text", [shipped_text(), CATALOGUE_TEXT], ids=["shipped", "tests"])
def test_what_is_sound_stays_sound(obnovi: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "sound.toml").write_text(text, encoding="utf-8")
    assert obnovi("catalogue", "check", "sound.toml", "--json").json() == {"ok": True, "problems": []}


@pytest.mark.parametrize(
    "text", ["", "plans = 1", "plans = [1]", "[[plans]]", "regions = 1\nvat = 1\n[[plans]]\nid = {}", "x"]
)
def test_what_is_hardly_a_catalogue_is_told_without_a_traceback(obnovi: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.toml").write_text(text, encoding="utf-8")
    done = obnovi("catalogue", "check", "odd.toml", "--json")
    assert (done.code, done.json()["ok"], done.err) == (1, False, "")
    assert done.json()["problems"]
