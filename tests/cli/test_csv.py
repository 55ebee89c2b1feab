"""`obnovi statement --format csv`: a table at a time, that a spreadsheet reads and cannot run (R-13.1, R-13.3)."""

import csv
import io
from pathlib import Path

from tests.cli.support import ACCOUNT, Run, line, month, write


def test_both_tables_of_a_statement_as_csv(obnovi: Run, tmp_path: Path) -> None:
    """UTF-8 with a byte order mark, `;`, decimal comma; sums equal those of the JSON; no cell becomes a formula."""
    write(
        tmp_path / "feed",
        *month(),
        line("top_up", "c", "2023-01-16T10:00:00+03:00", amount=5_00, channel="=1+1"),
        line("connect_option", "o", "2023-01-16T11:00:00+03:00", option="min100"),
        line("take_promise", "p", "2023-01-16T12:00:00+03:00", amount=100_00),
        line("adjust", "a", "2023-01-16T13:00:00+03:00", amount=-50, cites=[4], text="ошибка", by="clerk"),
        line("reverse", "r", "2023-01-16T14:00:00+03:00", event=4, amount=1_00, text="", by="clerk"),
        line("usage", "u", "2023-01-17T10:00:00+03:00", service="voice", direction="out", quantity=61, zone="russia",
             peer="@SUM(A1)"),
    )  # fmt: skip
    assert obnovi("feed", "feed").code == 0
    asked = ("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31")
    made = obnovi(*asked, "--json").json()
    ledger, usage = (obnovi(*asked, "--format", "csv", "--table", table).out for table in ("ledger", "usage"))
    assert ledger == obnovi(*asked, "--format", "csv").out
    lines, rows = (
        list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")) for text in (ledger, usage)
    )
    assert ledger.startswith("\ufeff")
    assert [row["Вид"] for row in lines] == [
        "пополнение", "плата за месяц", "пополнение", "плата за опцию", "перерасчёт", "корректировка", "услуги связи",
    ]  # fmt: skip
    assert [round(float(row["Сумма"].replace(",", ".")) * 100) for row in lines] == [
        row["amount"] for row in made["lines"]
    ]
    assert lines[1]["Операция"] == "Списание ежемесячной платы по Тарифному плану"
    assert (lines[1]["Период с"], lines[1]["Период по"], lines[1]["Сумма"]) == ("2023-01-15", "2023-02-14", "-400,00")
    assert lines[2]["Канал"] == "'=1+1"
    assert (rows[0]["Номер"], rows[0]["С НДС"], rows[0]["Без НДС"]) == ("'@SUM(A1)", "10,00", "8,3333")


def test_a_table_goes_with_csv_only(obnovi: Run, tmp_path: Path) -> None:
    write(tmp_path / "feed", *month())
    obnovi("feed", "feed")
    done = obnovi("statement", ACCOUNT, "--from", "2023-01-01", "--to", "2023-01-31", "--table", "usage")
    assert (done.code, done.err.count("\n")) == (2, 1)
