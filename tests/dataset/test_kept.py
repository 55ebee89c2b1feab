"""A dataset keeps what is sealed as it is sealed: through erasures, lost keys, catalogues that come later."""

from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from ledger.log.dataset.form import read_manifest
from tests.cli.support import ACCOUNT, Run, line, month, write
from tests.dataset.support import files_of, forged, many_parts
from tests.erasure.support import ORDER, PERSONAL, contents, contract_of, fed, first_contract, second_contract
from tests.postgres import new_database
from tests.support import with_settings


def test_no_file_has_what_is_personal_and_an_erasure_rewrites_none(obnovi: Run) -> None:
    fed(obnovi, *first_contract(), *second_contract())
    contract = contract_of(obnovi)
    assert obnovi("seal", "dataset").code == 0
    before = contents(Path("dataset"))
    for word in (*PERSONAL, ACCOUNT):
        assert not [path for path, content in before.items() if word.encode() in content], word
    months = ("statements", "--month", "2023-01", "--format", "txt", "-o")
    assert obnovi(*months, "before", "--from", "dataset").code == 0
    assert obnovi("erase", ACCOUNT, "--holder", "1", *ORDER, "-o", "act.pdf").code == 0
    assert contents(Path("dataset")) == before
    assert obnovi("verify", "--from", "dataset", "--json").json()["problems"] == []
    assert obnovi(*months, "after", "--from", "dataset").code == 0
    erased = Path("after", f"{contract}-2023-01.txt").read_text("utf-8")
    assert "данные уничтожены" in erased
    assert not [word for word in PERSONAL if word in erased]
    assert Path("before", f"{ACCOUNT}-2023-01.txt").exists()
    assert not Path("after", f"{ACCOUNT}-2023-01.txt").exists()


def test_an_erasure_is_sealed_like_any_event(obnovi: Run) -> None:
    fed(obnovi, *first_contract(), *second_contract())
    assert obnovi("seal", "dataset").code == 0
    assert obnovi("erase", ACCOUNT, "--holder", "1", *ORDER, "-o", "act.pdf").code == 0
    assert obnovi("seal", "dataset", "--json").json()["added"] == 1
    of_ledger, of_dataset = obnovi("verify", "--json").json(), obnovi("verify", "--from", "dataset", "--json").json()
    assert of_dataset.pop("positions") == [of_dataset["events"]]
    assert of_dataset == of_ledger
    assert of_dataset["erased"] == 1


def test_a_ledger_in_the_clear_is_sealed_too(obnovi: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBNOVI_SEAL", "off")
    fed(obnovi, *first_contract(), *second_contract())
    assert obnovi("seal", "dataset").code == 0
    assert obnovi("verify", "--from", "dataset", "--json").json()["problems"] == []


def test_a_catalogue_comes_with_what_was_booked_under_it(obnovi: Run) -> None:
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    Path("next.toml").write_text(with_settings("retention_days = 10"), "utf-8")
    write(Path("none"))
    assert obnovi("feed", "none", "--catalogue", "next.toml").code == 0
    assert obnovi("seal", "dataset", "--json").json() == {
        "events": 4, "added": 0, "files": 0, "buckets": 16, "positions": [4],
    }  # fmt: skip
    write(Path("more"), line("top_up", "more", "2023-01-20T12:00:00+03:00", amount=100))
    assert obnovi("feed", "more").code == 0
    assert obnovi("verify", "--from", "dataset", "--json").json()["events"] == 4
    assert obnovi("seal", "dataset", "--json").json()["added"] == 1
    assert obnovi("verify", "--from", "dataset", "--json").json()["problems"] == []


def test_another_program_says_that_it_sealed_the_same(obnovi: Run) -> None:
    """Jobs on other machines want the versions of the newest sealing."""
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").code == 0
    (sealed,) = read_manifest(Path("dataset")).sealings
    for changed in ({"program": "0.0.1"}, {"python": "3.10.1"}, {"tzdata": "1999a"}):
        older = replace(sealed, **changed)
        forged(Path("dataset"), partial(replace, sealings=(older,)))
        before = contents(Path("dataset"))
        assert obnovi("seal", "dataset", "--json").json() == {
            "events": 4, "added": 0, "files": 0, "buckets": 16, "positions": [4],
        }  # fmt: skip
        assert read_manifest(Path("dataset")).sealings == (older, sealed)
        after = contents(Path("dataset"))
        assert obnovi("seal", "dataset").code == 0
        assert contents(Path("dataset")) == after
        assert {path for path in before if after[path] != before[path]} == {Path("dataset.json")}
        assert obnovi("verify", "--from", "dataset", "--json").json()["positions"] == [4]
    write(Path("more"), line("top_up", "more", "2023-01-20T12:00:00+03:00", amount=100))
    assert obnovi("feed", "more").code == 0
    assert obnovi("seal", "dataset", "--json").json()["added"] == 1
    assert obnovi("verify", "--from", "dataset", "--json").json()["positions"] == [5]


def test_an_empty_ledger_is_a_dataset_without_files(obnovi: Run) -> None:
    write(Path("none"))
    assert obnovi("feed", "none").code == 0
    assert obnovi("seal", "dataset").out == "dataset: 0 events, none of them new\n"
    assert obnovi("verify", "--from", "dataset", "--json").json() == {
        "accounts": 0, "events": 0, "ok": True, "problems": [], "positions": [0],
    }  # fmt: skip
    assert obnovi("totals", "--from", "2023-01-01", "--to", "2023-01-02", "--from", "dataset", "--json").json() == []
    assert obnovi("replay", "--from", "dataset", "--json").json()["events"] == 0
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    assert obnovi("seal", "dataset").out == "dataset: 4 events, 4 of them new, in 1 file\n"


def test_it_is_no_more_readable_than_the_ledger(obnovi: Run) -> None:
    write(Path("feed"), *month())
    assert obnovi("feed", "feed").code == 0
    Path("obnovi.db").chmod(0o600)
    assert obnovi("seal", "dataset").code == 0
    assert {path.stat().st_mode & 0o777 for path in (*files_of(Path("dataset")), Path("dataset/dataset.json"))} == {
        0o600
    }


def test_a_ledger_in_postgresql_is_sealed_too(obnovi: Run, postgres_server: str) -> None:
    with new_database(postgres_server) as url:
        assert obnovi("ledger", "create", url, "--shards", 3).code == 0
        write(Path("feed"), *(each for account in (ACCOUNT, "79160000001", "79160000002") for each in month(account)))
        assert obnovi("--ledger", url, "feed", "feed").code == 0
        assert sum(obnovi("--ledger", url, "seal", "dataset", "--json").json()["positions"]) == 12
        with many_parts():
            assert obnovi("--ledger", url, "seal", "by-several", "--workers", 2).code == 0
        assert contents(Path("by-several")) == contents(Path("dataset"))
        for question in (
            "verify",
            "what-if --all --set plan=t3 --json",
            "totals --from 2023-01-01 --to 2023-02-01 --json",
        ):
            of_ledger = obnovi("--ledger", url, *question.split())
            of_dataset = obnovi("--ledger", url, *question.split(), "--from", "dataset")
            assert of_dataset.code == of_ledger.code == 0
            assert of_dataset.out.splitlines()[0] == of_ledger.out.splitlines()[0]
        replayed = obnovi("--ledger", url, "replay", "--from", "dataset", "--json").json()
        assert (replayed["events"], replayed["differences"]) == (12, 0)
