"""What is told of a document that was held against the ledger: whether it is ours, and why not."""

from typing import Final

from projections.words.language import Text

OURS: Final = Text(
    "Документ {document} наш и не изменён: детализация {account} с {first} по {last}, {state}{more}.",
    "Document {document} is ours and unchanged: statement {account}, {first} to {last}, {state}{more}.",
)
AS_OF: Final = Text(", по состоянию на событие {version}", ", as of event {version}")
ERASED: Final = Text(
    "; персональные данные с тех пор уничтожены, остался его номер",
    "; the personal data were destroyed since, its id stayed",
)
NOT_OURS: Final = Text(
    "{name}: это не наш документ в том виде, в каком его выдали: {why}", "{name} is not ours as given out: {why}"
)
WHY: Final = {
    "NOT_A_STATEMENT": Text(
        "это не детализация (csv сам о себе не говорит: назовите счёт и даты)",
        "it is no statement (a csv says nothing of itself: name the account and the dates)",
    ),
    "NO_SUCH_CONTRACT": Text("такого договора здесь нет", "there is no such contract here"),
    "NO_KEY": Text(
        "ключа договора здесь нет, и прочесть его нечем", "the key of the contract is not here, so it cannot be read"
    ),
    "OTHER_CONTENT": Text("в журнале другое{difference}", "the ledger says something else{difference}"),
    "OTHER_BYTES": Text(
        "номер документа наш, а файл не такой, какой мы печатаем: он изменён или напечатан другой версией программы; "
        "сверьте его с новой печатью или спросите документ в json",
        "the document's id is ours, and the file is not as we print it: it was changed, or another version of the "
        "program printed it; compare it with a new print, or ask for the json",
    ),
    "NOT_FOUND": Text(
        "такого номера нет среди детализаций за месяцы всех договоров; назовите счёт, и будут проверены другие даты",
        "no contract has a statement of a month with this id; name the account, and other dates are tried, too",
    ),
    "NOT_AMONG": Text("такого номера нет среди детализаций, о которых спрошено", "no statement asked for has this id"),
}
DIFFERENCE: Final = Text(
    "; первое отличие в {field}: у нас {expected}, в документе {found}",
    "; the first difference is in {field}: {expected} here, {found} in the document",
)
