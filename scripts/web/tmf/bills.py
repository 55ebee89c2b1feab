"""678: the months of a contract as bills, their lines, and the statement of any dates on demand."""

from datetime import date, timedelta
from typing import Any, Final

from ledger import periods
from ledger.contracts import Contract
from ledger.periods import local_text
from ledger.snapshot import Snapshot
from projections import canonical
from scripts.app.accounts import require_account
from scripts.app.bills import Bill, Charge, bills, month_ending, months_of
from scripts.app.errors import require_range
from scripts.app.statements import FORMATS
from scripts.web.answer import Answer
from scripts.web.api.accounts import MEDIA_TYPES
from scripts.web.asked import Asked
from scripts.web.body import Word, malformed
from scripts.web.route import Param
from scripts.web.tmf.amounts import money, money_ex_vat
from scripts.web.tmf.parts import EntityRef, Part, account_named, instant_of, read
from scripts.web.tmf.resources import ROOT, Resource, head, href, listed, one, page, window
from scripts.web.tmf.whose import contract_meant, contract_of, id_asked, named, nothing, version_in, whose

API: Final = f"{ROOT}/customerBillManagement/v4"
BILL: Final = f"{API}/customerBill"
RATE: Final = f"{API}/appliedCustomerBillingRate"
ON_DEMAND: Final = f"{API}/customerBillOnDemand"
OF_BILL: Final = Param(name="bill.id", does="Only the lines of this bill.")


class BillingPeriod(Part, kw_only=True):
    """Local dates, the last one included, or times, of which the last one is not."""

    start_date_time: str
    end_date_time: str


class BillRequest(Part, kw_only=True):
    """A statement that is asked for; whoever is limited to a contract need not name it."""

    billing_period: BillingPeriod
    billing_account: EntityRef | None = None
    related_party: EntityRef | None = None
    name: Word | None = None
    description: Word | None = None


async def months(asked: Asked) -> Answer:
    """The bills of a contract, the oldest first; of a page no other month is made."""

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_meant(asked, snapshot)
        firsts = months_of(require_account(snapshot, contract.id), asked.service.now())
        made = bills(snapshot, contract, [(first, month_ending(first)) for first in window(asked).of(firsts)])
        return page(asked, [_bill(contract, each) for each in made], len(firsts), whose=[contract.id])

    return await asked.service.read(answer, slow=True)


async def month(asked: Asked) -> Answer:
    """One bill; a settled one never changes."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        (made,) = bills(snapshot, contract, [_month(asked, snapshot, contract, rest)])
        return one(asked, _bill(contract, made), whose=[contract.id])

    return await asked.service.read(answer)


async def rates(asked: Asked) -> Answer:
    """The lines of a bill, or of all of them."""

    def answer(snapshot: Snapshot) -> Answer:
        said: str | None = asked.get(OF_BILL.name)
        if said is None:
            contract = contract_meant(asked, snapshot)
            firsts = months_of(require_account(snapshot, contract.id), asked.service.now())
            ranges = [(first, month_ending(first)) for first in firsts]
        else:
            contract, rest = id_asked(asked, snapshot, said)
            ranges = [_month(asked, snapshot, contract, rest)]
        rows = [_rate(contract, bill, each) for bill in bills(snapshot, contract, ranges) for each in bill.charges]
        return listed(asked, rows, whose=[contract.id])

    return await asked.service.read(answer, slow=True)


async def rate(asked: Asked) -> Answer:
    """One line."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        version = version_in(rest)
        event = snapshot.log.event(contract.id, version)
        if event is None:
            raise nothing()
        first = periods.local_date(event.booked_at, require_account(snapshot, contract.id).zone).replace(day=1)
        (made,) = bills(snapshot, contract, [(first, month_ending(first))])
        found = next((each for each in made.charges if each.line.version == version), None)
        if found is None:
            raise nothing()
        return one(asked, _rate(contract, made, found), whose=[contract.id])

    return await asked.service.read(answer)


async def on_demand(asked: Asked) -> Answer:
    """Where the statement of some dates is; it is made when it is fetched, and nothing is kept."""
    given = await read(asked, BillRequest)
    named_by = {account_named(each) for each in (given.billing_account, given.related_party) if each is not None}
    if len(named_by) > 1:
        raise malformed("billingAccount and relatedParty name two accounts; say one of them")

    def answer(snapshot: Snapshot) -> Answer:
        contract = contract_of(asked, snapshot, next(iter(named_by), None))
        zone = require_account(snapshot, contract.id).zone
        since = _first_day(given.billing_period.start_date_time, zone)
        until = _last_day(given.billing_period.end_date_time, zone)
        require_range(since, until)
        made = _on_demand(contract, since, until)
        headers = {"Location": made["href"]}
        return one(asked, made, whose=[contract.id], status=201, headers=headers)

    return await asked.service.read(answer)


async def on_demand_of_id(asked: Asked) -> Answer:
    """The same again, by its id, which has the dates in it."""

    def answer(snapshot: Snapshot) -> Answer:
        contract, rest = id_asked(asked, snapshot)
        try:
            since, until = periods.parse_date(rest[:10]), periods.parse_date(rest[11:])
        except ValueError:
            raise nothing() from None
        if rest[10:11] != "-" or since > until:
            raise nothing()
        return one(asked, _on_demand(contract, since, until), whose=[contract.id])

    return await asked.service.read(answer)


def _bill(contract: Contract, made: Bill) -> Resource:
    """A month as 678 tells it: settled once it never changes, new until then; prepaid, so nothing is due."""
    statement = made.statement
    id = named(contract, f"{statement.since:%Y-%m}")
    ends = periods.day_start(statement.until + timedelta(days=1), statement.zone)
    return {
        **head(BILL, "CustomerBill", id),
        "billNo": id,
        "billDate": local_text(ends, statement.zone),
        "billingPeriod": _period(statement.since, statement.until, statement.zone),
        "category": "normal",
        "runType": "onCycle",
        "state": "settled" if statement.final else "new",
        "taxIncludedAmount": money(made.amount),
        "taxExcludedAmount": money_ex_vat(made.ex_vat),
        "amountDue": money(0),
        "remainingAmount": money(0),
        "billDocument": _documents(contract, statement.since, statement.until),
        **_billed(contract),
    }


def _rate(contract: Contract, bill: Bill, charge: Charge) -> Resource:
    """A line as 678 tells it; what was given back is less than nothing."""
    statement, line = bill.statement, charge.line
    told = canonical.line(line, statement.zone)
    month = named(contract, f"{statement.since:%Y-%m}")
    tax: dict[str, Any] = {}
    if charge.vat_rate is not None:
        amount = money_ex_vat(charge.amount * 100 - charge.ex_vat)
        tax = {"appliedTax": [{"taxCategory": "VAT", "taxRate": charge.vat_rate, "taxAmount": amount}]}
    covered = line.period
    coverage = {} if covered is None else {"periodCoverage": _period(covered.first, covered.last, statement.zone)}
    return {
        **head(RATE, "AppliedCustomerBillingRate", named(contract, line.version)),
        "name": told["text"],
        "type": line.kind,
        "date": told["booked_at"],
        "isBilled": statement.final,
        "bill": {"id": month, "href": href(BILL, month)},
        **coverage,
        "taxIncludedAmount": money(charge.amount),
        "taxExcludedAmount": money_ex_vat(charge.ex_vat),
        **tax,
        **_billed(contract),
    }


def _on_demand(contract: Contract, since: date, until: date) -> Resource:
    return {
        **head(ON_DEMAND, "CustomerBillOnDemand", named(contract, f"{since}-{until}")),
        "state": "done",
        "billDocument": _documents(contract, since, until),
        **_billed(contract),
    }


def _documents(contract: Contract, since: date, until: date) -> list[dict[str, str]]:
    """Where the statement of dates is, in every format; the number is in none of the addresses."""
    address = f"/v1/accounts/{contract.id}/statement?from={since}&to={until}&format="
    return [
        {"id": form, "name": f"statement.{form}", "mimeType": MEDIA_TYPES[form], "url": f"{address}{form}"}
        for form in FORMATS
    ]


def _billed(contract: Contract) -> dict[str, Any]:
    told = whose(contract)
    told["billingAccount"] = told.pop("partyAccount")
    return told


def _period(first: date, last: date, zone: str) -> dict[str, str]:
    """Local dates, both included, as times of which the end is no part."""
    ends = periods.day_start(last + timedelta(days=1), zone)
    return {
        "startDateTime": local_text(periods.day_start(first, zone), zone),
        "endDateTime": local_text(ends, zone),
    }


def _month(asked: Asked, snapshot: Snapshot, contract: Contract, rest: str) -> tuple[date, date]:
    """The days of the month that an id ends with, if the contract has had it. Raises Problem."""
    known = months_of(require_account(snapshot, contract.id), asked.service.now())
    first = next((each for each in known if f"{each:%Y-%m}" == rest), None)
    if first is None:
        raise nothing()
    return first, month_ending(first)


def _first_day(text: str, zone: str) -> date:
    day = _date(text)
    return day or periods.local_date(instant_of("billingPeriod.startDateTime", text), zone)


def _last_day(text: str, zone: str) -> date:
    day = _date(text)
    return day or periods.local_date(instant_of("billingPeriod.endDateTime", text) - 1, zone)


def _date(text: str) -> date | None:
    try:
        return periods.parse_date(text)
    except ValueError:
        return None
