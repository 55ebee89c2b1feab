"""A number with two contracts, of which the first is closed, and everything that is personal in it."""

from pathlib import Path
from typing import Any, Final

from tests.cli.support import ACCOUNT, Run, line, write

OTHER: Final = "79169876543"
PEERS: Final = ("79031112233", "79035556677", "79057778899", "+79210001122")
TEXTS: Final = (
    "*111*тайный#", "извинение Ивану Петровичу", "не звонил я Сидорову", "звонили, уважаемый Иван", "мимо цели",
)  # fmt: skip
NAMES: Final = ("marina.petrova", "boss.olga", "kassa-seven")
IDS: Final = (
    "opening-of-ivanov", "pay-of-ivanov", "plan-of-ivanov", "call-of-ivanov-0", "call-of-ivanov-1", "sms-of-ivanov",
    "dialled-by-ivanov", "secret-by-ivanov", "note-on-ivanov", "claim-of-ivanov", "answer-to-ivanov",
    "answer-to-nobody", "closing-of-ivanov", "refund-of-ivanov", "claim-of-a-stranger",
)  # fmt: skip
PERSONAL: Final = (*PEERS, *TEXTS, *NAMES, *IDS)
GROUND: Final = "срок хранения истёк, приказ 12"
BY: Final = "архив-2"
ORDER: Final = ("--ground", GROUND, "--by", BY, "--yes")


def first_contract(account: str = ACCOUNT) -> list[str]:
    """From January to March 2023, with every kind of personal data."""

    def told(type: str, id: str, at: str, **fields: Any) -> str:
        return line(type, id, f"2023-{at}:00+03:00", account, **fields)

    def call(id: str, at: str, peer: str, **fields: Any) -> str:
        said = {"service": "voice", "direction": "out", "quantity": 310, "peer": peer} | fields
        return told("usage", id, at, **said)

    return [
        told("open", IDS[0], "01-10T10:00", region="moscow", by=NAMES[0]),
        told("top_up", IDS[1], "01-15T11:00", amount=3000_00, by=NAMES[2]),
        told("connect_plan", IDS[2], "01-15T12:00", plan="t4"),
        *(call(f"call-of-ivanov-{number}", f"01-16T1{number}:00", peer) for number, peer in enumerate(PEERS)),
        call(IDS[5], "01-17T10:00", PEERS[0], service="sms", quantity=1, direction="in"),
        call("sms-to-9290-of-ivanov", "01-17T11:00", "9290", service="sms", quantity=1),
        told("ussd", IDS[6], "02-01T10:00", text="*929#"),
        told("ussd", IDS[7], "02-01T10:02", text=TEXTS[0]),
        told("adjust", IDS[8], "02-02T10:00", amount=50_00, cites=[3], text=TEXTS[1], by=NAMES[0]),
        told("open_dispute", IDS[9], "02-03T10:00", event=4, text=TEXTS[2], by=NAMES[0]),
        told("resolve_dispute", IDS[10], "02-04T10:00", dispute=IDS[9], outcome="rejected", text=TEXTS[3], by=NAMES[1]),
        told("resolve_dispute", IDS[11], "02-05T10:00", dispute=IDS[14], outcome="rejected", text=TEXTS[4]),
        call("one-call-of-ivanov", "02-06T10:00", PEERS[0]),
        told("close", IDS[12], "03-20T10:00", by=NAMES[0]),
        told("refund", IDS[13], "03-21T10:00", amount=10_00),
    ]


def second_contract() -> list[str]:
    """The number's next holder, from May 2023 on, with a claim that is open."""
    return [
        line("open", "opening-2", "2023-05-01T10:00:00+03:00", region="moscow", by="clerk-2"),
        line("top_up", "pay-2", "2023-05-02T10:00:00+03:00", amount=1000_00),
        line("connect_plan", "plan-2", "2023-05-02T11:00:00+03:00", plan="t3"),
        line(
            "usage", "call-2", "2023-05-03T11:00:00+03:00",
            service="voice", direction="out", quantity=61, peer="79990001111",
        ),
        line("open_dispute", "claim-2", "2023-05-04T10:00:00+03:00", event=4, text="второй спор"),
    ]  # fmt: skip


def somebody_else() -> list[str]:
    """Another number with an open contract."""
    return [
        line("open", "opening-3", "2023-01-10T10:00:00+03:00", OTHER, region="moscow"),
        line("top_up", "pay-3", "2023-01-11T10:00:00+03:00", OTHER, amount=1000_00),
        line("connect_plan", "plan-3", "2023-01-11T11:00:00+03:00", OTHER, plan="t3"),
    ]


def fed(run: Run, *lines: str) -> None:
    """A ledger of these lines, with its views."""
    write(Path("feed.jsonl"), *lines)
    assert run("feed", "feed.jsonl").code == 0
    Path("feed.jsonl").unlink()
    assert run("dispute", "list", "--all").code == 0


def contract_of(run: Run, account: str = ACCOUNT, holder: int = 1) -> str:
    """The id of a contract."""
    rows = run("accounts", account, "--json").json()
    return str(next(row["contract"] for row in rows if row["holder"] == holder))


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of a folder, also within others."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
