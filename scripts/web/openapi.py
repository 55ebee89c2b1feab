"""OpenAPI 3.1 of the server, made from the table of routes: what is not in the table is not there."""

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

from scripts.app.roles import ROLES
from scripts.web import cookies
from scripts.web.answer import JSON, NDJSON
from scripts.web.asked import FLAGS
from scripts.web.examples import BODIES, PARAMS
from scripts.web.problems import MEDIA_TYPE as PROBLEM
from scripts.web.route import Body, Kind, Param, Route
from scripts.web.schemas import ANSWERS, Schema, ref, schemas

KINDS: Final[dict[Kind, Schema]] = {
    "text": {"type": "string", "maxLength": 1_000},
    "account": {"type": "string", "maxLength": 64},
    "moment": {"type": "string", "maxLength": 64},
    "day": {"type": "string", "format": "date"},
    "month": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    "integer": {"type": "integer"},
    "kopecks": {"type": "integer"},
    "flag": {"enum": list(FLAGS)},
}
PATH_PARAMS: Final[dict[str, tuple[str, Schema]]] = {
    "number": ("The number, however people write it, or the contract's id.", {"type": "string", "minLength": 1}),
    "version": ("The event's version.", {"type": "integer", "minimum": 1}),
    "id": ("The id that a list gives.", {"type": "string", "minLength": 1, "maxLength": 200}),
    "dispute": ("The claim's id.", {"type": "string", "minLength": 1, "maxLength": 64}),
}
STATUSES: Final = {
    200: "What was asked for.",
    201: "It was made.",
    206: "A part of the list; Link says where the next is.",
    304: "Not changed since the ETag that If-None-Match names.",
    400: "Odd characters, or what is no UTF-8.",
    401: "Nobody was shown, or nobody who may come in (any more).",
    403: "Not for this role, or not for this contract.",
    404: "It is not there.",
    408: "What the request brings did not come.",
    409: "The ledger says no; `code` says why.",
    412: "Changed since the ETag that If-Match names.",
    413: "Too large.",
    414: "The query is too long.",
    415: "Another media type.",
    422: "What was asked cannot be asked: mend the question.",
    429: "Too often; Retry-After says when again.",
    501: "Not done here.",
    503: "Too much at once, or the ledger is away; Retry-After says when again.",
}
ALWAYS: Final = (400, 414, 422, 429, 503)
GUARDED: Final = (401, 403)
_PARAM: Final = re.compile(r"\{([a-z_]+)\}")


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The document of routes; pages are not in it."""
    listed = [route for route in routes if route.is_listed]
    tags = dict.fromkeys(each.tag for each in listed)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Obnovi",
            "version": version("obnovi"),
            "summary": "A billing ledger for a prepaid mobile operator.",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "tags": [{"name": tag, "description": TAGS.get(tag, tag)} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "securitySchemes": SCHEMES,
        },
    }


def operation(route: Route) -> dict[str, Any]:
    """One route."""
    params = [_path_param(name) for name in _PARAM.findall(route.path)]
    params += [_param(each, "query") for each in route.params] + [_param(each, "header") for each in route.headers]
    made: dict[str, Any] = {
        "operationId": operation_id(route),
        "summary": route.does.partition(":")[0].partition(";")[0].rstrip("."),
        "description": route.does,
        "tags": [route.tag],
        "parameters": params,
        "responses": responses(route),
        "x-roles": sorted(route.roles, key=lambda role: ROLES.index(role) if role in ROLES else -1),
        "x-reads-personal": route.reads_personal,
    }
    if "anybody" not in route.roles:
        made["security"] = [{"bearer": []}, {"cookie": []}, *([{}] if route.on_loopback else [])]
    if route.body is not None:
        made["requestBody"] = _body(route, route.body)
    return made


def operation_id(route: Route) -> str:
    """What generated clients call it: `get_accounts_number_balance`."""
    words = [route.method.lower(), *re.findall(r"[A-Za-z]+", route.path.removeprefix("/v1"))]
    return "_".join(words)


def statuses(route: Route) -> list[int]:
    """Every status that a route can be answered with."""
    done = [200, *([201] if route.created else []), *([206] if route.paged else [])]
    done += [304] if route.method == "GET" else []
    brings = () if route.body is None else (408,)
    guarded = () if "anybody" in route.roles else GUARDED
    return sorted({*done, *ALWAYS, *brings, *guarded, *route.problems})


def responses(route: Route) -> dict[str, Any]:
    """What a route answers, by status."""
    made: dict[str, Any] = {}
    for status in statuses(route):
        told: dict[str, Any] = {"description": STATUSES[status]}
        if status < 300:
            told["content"] = {_bare(media): _content(media, schema) for media, schema in route.answers.items()}
        elif status >= 400:
            told["content"] = {PROBLEM: {"schema": ref("Problem")}}
        told["headers"] = _headers(status, route)
        made[str(status)] = {name: each for name, each in told.items() if each}
    return made


def _headers(status: int, route: Route) -> dict[str, Any]:
    said = {"X-Request-Id": "What the log calls this request."}
    if status in (200, 304) and route.method == "GET":
        said["ETag"] = "For If-None-Match."
    if status in (200, 206) and route.paged:
        said |= {"X-Total-Count": "How many there are.", "X-Result-Count": "How many these are."}
    if status in (429, 503):
        said["Retry-After"] = "Seconds."
    return {name: {"description": does, "schema": {"type": "string"}} for name, does in said.items()}


def _content(media: str, schema: str) -> dict[str, Any]:
    """What stands under a media type; of lines of JSON each has the schema."""
    if schema not in ANSWERS:
        return {"schema": {"type": "string"}} if media.startswith("text/") else {}
    if media == NDJSON:
        return {"schema": {"type": "string", "description": f"Lines of JSON, each a {schema}."}, "x-item": ref(schema)}
    return {"schema": ref(schema)}


def _body(route: Route, body: Body) -> dict[str, Any]:
    examples = {name: {"value": value} for name, value in BODIES.get(body.schema, {}).items()}
    content: dict[str, Any] = {}
    for media in body.media_types:
        if media == JSON:
            content[media] = {"schema": ref(body.schema), "examples": examples}
        else:
            lines = f"Lines of JSON, each a {body.schema}."
            content[media] = {"schema": {"type": "string", "description": lines}, "x-item": ref(body.schema)}
    return {"required": body.required, "content": content}


def _path_param(name: str) -> dict[str, Any]:
    does, schema = PATH_PARAMS[name]
    return {
        "name": name, "in": "path", "required": True, "description": does, "schema": schema, "example": PARAMS[name],
    }  # fmt: skip


def _param(param: Param, where: str) -> dict[str, Any]:
    schema = {"enum": list(param.values)} if param.values else KINDS[param.kind]
    made: dict[str, Any] = {
        "name": param.name,
        "in": where,
        "required": param.required,
        "description": param.does,
        "schema": {"type": "array", "items": schema} if param.many else schema,
    }
    example = PARAMS.get(param.name, PARAMS.get(param.kind))
    if example is not None and not param.values and where == "query":
        made["example"] = [example] if param.many else example
    return made


def _bare(media: str) -> str:
    return media.partition(";")[0]


SCHEMES: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token of `obnovi token create`."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": cookies.SESSION, "description": "A session of a browser."},
}
ABOUT: Final = """
Times and money are those of the commands: RFC 3339 with an offset, integer kopecks; under `/tmf-api` decimal rubles.
The answers are the bytes that the command of the same question prints with `--json`. Errors are problems (RFC 9457)
with a `code` for programs.

Whoever asks shows a token (`Authorization: Bearer …`); a browser has a session. Each route names its roles in
`x-roles`: a subscriber is told of the own open contract alone, and what staff reads of somebody is written down, with
the ground that the header `Obnovi-Ground` names.

A list goes on where its answer has a `Link` with `rel="next"`. Who shows an ETag by `If-None-Match` is told 304 where
nothing changed; a final statement never changes. The `+` of an offset or a number may stand as it is in a query.
""".strip()
TAGS: Final = {
    "inputs": "What happened, handed over.",
    "gateway": "What subscribers dial and send.",
    "accounts": "What accounts have, and why.",
    "refresh": "«Обнови пакет».",
    "claims": "Claims and their answers.",
    "ledger": "What crosses accounts.",
    "tmf": "The forms of TM Forum: 654, 635, 677, 678.",
    "access": "Who read whose data.",
    "health": "For whoever runs it.",
    "about": "What can be asked.",
}
