"""Schemas of the façade: an answer may lack attributes that were not asked for, never id, href and @type."""

from typing import Any, Final

from scripts.web.tmf.bills import BillRequest
from scripts.web.tmf.consumption import ConsumptionRequest
from scripts.web.tmf.money_in import AdjustRequest, TopupRequest
from scripts.web.tmf.usage import UsageRequest

Schema = dict[str, Any]
TEXT: Final[Schema] = {"type": "string"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
AMOUNT: Final[Schema] = {"type": ["number", "string"], "description": "Rubles with at most two decimals."}
"""What is brought as a decimal, as a number or as text."""


def _object(does: str, needs: dict[str, Schema], **may: Schema) -> Schema:
    return {"type": "object", "description": does, "properties": needs | may, "required": list(needs)}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _resource(does: str, **may: Schema) -> Schema:
    return _object(does, {"id": TEXT, "href": TEXT, "@type": TEXT}, **(_WHOSE | may))


QUANTITY: Final = _object("An amount with its units: RUB, s, sms, kb.", {"amount": NUMBER, "units": TEXT})
MONEY: Final = _object("Money in rubles.", {"unit": TEXT, "value": NUMBER})
REF: Final = _object("A reference.", {"id": TEXT}, href=TEXT, role=TEXT)
PERIOD: Final = _object("From when until when; the end is no part of it.", {}, startDateTime=TIME, endDateTime=TIME)
_WHOSE: Final = {"relatedParty": _array(REF), "partyAccount": REF, "billingAccount": REF}
_COUNTER: Final = _object("How much was granted, or used.", {"counterType": TEXT, "value": QUANTITY})
_CONSUMED: Final = _object(
    "A bucket with what is left and used of it.",
    {"id": TEXT, "name": TEXT, "usageType": TEXT, "bucketBalance": _array({"type": "object"})},
    bucketCounter=_array(_COUNTER),
)
_DOCUMENT: Final = _object("A document.", {"id": TEXT, "name": TEXT, "mimeType": TEXT, "url": TEXT})
_ACTION: Final = {
    "status": TEXT, "amount": QUANTITY, "usageType": TEXT, "requestedDate": TIME, "confirmationDate": TIME,
    "impactedBucket": _array(REF), "transactionId": TEXT, "source": TEXT,
}  # fmt: skip
_REPORT: Final = {"effectiveDate": TIME, "bucket": _array(_CONSUMED)}

_RESOURCES: Final = {
    "TmfBucket": _resource(
        "The wallet, or a package.", name=TEXT, usageType={"enum": ["monetary", "voice", "sms", "data"]},
        status={"enum": ["active", "suspended", "expired"]}, isShared=FLAG, remainingValue=QUANTITY, validFor=PERIOD,
        bucketCounter=_array(_COUNTER),
    ),
    "TmfAccumulatedBalance": _resource(
        "What is left of a kind.", name=TEXT, usageType=TEXT, totalBalance=QUANTITY, bucket=_array(REF)
    ),
    "TmfTopupBalance": _resource(
        "Money that came.", **_ACTION, channel=_object("By which channel.", {"name": TEXT})
    ),
    "TmfAdjustBalance": _resource(
        "A correction.", **_ACTION, adjustType=TEXT, reason=TEXT, relatedEntity=_array(REF)
    ),
    "TmfUsage": _resource(
        "A record.", usageDate=TIME, usageType=TEXT, status={"enum": ["rated", "rejected"]}, statusReason=TEXT,
        usageSpecification=REF, usageCharacteristic=_array({"type": "object"}),
        ratedProductUsage=_array({"type": "object"}),
    ),
    "TmfUsageSpecification": _resource(
        "A service.", name=TEXT, description=TEXT, lifecycleStatus=TEXT, specCharacteristic=_array({"type": "object"})
    ),
    "TmfUsageConsumptionReport": _resource("What is left and used.", **_REPORT),
    "TmfCustomerBill": _resource(
        "A month.", billNo=TEXT, billDate=TIME, billingPeriod=PERIOD, category=TEXT, runType=TEXT,
        state={"enum": ["new", "settled"]}, taxIncludedAmount=MONEY, taxExcludedAmount=MONEY, amountDue=MONEY,
        remainingAmount=MONEY, billDocument=_array(_DOCUMENT),
    ),
    "TmfAppliedCustomerBillingRate": _resource(
        "A line of a bill.", name=TEXT, type=TEXT, date=TIME, isBilled=FLAG, bill=REF, periodCoverage=PERIOD,
        taxIncludedAmount=MONEY, taxExcludedAmount=MONEY, appliedTax=_array({"type": "object"}),
    ),
}  # fmt: skip
ANSWERS: Final[dict[str, Schema]] = {
    **_RESOURCES,
    **{f"{name}List": _array({"$ref": f"#/components/schemas/{name}"}) for name in _RESOURCES},
    "TmfCustomerBillOnDemand": _resource("Where a statement is.", state=TEXT, billDocument=_array(_DOCUMENT)),
    "TmfQueryUsageConsumption": _resource(
        "What was asked, answered.", state=TEXT, queryUsageConsumptionDate=TIME,
        usageConsumption=_array(
            _resource(
                "Of one number.", partyAccount=_array(REF), creationDate=TIME, lastUpdate=TIME, state=TEXT,
                bucketRefOrValue=_array({"$ref": "#/components/schemas/TmfBucket"}),
            )
        ),
    ),
    "TmfProfile": _array(
        _object(
            "An API of TM Forum.",
            {"id": TEXT, "name": TEXT, "version": TEXT, "href": TEXT, "operation": _array({"type": "object"})},
        )
    ),
}  # fmt: skip
BODIES: Final = (TopupRequest, AdjustRequest, UsageRequest, ConsumptionRequest, BillRequest)

_PARTY: Final = [{"id": "79160000101", "role": "customer"}]
EXAMPLES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "TopupRequest": {
        "card": {
            "id": "pay-2001", "relatedParty": _PARTY, "amount": {"amount": 500, "units": "RUB"},
            "channel": {"name": "card"}, "requestedDate": "2026-03-10T12:20:00+03:00",
        },
    },
    "AdjustRequest": {
        "goodwill": {
            "id": "desk-21", "relatedParty": _PARTY, "amount": {"amount": "15.50", "units": "RUB"},
            "reason": "извинение за перерыв связи", "relatedEntity": [{"id": "58"}],
        },
    },
    "UsageRequest": {
        "call": {
            "id": "cdr-901", "relatedParty": _PARTY, "usageDate": "2026-03-10T12:25:00+03:00", "usageType": "voice",
            "usageCharacteristic": [
                {"name": "direction", "value": "out"}, {"name": "quantity", "value": 65},
                {"name": "peer", "value": "79031112233"},
            ],
        },
    },
    "ConsumptionRequest": {
        "one": {"searchCriteria": {"relatedParty": _PARTY}},
    },
    "BillRequest": {
        "february": {
            "billingAccount": {"id": "79160000101"},
            "billingPeriod": {"startDateTime": "2026-02-01", "endDateTime": "2026-02-28"},
        },
    },
}  # fmt: skip
