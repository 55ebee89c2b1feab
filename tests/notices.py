"""Notices from scratch: what events are told about, each from its account folded from the first event on."""

from __future__ import annotations

from collections.abc import Callable

from ledger.account import Account
from ledger.evolve import evolve
from ledger.log.store import Reading
from ledger.periods import Instant
from ledger.timeline import CatalogueTimeline
from projections.notices.ahead import notices_ahead
from projections.notices.behind import TOLD, notice_behind
from projections.notices.notice import Notice
from projections.notices.told import claim_answer
from projections.words.notices import say
from projections.words.phrasebook import Phrasebook
from tests.support import Story


def from_scratch(log: Reading) -> list[Notice]:
    """What the events of a log are told about, in its order, each once."""
    catalogues, accounts, once = CatalogueTimeline(log.adopted()), dict[str, Account](), set[tuple[str, str, str]]()
    found: list[Notice] = []
    for stored in log.events_between(0, log.last_position()):
        event = stored.event()
        account = accounts[stored.account] = evolve(accounts.get(stored.account), event, stored.account)
        notice = notice_behind(event, account, catalogues.at(stored.position)) if isinstance(event, TOLD) else None
        if notice is not None and (key := (notice.contract, notice.kind, notice.key)) not in once:
            once.add(key)
            found.append(notice)
    return found


def texts(story: Story, *, wanted: Callable[[Notice], bool] = lambda _: True) -> list[str]:
    """What a story's events are told about, in words."""
    with story.reading() as log:
        return [_text(log, each) for each in from_scratch(log) if wanted(each)]


def ahead(story: Story, now: Instant) -> list[str]:
    """What is foretold of a story's account by an instant, in words."""
    with story.reading() as log:
        catalogue = CatalogueTimeline(log.adopted()).newest()
        return [_text(log, each) for each in notices_ahead(story.account, catalogue, now)]


def _text(log: Reading, notice: Notice) -> str:
    answer = claim_answer(log, notice.contract, notice.version) if notice.kind == "claim_answered" else None
    said = say(Phrasebook("ru", zone=notice.zone), notice.kind, notice.facts, answer=answer)
    return said.replace("\N{NO-BREAK SPACE}", " ")
