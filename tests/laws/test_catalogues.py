"""Laws of catalogues as text: lines are those of their keys, and a new version alters nothing else."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import Catalogue, parse, shipped_text
from ledger.catalogue.differences import differences
from ledger.catalogue.lines import Lines, Path
from scripts.app.catalogues import Changes, new_version
from tests.laws.feeds import moderate
from tests.support import CATALOGUE_TEXT

TEXTS = (shipped_text(), CATALOGUE_TEXT)
ODD = '''
"a key" = """
[not.a.table]
b = 1
"""
'lit' = 'x # y'
list = [ # open
  [1, 2],
  "]",
]
[table."with.dot"]
c = { d = 1, e = [2] } # [f]
[[many]]
x = 1
[many.sub]
y = 2
[[many.deep]]
z = 3
[[many.deep]]
z = 4
[[many]]
x.y = 5
'''


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        for place, each in enumerate(value):
            yield from leaves(each, (*path, place))
    else:
        yield path


def test_every_key_is_found_in_a_line_that_has_it() -> None:
    for text in (*TEXTS, ODD):
        lines, rows = Lines(text), text.split("\n")
        for path in leaves(tomllib.loads(text)):
            number = lines.of(path)
            assert number is not None
            assert str(path[-1]) in rows[number - 1], (path, number)


def test_entries_of_arrays_are_told_apart() -> None:
    lines = Lines(ODD)
    places: list[Path] = [
        ("many", 0, "x"),
        ("many", 0, "deep", 0, "z"),
        ("many", 0, "deep", 1, "z"),
        ("many", 1, "x", "y"),
    ]
    found = [lines.of(path) for path in places]
    assert [ODD.split("\n")[(number or 0) - 1] for number in found] == ["x = 1", "z = 3", "z = 4", "x.y = 5"]
    assert lines.of(("many", 1, "missing")) == lines.of(("many", 1))
    assert lines.of(("nothing",)) is None


plans = st.sampled_from([(text, plan) for text in TEXTS for plan in parse(text).plans])
money = st.none() | st.integers(0, 10**7)
sizes = st.none() | st.integers(0, 10**6) | st.just("unlimited")
zones = st.text(st.characters(codec="utf-8"), min_size=1, max_size=32) | st.sampled_from(["home", "abroad"])
changes = st.builds(
    Changes,
    name=st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    monthly_fee=money,
    daily_fee=money,
    voice_minutes=sizes,
    data_mb=sizes,
    prices=st.dictionaries(
        zones, st.dictionaries(st.sampled_from(["voice", "sms", "data"]), st.integers(0, 10**6), min_size=1), max_size=2
    ),
)


@moderate(100)
@given(of=plans, days=st.integers(0, 4000), made=changes)
def test_a_new_version_alters_nothing_but_what_is_named_from_its_date_on(
    of: tuple[str, str], days: int, made: Changes
) -> None:
    """R-3.6: so a ledger that used the old catalogue takes the new one."""
    text, plan = of
    since = date(2019, 1, 1) + timedelta(days=days)
    changed = made.name is not None or bool(made.prices) or made.monthly_fee is not None
    if not changed:
        made = Changes(monthly_fee=123_45)
    was = parse(text)
    before = was.plan(plan, since)
    if before is None or before.effective_from == since:
        return
    written = new_version(text, plan, since, made)
    assert written.text.startswith(text)
    is_ = parse(written.text)
    kept = {version[:3]: version for version in was.versions()}
    assert {key: each for key, each in ((v[:3], v) for v in is_.versions()) if key in kept} == kept
    now = is_.plan(plan, since)
    assert now is not None
    assert now == written.version
    assert now.monthly_fee == (before.monthly_fee if made.monthly_fee is None else made.monthly_fee)
    assert now.name == (made.name or before.name)
    for zone, prices in made.prices.items():
        assert {service: now.prices[zone].of(service) for service in prices} == prices
    told = list(differences(was, is_))
    assert {(each.kind, each.id) for each in told} == {("plan", plan)}
    assert {each.version for each in told} == {since.isoformat()}


def test_a_catalogue_differs_in_nothing_from_itself() -> None:
    for text in TEXTS:
        assert list(differences(parse(text), parse(text + "\n# the same\n"))) == []


def test_what_differs_one_way_differs_the_other_way() -> None:
    one, other = map(parse, TEXTS)

    def told(was: Catalogue, is_: Catalogue) -> set[str]:
        return {repr((d.kind, d.id, d.version, d.field, d.was, d.is_)) for d in differences(was, is_)}

    back = {repr((d.kind, d.id, d.version, d.field, d.is_, d.was)) for d in differences(other, one)}
    assert told(one, other) == back
