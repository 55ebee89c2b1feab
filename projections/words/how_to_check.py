"""The page of a dossier that says how to check it without those who made it, in Russian and English."""

from typing import Final

from projections.words.language import Text

SEALED: Final = Text(
    """\
номера собеседников, тексты и номера обращений
в доказательствах запечатаны: видны суммы, количества, время и виды событий. Открыть их может тот, кто вёл журнал; он
выдаёт доказательства и с ключами событий.""",
    """\
numbers of peers, texts and ids of inputs are
sealed in the proofs: amounts, quantities, times and kinds of events are plain. Who kept the log can open them, and can
give out proofs that have the keys of their events.""",
)
DISCLOSED: Final = Text(
    """\
в доказательствах есть ключи этих событий (opens):
кто прочёл файл, тот может прочесть и то, что в них запечатано.""",
    """\
the proofs have the keys of these events
(opens): whoever reads the file can read what is sealed in them, too.""",
)
PAGE: Final = Text(
    """\
Как проверить это без нас

Здесь детализация счёта {account} за период с {first} по {last} ({state}),
документ {document},
и доказательства того, что каждая её денежная строка была записана именно так до контрольной точки
{checkpoint}.

Нужны openssl 3 и Python 3.8 или новее. Команды выполняются в папке, куда распакован архив.

1. Файлы те же, что были упакованы, и документ тот же, что назван в pdf (последняя строка каждой страницы):

    sha256sum -c SHA256SUMS
    openssl dgst -sha256 statement.json

2. Ключ тот, который вы знаете не из этого архива (его публикует оператор; сравните отпечаток):

    openssl pkey -pubin -in public-key.pem -outform DER | openssl dgst -sha256

3. Контрольная точка подписана этим ключом. Подписан текст до пустой строки; подпись — последние 64 байта того, что
   стоит за именем:

    sed '/^$/,$d' checkpoint.txt > checkpoint.text
    sed -n '$s/.* //p' checkpoint.txt | openssl base64 -d -A | tail -c 64 > checkpoint.signature
    openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in checkpoint.text -sigfile checkpoint.signature

4. Остальное проверяет check.py, 200 строк, которые можно прочесть: файлы; номер документа; суммы (начальный остаток и
   строки дают каждый остаток и конечный); ключ; подпись каждой контрольной точки, через openssl; путь хешей от байтов
   каждого события к подписанному корню (RFC 6962); совпадение времени, суммы и остатка каждой строки с её событием:

    python3 check.py

   Со своим ключом (public-key.pem или public-key.txt): python3 check.py ПУТЬ-К-КЛЮЧУ

Что ещё здесь: statement.json, statement.pdf и statement.xml — детализация; explanations.txt и explanations.json —
почему каждая денежная строка такая: правило, что сравнивалось, что было до и после; proofs — по файлу на событие,
и первое из них — открытие договора; dossier.json — опись.

Чего это не доказывает: что тариф, по которому считали, был тем, который обещан (его называют объяснения); что строки
услуг без денег полны; {personal}
""",
    """\
How to check this without us

This is the statement of account {account} from {first} to {last} ({state}),
document {document},
with proofs that each of its lines of money was written down exactly so before the checkpoint
{checkpoint}.

It takes openssl 3 and Python 3.8 or later. Commands are run in the folder that the archive was unpacked to.

1. The files are those that were packed, and the document is the one that the pdf names (last line of every page):

    sha256sum -c SHA256SUMS
    openssl dgst -sha256 statement.json

2. The key is the one that you know from elsewhere (the operator publishes it; compare the fingerprint):

    openssl pkey -pubin -in public-key.pem -outform DER | openssl dgst -sha256

3. The checkpoint is signed by this key. What is signed is the text before the empty line; the signature is the last 64
   bytes of what stands behind the name:

    sed '/^$/,$d' checkpoint.txt > checkpoint.text
    sed -n '$s/.* //p' checkpoint.txt | openssl base64 -d -A | tail -c 64 > checkpoint.signature
    openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in checkpoint.text -sigfile checkpoint.signature

4. The rest is done by check.py, 200 lines that can be read: the files; the document's id; the sums (opening balance
   and lines make every balance and the closing one); the key; the signature of every checkpoint, by openssl; the hashes
   from every event's bytes to the root that was signed (RFC 6962); each line's time, amount and balance against its
   event:

    python3 check.py

   With the key that you know (public-key.pem or public-key.txt): python3 check.py PATH-TO-KEY

What else is here: statement.json, statement.pdf and statement.xml are the statement; explanations.txt and
explanations.json say why each line of money is what it is: the rule, what was compared, what was before and after;
proofs has a file for each event, and the first of them opened the contract; dossier.json lists it all.

What this does not prove: that the tariff that was charged by is the one that was promised (the explanations name it);
that rows of usage without money are complete; {personal}
""",
)
