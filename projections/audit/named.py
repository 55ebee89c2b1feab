"""Named: violations, which know contracts by their ids, under the numbers that people know (R-15.8)."""

from msgspec.structs import replace

from ledger.contracts import ERASED, NO_KEY, Contract, Contracts
from projections.audit.report import Checked, Report, Violation


def named(report: Report, contracts: Contracts) -> Report:
    """A report with number and holder in place of a contract's id, which stays beside a number that is gone."""
    known = contracts.named_all({each.account for check in report.checks for each in check.first})
    for check in report.checks:
        check.first = sorted((_named(each, known[each.account]) for each in check.first), key=_place)
    return report


def _named(violation: Violation, contract: Contract) -> Violation:
    if contract.number in (ERASED, NO_KEY):
        return replace(violation, account=contract.number, contract=contract.id)
    return replace(violation, account=contract.number, holder=contract.holder)


def _place(violation: Violation) -> tuple[str, int, str, int]:
    holder, id = violation.holder or 0, violation.contract or ""
    return violation.account, holder, id, violation.version


def without_number(report: Report) -> list[Contract]:
    """The contracts of a named report whose number nobody can tell."""
    told = [each for check in report.checks for each in check.first]
    return [Contract(each.account, 1, each.contract) for each in told if isinstance(each.contract, str)]


def violated(report: Report) -> list[Checked]:
    """The checks that something violates."""
    return [check for check in report.checks if check.violations]
