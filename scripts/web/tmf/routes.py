"""The routes of the façade, in the same table as all others; what is absent answers 501 to who may ask."""

from typing import Final

from scripts.app.roles import Role
from scripts.web.answer import JSON
from scripts.web.body import body_of
from scripts.web.params import CLERKS, READERS, roles
from scripts.web.route import ANYBODY, Anybody, Handler, Method, Param, Route
from scripts.web.tmf import bills, buckets, consumption, errors, money_in, usage, whose
from scripts.web.tmf.resources import FIELDS, PAGING

TAG: Final = "tmf"
TRANSACTION: Final = Param(name="transactionId", does="What the client calls the request, where the body has no `id`.")
_FEEDERS: Final = roles("feeder")
_ANY_OF_THEM: Final = READERS | _FEEDERS


def _list(path: str, does: str, handler: Handler, schema: str, *filters: Param) -> Route:
    """A list of what is somebody's."""
    return Route(
        method="GET",
        path=path,
        does=does,
        roles=READERS,
        handler=handler,
        params=(*filters, *PAGING),
        answers={JSON: f"{schema}List"},
        problems=(404, 409, 422),
        paged=True,
        reads_personal=True,
        narrows=True,
        tag=TAG,
    )


def _one(path: str, does: str, handler: Handler, schema: str) -> Route:
    """One thing that is somebody's."""
    return Route(
        method="GET",
        path=f"{path}/{{id}}",
        does=does,
        roles=READERS,
        handler=handler,
        params=(FIELDS,),
        answers={JSON: schema},
        problems=(404, 409, 422),
        reads_personal=True,
        narrows=True,
        tag=TAG,
    )


def _handed_over(
    path: str, does: str, handler: Handler, schema: str, body: str, may: frozenset[Role | Anybody]
) -> Route:
    """Something that is booked."""
    return Route(
        method="POST",
        path=path,
        does=does,
        roles=may,
        handler=handler,
        headers=(TRANSACTION,),
        body=body_of(body),
        answers={JSON: schema},
        created=True,
        problems=(404, 409, 413, 415, 422),
        reads_personal=False,
        tag=TAG,
    )


def _absent(method: Method, path: str) -> Route:
    """What TM Forum has and this server does not do."""
    return Route(
        method=method,
        path=path,
        does="Not done here.",
        roles=_ANY_OF_THEM,
        handler=errors.absent,
        answers={},
        problems=(501,),
        reads_personal=True,
        narrows=True,
        absent=True,
        tag=TAG,
    )


def _all_absent(path: str) -> tuple[Route, ...]:
    return (_absent("GET", path), _absent("POST", path), _absent("GET", f"{path}/{{id}}"))


_OF = (whose.PARTY, whose.RESOURCE, whose.PRODUCT)

PREPAY: Final = (
    _list(buckets.BUCKET, "The wallet and every live package as buckets.", buckets.buckets, "TmfBucket", *_OF),
    _one(buckets.BUCKET, "One bucket.", buckets.bucket, "TmfBucket"),
    _list(buckets.SUM, "What is left of each kind.", buckets.sums, "TmfAccumulatedBalance", *_OF),
    _one(buckets.SUM, "What is left of one kind.", buckets.sum_of_kind, "TmfAccumulatedBalance"),
    _list(money_in.TOPUP, "Money that came, oldest first.", money_in.top_ups, "TmfTopupBalance", *_OF),
    _one(money_in.TOPUP, "Money that came once.", money_in.top_up_of_id, "TmfTopupBalance"),
    _handed_over(
        money_in.TOPUP,
        "Money put in; the same id again is answered 200 with the first outcome.",
        money_in.top_up,
        "TmfTopupBalance",
        "TopupRequest",
        _FEEDERS,
    ),
    _list(money_in.ADJUSTMENT, "Corrections, oldest first.", money_in.adjustments, "TmfAdjustBalance", *_OF),
    _one(money_in.ADJUSTMENT, "One correction.", money_in.adjustment_of_id, "TmfAdjustBalance"),
    _handed_over(
        money_in.ADJUSTMENT,
        "A correction with its reason and the events that it is for.",
        money_in.adjust,
        "TmfAdjustBalance",
        "AdjustRequest",
        CLERKS,
    ),
    *_all_absent(f"{buckets.API}/transferBalance"),
    *_all_absent(f"{buckets.API}/reserveBalance"),
    *_all_absent(f"{buckets.API}/deductBalance"),
    _absent("GET", f"{buckets.API}/balanceActionHistory"),
    _absent("POST", f"{buckets.API}/hub"),
)
USAGE: Final = (
    _list(
        usage.USAGE, "Usage records, rated or rejected with why not.", usage.usages, "TmfUsage", *_OF, *usage.FILTERS
    ),
    _one(usage.USAGE, "One record, as it is rated now.", usage.usage, "TmfUsage"),
    _handed_over(
        usage.USAGE, "A record of the switch, rated at once.", usage.hand_over, "TmfUsage", "UsageRequest", _FEEDERS
    ),
    Route(
        method="GET",
        path=usage.SPECIFICATION,
        does="The services that records are of, and what is said of one.",
        roles=ANYBODY,
        handler=usage.specifications,
        params=PAGING,
        answers={JSON: "TmfUsageSpecificationList"},
        paged=True,
        reads_personal=False,
        tag=TAG,
    ),
    Route(
        method="GET",
        path=f"{usage.SPECIFICATION}/{{id}}",
        does="One of them: voice, sms, data.",
        roles=ANYBODY,
        handler=usage.specification,
        params=(FIELDS,),
        answers={JSON: "TmfUsageSpecification"},
        problems=(404,),
        reads_personal=False,
        tag=TAG,
    ),
    _absent("POST", f"{usage.API}/hub"),
)
CONSUMPTION: Final = (
    Route(
        method="POST",
        path=consumption.QUERY,
        does="What is left and spent of the packages of one to ten numbers, answered at once.",
        roles=READERS,
        handler=consumption.query,
        params=(FIELDS,),
        body=body_of("ConsumptionRequest"),
        answers={JSON: "TmfQueryUsageConsumption"},
        problems=(404, 413, 415, 422),
        reads_personal=True,
        narrows=True,
        tag=TAG,
    ),
    _absent("GET", consumption.QUERY),
    _absent("GET", f"{consumption.QUERY}/{{id}}"),
    _list(
        consumption.REPORT,
        "What is left and spent of the packages of a number.",
        consumption.reports,
        "TmfUsageConsumptionReport",
        *_OF,
        whose.PUBLIC,
    ),
    _one(consumption.REPORT, "The same by its id.", consumption.report_of_id, "TmfUsageConsumptionReport"),
    _absent("POST", f"{consumption.API}/hub"),
)
BILLS: Final = (
    _list(bills.BILL, "The months of a number as bills.", bills.months, "TmfCustomerBill", whose.PARTY, whose.BILLED),
    _one(bills.BILL, "One month.", bills.month, "TmfCustomerBill"),
    _list(
        bills.RATE,
        "The lines of bills: charges and what was given back.",
        bills.rates,
        "TmfAppliedCustomerBillingRate",
        bills.OF_BILL,
        whose.PARTY,
        whose.BILLED,
    ),
    _one(bills.RATE, "One line.", bills.rate, "TmfAppliedCustomerBillingRate"),
    Route(
        method="POST",
        path=bills.ON_DEMAND,
        does="Where the statement of any local dates is.",
        roles=READERS,
        handler=bills.on_demand,
        body=body_of("BillRequest"),
        answers={JSON: "TmfCustomerBillOnDemand"},
        created=True,
        problems=(404, 413, 415, 422),
        reads_personal=True,
        narrows=True,
        tag=TAG,
    ),
    _absent("GET", bills.ON_DEMAND),
    _one(bills.ON_DEMAND, "The same by its id.", bills.on_demand_of_id, "TmfCustomerBillOnDemand"),
    _absent("POST", f"{bills.API}/hub"),
)
