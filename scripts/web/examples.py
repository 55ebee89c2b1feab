"""Examples of what can be asked; a test asks each of them."""

from typing import Any, Final

from scripts.web.tmf.schemas import EXAMPLES

PARAMS: Final[dict[str, Any]] = {
    "number": "79160000101",
    "version": 58,
    "dispute": "claim-58-1",
    "id": "fg3mnyf3en5yeuxq-58",
    "account": "79160000101",
    "moment": "2026-03-01T03:00:00+03:00",
    "day": "2026-02-01",
    "month": "2026-02",
    "kopecks": 20000,
    "flag": "true",
    "holder": 1,
    "limit": 100,
    "to": "2026-02-28",
}
"""By the name of a parameter, else by its kind."""
BODIES: Final[dict[str, dict[str, dict[str, Any]]]] = {
    "Input": {
        "top-up": {
            "type": "top_up", "id": "pay-1001", "account": "79160000101", "at": "2026-03-10T12:00:00+03:00",
            "amount": 50000, "channel": "card",
        },
        "block": {
            "type": "block", "id": "desk-17", "account": "79160000103", "at": "2026-03-10T12:05:00+03:00",
            "kind": "voluntary",
        },
    },
    "UssdRequest": {
        "refresh": {"msisdn": "79160000101", "text": "*929#", "id": "ussd-501", "at": "2026-03-10T12:10:00+03:00"},
    },
    "SmsRequest": {
        "refresh": {"msisdn": "79160000101", "to": "9290", "id": "sms-77", "at": "2026-03-10T12:15:00+03:00"},
    },
    "Opening": {
        "claim": {"account": "79160000101", "event": 58, "text": "не заказывала"},
    },
    "Resolution": {
        "upheld": {"outcome": "upheld", "text": "плата возвращена"},
    },
    **EXAMPLES,
    "RequestId": {
        "once": {"id": "app-9001"},
    },
    "NightRequest": {
        "until": {"until": "2026-03-15T03:00:00+03:00"},
    },
}  # fmt: skip
