"""The explanation of one event as text for people, in Russian or English."""

import json
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any, Final, NamedTuple

from ledger.events import Adjusted, ChargeReversed, PersonalErased
from ledger.periods import Instant
from ledger.units import PackageQuantity
from projections.balances import Balance
from projections.events import carried_fields
from projections.explain.alternatives import NOT_REACHED, Alternative
from projections.explain.explain import Explanation
from projections.explain.movements import Movement
from projections.packages import BucketRow
from projections.words import adjustments, names, replies
from projections.words.contracts import contract_name
from projections.words.explanation import FACTS, PHRASES
from projections.words.language import Language
from projections.words.phrasebook import Phrasebook
from projections.words.reasons import REASONS, STEPS, WHY
from projections.words.rules import RULES
from projections.words.safe import safe

Row = tuple[str, str]


class Section(NamedTuple):
    """A titled part of an explanation: rows of what and how much; `right` where the first is a quantity."""

    title: str
    rows: list[Row]
    right: bool = False


FUNDS: Final = (("fee", "available"), ("daily_fee", "available"), ("needed", "available"), ("needed", "wallet"))
SILENT: Final = (
    "price", "unlimited", "discount", "active", "replaced", "credit_limit", "package_parts", "missing", "asked",
    "connected", "reversal", "needed",
)  # fmt: skip
"""Facts that are worth a line only when there is something."""
DIGEST_SHOWN: Final = 12
WIDTH: Final = 110


def render(made: Explanation, lang: Language = "ru", *, verify_with: str = "") -> str:
    """The whole explanation, ending with a newline.

    `verify_with` is what checks the whole log, as the reader calls it.
    """
    told = sections(made, lang, verify_with=verify_with)
    told[0].rows.append((PHRASES["times"].of(lang), made.zone))
    parts = ("\n".join((each.title, *columns(each.rows, right=each.right))) for each in told)
    return "\n\n".join(parts) + "\n"


def sections(made: Explanation, lang: Language = "ru", *, verify_with: str = "") -> list[Section]:
    """The same in parts, for forms that set them otherwise; the first is about the event itself. Texts are safe."""
    return [
        Section(safe(each.title), [(safe(name), safe(value)) for name, value in each.rows], each.right)
        for each in _Page(lang, made.option_names, zone=made.zone).sections(made, verify_with)
    ]


class _Page(Phrasebook):
    """The parts of an explanation, one method a part."""

    def phrase(self, name: str, /, **values: object) -> str:
        return self.say(PHRASES[name], **values)

    # The whole

    def sections(self, made: Explanation, verify_with: str) -> Iterator[Section]:
        event = made.event
        what = self.phrase("event", version=event.version, account=contract_name(self, made.contract))
        yield Section(f"{what}: {self.title(event)}", self.heading(made))
        unlike = [(each.field, self.stored(each.expected, each.found)) for each in made.differences]
        if not made.agrees:
            yield Section(self.phrase("differs", command=f": {verify_with}" if verify_with else ""), unlike)
        reversed_ = isinstance(event, ChargeReversed)
        parts = (
            Section("rule", [(rule, self.say(RULES[rule])) for rule in made.rules]),
            Section("compared", self.compared(made.facts)),
            Section("moved", [self.moved(part, back=reversed_) for part in made.parts], right=True),
            Section("passed", self.passed(made.alternatives)),
            Section("by_what", self.by_what(made)),
            Section("around", self.around(made.before, made.after)),
        )
        yield from (part._replace(title=self.phrase(part.title)) for part in parts if part.rows)

    # What happened

    def heading(self, made: Explanation) -> list[Row]:
        event = made.event
        rows = [(self.phrase("booked"), self.time(event.booked_at))]
        occurred = getattr(event, "used_at", None) or event.occurred_at
        if occurred != event.booked_at:
            rows.append((self.phrase("occurred"), self.time(occurred)))
        if event.input is not None:
            reference = event.input
            type = self.named(made.inputs[0].type, names.INPUTS) if made.inputs else "?"
            cause = self.phrase("input", type=type, id=reference.id, source=reference.source)
            if reference.by is not None:
                cause = self.phrase("by", input=cause, by=reference.by)
            rows.append((self.phrase("cause"), cause))
        elif isinstance(event, PersonalErased):
            rows.append((self.phrase("cause"), self.phrase("erasure", by=event.by, ground=event.ground)))
        else:
            rows.append((self.phrase("cause"), self.phrase("schedule")))
        if made.cites:
            rows.append((self.phrase("about"), ", ".join(map(str, made.cites))))
        told = carried_fields(made.contract.number, event)
        if isinstance(event, Adjusted):
            told["text"] = adjustments.translate(self, told["text"])
        if made.reply is not None:
            told["reply"] = replies.say(self, made.reply)
        rows += [(self.phrase(name), told[name]) for name in ("peer", "text", "reply") if told.get(name)]
        return rows

    def stored(self, expected: object, found: object) -> str:
        shown = {"expected": _plain(expected), "found": _plain(found)}
        return self.phrase("stored", **shown)

    # What was compared

    def compared(self, facts: dict[str, Any]) -> list[Row]:
        if not facts.get("discount"):
            facts = {name: value for name, value in facts.items() if name != "fee_before_discount"}
        rows: list[Row] = []
        told: set[str] = set()
        for name, available in FUNDS:
            if facts.get(name) is not None and available in facts and (facts[name] or name != "needed"):
                rows.append((self.say(FACTS[name][1]), self.funds(facts[name], facts[available], where=available)))
                told |= {name, available}
        rows += [
            (self.say(label), self.fact(kind, facts[name], facts))
            for name, (kind, label) in FACTS.items()
            if name in facts and name not in told and (name not in SILENT or facts[name])
        ]
        return rows

    # What moved

    def moved(self, part: Movement, *, back: bool) -> Row:
        if part.service is None:
            return self.money(part.amount), self.paid(part, back=back)
        amount = self.packaged(part.service, PackageQuantity(part.amount))
        bucket = self.phrase("bucket", bucket=self.bucket(part.bucket or ""), service=self.service(part.service))
        place, target = part.from_.rpartition("/")[0], part.to.rpartition("/")[0]
        if place == "granted":
            return amount, self.phrase("granted", bucket=bucket)
        kinds = {"consumed": "spent", "expired": "expired", "carried": "carried"}
        kind = "returned" if place == "consumed" else kinds[target]
        return amount, self.phrase(kind, bucket=bucket, grant=self.grant(part))

    def paid(self, part: Movement, *, back: bool) -> str:
        """Where money went or came from; `back` where a reversal returns it, of a top-up or of a refund."""
        other = part.from_ if part.to == "wallet" else part.to
        incoming = part.to == "wallet"
        if other.startswith("cash:"):
            said = ("refund_back" if back else "paid_in") if incoming else ("paid_back" if back else "refunded")
            return self.phrase(said, channel=other.removeprefix("cash:"))
        return self.phrase("to_wallet" if incoming else "from_wallet", place=self.say(names.PLACES[other]))

    def grant(self, part: Movement) -> str:
        if part.granted_at is None:
            return ""
        granted = self.day_of(part.granted_at)
        said = self.phrase("grant", day=granted)
        if part.carried_at is not None:
            said = self.phrase("grant_carried", day=granted, carried=self.day_of(part.carried_at))
        if part.ended_at is not None:
            said = self.phrase("grant_ended", grant=said, ended=self.time(part.ended_at))
        return said

    # What was passed over

    def passed(self, alternatives: list[Alternative]) -> list[Row]:
        rows: list[Row] = []
        others = [each for each in alternatives if each.why == "other service"]
        if others:
            services = dict.fromkeys(self.service(each.service or "") for each in others)
            rows.append((self.phrase("others", services=", ".join(services)), self.say(WHY["other service"])))
        rows += [(self.alternative(each), self.why(each)) for each in alternatives if each not in others]
        return rows

    def alternative(self, each: Alternative) -> str:
        if each.what == "money":
            return self.phrase("money")
        if each.facts.get("reversal") is not None:
            return self.phrase("itself")
        if each.what in REASONS:
            return self.say(REASONS[each.what])
        if each.what in STEPS:
            return self.say(STEPS[each.what])
        said = self.phrase("bucket", bucket=self.bucket(each.bucket or ""), service=self.service(each.service or ""))
        if each.expired:
            said = self.phrase("leftover", bucket=said, ended=self.time(each.end or 0))
        if each.unlimited:
            return self.phrase("unlimited", bucket=said)
        left = self.packaged(each.service or "", each.left or PackageQuantity(0))
        return self.phrase("bucket_left", bucket=said, left=left)

    def why(self, each: Alternative) -> str:
        if each.why == NOT_REACHED and each.what not in ("bucket", "money"):
            return self.phrase("untested")
        closed = {} if each.late_until is None else {"late_until": self.time(each.late_until)}
        said = self.say(WHY[each.why], **closed)
        for name, available in FUNDS:
            if each.facts.get(name) is not None and available in each.facts and (each.facts[name] or name != "needed"):
                said = f"{said}: {self.funds(each.facts[name], each.facts[available], where=available)}"
        return said

    # By what, and around it

    def by_what(self, made: Explanation) -> list[Row]:
        rows: list[Row] = []
        if made.plan is not None:
            plan = made.plan
            version = self.day(plan.version)
            rows.append((self.phrase("plan"), self.phrase("plan_of", name=plan.name, id=plan.id, version=version)))
            rows.append((self.phrase("discount"), f"{plan.discount} %" if plan.discount else self.say(names.NONE)))
        digest = made.catalogue.digest[:DIGEST_SHOWN]
        said = self.phrase("catalogue_of", position=made.catalogue.position, digest=digest)
        return [*rows, (self.phrase("catalogue"), said)]

    def around(self, before: Balance | None, after: Balance) -> list[Row]:
        rows: list[Row] = []

        def row(name: str, was: str | None, now: str, *, always: bool = False) -> None:
            if was is None:
                rows.append((self.phrase(name), now))
            elif always or was != now:
                rows.append((self.phrase(name), now if was == now else f"{was} → {now}"))

        row("wallet", self.money(before.wallet) if before else None, self.money(after.wallet), always=True)
        row("available", self.money(before.available) if before else None, self.money(after.available), always=True)
        row("mode", self.fact("mode", before.mode, {}) if before else None, self.fact("mode", after.mode, {}))
        row("blocks", self.blocked(before.blocks) if before else None, self.blocked(after.blocks))
        row("due", self.due(before) if before else None, self.due(after))
        if before is None:
            return rows
        packages = list(self.packages(before, after))
        return rows + (packages or [(self.phrase("packages"), self.phrase("same"))])

    def due(self, made: Balance) -> str:
        return self.time(made.period.next_due) if made.period else self.say(names.NONE)

    def packages(self, before: Balance, after: Balance) -> Iterator[Row]:
        was = {_key(row): row for row in before.buckets}
        now = {_key(row): row for row in after.buckets}
        for key, row in {**was, **now}.items():
            old, new = was.get(key), now.get(key)
            left = [self.packaged(row.service, each.left) if each else self.say(names.NONE) for each in (old, new)]
            if old is None or new is None or old.left != new.left:
                name = self.phrase("bucket", bucket=self.bucket(row.bucket), service=self.service(row.service))
                yield name, " → ".join(left)


def columns(rows: Sequence[Row], *, right: bool = False) -> Iterator[str]:
    """Lines of names and values, the names as wide as the widest; long values go on below themselves."""
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        first, *more = wrap(value, max(WIDTH - width, WIDTH // 2), break_long_words=False) or [""]
        yield f"  {name.rjust(width) if right else name.ljust(width)}  {first}".rstrip()
        yield from (f"{' ' * (width + 4)}{line}" for line in more)


def _key(row: BucketRow) -> tuple[str, str, Instant]:
    return row.bucket, row.service, row.start


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
