"""The rules that an event can be put down to, each in a sentence of our own, in Russian and English."""

from typing import Final

from projections.words.language import Text

RULES: Final[dict[str, Text]] = {
    "R-3.1": Text(
        "Счёт открывается с регионом и кредитным лимитом; денег и тарифа на нём ещё нет.",
        "An account opens with a region and a credit limit; it has no money and no plan yet.",
    ),
    "R-3.2": Text(
        "Тариф подключают, если он продаётся в регионе, нет блокировок и хватает на плату; смотрят в этом порядке.",
        "A plan is connected if it is sold in the region, nothing blocks and the fee is there; asked in this order.",
    ),
    "R-3.3": Text(
        "При подключении плата за месяц списывается сразу и целиком; прежние пакеты сгорают, новые выдаются.",
        "At connection the whole month is debited at once; the packages of before expire and new ones are granted.",
    ),
    "R-3.5": Text(
        "Скидка уменьшает плату по тарифу, если действует в этот день; результат округляется до копейки.",
        "A discount in force on the day reduces fees of the tariff; the result is rounded to a kopeck.",
    ),
    "R-4.1": Text(
        "Ночью даты списания, если денег хватает на месяц, списывается плата за месяц: остатки сгорают, "
        "пакеты выдаются заново.",
        "At the due night, if the money reaches the month, its fee is debited: leftovers expire, packages are "
        "granted anew.",
    ),
    "R-4.2": Text(
        "Если на месяц не хватает, а у тарифа есть суточная плата и на неё хватает, списываются одни сутки.",
        "Where the month cannot be paid but the plan's daily fee can, one day is debited.",
    ),
    "R-4.3": Text(
        "Если не хватает ни на месяц, ни на сутки, номер блокируется; деньги не списываются, остатки сгорают.",
        "Where neither month nor day can be paid the number is blocked; no money moves, leftovers expire.",
    ),
    "R-4.4": Text(
        "При посуточном списании и без оплаченного периода месяц, сутки и блокировка пробуются каждую ночь.",
        "In daily mode and while nothing is paid, month, day and block are tried every night.",
    ),
    "R-4.5": Text(
        "Под блокировкой плата не списывается; если оплаченный период кончился, остатки сгорают.",
        "Under a block no fee is taken; where the paid period ends meanwhile, its leftovers expire.",
    ),
    "R-4.6": Text(
        "У тарифа с автопереносом остаток основного пакета ночью не сгорает, а сохраняется.",
        "With a plan that carries by itself the base leftover is carried at night instead of expiring.",
    ),
    "R-4.7": Text(
        "Плата, которую скидка сделала нулевой, всё равно проводится и выдаёт пакеты.",
        "A fee that a discount reduces to 0 is booked all the same and grants the packages.",
    ),
    "R-5.3": Text(
        "Отказ в обновлении называет первую из шести причин, которая верна.",
        "A refused refresh names the first of six reasons that holds.",
    ),
    "R-5.4": Text(
        "При обновлении плата за месяц списывается сразу, остаток основного пакета сохраняется целиком, "
        "основной выдаётся заново, дата списания сдвигается.",
        "A refresh debits the month at once, carries all that is left of base, grants base anew, moves the due date.",
    ),
    "R-5.5": Text(
        "Остаток сохраняется один раз: до следующего списания или следующего обновления.",
        "A leftover is carried once: until the next due date or the next refresh.",
    ),
    "R-6.2": Text(
        "Входящие звонки и SMS бесплатны, короткие звонки и SMS на 9290 тоже; остальное считается начатыми единицами.",
        "Incoming calls and SMS are free, so are short calls and SMS to 9290; the rest is billed by units begun.",
    ),
    "R-6.3": Text(
        "Пакет тратится на свою услугу, в своей зоне и в свой срок; где подходит безлимит, больше ничего не тратится.",
        "A bucket pays for its service, zone and time; where an unlimited one fits, nothing else is spent.",
    ),
    "R-6.4": Text(
        "Сначала тратится сгоревший остаток своего срока, затем сохранённый, основной или дневной пакет, опции, "
        "и только потом деньги.",
        "First the expired leftover of its time is spent, then carried, base or daily, options, and money only after "
        "them.",
    ),
    "R-6.5": Text(
        "Запись, пришедшая поздно, тратит остаток пакета своего времени, пока не вышел срок опоздания.",
        "A late record spends what was left of the bucket of its time, until the late window closes.",
    ),
    "R-6.6": Text(
        "Что не покрыли пакеты, стоит денег по цене зоны за начатую единицу, даже если баланс уйдёт ниже нуля.",
        "What no bucket covers costs money at the zone's price for each unit begun, even below zero.",
    ),
    "R-6.8": Text(
        "Без тарифа или без цены запись не тарифицируется: она хранится без списания и ждёт, пока цену добавят.",
        "Without a plan or a price a record is not rated: it is kept without a charge and waits for its price.",
    ),
    "R-7.1": Text(
        "Пополнение увеличивает баланс всегда: без тарифа и под любой блокировкой.",
        "A top-up always adds to the wallet: without a plan and under any block.",
    ),
    "R-7.2": Text(
        "После разблокировки плата ждёт ночи: до неё период не оплачен, если он кончился.",
        "After the block the fee waits for the night; until then a period that ended is unpaid.",
    ),
    "R-8.1": Text(
        "Блокировки бывают финансовые, добровольные и оператора; действовать могут сразу несколько.",
        "Blocks are financial, voluntary or the operator's, and several can hold at once.",
    ),
    "R-8.2": Text(
        "Нельзя поставить блокировку, которая уже действует, и снять ту, которой нет.",
        "A block in force cannot be set again, nor one lifted that is not there.",
    ),
    "R-8.3": Text(
        "Блокировка не останавливает и не продлевает оплаченный период.",
        "A block neither stops nor extends the paid period.",
    ),
    "R-8.4": Text(
        "Снятие блокировки ничего не списывает; неоплаченный период ждёт ночи.",
        "Lifting a block takes no fee; an unpaid period waits for the night.",
    ),
    "R-8.5": Text(
        "После операции доступная сумма выше нуля снимает финансовую блокировку, ниже нуля ставит её; ровно ноль не "
        "меняет ничего.",
        "After a booking, available above zero lifts the financial block, below zero sets one; exactly zero does "
        "neither.",
    ),
    "R-9.1": Text(
        "Опцию подключают, если она есть, ещё не подключена, нет блокировок и хватает денег; плата списывается сразу.",
        "An option is connected if it exists, is not there yet, nothing blocks and the fee is there; debited at once.",
    ),
    "R-9.2": Text(
        "Месячная опция оплачивается в свою ночь; не хватило денег или номер заблокирован — приостанавливается и "
        "пробуется каждую следующую ночь.",
        "A monthly option is paid at its own night; without the money or under a block it is suspended and tried "
        "every later night.",
    ),
    "R-9.3": Text(
        "Разовая опция оплачивается один раз и кончается ночью через свои дни.",
        "A one-time option is paid once and ends at the night after its days.",
    ),
    "R-9.4": Text(
        "При отключении пакет опции сгорает сразу, деньги не возвращаются.",
        "Disconnecting lets the option's bucket expire at once and refunds nothing.",
    ),
    "R-10.1": Text(
        "Новая скидка сразу заменяет прежнюю, даже если начинается позже.",
        "A new discount takes the old one's place at once, even if it begins later.",
    ),
    "R-10.2": Text(
        "Обещанный платёж бывает один и не больше предела; это не деньги, а доступная сумма на несколько суток.",
        "There is one promised payment at a time, up to a maximum; it is headroom for some days, not money.",
    ),
    "R-10.3": Text(
        "Обещанный платёж закрывается, когда пополнения достигли его суммы или вышел срок; ничего не списывается.",
        "A promised payment closes when top-ups reach its amount or its time ends; nothing is debited.",
    ),
    "R-11.1": Text(
        "Записи не меняют: исправление возвращает деньги тем же путём и части живых пакетов, не больше оставшегося.",
        "Nothing is edited: a reversal returns money the way it came and parts of live buckets, no more than is left.",
    ),
    "R-11.2": Text(
        "Претензию принимают в течение шести месяцев после события; ответ даётся за 30 дней.",
        "A claim is taken within six months of the event and answered within 30 days.",
    ),
    "R-11.3": Text(
        "Ответ закрывает самую раннюю открытую претензию с этим номером; удовлетворённая возвращает деньги.",
        "An answer closes the earliest open claim of that id; an upheld one returns the money.",
    ),
    "R-11.5": Text(
        "Перерасчёт меняет баланс со ссылкой на события; на списание нужны доступные деньги.",
        "An adjustment moves the wallet and cites its events; a minus needs the money available.",
    ),
    "R-11.6": Text(
        "Запись без цены тарифицируется по своему времени, когда каталог исправлен, и только один раз.",
        "An unrated record is rated as of its time once the catalogue is mended, and only once.",
    ),
    "R-12.3": Text("Счёт открывают один раз.", "An account is opened once."),
    "R-15.3": Text(
        "Договор закрывается в любом состоянии: остатки пакетов сгорают, деньги на балансе остаются, больше ничего не "
        "списывается.",
        "A contract is closed in every state: packages expire, the wallet stays, nothing is scheduled any more.",
    ),
    "R-15.4": Text(
        "После закрытия договора по нему только исправляют, возвращают деньги и разбирают претензии; записи после "
        "закрытия не тарифицируются.",
        "A closed contract only takes corrections, refunds and claims; records from after the closing are not rated.",
    ),
    "R-15.5": Text(
        "Вернуть абоненту можно только то, что есть на балансе, и до закрытия договора, и после.",
        "Only what is in the wallet can be paid out to the subscriber, before the contract's end and after it.",
    ),
    "R-15.9": Text(
        "Персональные данные закрытого договора уничтожены; деньги, объёмы и времена остаются.",
        "The personal data of a closed contract are destroyed; money, units and times stay.",
    ),
    "R-12.4": Text(
        "Обновление просят ровно кодом *929# или SMS ровно на 9290.",
        "A refresh is asked for by exactly *929#, or by an SMS to exactly 9290.",
    ),
}
"""Each rule that an event can be put down to, in a sentence of our own."""
