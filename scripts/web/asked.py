"""What is asked: the path and query of a request, read strictly before anybody acts on them."""

import asyncio
import difflib
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes, urlencode

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from ledger import periods
from ledger.periods import Moment
from projections.numbers import digits_of
from scripts.web.problems import Problem
from scripts.web.route import Param, Route
from scripts.web.visitor import Visitor

if TYPE_CHECKING:
    from scripts.web.gate import Gate
    from scripts.web.service import Service

QUERY_BYTES_MAX: Final = 4_096
SAY_WHO: Final = "say who asks: `Authorization: Bearer` and a token"
BODY_SECONDS_MAX: Final = 30
FORM: Final = "application/x-www-form-urlencoded"
FORM_BYTES_MAX: Final = 64 * 1024
CSRF: Final = Param(name="csrf", does="What shows that the form is of a page of this session.")
GROUND_HEADER: Final = "obnovi-ground"
GROUND_LENGTH_MAX: Final = 200
FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


class Asked:
    """A request with its parameters, who it is from, and on what ground he reads somebody's data, where he says it."""

    def __init__(self, request: Request, route: Route, service: "Service", visitor: Visitor | None) -> None:
        self.request = request
        self.route = route
        self.service = service
        self._visitor = visitor
        self.path: dict[str, str] = _path(request)
        self.query = _parameters(request.scope.get("query_string", b""), route.params)
        self.ground = (header_text(request, GROUND_HEADER) or self.query.get("ground") or "")[:GROUND_LENGTH_MAX]

    @property
    def visitor(self) -> Visitor:
        """Who asks; a route for anybody does not look. Raises Problem where nobody was shown."""
        if self._visitor is None:
            raise Problem(401, "UNAUTHENTICATED", SAY_WHO)
        return self._visitor

    @property
    def known(self) -> Visitor | None:
        """Who asks, if it was shown."""
        return self._visitor

    @property
    def gate(self) -> "Gate":
        """What said who asks."""
        found: Gate = self.request.app.state.gate
        return found

    @property
    def number(self) -> str:
        """The account that the path names, as accounts are called."""
        return digits_of(self.path["number"])

    def get(self, name: str, otherwise: Any = None) -> Any:
        """A parameter of the query, of its kind; a list where it may come often."""
        return self.query.get(name, otherwise)

    def has_body(self) -> bool:
        """Whether the request brings anything."""
        headers = self.request.headers
        return headers.get("content-length", "0").strip() != "0" or "transfer-encoding" in headers

    async def body(self) -> bytes:
        """What the request brings. Raises Problem for more than may be, another media type, or what does not come."""
        wanted = self.route.body
        assert wanted is not None, "only routes with a body read it"
        given = media_type_of(self.request)
        if given and given not in wanted.media_types:
            told = f"send {' or '.join(wanted.media_types)}"
            raise Problem(415, "MEDIA_TYPE", told, headers={"Accept": ", ".join(wanted.media_types)})
        if self.request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Problem(415, "MEDIA_TYPE", "send it as it is, not packed", headers={"Accept-Encoding": "identity"})
        told = self.request.headers.get("content-length", "0")
        if told.isdecimal() and int(told) > wanted.bytes_max:
            raise _too_large(wanted.bytes_max)
        try:
            async with asyncio.timeout(BODY_SECONDS_MAX):
                return await self._read(wanted.bytes_max)
        except TimeoutError:
            raise too_slow() from None
        except ClientDisconnect:
            raise cut_off() from None

    async def _read(self, most: int) -> bytes:
        pieces = bytearray()
        async for piece in self.request.stream():
            pieces += piece
            if len(pieces) > most:
                raise _too_large(most)
        return bytes(pieces)

    async def form(self, fields: tuple[Param, ...]) -> dict[str, Any]:
        """The fields of a form, each of its kind; whether it is of our page is looked at before. Raises Problem."""
        return _parameters(await self.body(), (*fields, CSRF), bytes_max=FORM_BYTES_MAX)

    async def upload(self, fields: tuple[Param, ...], name: str) -> tuple[dict[str, Any], bytes]:
        """The fields of a form and the file that one more has. Raises Problem for more than may be, and for no file."""
        wanted = self.route.body
        assert wanted is not None, "only routes with a body read it"
        length = self.request.headers.get("content-length", "")
        if media_type_of(self.request) not in wanted.media_types:
            raise Problem(415, "MEDIA_TYPE", f"send {' or '.join(wanted.media_types)}")
        if not length.isdecimal() or int(length) > wanted.bytes_max:
            raise _too_large(wanted.bytes_max)
        try:
            async with (
                asyncio.timeout(BODY_SECONDS_MAX),
                self.request.form(max_files=1, max_fields=len(fields) + 1) as form,
            ):
                file = form.get(name)
                content = await file.read() if isinstance(file, UploadFile) else None
                told = [(each, value) for each, value in form.multi_items() if isinstance(value, str)]
        except HTTPException:
            raise Problem(422, "MALFORMED", "this is no form with a file") from None
        except TimeoutError:
            raise too_slow() from None
        except ClientDisconnect:
            raise cut_off() from None
        if content is None:
            raise Problem(422, "PARAMETER_MISSING", f"{name} is missing: a file")
        return _parameters(urlencode(told).encode(), (*fields, CSRF), bytes_max=FORM_BYTES_MAX), content


def too_slow() -> Problem:
    """What is brought does not come."""
    told = f"what the request brings did not come within {BODY_SECONDS_MAX} s"
    return Problem(408, "TOO_SLOW", told, headers={"Connection": "close"})


def cut_off() -> Problem:
    """What is brought ended too early; nobody reads this answer, and the log has it."""
    return Problem(400, "CUT_OFF", "the request was cut off")


def _too_large(most: int) -> Problem:
    return Problem(413, "TOO_LARGE", f"at most {most} bytes are read")


def media_type_of(request: Request) -> str:
    """The media type of what a request brings, without its parameters; empty where none is said."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def header_text(request: Request, name: str) -> str | None:
    """A header as the UTF-8 text that it is; None where it is not there. Raises Problem."""
    found = [value for key, value in request.scope["headers"] if key.decode("latin-1") == name]
    if not found:
        return None
    try:
        text: str = b", ".join(found).decode()
    except UnicodeDecodeError:
        raise Problem(400, "NOT_UTF8", f"the header {name} is no UTF-8 text") from None
    _require_plain(f"the header {name}", text)
    return text


def _path(request: Request) -> dict[str, str]:
    """The parameters of the path, which comes here as it was sent. Raises Problem for what no name may have."""
    found = {}
    for name, value in request.path_params.items():
        try:
            found[name] = unquote_to_bytes(str(value)).decode()
        except UnicodeDecodeError:
            raise Problem(400, "NOT_UTF8", "the path is no UTF-8 text") from None
        _require_plain("the path", found[name])
    return found


def _parameters(raw: bytes, params: tuple[Param, ...], *, bytes_max: int = QUERY_BYTES_MAX) -> dict[str, Any]:
    """The parameters of a query, or the fields of a form, each of its kind. Raises Problem."""
    if len(raw) > bytes_max:
        raise Problem(414, "TOO_LARGE", f"a query has at most {bytes_max} bytes")
    known = {param.name: param for param in params}
    found: dict[str, Any] = {}
    for name, text in _pairs(raw):
        param = known.get(name)
        if param is None:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; is it {near[0]}?" if near else f"; there are {', '.join(known)}" if known else "; there is none"
            raise Problem(422, "NO_SUCH_PARAMETER", f"no parameter is called {_shown(name)}{hint}")
        _require_plain(name, text.replace("\r\n", "\n").replace("\n", "") if param.lines else text)
        value = _value(param, text)
        if param.many:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise Problem(422, "PARAMETER_TWICE", f"{name} comes twice")
        else:
            found[name] = value
    for param in params:
        if param.required and param.name not in found:
            raise Problem(422, "PARAMETER_MISSING", f"{param.name} is missing: {param.does}")
    return found


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    """Names and values, decoded strictly; a `+` is a space, as forms write it."""
    pairs = []
    for piece in raw.split(b"&"):
        if not piece:
            continue
        name, _, value = piece.partition(b"=")
        try:
            decoded = [unquote_to_bytes(each.replace(b"+", b" ")).decode() for each in (name, value)]
        except UnicodeDecodeError:
            raise Problem(400, "NOT_UTF8", "the query is no UTF-8 text") from None
        _require_plain("the query", decoded[0])
        pairs.append((decoded[0], decoded[1]))
    return pairs


def _require_plain(where: str, text: str) -> None:
    """Refuse what no store takes and no document shows. Raises Problem."""
    if any(ord(each) < 32 or ord(each) == 127 or each == "\ufffd" or "\ud800" <= each <= "\udfff" for each in text):
        raise Problem(400, "ODD_CHARACTER", f"{where} has a control character, or bytes that are no UTF-8 text")


def _value(param: Param, text: str) -> Any:
    match param.kind:
        case "text":
            value: Any = text
        case "account":
            value = digits_of(text.strip())
        case "moment":
            value = moment_of(param.name, text)
        case "day":
            value = _day(param.name, text)
        case "month":
            value = _day(param.name, f"{text}-01")
        case "integer" | "kopecks":
            value = _integer(param.name, text)
        case "flag":
            if text not in FLAGS:
                raise Problem(422, "BAD_PARAMETER", f"{param.name} is true or false, not {_shown(text)}")
            value = FLAGS[text]
    if param.values and value not in param.values:
        raise Problem(422, "BAD_PARAMETER", f"{param.name} is one of {', '.join(param.values)}, not {_shown(text)}")
    return value


def moment_of(name: str, text: str) -> Moment:
    """A time; the `+` of its offset may have lost its escape and come as a space. Raises Problem."""
    whole = text.strip()
    head, gap, offset = whole.rpartition(" ")
    if gap and "T" in head.upper() and _is_offset(offset):
        whole = f"{head}+{offset}"
    try:
        return periods.parse_moment(whole)
    except ValueError as error:
        told = f"{name}={_shown(text)}: {error}, like 2023-02-15, 2023-02-15T03:00 or 2023-02-15T03:00:00%2B03:00"
        raise Problem(422, "BAD_PARAMETER", told) from None


def _is_offset(text: str) -> bool:
    hours, colon, minutes = text.partition(":")
    return bool(colon) and all(len(each) == 2 and each.isascii() and each.isdecimal() for each in (hours, minutes))


def _day(name: str, text: str) -> date:
    try:
        return periods.parse_date(text)
    except ValueError as error:
        raise Problem(422, "BAD_PARAMETER", f"{name}={_shown(text)}: {error}") from None


def _integer(name: str, text: str) -> int:
    bare = text.strip()
    digits = bare.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise Problem(422, "BAD_PARAMETER", f"{name} is a whole number, not {_shown(text)}")
    return int(bare)


def _shown(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}…"
