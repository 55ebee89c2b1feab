"""Notices: the log followed into the outbox, and read from there with numbers and words, each time anew."""

from collections.abc import Iterator
from contextlib import closing
from typing import Final

from ledger import periods
from ledger.contracts import ERASED, Contract
from ledger.log.store import Reading
from ledger.periods import Instant
from projections.notices.ahead import HORIZONS
from projections.notices.follow import Follower
from projections.notices.notice import Notice
from projections.notices.told import ToldNotice, claim_answer
from projections.views import digest_at
from projections.words.notices import say
from projections.words.phrasebook import Phrasebook
from scripts.app.errors import Declined, InvalidRequest
from scripts.state.outbox import Followed, Outbox, OutboxRow, Swept

EVENTS_AT_ONCE: Final = 50_000
SWEPT_EVERY: Final[Instant] = periods.MINUTE
"""So often schedules are looked at of contracts to which nothing happened."""
LIMIT: Final = 100
LIMIT_MAX: Final = 1_000


def begin(log: Reading, outbox: Outbox, *, from_beginning: bool = False) -> bool:
    """Follow a log from its present end, or from its beginning; whether that begins now, else it has long begun.

    Nobody is told of what happened before there were notices. Raises Declined where a beginning is asked for too late.
    """
    if outbox.is_begun:
        if from_beginning:
            raise Declined("NOTICES_BEGUN", file=outbox.path)
        return False
    outbox.begin([Followed(0, "") if from_beginning else _end_of(shard) for shard in log.shards])
    return True


def follow(log: Reading, outbox: Outbox, now: Instant, *, at_once: int = EVENTS_AT_ONCE) -> int:
    """Add what has to be told by `now` and is not in the outbox yet; how many notices that were.

    Those of a contract come in the order of its events, and what is told ahead behind them. Several may follow at the
    same time. Raises Declined for the outbox of another ledger, BadEvents.
    """
    begin(log, outbox)
    added = sum(_follow_shard(number, shard, outbox, now, at_once) for number, shard in enumerate(log.shards))
    added += _sweep(log, outbox, now)
    outbox.forget_codes(now)
    return added


def _follow_shard(number: int, log: Reading, outbox: Outbox, now: Instant, at_once: int) -> int:
    added, last = 0, log.last_position()
    follower = Follower(log)
    while True:
        was = _followed(number, log, outbox)
        if was.position >= last:
            return added
        until = min(was.position + at_once, last)
        behind = follower.behind(was.position, until)
        ahead = follower.ahead(list(behind.versions), now, behind.versions)
        put = outbox.put(number, was, Followed(until, digest_at(log, until)), [*behind.notices, *ahead])
        if put is None:
            follower = Follower(log)  # somebody else was faster
        added += put or 0


def _sweep(log: Reading, outbox: Outbox, now: Instant) -> int:
    """Look at the schedules that came so near that something may have to be told, though nothing was booked."""
    before, catalogues = outbox.swept(), log.adopted_count()
    since = before.at if before.catalogues == catalogues else None
    if since is not None and since > now:  # the clock was set back: looked at as never before, told as ever once
        since = None
    if since is not None and now < since + SWEPT_EVERY:
        return 0
    followed = outbox.followed()
    if any(was.position != shard.last_position() for was, shard in zip(followed, log.shards, strict=True)):
        return 0  # somebody else knows more
    found: list[Notice] = []
    for shard in log.shards:
        near: set[str] = set()
        for horizon in HORIZONS:
            known = set() if since is None else set(shard.due_accounts(since + horizon))
            near.update(each for each in shard.due_accounts(now + horizon) if each not in known)
        found += Follower(shard).ahead(sorted(near), now)
    return outbox.put_swept(followed, Swept(now, catalogues), found) or 0


def _followed(number: int, log: Reading, outbox: Outbox) -> Followed:
    """How far a shard was followed. Raises Declined where that was another log."""
    followed = outbox.followed()
    if number >= len(followed) or not _is_of(log, followed[number]):
        raise Declined("OTHER_NOTICES", file=outbox.path)
    return followed[number]


def _is_of(log: Reading, was: Followed) -> bool:
    if was.position <= log.last_position():
        return was.digest == digest_at(log, was.position)
    with closing(log.ref.open()) as store, store.reading() as newest:  # somebody followed what came since
        return was.digest == digest_at(newest, was.position)


def _end_of(log: Reading) -> Followed:
    last = log.last_position()
    return Followed(last, digest_at(log, last))


def next_notices(
    log: Reading, outbox: Outbox, after: str | None, *, limit: int = LIMIT, now: Instant
) -> list[ToldNotice]:
    """The next notices behind one, once all that happened was followed. Raises as the two do."""
    seq_after(outbox, after)
    follow(log, outbox, now)
    return notices_after(log, outbox, after, limit=limit, now=now)


def notices_after(
    log: Reading, outbox: Outbox, after: str | None, *, limit: int = LIMIT, now: Instant
) -> list[ToldNotice]:
    """The next notices behind one, or the first of all, as they are to be told now.

    Those of contracts whose data were erased are left out, and codes that are of no use any more. Raises InvalidRequest
    for an `after` that no notice gave.
    """
    return list(told(log, outbox, seq_after(outbox, after), limit=limit, now=now))


def seq_after(outbox: Outbox, after: str | None) -> int:
    """The place behind which somebody wants to go on. Raises InvalidRequest."""
    seq = 0 if after is None else outbox.seq_of(after)
    if seq is None:
        raise InvalidRequest("NO_SUCH_NOTICE", after=after)
    return seq


def told(log: Reading, outbox: Outbox, after: int, *, limit: int, now: Instant) -> Iterator[ToldNotice]:
    """So many notices behind a place, as they are to be told now."""
    while limit and (rows := outbox.rows(after, limit)):
        contracts = log.contracts.named_all({row.notice.contract for row in rows})
        for row in rows:
            made = tell(log, outbox, row, contracts[row.notice.contract], now=now)
            if made is not None:
                yield made
                limit -= 1
        after = rows[-1].seq


def tell(log: Reading, outbox: Outbox, row: OutboxRow, contract: Contract, *, now: Instant) -> ToldNotice | None:
    """A notice in words; None where there is nobody left to tell, or nothing."""
    notice = row.notice
    if contract.number == ERASED or (notice.kind == "code" and (row.secret is None or notice.facts["until"] <= now)):
        return None
    answer = claim_answer(log, notice.contract, notice.version) if notice.kind == "claim_answered" else None
    facts = dict(notice.facts)
    if answer is not None:
        facts |= {"dispute": answer.claim, "returned": answer.returned}
    text = say(Phrasebook("ru", zone=notice.zone), notice.kind, notice.facts, answer=answer, code=row.secret)
    token = outbox.token(row.seq)
    version = None if notice.kind == "code" else notice.version
    return ToldNotice(token, contract, version, notice.kind, notice.at, notice.zone, text, token, facts)
