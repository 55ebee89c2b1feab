"""The shipped maps, each on a file as the program or the page it is of has it, through a feed to a balance."""

import json
from pathlib import Path
from typing import Any

from tests.cli.support import ACCOUNT, Run, line, write

OTHER = "79161234568"


def converted(run: Run, name: str, content: str, map: str) -> tuple[list[dict[str, Any]], str, int]:
    Path(name).write_text(content, encoding="utf-8")
    done = run("convert", name, "--map", map)
    return [json.loads(each) for each in done.out.splitlines()], done.err, done.code


def balance_after(run: Run, *inputs: dict[str, Any]) -> int:
    """The wallet of a number with plan t4, whose prices are 2.00 a minute behind its package of 200."""
    lines = [
        line("open", "open", "2023-01-01T00:00:00+03:00", region="moscow"),
        line("top_up", "pay", "2023-01-15T11:00:00+03:00", amount=1000_00),
        line("connect_plan", "plan", "2023-01-15T12:00:00+03:00", plan="t4"),
    ]
    assert run("feed", write(Path("feed.jsonl"), *lines, *map(json.dumps, inputs))).code == 0
    return int(run("balance", ACCOUNT, "--json").json()["wallet"])


def test_calls_of_asterisk(obnovi: Run) -> None:
    """Master.csv of cdr_csv: an answered call with an account code, one without, one that nobody took."""
    rows = [
        f'"{ACCOUNT}","101","74950001001","from-internal","""Ivan"" <101>","SIP/101-00000001","SIP/trunk-00000002",'
        '"Dial","SIP/trunk/74950001001,60","2023-01-16 10:00:00","2023-01-16 10:00:05","2023-01-16 13:25:05",12305,'
        '12300,"ANSWERED","DOCUMENTATION"',
        f'"","{ACCOUNT}","8 (916) 765-43-21","from-internal","","SIP/102-00000003","SIP/trunk-00000004","Dial","",'
        '"2023-01-16 14:00:00","2023-01-16 14:00:04","2023-01-16 14:01:04",64,60,"ANSWERED","DOCUMENTATION",'
        '"1673866800.7",""',
        f'"","{ACCOUNT}","101","from-internal","","SIP/102-00000005","","Dial","","2023-01-16 15:00:00",,'
        '"2023-01-16 15:00:30",30,0,"NO ANSWER","DOCUMENTATION"',
    ]
    inputs, told, code = converted(obnovi, "Master.csv", "\n".join(rows) + "\n", "asterisk")
    assert (told, code) == ("Master.csv: 2 inputs; 1 row skipped (not answered)\n", 0)
    assert [{**each, "id": None} for each in inputs] == [
        {
            "type": "usage", "id": None, "account": ACCOUNT, "at": at, "source": "asterisk", "service": "voice",
            "direction": "out", "quantity": seconds, "peer": peer,
        }
        for at, seconds, peer in (
            ("2023-01-16T10:00:05+03:00", 12300, "74950001001"),
            ("2023-01-16T14:00:04+03:00", 60, "79167654321"),
        )
    ]  # fmt: skip
    assert balance_after(obnovi, *inputs) == 600_00 - 5 * 2_00 - 2_00  # 205 minutes, and one more


def test_a_call_whose_row_is_cut_off_is_rejected_and_not_taken_for_unanswered(obnovi: Run) -> None:
    row = f'"{ACCOUNT}","101","74950001001","from-internal","","SIP/101","","Dial","","2023-01-16 10:00:00"'
    inputs, told, code = converted(obnovi, "Master.csv", row + "\n", "asterisk")
    assert (inputs, code) == ([], 3)
    assert told.startswith("Master.csv line 1: MALFORMED: column 11: the row has 10 cells\n")


def test_calls_of_freeswitch(obnovi: Run) -> None:
    """Master.csv of mod_cdr_csv, template `example`, as its documentation shows it."""
    content = (
        f'"9007","{ACCOUNT}","74950001001","public","2023-01-16 16:59:50","2023-01-16 16:59:55","2023-01-16 17:04:55",'
        '"305","300","NORMAL_CLEARING","a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7d","b6c9f6c0-e752-11e3-8bfb-65b6c3cdac7d",'
        '"","PCMA","PCMA"\n'
        f'"9008","{ACCOUNT}","+34688886392","public","2023-01-16 17:01:32","","2023-01-16 17:01:32","0","0",'
        '"NORMAL_CLEARING","e29ff0ae-e752-11e3-8bff-65b6c3cdac7d","","","",""\n'
    )
    inputs, told, code = converted(obnovi, "Master.csv", content, "freeswitch")
    assert (told, code) == ("Master.csv: 1 input; 1 row skipped (not answered)\n", 0)
    assert inputs == [
        {
            "type": "usage", "id": "a5c9f6c0-e752-11e3-8bfb-65b6c3cdac7d", "account": ACCOUNT, "source": "freeswitch",
            "service": "voice", "direction": "out", "peer": "74950001001", "at": "2023-01-16T16:59:55+03:00",
            "quantity": 300,
        }
    ]  # fmt: skip
    assert balance_after(obnovi, *inputs) == 600_00


def test_a_call_cut_off_before_its_answer_is_not_taken_for_unanswered(obnovi: Run) -> None:
    row = f'"9007","{ACCOUNT}","74950001001","public"'
    inputs, told, code = converted(obnovi, "Master.csv", row + "\n", "freeswitch")
    assert (inputs, code) == ([], 3)
    assert told.endswith("Master.csv: 0 inputs; 1 row rejected\n")


def test_payments_of_qiwi(obnovi: Run) -> None:
    """The standard settlement report: fields between tabs, and `Total:` with their number and sum."""
    content = (
        f"11071453\t16.01.2023\t10:00:01\t{ACCOUNT[1:]}\t500.00\n11071454\t16.01.2023\t10:00:02\t{ACCOUNT}\t0.50\n"
        "Total:\t2\t500.50\n"
    )
    inputs, told, code = converted(obnovi, "QIWI_1_202301161.csv", content, "qiwi")
    assert (told, code) == ("QIWI_1_202301161.csv: 2 inputs; 1 row skipped (total)\n", 0)
    assert inputs[0] == {
        "type": "top_up", "id": "11071453", "account": ACCOUNT, "source": "qiwi", "channel": "qiwi",
        "at": "2023-01-16T10:00:01+03:00", "amount": 500_00,
    }  # fmt: skip
    assert balance_after(obnovi, *inputs) == 600_00 + 500_50
    found = obnovi(
        "reconcile",
        "QIWI_1_202301161.csv",
        "--channel",
        "qiwi",
        "--columns",
        "id=1,at=2+3,account=4,amount=5",
        "--json",
    )
    assert found.json()["matched"] == 2


def test_maps_are_listed_with_the_pages_that_describe_their_formats_and_can_be_printed(obnovi: Run) -> None:
    listed = obnovi("convert", "--list", "--json").json()
    assert [each["map"] for each in listed] == ["asterisk", "freeswitch", "qiwi"]
    assert all(each["source"].startswith("https://") for each in listed)
    Path("mine.toml").write_text(obnovi("convert", "--show", "--map", "qiwi").out, encoding="utf-8")
    Path("empty.csv").write_text("Total:\t0\t0.00\n", encoding="utf-8")
    assert obnovi("convert", "empty.csv", "--map", "mine.toml").code == 0
