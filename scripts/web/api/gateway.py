"""A gateway's requests: a USSD code dialled, an SMS to a service number; the answer is the text of the reply (R-5)."""

from typing import Annotated, Any

import msgspec

from projections.numbers import digits_of
from scripts.web.answer import TEXT, Answer
from scripts.web.api.inputs import asker_of, handed_over
from scripts.web.asked import Asked
from scripts.web.body import Word, Words, read
from scripts.web.messages import REJECTED
from scripts.web.problems import Problem

Short: Any = Annotated[str, msgspec.Meta(max_length=32)]


class UssdRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A code that a subscriber dialled, `*929#`."""

    msisdn: Word
    text: Short
    id: Word
    at: str


class SmsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """An SMS that a subscriber sent to a service number; its text is never stored."""

    msisdn: Word
    to: Short
    id: Word
    at: str
    text: Words = ""


async def ussd(asked: Asked) -> Answer:
    """What a code that was dialled is replied."""
    given = await read(asked, UssdRequest)
    return await _replied(asked, {"type": "ussd", "text": given.text}, given)


async def sms(asked: Asked) -> Answer:
    """What an SMS to a service number is replied."""
    given = await read(asked, SmsRequest)
    return await _replied(asked, {"type": "sms", "to": given.to, "text": given.text}, given)


async def _replied(asked: Asked, own: dict[str, str], given: UssdRequest | SmsRequest) -> Answer:
    """The text of the reply, the same again for the same request. Raises Problem where there is none."""
    line = msgspec.json.encode({"id": given.id, "account": digits_of(given.msisdn), "at": given.at} | own)
    result = await handed_over(asked, line, asker_of(asked))
    if result.reply is not None:
        return Answer(body=result.reply.encode(), media_type=TEXT)
    reason = result.reason or "NO_REPLY"
    raise Problem(409, reason, REJECTED.get(reason, "the request was refused"), version=result.version)
