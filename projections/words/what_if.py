"""What if: the words of `what-if` and `late`, in Russian and English."""

from typing import Final

from ledger.units import UNIT_OF
from projections.counterfactual.difference import AMOUNT, EVENT, REASON, TYPE, WALLET_AFTER, Line
from projections.words.causes import kind_of
from projections.words.language import Text
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS

FIELDS: Final[dict[str, Text]] = {
    EVENT: Text("запись", "event"),
    TYPE: Text("что произошло", "type"),
    REASON: Text("причина", "reason"),
    AMOUNT: Text("сумма", "amount"),
    WALLET_AFTER: Text("баланс в конце", "wallet after"),
}
"""What differs."""
MOVES: Final[dict[str, Text]] = {
    "granted": Text("выдано: {bucket}", "granted: {bucket}"),
    "consumed": Text("взято: {bucket}", "spent: {bucket}"),
    "expired": Text("сгорело: {bucket}", "expired: {bucket}"),
    "carried": Text("сохранено: {bucket}", "carried: {bucket}"),
    "returned": Text("возвращено: {bucket}", "given back: {bucket}"),
}
"""Movements of packages."""

ONE: Final = Text("Что было бы, счёт {account}", "What if, account {account}")
HEAD: Final = (
    Text("Запись", "Version"),
    Text("Проведена", "Booked"),
    Text("Что произошло", "Event"),
    Text("Что отличается", "Field"),
    Text("Было", "Was"),
    Text("Было бы", "Would be"),
)
NO_DIFFERENCE: Final = Text("  ничего не изменилось бы", "  no difference")
WALLET: Final = Text(
    "На счёте было бы {difference}; ничего не записано.", "The wallet would have {difference}; nothing was written."
)
BARS: Final = Text("Насколько отличались бы балансы", "Wallets would differ by")
BARS_HEAD: Final = (Text("Рубли", "Rubles"), Text("Счетов", "Accounts"))
SHARES: Final = Text("Из всех счетов у стольких не больше чем", "Of all accounts, so many have at most")
SHARES_HEAD: Final = (Text("Доля", "Share"), Text("Больше на", "More"))
GAIN_MOST: Final = Text("Больше всех выиграли бы", "Would gain most")
LOSE_MOST: Final = Text("Больше всех потеряли бы", "Would lose most")
MOST_HEAD: Final = (
    Text("Счёт", "Account"),
    Text("Было", "Was"),
    Text("Было бы", "Would be"),
    Text("Больше на", "More"),
)
NOBODY: Final = Text("нет", "none")
MANY: Final = Text(
    "{accounts}, {inputs}: решено заново, изменилось бы {changed}; выиграют {gained} — {sum_gained}, потеряют {lost} — "
    "{sum_lost}, столько же у {same}; на всех счетах вместе было бы {difference}; ничего не записано.",
    "{accounts}, {inputs} decided again: {changed} changed, {gained} gain {sum_gained}, {lost} lose {sum_lost}, "
    "{same} have the same; all wallets together {difference}; nothing was written.",
)

LATE: Final = Text("Списания опоздавших записей", "Charges of late records")
LATE_HEAD: Final = (
    Text("Счёт", "Account"),
    Text("Запись", "Version"),
    Text("Опоздавшая запись", "Late record"),
    Text("Списание", "Charge"),
    Text("Было", "Was"),
    Text("Вовремя", "In time"),
)
LATE_SUM: Final = Text(
    "{charges}, {accounts}: приди записи вовремя, на счетах вместе было бы {difference}.",
    "{charges} of {accounts}: in time, the wallets together would have {difference}.",
)
LATE_TRIED: Final = Text(
    "Было бы проведено: {adjustments} (источник {source}), отказов из-за нехватки денег {refused}; ничего не записано",
    "{adjustments} would be booked (source {source}), {refused} refused for want of money; nothing was written",
)
LATE_BOOKED: Final = Text(
    "Проведено: {adjustments} (источник {source}), отказов из-за нехватки денег {refused}, отклонено, потому что счёт "
    "изменился, {rejected}",
    "{adjustments} booked (source {source}), {refused} refused for want of money, {rejected} rejected because others "
    "booked meanwhile",
)


def field(phrases: Phrasebook, name: str) -> str:
    """What differs: a field of the event, or a movement of a package such as `base/voice > consumed/voice`."""
    if name in FIELDS:
        return phrases.say(FIELDS[name])
    from_, to = ((place, service) for place, _, service in (end.rpartition("/") for end in name.split(" > ")))
    move = "returned" if from_[0] == "consumed" else "granted" if from_[0] == "granted" else to[0]
    place, service = to if move in ("returned", "granted") else from_
    return phrases.say(MOVES[move], bucket=f"{phrases.bucket(place)}, {phrases.service(service)}")


def value(phrases: Phrasebook, line: Line, found: int | str | None) -> str:
    """One side of a difference."""
    if found is None:
        return "—"
    if isinstance(found, int):
        service = line.field.rpartition("/")[2]
        return phrases.exact(UNIT_OF.get(service, "kop"), found)
    return phrases.say(REASONS[found]) if found in REASONS else kind_of(phrases, found)
