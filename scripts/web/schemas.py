"""Schemas of what is answered and brought: the fields that the contract names; answers may have further ones."""

from collections.abc import Iterable
from typing import Any, Final, get_args

import msgspec

from ledger import inputs
from ledger.events import BlockKind, Mode
from scripts.web.api import disputes, gateway, night, refreshing
from scripts.web.tmf import schemas as tmf

Schema = dict[str, Any]
REF: Final = "#/components/schemas/"


def ref(name: str) -> Schema:
    """A schema by its name."""
    return {"$ref": f"{REF}{name}"}


def array(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """It, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(does: str, needs: dict[str, Schema], **may: Schema) -> Schema:
    """An object with fields that are there, and some that may be; others too."""
    return {
        "type": "object",
        "description": does,
        "properties": needs | may,
        "required": list(needs),
        "additionalProperties": True,
    }


TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "integer"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
VERSION: Final[Schema] = {"type": "integer", "minimum": 1}
KOPECKS: Final[Schema] = {"type": "integer", "description": "Kopecks."}
TIME: Final[Schema] = {"type": "string", "format": "date-time", "description": "Local to the account's region."}
DAY: Final[Schema] = {"type": "string", "format": "date"}
ANY: Final[Schema] = {"type": "object", "additionalProperties": True}
ACCOUNT: Final[Schema] = {"type": "string", "description": "The number, 79 and nine digits; else a word for why not."}
HOLDER: Final = maybe({"type": "integer", "minimum": 1, "description": "The number's N-th contract."})
NAMED: Final[dict[str, Schema]] = {"account": ACCOUNT, "holder": HOLDER}
UNIT: Final[Schema] = {"type": "string"}
ENTRY: Final = record("A move between two accounts.", {"from": TEXT, "to": TEXT, "unit": UNIT, "amount": NUMBER})

ANSWERS: Final[dict[str, Schema]] = {
    "Problem": record(
        "What goes wrong (RFC 9457); `code` is for programs.",
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT, "detail": TEXT},
    ),
    "Result": record(
        "What became of an input.",
        {
            "result": {"enum": ["applied", "refused", "duplicate", "rejected"]},
            "version": maybe(VERSION),
            "reason": maybe(TEXT),
            "detail": maybe(TEXT),
            "reply": maybe(TEXT),
        },
    ),
    "Bucket": record(
        "A package, or what is left of it.",
        {
            "bucket": TEXT, "service": TEXT, "unit": UNIT, "left": maybe(NUMBER), "granted": maybe(NUMBER),
            "start": TIME, "end": maybe(TIME),
        },
    ),
    "Balance": record(
        "What an account has (contract §4).",
        {
            **NAMED, "region": TEXT, "clock": TIME, "plan": maybe(TEXT), "mode": {"enum": list(get_args(Mode))},
            "blocks": array({"enum": list(get_args(BlockKind))}), "wallet": KOPECKS, "available": KOPECKS,
            "credit_limit": KOPECKS, "anchor_day": maybe({"type": "integer", "minimum": 1, "maximum": 31}),
            "period": maybe(record("What is paid.", {"start": TIME, "next_due": TIME})),
            "buckets": array(ref("Bucket")),
            "discount": maybe(record("Off the fees.", {"percent": NUMBER, "from": DAY, "until": DAY})),
            "promise": maybe(record("A promised payment.", {"amount": KOPECKS, "until": TIME})),
        },
    ),
    "Event": record(
        "An event (contract §3), with the fields of its type.",
        {
            **NAMED, "version": VERSION, "type": TEXT, "occurred_at": TIME, "booked_at": TIME, "recorded_at": TIME,
            "entries": array(ref("Entry")),
        },
        input=record("What caused it.", {"source": TEXT, "id": TEXT, "received_at": TIME}, by=TEXT),
    ),
    "Entry": ENTRY,
    "Line": record(
        "A line of money.",
        {
            "version": VERSION, "booked_at": TIME, "kind": TEXT, "text": TEXT,
            "period": maybe(record("Local dates.", {"first": DAY, "last": DAY})), "amount": KOPECKS,
            "balance": KOPECKS,
        },
        cause=TEXT, channel=TEXT,
    ),
    "UsageRow": record(
        "A record.",
        {
            "version": VERSION, "at": TIME, "booked_at": TIME, "service": TEXT, "direction": TEXT, "peer": maybe(TEXT),
            "zone": TEXT, "quantity": NUMBER, "billed": NUMBER, "from_packages": NUMBER, "amount": KOPECKS,
            "amount_ex_vat": TEXT, "vat_rate": NUMBER,
        },
    ),
    "Statement": record(
        "A statement (contract §5); a final one never changes.",
        {
            "account": ACCOUNT, "from": DAY, "to": DAY, "final": FLAG, "opening": KOPECKS, "closing": KOPECKS,
            "lines": array(ref("Line")), "usage": array(ref("UsageRow")),
            "usage_total": record("Of all records.", {"amount": KOPECKS, "amount_ex_vat": TEXT}),
            "left": array(ref("Bucket")), "mode": TEXT, "next_due": maybe(TIME), "next_fee": maybe(KOPECKS),
        },
    ),
    "Explanation": record(
        "Why an event came out as it did.",
        {
            "event": ref("Event"), "rule": TEXT, "inputs": array(ANY), "facts": ANY, "alternatives": array(ANY),
            "before": maybe(ref("Balance")), "after": ref("Balance"), "plan": maybe(ANY),
        },
    ),
    "Refusals": array(
        record(
            "What was refused.", {**NAMED, "version": VERSION, "reason": TEXT, "facts": ANY, "booked_at": TIME}
        )
    ),
    "Accounts": array(
        record(
            "A contract as it stands.",
            {
                **NAMED, "contract": TEXT, "opened_at": TIME, "closed_at": maybe(TIME), "plan": maybe(TEXT),
                "mode": {"enum": list(get_args(Mode))}, "blocks": array(TEXT), "wallet": KOPECKS,
            },
        )
    ),
    "Proof": record(
        "A proof, which `obnovi check-proof` checks.",
        {
            "form": TEXT, "account": TEXT, "version": VERSION, "topic": TEXT, "stored": TEXT, "index": COUNT,
            "inclusion": array(TEXT), "key": TEXT, "checkpoint": TEXT,
        },
    ),
    "Claim": record(
        "A claim as the queue has it.",
        {
            **NAMED, "dispute": TEXT, "event": VERSION, "opened": DAY, "answer_due": DAY, "premium": FLAG,
            "overdue": FLAG, "state": {"enum": ["open", "upheld", "rejected"]},
        },
    ),
    "Claims": array(ref("Claim")),
    "Dossier": record(
        "Everything about one claim.",
        {
            "dispute": ref("Claim"), "registered_at": TIME, "text": TEXT, "last_day": DAY, "answer": maybe(ANY),
            "line": maybe(ref("Line")), "row": maybe(ref("UsageRow")), "explanation": ref("Explanation"),
            "around": array(ANY), "since": array(ANY), "now": ref("Balance"),
        },
    ),
    "Events": array(ref("Event")),
    "Totals": array(
        record(
            "An account name in the trial balance.",
            {"account_name": TEXT, "unit": UNIT, "opening": NUMBER, "moved": NUMBER, "closing": NUMBER},
        )
    ),
    "Reads": array(
        record(
            "Something that was read.",
            {
                "number": VERSION, "time": TIME, "by": TEXT, "role": TEXT, "account": maybe(ACCOUNT), "holder": HOLDER,
                "contract": maybe(TEXT), "what": TEXT, "parameters": ANY, "ground": maybe(TEXT),
            },
        )
    ),
    "Unrated": array(
        record(
            "A record without a price.",
            {
                **NAMED, "version": VERSION, "reason": TEXT, "zone": TEXT, "service": TEXT, "occurred_at": TIME,
            },
        )
    ),
    "Late": record(
        "Charges that late records changed.",
        {"accounts": COUNT, "changed": COUNT, "wallet_difference": KOPECKS, "lines": array(ANY)},
    ),
    "Checkpoint": record("A signed note.", {"origin": TEXT, "size": COUNT, "root": TEXT, "note": TEXT}),
    "Checkpoints": {
        "anyOf": [ref("Checkpoint"), record("One of each shard.", {"shards": array(ref("Checkpoint"))})]
    },
    "RefreshPreview": record(
        "What a refresh would do now, or why not.",
        {
            **NAMED, "at": TIME, "accepted": FLAG, "plan": maybe(TEXT), "fee": maybe(KOPECKS), "wallet": KOPECKS,
            "wallet_after": KOPECKS, "available": KOPECKS,
            "period": maybe(record("What would be paid.", {"start": TIME, "next_due": TIME})),
            "carried": array(ANY), "granted": array(ANY), "expired": array(ANY), "reason": maybe(TEXT),
            "reasons": array(TEXT), "needed": array(TEXT), "missing": KOPECKS, "reply": TEXT,
        },
    ),
    "Notices": array(
        record(
            "What a subscriber is to be told; further fields are facts of its kind.",
            {
                **NAMED, "id": TEXT, "version": maybe(VERSION), "kind": TEXT, "at": TIME, "text": TEXT, "after": TEXT,
            },
        )
    ),
    "Advanced": record(
        "What nights booked.",
        {
            "accounts": COUNT, "events": COUNT, "monthly_fees": COUNT, "daily_fees": COUNT, "blocks": COUNT,
            "lapsed": COUNT,
        },
    ),
    "Health": record("It answers.", {"ok": FLAG}),
    "OpenApi": ANY,
    **tmf.ANSWERS,
}  # fmt: skip
"""Schemas of JSON; what is answered in another form is text or bytes."""
BODIES: Final = (
    gateway.UssdRequest,
    gateway.SmsRequest,
    disputes.Opening,
    disputes.Resolution,
    night.NightRequest,
    refreshing.RequestId,
    *tmf.BODIES,
)


def schemas() -> dict[str, Schema]:
    """All schemas by their names."""
    return dict(sorted({**ANSWERS, **_bodies(BODIES), **_inputs()}.items()))


def _bodies(kinds: Iterable[type[msgspec.Struct]]) -> dict[str, Schema]:
    """What routes read with `body.read`: null is not absence."""
    found: dict[str, Schema]
    _, found = msgspec.json.schema_components(kinds, ref_template=f"{REF}{{name}}")
    for schema in found.values():
        schema["properties"] = {name: _present(each) for name, each in schema["properties"].items()}
    return found


def _inputs() -> dict[str, Schema]:
    """Inputs as they are written in a body: times are text, and who asks is left out."""
    whole: Schema = inputs.json_schema(f"{REF}{{model}}Input")
    found: dict[str, Schema] = {}
    for name, schema in whole.pop("$defs").items():
        fields = {field: _written(field, each) for field, each in schema["properties"].items() if field != "by"}
        needs = [field for field in schema["required"] if field != "received_at"]
        found[f"{name}Input"] = schema | {"properties": fields, "required": needs}
    return found | {"Input": whole}


def _written(field: str, schema: Schema) -> Schema:
    if field in ("at", "received_at"):
        return {"type": "string", "format": "date-time", "description": "With its offset."}
    return {name: each for name, each in _present(schema).items() if name != "title"}


def _present(schema: Schema) -> Schema:
    """A schema without null, which is not absence; a decimal is a number, or text."""
    if schema.get("format") == "decimal":
        return tmf.AMOUNT
    kinds = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    kind: Schema = kinds[0]
    return {name: each for name, each in schema.items() if name not in ("anyOf", "default")} | kind
