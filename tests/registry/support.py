"""Two numbers with payments of a bank, and its registry as it writes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.cli.support import ACCOUNT, Done, Run, line, write

OTHER: Final = "79161234568"
STRANGER: Final = "79169999999"
HEADER: Final = "ID платежа;Телефон;Дата и время;Сумма"


def paid(
    id: str, at: str, amount: int, account: str = ACCOUNT, *, channel: str = "bank", type: str = "top_up", **more: Any
) -> str:
    """A payment of January 2026 as a line of a feed."""
    return line(type, id, f"2026-01-{at}:00+03:00", account, amount=amount, channel=channel, **more)


def opened(*accounts: str) -> list[str]:
    return [line("open", "open", "2026-01-01T10:00:00+03:00", each, region="moscow") for each in accounts]


def fed(run: Run, *lines: str) -> None:
    done = run("feed", write(Path("feed.jsonl"), *lines))
    assert done.code == 0, done.err


def registry(*rows: str, header: str = HEADER, name: str = "registry.csv", encoding: str = "windows-1251") -> Path:
    """A file of these rows, with the ends of lines of Windows."""
    path = Path(name)
    path.write_bytes("".join(f"{row}\r\n" for row in (header, *rows)).encode(encoding))
    return path


def reconciled(run: Run, path: Path, *options: object) -> Any:
    """What `reconcile --json` says of the bank's channel."""
    done: Done = run("reconcile", path, "--channel", "bank", *options, "--json")
    assert done.code == 0, done.err
    return done.json()


def ids(entries: Sequence[dict[str, Any]]) -> list[str]:
    return [each["id"] for each in entries]
