"""The routes of what crosses accounts: the list of contracts, reports, evidence, the night; and of the gateway."""

from typing import Final, get_args

from ledger.events import BlockKind, Mode
from ledger.reasons import UnratedReason
from projections.counterfactual.late import Favour
from scripts.web.answer import JSON, TEXT
from scripts.web.api import account_list, evidence, gateway, night, reports
from scripts.web.body import body_of
from scripts.web.params import DRY_RUN, FROM, HOLDER, KNOWN_AT, LIMIT, OFFICE, READERS, TO, roles
from scripts.web.route import Param, Route

_ACCOUNT: Final = Param(name="account", kind="account", many=True, does="Only of this account; may come often.")

ROUTES: Final[tuple[Route, ...]] = (
    Route(
        method="POST",
        path="/v1/ussd",
        does="A code that a subscriber dialled: the text of the reply, the same again for the same id.",
        roles=roles("gateway"),
        handler=gateway.ussd,
        body=body_of("UssdRequest"),
        answers={TEXT: "Reply"},
        problems=(404, 409, 413, 415, 422),
        reads_personal=False,
        tag="gateway",
    ),
    Route(
        method="POST",
        path="/v1/sms",
        does="An SMS that a subscriber sent to a service number: the text of the reply.",
        roles=roles("gateway"),
        handler=gateway.sms,
        body=body_of("SmsRequest"),
        answers={TEXT: "Reply"},
        problems=(404, 409, 413, 415, 422),
        reads_personal=False,
        tag="gateway",
    ),
    Route(
        method="GET",
        path="/v1/accounts",
        does="Contracts as they stand, of them those that are looked for, by number and holder; the next page comes "
        "with the `contract` of the last row as `after`.",
        roles=READERS,
        handler=account_list.accounts,
        params=(
            Param(name="number", kind="account", does="Only the contracts of this number."),
            Param(name="plan", does="Only those of this plan."),
            Param(name="mode", values=get_args(Mode), does="Only those that are charged like this."),
            Param(name="blocked", values=get_args(BlockKind), does="Only those that are blocked like this."),
            Param(name="option", does="Only those that have this option."),
            Param(name="promise", kind="flag", does="Only those with a promised payment."),
            Param(name="wallet_below", kind="kopecks", does="Only those whose wallet has less."),
            Param(name="wallet_above", kind="kopecks", does="Only those whose wallet has more."),
            Param(name="opened_from", kind="moment", does="Only those opened then or later."),
            Param(name="opened_until", kind="moment", does="Only those opened by then."),
            Param(name="closed_from", kind="moment", does="Only those closed then or later."),
            Param(name="closed_until", kind="moment", does="Only those closed by then."),
            Param(name="due_from", kind="moment", does="Only those whose tariff charges then or later."),
            Param(name="due_until", kind="moment", does="Only those whose tariff charges by then."),
            Param(name="cannot_pay", kind="flag", does="Only those whose money does not reach the fee that comes."),
            Param(name="after", does="Only those behind this contract."),
            LIMIT,
        ),
        answers={JSON: "Accounts"},
        problems=(404, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/accounts/{number}/proof/{version}",
        does="The file that proves an event to who has no ledger; where no checkpoint covers it yet, one is made.",
        roles=READERS,
        handler=evidence.proof,
        params=(HOLDER,),
        answers={JSON: "Proof"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="accounts",
    ),
    Route(
        method="GET",
        path="/v1/totals",
        does="The trial balance of all accounts: opening, moved and closing of every account name.",
        roles=OFFICE,
        handler=reports.totals,
        params=(
            FROM,
            TO,
            Param(name="by", values=("day", "plan", "region"), does="A row for each of these."),
            KNOWN_AT,
        ),
        answers={JSON: "Totals"},
        problems=(422,),
        reads_personal=False,
        tag="ledger",
    ),
    Route(
        method="GET",
        path="/v1/unrated",
        does="Usage records that nobody could rate yet.",
        roles=OFFICE,
        handler=reports.unrated,
        params=(
            Param(name="reason", values=get_args(UnratedReason), does="Only those unrated for this."),
            Param(name="zone", does="Only those of this zone."),
            Param(name="plan", does="Only those of accounts that had this plan then."),
            _ACCOUNT,
            HOLDER,
        ),
        answers={JSON: "Unrated"},
        problems=(404, 422),
        reads_personal=True,
        tag="ledger",
    ),
    Route(
        method="GET",
        path="/v1/late",
        does="Charges that would have come out differently had their records arrived when they happened.",
        roles=OFFICE,
        handler=reports.late,
        params=(
            Param(name="from", kind="moment", does="Only for records booked from this time on."),
            Param(name="in_favour_of", values=get_args(Favour), does="Only what is to be given to them."),
            Param(name="sum_from", kind="kopecks", does="Only charges that differ by so much at least."),
            _ACCOUNT,
            HOLDER,
        ),
        answers={JSON: "Late"},
        problems=(404, 409, 422),
        reads_personal=True,
        tag="ledger",
    ),
    Route(
        method="GET",
        path="/v1/checkpoints",
        does="The newest checkpoint of the log, of each shard; where there is none yet, one is made.",
        roles=OFFICE,
        handler=evidence.checkpoints,
        answers={JSON: "Checkpoints"},
        problems=(409,),
        reads_personal=False,
        tag="ledger",
    ),
    Route(
        method="POST",
        path="/v1/night",
        does="Advance every account to an instant; the same again charges nobody twice. What the query says may stand "
        "in the body.",
        roles=roles("operator"),
        handler=night.night,
        params=(
            Param(name="until", kind="moment", does="Up to and including this; by default now."),
            Param(name="not_after", kind="moment", does="Later times than this are a mistake; by default a day on."),
            DRY_RUN,
        ),
        body=body_of("NightRequest", required=False),
        answers={JSON: "Advanced"},
        problems=(413, 415, 422),
        reads_personal=False,
        tag="ledger",
    ),
)
