"""Notices: what a subscriber is told without having asked, with sum, date and next step."""

from typing import Final

from ledger import periods
from ledger.rules.refresh import USSD_CODE, Reply
from projections.notices.notice import INSTANTS, Facts, Kind
from projections.notices.told import ClaimAnswer
from projections.words import replies
from projections.words.language import Text
from projections.words.names import BLOCKS, OUTCOMES
from projections.words.phrasebook import Phrasebook
from projections.words.safe import safe

WORDS: Final[dict[str, Text]] = {
    "monthly_fee": Text(
        "Списана плата за месяц: {amount}. На счёте {wallet}, следующее списание {next_due}.",
        "The month's fee was taken: {amount}. {wallet} in the wallet, the next charge is on {next_due}.",
    ),
    "daily_fee": Text(
        "Списана плата за день: {amount}. На счёте {wallet}, следующее списание {next_due}.",
        "The day's fee was taken: {amount}. {wallet} in the wallet, the next charge is on {next_due}.",
    ),
    "option_fee": Text(
        "Списана плата за опцию «{name}»: {amount}. На счёте {wallet}, опция оплачена до {until}.",
        "The fee of the option “{name}” was taken: {amount}. {wallet} in the wallet, it is paid until {until}.",
    ),
    "low voice": Text(
        "Израсходовано {percent} % минут: осталось {left} до {until}.",
        "{percent} % of the minutes are used: {left} left until {until}.",
    ),
    "low sms": Text(
        "Израсходовано {percent} % SMS: осталось {left} до {until}.",
        "{percent} % of the SMS are used: {left} left until {until}.",
    ),
    "low data": Text(
        "Израсходовано {percent} % интернета: осталось {left} до {until}.",
        "{percent} % of the data are used: {left} left until {until}.",
    ),
    "used up voice": Text("Минуты пакета закончились.", "The minutes of the package are used up."),
    "used up sms": Text("SMS пакета закончились.", "The SMS of the package are used up."),
    "used up data": Text("Интернет пакета закончился.", "The data of the package are used up."),
    "beyond": Text("{said} Дальше действуют цены сверх пакета.", "{said} From now on prices beyond the package hold."),
    "offer": Text(
        "{said} Наберите {code}, чтобы обновить пакеты: спишется {fee}.",
        "{said} Dial {code} to refresh the packages: {fee} will be debited.",
    ),
    "due day": Text(
        "{due} на месяц нужно {fee}, доступно {available}: спишется только плата за день, {daily_fee}.",
        "On {due} the month takes {fee}, available {available}: only the day's fee is taken, {daily_fee}.",
    ),
    "due block": Text(
        "{due} на месяц нужно {fee}, доступно {available}: номер будет заблокирован.",
        "On {due} the month takes {fee}, available {available}: the number will be blocked.",
    ),
    "due block or day": Text(
        "{due} нужно {fee} на месяц или {daily_fee} на день, доступно {available}: номер будет заблокирован.",
        "On {due} a month takes {fee} or a day {daily_fee}, available {available}: the number will be blocked.",
    ),
    "due option": Text(
        "{due} за опцию «{name}» нужно {fee}, доступно {available}: опция будет приостановлена. Пополните счёт.",
        "On {due} the option “{name}” takes {fee}, available {available}: it will be suspended. Top up.",
    ),
    "month by top-up": Text(
        "{said} Пополните счёт на {missing}, чтобы оплатить месяц.", "{said} Top up {missing} to pay for the month."
    ),
    "blocked nightly": Text(
        "Номер заблокирован: на плату не хватило денег, доступно {available}. Пополните счёт на {missing}, и ночью "
        "спишется плата за месяц.",
        "The number is blocked: there was not enough money for the fee, available {available}. Top up {missing}, and "
        "the night takes the month's fee.",
    ),
    "blocked balance": Text(
        "Номер заблокирован: доступно {available}. Пополните счёт на {missing}, и блокировка снимется.",
        "The number is blocked: available {available}. Top up {missing}, and the block is lifted.",
    ),
    "blocked voluntary": Text(
        "Номер заблокирован по вашей просьбе. Снять блокировку можно в любой день.",
        "The number is blocked as you asked. The block can be lifted on any day.",
    ),
    "blocked operator": Text(
        "Номер заблокирован оператором. Обратитесь в службу поддержки.",
        "The number is blocked by the operator. Ask the support.",
    ),
    "unblocked": Text("Номер разблокирован.", "The number is not blocked any more."),
    "unblocked in part": Text(
        "Снята блокировка: {block}. Номер ещё заблокирован: {blocks}.",
        "A block was lifted: {block}. The number is still blocked: {blocks}.",
    ),
    "month at night": Text(
        "{said} Ночью спишется плата за месяц, {fee}.", "{said} The night takes the month's fee, {fee}."
    ),
    "month by top-up at night": Text(
        "{said} Пополните счёт на {missing}: ночью спишется плата за месяц, {fee}.",
        "{said} Top up {missing}: the night takes the month's fee, {fee}.",
    ),
    "promise_ends": Text(
        "{day} в {time} закончится обещанный платёж {amount}, и номер будет заблокирован. Пополните счёт на {missing}.",
        "The promised payment of {amount} ends on {day} at {time}, and the number will be blocked. Top up {missing}.",
    ),
    "promise paid": Text("Обещанный платёж {amount} погашен.", "The promised payment of {amount} is repaid."),
    "promise ended": Text(
        "Обещанный платёж {amount} закончился: рассчитывать можно только на деньги на счёте.",
        "The promised payment of {amount} is over: there is only the money in the wallet.",
    ),
    "answered": Text("Претензия {claim} {outcome}.", "Claim {claim} is {outcome}."),
    "returned": Text(
        "Претензия {claim} {outcome}: возвращено {returned}.", "Claim {claim} is {outcome}: {returned} given back."
    ),
    "with text": Text("{said} {text}", "{said} {text}"),
    "code": Text(
        "Код для входа: {code}. Действует до {time}. Никому его не сообщайте.",
        "Your code: {code}. It holds until {time}. Tell it to nobody.",
    ),
}

TITLE: Final = Text("Уведомления", "Notices")
HEAD: Final = (Text("Когда", "At"), Text("Счёт", "Account"), Text("Запись", "Version"), Text("Уведомление", "Notice"))
ONWARD: Final = Text("Дальше — с места {after}", "What comes next is behind {after}")
BEGUN: Final = Text(
    "Уведомления ведутся с этого места: о том, что было раньше, никому не сообщается.",
    "Notices begin here: nobody is told of what was before.",
)
"""What a list of them is called, and what is said beside it."""


def say(
    phrases: Phrasebook, kind: Kind, facts: Facts, *, answer: ClaimAnswer | None = None, code: str | None = None
) -> str:
    """A notice in whole sentences, in the language of the phrasebook and on its clocks.

    `answer` is that to a claim, `code` the one for a login: what no facts keep.
    """
    said = _values(phrases, facts)
    match kind:
        case "refresh_reply":
            return replies.say(phrases, _reply(phrases, facts))
        case "monthly_fee" | "daily_fee" | "option_fee":
            return phrases.say(WORDS[kind], **said)
        case "packages_low":
            return phrases.say(WORDS[f"low {facts['service']}"], **said)
        case "packages_used_up":
            return _used_up(phrases, facts)
        case "fee_due":
            return _due(phrases, facts, said)
        case "blocked":
            how = facts["cause"] if facts["block"] == "financial" else facts["block"]
            return phrases.say(WORDS[f"blocked {how}"], **said)
        case "unblocked":
            return _unblocked(phrases, facts, said)
        case "promise_ends":
            return phrases.say(WORDS["promise_ends"], **said)
        case "promise_closed":
            return phrases.say(WORDS[f"promise {facts['cause']}"], **said)
        case "claim_answered":
            return _answered(phrases, facts, answer)
        case "code":
            return phrases.say(WORDS["code"], **said, code=code or "")


_MONEY: Final = ("amount", "wallet", "fee", "daily_fee", "available", "missing")


def _values(phrases: Phrasebook, facts: Facts) -> dict[str, str]:
    """The facts as they stand in sentences."""
    said = {name: phrases.money(facts[name]) for name in _MONEY if facts.get(name) is not None}
    said |= {name: phrases.day_of(facts[name]) for name in INSTANTS if name in facts}
    if "until" in facts:
        said |= {"day": said["until"], "time": f"{periods.local(facts['until'], phrases.zone_of_clocks):%H:%M}"}
    if "name" in facts:
        said["name"] = safe(facts["name"])
    if "left" in facts:
        said["percent"] = f"{100 * (facts['granted'] - facts['left']) // facts['granted']}"
        said["left"] = phrases.packaged(facts["service"], facts["left"])
    return said


def _reply(phrases: Phrasebook, facts: Facts) -> Reply:
    """The reply that the facts are of."""
    if facts["reason"] is None:
        return Reply(None, facts["amount"], due=periods.local_date(facts["next_due"], phrases.zone_of_clocks))
    return Reply(facts["reason"], facts["fee"], facts["available"], missing=facts.get("missing"))


def _used_up(phrases: Phrasebook, facts: Facts) -> str:
    sentence = phrases.say(WORDS[f"used up {facts['service']}"])
    if "refresh_fee" in facts:
        return phrases.say(WORDS["offer"], said=sentence, code=USSD_CODE, fee=phrases.money(facts["refresh_fee"]))
    return phrases.say(WORDS["beyond"], said=sentence)


def _due(phrases: Phrasebook, facts: Facts, said: dict[str, str]) -> str:
    if "option" in facts:
        return phrases.say(WORDS["due option"], **said)
    what = "due day" if facts["then"] == "daily_fee" else "due block or day" if "daily_fee" in said else "due block"
    sentence = phrases.say(WORDS[what], **said)
    if "missing" not in said:
        return sentence
    return phrases.say(WORDS["month by top-up"], said=sentence, missing=said["missing"])


def _unblocked(phrases: Phrasebook, facts: Facts, said: dict[str, str]) -> str:
    blocks = facts["blocks"]
    if blocks:
        block = phrases.named(facts["block"], BLOCKS)
        return phrases.say(WORDS["unblocked in part"], block=block, blocks=phrases.blocked(blocks))
    sentence = phrases.say(WORDS["unblocked"])
    if not facts.get("fee"):
        return sentence
    which = "month by top-up at night" if facts.get("missing") else "month at night"
    return phrases.say(WORDS[which], **said, said=sentence)


def _answered(phrases: Phrasebook, facts: Facts, answer: ClaimAnswer | None) -> str:
    claim, text, returned = answer or ClaimAnswer("", "", None)
    outcome = phrases.named(facts["outcome"], OUTCOMES)
    if returned:
        sentence = phrases.say(WORDS["returned"], claim=safe(claim), outcome=outcome, returned=phrases.money(returned))
    else:
        sentence = phrases.say(WORDS["answered"], claim=safe(claim), outcome=outcome)
    return phrases.say(WORDS["with text"], said=sentence, text=safe(text)) if text else sentence
