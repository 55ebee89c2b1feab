"""Named: findings of an audit, which knows contracts by their ids, under the numbers that people know (R-15.8)."""

from collections.abc import Iterable

from msgspec import UNSET
from msgspec.structs import replace

from ledger.contracts import ERASED, NO_KEY, Contract, Contracts
from projections.verify.account import Problem


def named(problems: Iterable[Problem], contracts: Contracts) -> list[Problem]:
    """Findings with number and holder in place of a contract's id, which stays beside a number that is gone."""
    found = list(problems)
    known = contracts.named_all({each.account for each in found if each.account is not None})
    return [each if each.account is None else _named(each, known[each.account]) for each in found]


def _named(problem: Problem, contract: Contract) -> Problem:
    gone = contract.number in (ERASED, NO_KEY)
    return replace(
        problem, account=contract.number, holder=contract.holder or None, contract=contract.id if gone else UNSET
    )


def contract_of(problem: Problem) -> Contract | None:
    """The contract of a finding that was named; None for one of the ledger as a whole."""
    if problem.account is None:
        return None
    return Contract(problem.account, problem.holder or 1, problem.contract or "")


def place(problem: Problem) -> tuple[str, int, str, int]:
    """The order of a report: the ledger as a whole, then number, holder, version, which damage may have changed."""
    contract = contract_of(problem) or ("", 0, "")
    return *contract, problem.version if isinstance(problem.version, int) else 0
