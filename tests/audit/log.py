"""The rows of a contract, to be broken: found by type, taken out, repeated, moved, with what hangs on them."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


class Log:
    """The rows of a contract in order of version, to be broken."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def the(self, type: str, nth: int = 0, **having: Any) -> Row:
        """The first event of a type that has these, or the one so many behind it."""
        found = [row for row in self.rows if row["type"] == type and all(row[key] == having[key] for key in having)]
        return found[nth]

    def spent(self, place: str) -> Row:
        """The first record that took something there."""
        return next(row for row in self.rows if any(entry["from"] == place for entry in row["entries"]))

    def behind(self, row: Row) -> list[Row]:
        """The events behind one."""
        return self.rows[self.rows.index(row) + 1 :]

    def remove(self, row: Row) -> None:
        """Take an event out, and count those behind it anew, also where they are cited."""
        gone, place = row["version"], row["position"]
        self.rows.remove(row)
        for each in self.rows:
            for name in ("version", "event", "opened", "rerates", "record"):
                each[name] = _less(each[name], gone)
            each["position"] = _less(each["position"], place)
            each["cites"] = each["cites"] and [_less(version, gone) for version in each["cites"]]
            for entry in each["entries"]:
                entry["grant"] = _less(entry["grant"], gone)

    def again(self, row: Row) -> Row:
        """The same event once more, behind it."""
        new = {**row, "entries": [dict(entry) for entry in row["entries"]]}
        for each in self.behind(row):
            for name in ("version", "event", "opened", "rerates", "record"):
                each[name] = _more(each[name], row["version"])
            each["position"] += 1
            each["cites"] = each["cites"] and [_more(version, row["version"]) for version in each["cites"]]
            for entry in each["entries"]:
                entry["grant"] = _more(entry["grant"], row["version"])
        new["version"] += 1
        new["position"] += 1
        self.rows.insert(self.rows.index(row) + 1, new)
        return new

    def earn(self, row: Row, kopecks: int) -> None:
        """Move so much more into the wallet by an event's transfer of money, with all that says so."""
        entry = next(entry for entry in row["entries"] if entry["unit"] == "kop")
        entry["amount"] += kopecks if entry["to"] == "wallet" else -kopecks
        self.carry_on(row, kopecks)

    def carry_on(self, row: Row, kopecks: int) -> None:
        """What is told of the wallet from an event on is so much more."""
        for each in [row, *self.behind(row)]:
            for name in ("wallet_after", "fact_available"):
                if each[name] is not None:
                    each[name] += kopecks


def _less(number: int | None, gone: int) -> int | None:
    return number - 1 if number is not None and number > gone else number


def _more(number: int | None, behind: int) -> int | None:
    return number + 1 if number is not None and number > behind else number
