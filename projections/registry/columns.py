"""Columns of a registry: which of them is the id of the payment, the number, the time and the sum.

They are known by the words of a header, Russian or English, or as somebody names them, by header or by number.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from projections.tables.problems import BadTable

Role: TypeAlias = Literal["id", "account", "at", "time", "amount", "kind"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
REQUIRED: Final[tuple[Role, ...]] = ("id", "account", "at", "amount")

_WORDS: Final[Mapping[Role, tuple[str, ...]]] = {
    "id": (
        "id платежа", "идентификатор платежа", "номер платежа", "уникальный номер платежа", "id операции",
        "идентификатор операции", "уникальный номер операции", "уникальный номер операции в ек асу", "суип",
        "номер операции", "код операции", "id транзакции", "идентификатор транзакции", "номер транзакции",
        "код платежа", "код транзакции", "rrn", "номер документа", "номер квитанции", "номер чека", "payment id",
        "transaction id", "txn id", "trans id", "operation id", "payment number", "payment no", "txn", "id", "session",
        "reference", "транзакция", "квитанция", "чек", "платеж", "transaction", "payment",
    ),
    "account": (
        "лицевой счет", "номер лицевого счета", "лицевой счет абонента", "лицевой счет плательщика",
        "л с", "лс", "номер телефона", "телефон", "номер абонента", "абонент",
        "телефон абонента", "идентификатор плательщика", "параметр платежа", "номер", "msisdn", "account",
        "phone number", "phone", "subscriber number", "subscriber", "number",
    ),
    "at": (
        "дата и время платежа", "дата и время операции", "дата время платежа",
        "дата время операции", "дата и время", "дата время", "дата платежа",
        "дата операции", "дата проведения", "дата оплаты", "дата создания", "дата", "payment date", "date time",
        "datetime", "date and time", "transaction date", "operation date", "created at", "created", "date",
        "дата транзакции", "дата зачисления", "дата пополнения", "paid at", "timestamp", "at", "time", "время платежа",
        "время операции", "время",
    ),
    "time": ("время платежа", "время операции", "время проведения", "время", "payment time", "time"),
    "amount": (
        "сумма платежа", "сумма операции", "сумма оплаты", "сумма транзакции", "сумма пополнения",
        "сумма зачисления", "зачислено",
        "сумма", "payment amount",
        "amount", "sum", "gross",
    ),
    "kind": (
        "тип операции", "вид операции", "тип платежа", "тип транзакции", "операция",
        "operation type", "transaction type", "operation", "kind",
        "тип", "вид", "type",
    ),
}  # fmt: skip
"""What headers say, the surest first; upper case, ё and marks do not count."""
_WEAK_KINDS: Final = frozenset(("тип платежа", "тип", "вид", "type"))
"""They may as well say how somebody paid."""
_ROUBLES: Final = re.compile(r" (?:в )?(?:руб|рублях|р|rub|rur)$")
_NUMBER_SIGN: Final = re.compile(r"№\s*(?=[а-я])")
_OTHER: Final = re.compile(r"[^0-9a-zа-я]+")


class Columns(NamedTuple):
    """Where a registry has what, counted from 0."""

    id: int
    account: int
    at: int
    time: int | None
    amount: int
    kind: int | None
    is_sure_of_kind: bool = True
    """Whether the kind is nothing but a payment or a refund."""


class Named(NamedTuple):
    """What somebody says of the columns: for each a header, or a number from 1."""

    by_role: Mapping[Role, str]

    @property
    def numbers(self) -> bool:
        """Whether all that is needed is said by numbers, so that no header is."""
        return all(self.by_role.get(role, "").isdecimal() for role in REQUIRED) and all(
            text.isdecimal() for text in self.by_role.values()
        )


def named(text: str) -> Named:
    """`id=1,account=Телефон,at=3+4,amount=5` as columns by role; a date and a time apart stand as `3+4`.

    Raises ValueError.
    """
    by_role: dict[Role, str] = {}
    if not text:
        return Named(by_role)
    for piece in text.split(","):
        role, equals, column = (part.strip() for part in piece.partition("="))
        known = next((each for each in ROLES if each == role), None)
        if known is None or not equals or not column or known in by_role:
            raise ValueError(f"{piece.strip()!r} is not like id=1; there are {', '.join(ROLES)}, each once")
        by_role[known] = column
    if "+" in (at := by_role.get("at", "")) and "time" not in by_role:
        day, _, time = at.partition("+")
        by_role |= {"at": day.strip(), "time": time.strip()}
    if wrong := [each for each in by_role.values() if each.isdecimal() and not 1 <= int(each) <= 10_000]:
        raise ValueError(f"column {wrong[0]}: columns are counted from 1")
    return Named(by_role)


def by_number(said: Named) -> Columns:
    """The columns of somebody who names them all by number."""
    return _columns({role: int(text) - 1 for role, text in said.by_role.items()})


def in_header(header: Sequence[str], said: Named) -> Columns | None:
    """The columns of a header; None where it is none, for want of one that is needed.

    Raises BadTable where two columns are as likely.
    """
    if missing_in(header, said):
        return None
    placed = _columns(_found(header, said))
    if placed.kind is None or "kind" in said.by_role:
        return placed
    return placed._replace(is_sure_of_kind=plain(header[placed.kind]) not in _WEAK_KINDS)


def missing_in(header: Sequence[str], said: Named) -> list[Role]:
    """What is needed and a header does not have."""
    found = _found(header, said)
    return [role for role in (*REQUIRED, *said.by_role) if role not in found]


def _found(header: Sequence[str], said: Named) -> dict[Role, int]:
    names = [plain(cell) for cell in header]
    found: dict[Role, int] = {}
    for role, text in said.by_role.items():
        if text.isdecimal():
            found[role] = int(text) - 1
        elif plain(text) in names:
            found[role] = _only(names, plain(text), header)
    for role in ROLES:
        if role not in found and (place := _by_words(role, names, header, set(found.values()))) is not None:
            found[role] = place
    if "time" in found and "at" in said.by_role and "time" not in said.by_role:
        del found["time"]  # who names the time knows where all of it is
    return found


def _by_words(role: Role, names: Sequence[str], header: Sequence[str], taken: set[int]) -> int | None:
    free = ["" if place in taken else name for place, name in enumerate(names)]
    for words in _WORDS[role]:
        if words in free:
            return _only(free, words, header)
    return None


def _only(names: Sequence[str], name: str, header: Sequence[str]) -> int:
    place = names.index(name)
    if name in names[place + 1 :]:
        raise BadTable(f"two columns are called {header[place].strip()!r}, and either may be meant", unsaid="columns")
    return place


def _columns(found: Mapping[Role, int]) -> Columns:
    return Columns(found["id"], found["account"], found["at"], found.get("time"), found["amount"], found.get("kind"))


def plain(text: str) -> str:
    """A header's words without case, marks and currency."""
    words = _OTHER.sub(" ", _NUMBER_SIGN.sub("номер ", text.lower().replace("ё", "е"))).strip()
    return _ROUBLES.sub("", words)
