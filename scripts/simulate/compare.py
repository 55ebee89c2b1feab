"""Compare: how a simulated feed looks beside the real half year, as a table.

`python -m scripts.simulate.compare FILE...` measures feeds (`-` is stdin) and puts the figures of the real half year,
which are kept here as numbers, in the first column. Give the real file itself to see that they are its own.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

SHARES: Final = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)

REAL: Final = {
    "subscribers": "1",
    "subscriber days": "182",
    "inputs a day": "6.7",
    "calls a day": "5.5",
    "calls a day, quantiles": "2 3 5 7 10 12 19",
    "calls received": "38.6 %",
    "calls made, seconds": "15 38 99 516 1290 1832 3536",
    "calls made, mean": "419.2",
    "calls received, seconds": "13 27 81 291 999 1514 2647",
    "calls received, mean": "306.1",
    "calls made to other zones": "1.6 %",
    "calls a day, Mon to Sun": "6.2 5.4 5.4 5.2 6.8 5.2 4.1",
    "calls at 0-7, 8-11, 12-15, 16-19, 20-23": "1.6 % 33.2 % 25.6 % 32.7 % 6.9 %",
    "SMS received a day": "1.1",
    "SMS sent a day": "0.0",
    "data records a day": "0.0",
    "data, KB": "10 42 42 123 435 435 435",
    "late, calls made": "0 0 0 0 0 0 0",
    "late, calls received": "123 166 226 295 335 360 3319",
    "late, SMS received": "166 259 314 467 615 955 10969",
    "late, data": "0 0 0 0 0 0 0",
    "late more than 10 min, 1 h, 6 h, 24 h": "2.6 % 0.8 % 0.1 % 0.0 %",
}
"""Figures of the real half year; lateness is seconds after the end of a call, or after an SMS or a slice."""


class Measured:
    """What is counted in a feed. Days of a subscriber run from his opening to the last day of the feed."""

    def __init__(self) -> None:
        self.opened: dict[str, date] = {}
        self.last = date.min
        self.types: Counter[str] = Counter()
        self.records: Counter[tuple[str, str]] = Counter()
        self.calls: Counter[tuple[str, date]] = Counter()
        self.zones: Counter[str] = Counter()
        self.hours: Counter[int] = Counter()
        self.weekdays: Counter[int] = Counter()
        self.seconds: dict[str, list[int]] = {"out": [], "in": []}
        self.late: dict[str, list[int]] = {"voice out": [], "voice in": [], "sms in": [], "data out": []}
        self.kilobytes: list[int] = []

    def add(self, said: dict[str, Any]) -> None:
        """Count one input."""
        self.types[said["type"]] += 1
        at = datetime.fromisoformat(said["at"])
        if said["type"] == "open":
            self.opened[said["account"]] = at.date()
        self.last = max(self.last, at.date())
        if said["type"] != "usage":
            return
        service, direction = said["service"], said["direction"]
        self.records[service, direction] += 1
        late = int((datetime.fromisoformat(said.get("received_at", said["at"])) - at).total_seconds())
        if service == "voice":
            late -= said["quantity"]
            self.calls[said["account"], at.date()] += 1
            self.hours[at.hour] += 1
            self.weekdays[at.weekday()] += 1
            self.seconds[direction].append(said["quantity"])
            if direction == "out":
                self.zones[said.get("zone", "home")] += 1
        elif service == "data":
            self.kilobytes.append(-(-said["quantity"] // 1024))
        if f"{service} {direction}" in self.late:
            self.late[f"{service} {direction}"].append(late)

    def rows(self) -> dict[str, str]:
        """The figures by name."""
        lived = Counter(
            (opened.weekday() + day) % 7
            for opened in self.opened.values()
            for day in range((self.last - opened).days + 1)
        )
        days = lived.total()
        calls = sum(self.calls.values())
        idle = days - len(self.calls)
        far = calls and self.zones.total() - self.zones["home"]
        outgoing = self.zones.total()
        rows = {
            "subscribers": f"{len(self.opened)}",
            "subscriber days": f"{days}",
            "inputs a day": _number(self.types.total() / days),
            "calls a day": _number(calls / days),
            "calls a day, quantiles": _quantiles([0] * idle + list(self.calls.values())),
            "calls received": _percent(self.records["voice", "in"], calls),
            "calls made, seconds": _quantiles(self.seconds["out"]),
            "calls made, mean": _number(_mean(self.seconds["out"])),
            "calls received, seconds": _quantiles(self.seconds["in"]),
            "calls received, mean": _number(_mean(self.seconds["in"])),
            "calls made to other zones": _percent(far, outgoing),
            "calls a day, Mon to Sun": " ".join(_number(self.weekdays[day] / max(lived[day], 1)) for day in range(7)),
            "calls at 0-7, 8-11, 12-15, 16-19, 20-23": " ".join(
                _percent(sum(self.hours[hour] for hour in hours), calls)
                for hours in (range(8), range(8, 12), range(12, 16), range(16, 20), range(20, 24))
            ),
            "SMS received a day": _number(self.records["sms", "in"] / days),
            "SMS sent a day": _number(self.records["sms", "out"] / days),
            "data records a day": _number(self.records["data", "out"] / days),
            "data, KB": _quantiles(self.kilobytes),
            "late, calls made": _quantiles(self.late["voice out"]),
            "late, calls received": _quantiles(self.late["voice in"]),
            "late, SMS received": _quantiles(self.late["sms in"]),
            "late, data": _quantiles(self.late["data out"]),
        }
        every = [seconds for each in self.late.values() for seconds in each]
        rows["late more than 10 min, 1 h, 6 h, 24 h"] = " ".join(
            _percent(sum(seconds > limit for seconds in every), len(every)) for limit in (600, 3600, 21_600, 86_400)
        )
        return rows


def measured(lines: Iterable[bytes]) -> Measured:
    """The figures of one feed of inputs. Raises ValueError for a line that is none."""
    found = Measured()
    for line in lines:
        found.add(json.loads(line))
    return found


def table(columns: dict[str, dict[str, str]]) -> str:
    """A table in Markdown: one row a figure, one column a feed."""
    names = next(iter(columns.values()))
    head = ["quantiles: 10, 25, 50, 75, 90, 95, 99 %", *columns]
    body = [[name, *(column.get(name, "") for column in columns.values())] for name in names]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *body))


def _number(value: float) -> str:
    return f"{value:.1f}"


def _mean(values: Sequence[int]) -> float:
    return sum(values) / max(len(values), 1)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} %"


def _quantiles(values: Sequence[int]) -> str:
    if not values:
        return "-"
    ordered = sorted(values)
    return " ".join(str(ordered[min(int(share * len(ordered)), len(ordered) - 1)]) for share in SHARES)


def main(names: Sequence[str]) -> None:
    """Print the table of the real half year and the named feeds."""
    columns = {"real, 2015": REAL}
    for name in names:
        with open(name if name != "-" else sys.stdin.fileno(), "rb") as file:
            columns[name if name != "-" else "simulated"] = measured(file).rows()
    sys.stdout.write(table(columns))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit("usage: python -m scripts.simulate.compare FILE...")
    main(sys.argv[1:])
