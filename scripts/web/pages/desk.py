"""The desk: whose contract staff looks at, as of when, and how pages of it are made."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from msgspec.structs import replace

from ledger import periods
from ledger.account import Account
from ledger.contracts import ERASED, NO_KEY, Contract
from ledger.periods import Instant, Moment
from ledger.snapshot import Snapshot
from projections.disputes import DisputeRow
from projections.words.contracts import phone
from projections.words.names import CLAIMS
from projections.words.phrasebook import RUSSIAN, Phrasebook
from scripts.app import accounts
from scripts.app.accounts import AccountBalance
from scripts.app.claims import claims_of
from scripts.app.roles import Role
from scripts.web.answer import Answer
from scripts.web.asked import Asked, moment_of
from scripts.web.own import contract_asked
from scripts.web.pages.page import option_names, page, to_the_minute
from scripts.web.route import Param

HOLDER: Final = Param(name="holder", kind="integer", does="The number's N-th contract; by default the latest.")
GROUND: Final = Param(name="ground", does="On what ground the data are read; it goes to the journal of reads.")
AS_OF: Final = Param(name="as_of", does="Look from this time; empty for now.")
KNOWN_AT: Final = Param(name="known_at", does="Only what had been written down by this time; empty for all.")
CASE: Final = (HOLDER, GROUND, AS_OF, KNOWN_AT)
"""What every page of a contract may be asked with, and keeps in its links."""
MENU: Final = (
    ("/desk", "Поиск"),
    ("/desk/claims", "Претензии"),
    ("/desk/proposals", "Вторая подпись"),
    ("/desk/jobs", "Отчёты и задания"),
)
"""What leads from anywhere to anywhere."""
BOOKING: Final[frozenset[Role]] = frozenset({"clerk", "senior"})
"""Who books at the desk."""


class Case:
    """A contract as staff looks at it: its account, now or then, words on its clocks, and links that keep the view.

    It is the one that the path names, where no other is given.
    """

    def __init__(self, asked: Asked, snapshot: Snapshot, contract: Contract | None = None) -> None:
        self.asked = asked
        self.snapshot = snapshot
        self.now: Instant = asked.service.now()
        self.contract: Contract = contract or contract_asked(asked, snapshot)
        self.as_of = moment_in(asked, "as_of")
        self.known_at = moment_in(asked, "known_at")
        self.found: AccountBalance = accounts.balance(
            snapshot, self.contract, as_of=self.as_of, known_at=self.known_at, now=self.now
        )
        self.account: Account = self.found.account
        self.phrases = Phrasebook("ru", option_names(self.account), zone=self.account.zone)
        self.others: list[Contract] = snapshot.contracts.of(self.contract.number)

    @property
    def is_then(self) -> bool:
        """Whether it is not looked at as it stands."""
        return self.as_of is not None or self.known_at is not None

    def claims(self) -> list[DisputeRow]:
        """The claims of the contract as they stood at the time that is looked at."""
        seen_from = self.found.as_of or self.found.known_at or self.now
        rows = claims_of(self.snapshot, self.contract, now=seen_from)
        if not self.is_then:
            return rows
        answered = {each.opened: each.resolved for each in self.account.disputes}
        day = periods.local_date(seen_from, self.account.zone)
        return [
            each if answered[each.version] else replace(each, state="open", overdue=each.answer_due < day)
            for each in rows
            if each.version in answered
        ]

    @property
    def is_latest(self) -> bool:
        """Whether its number means this contract, where no holder is named."""
        return not self.others or self.contract == self.others[-1]

    @property
    def books(self) -> bool:
        """Whether who looks may book on it: inputs reach only who still has a number, and nobody books in the past."""
        gone = self.contract.number in (ERASED, NO_KEY)
        return self.asked.visitor.role in BOOKING and not self.is_then and not gone

    @property
    def name(self) -> str:
        """What the contract is called in a path."""
        return self.contract.id if self.contract.number in (ERASED, NO_KEY) else self.contract.number

    def link(self, suffix: str = "", /, **more: object) -> str:
        """A page of this contract as it is looked at now; `more` adds to what it is asked with, None leaves out."""
        return link(self.asked, f"/desk/{quote(self.name)}{suffix}", **({"holder": self.holder} | more))

    def claim_link(self, dispute: str, suffix: str = "", **more: object) -> str:
        """The page of a claim of this contract, or what is below it."""
        path = f"/desk/claims/{quote(self.name)}/{quote(dispute, safe='')}{suffix}"
        return link(self.asked, path, **({"holder": self.holder} | more))

    @property
    def holder(self) -> int | None:
        """What has to be named to mean this contract."""
        return None if self.is_latest else self.contract.holder

    def time(self, at: Instant) -> str:
        """A time to the minute, as people read it."""
        return to_the_minute(self.phrases, at)


def link(asked: Asked, path: str, /, **more: object) -> str:
    """A page with what is kept of the view: the ground, and the time that is looked at."""
    kept = {name: asked.get(name) for name in ("ground", "as_of", "known_at")} | more
    query = urlencode({name: value for name, value in kept.items() if value not in (None, "")}, safe=":")
    return path + (f"?{query}" if query else "")


def claim_path(asked: Asked, row: DisputeRow) -> str:
    """The page of a claim."""
    contract = row.contract
    name = contract.id if contract.number in (ERASED, NO_KEY) else contract.number
    path = f"/desk/claims/{quote(name)}/{quote(row.dispute, safe='')}"
    return link(asked, path, holder=contract.holder if contract.holder > 1 else None)


def moment_in(asked: Asked, name: str) -> Moment | None:
    """A time that a page may be asked with, empty for none. Raises Problem."""
    return moment_said(name, asked.get(name))


def moment_said(name: str, text: str | None) -> Moment | None:
    """A time that a field may have, empty for none. Raises Problem."""
    said = (text or "").strip()
    return moment_of(name, said) if said else None


async def desk_page(
    asked: Asked, template: str, facts: Callable[[Snapshot], Mapping[str, Any]], *, slow: bool = False
) -> Answer:
    """A page that is about no contract; `whose` among its facts are the ids of those that it tells of."""

    def answer(snapshot: Snapshot) -> Answer:
        made = dict(facts(snapshot))
        whose = tuple(made.pop("whose", ()))
        return rendered(asked, template, whose=whose, **made)

    return await asked.service.read(answer, slow=slow)


async def case_page(
    asked: Asked, template: str, facts: Callable[[Case], Mapping[str, Any]], *, slow: bool = False
) -> Answer:
    """A page about a contract, its facts from one state of the ledger."""

    def answer(snapshot: Snapshot) -> Answer:
        case = Case(asked, snapshot)
        return of_case(case, template, **facts(case))

    return await asked.service.read(answer, slow=slow)


def of_case(case: Case, template: str, *, status: int = 200, **facts: Any) -> Answer:
    """A page about a contract from facts that are there."""
    common = {
        "case": case,
        "phone": phone(case.contract.number),
        "p": case.phrases,
        "time": case.time,
        "at": case.link,
        "contract": case.contract,
    }
    return rendered(case.asked, template, whose=(case.contract.id,), status=status, **common | facts)


def rendered(asked: Asked, template: str, *, whose: tuple[str, ...] = (), status: int = 200, **facts: Any) -> Answer:
    """A page of the desk from facts that are there."""
    common: dict[str, Any] = {
        "here": asked.route.path,
        "ground": asked.ground,
        "to": lambda path, **more: link(asked, path, **more),
        "p": RUSSIAN,
        "menu": MENU,
        "claim_path": lambda row: claim_path(asked, row),
        "state_of": lambda row: RUSSIAN.say(CLAIMS[row.state]),
    }
    return page(template, asked.visitor, whose=whose, status=status, **common | facts)
