"""Logging in and out: a subscriber by a code that goes to the telephone, staff by a token or by their provider."""

import asyncio
from typing import Final
from urllib.parse import quote, urlencode

from ledger import periods
from ledger.snapshot import Snapshot
from projections.numbers import digits_of
from scripts.app.errors import InvalidRequest
from scripts.app.roles import STAFF
from scripts.app.tokens import require_name
from scripts.state import sessions, tokens
from scripts.state.codes import LIFETIME
from scripts.web import cookies
from scripts.web.access import Access
from scripts.web.answer import Answer
from scripts.web.asked import Asked
from scripts.web.oidc import Provider
from scripts.web.pages.page import page
from scripts.web.problems import Problem
from scripts.web.route import Param
from scripts.web.tries import CODES_FROM_ADDRESS, CODES_OF_NUMBER, LOGINS_FROM_ADDRESS, address_of

CABINET: Final = "/"
DESK: Final = "/desk"
CALLBACK: Final = "/desk/oidc/callback"
ANSWER_SECONDS: Final = 0.3
"""How long it takes to be told that a code is on its way, whether there is a telephone for it or not."""
NEXT: Final = Param(name="next", does="Where to go on to, a path here.")
NUMBER: Final = (Param(name="number", does="The number of a telephone."), NEXT)
CODE: Final = (Param(name="code", does="The code that came to it."), NEXT)
TOKEN: Final = (Param(name="token", does="A token of the staff."), NEXT)
SUBSCRIBER: Final = "subscriber"
"""The name under which a subscriber asks for something himself; his number stands nowhere but in the contract."""
_SAFE: Final = ":/%#?=@[]!$&'()*+,;~"
"""What an address may have as it is."""
_NO_CODE: Final = "Код не подошёл или больше не действует. Проверьте его или получите новый."
_NO_NUMBER: Final = "Это не номер мобильного телефона. Введите его целиком, например +7 916 123-45-67."
TOLD: Final = {
    "NO_PROVIDER": "Вход через учётную запись организации здесь не настроен. Войдите по токену.",
    "PROVIDER": "Сервер учётных записей сейчас не отвечает. Попробуйте ещё раз или войдите по токену.",
    "BUSY": "Слишком много входов сразу. Попробуйте через минуту.",
    "LOGIN_OVER": "Этот вход начат в другом окне или слишком давно. Начните его заново.",
    "LOGIN_REFUSED": "Вход не подтверждён вашей организацией. Попробуйте ещё раз.",
    "NO_ROLE": "Организация вас знает, но роли здесь у вас нет. Попросите администратора её назначить.",
    "UNFIT_NAME": "Имя вашей учётной записи не может стоять в проводках. Сообщите администратору.",
}
"""What stands on the page for staff where its provider lets nobody in."""
_NO_TOKEN: Final = "Такой токен не действует. Проверьте его или получите новый у администратора."


async def subscriber_page(asked: Asked) -> Answer:
    """The form for a number; whoever is in already goes on."""
    visitor, then = asked.known, local_path(asked.get("next"), CABINET)
    if visitor is not None and visitor.by_cookie and visitor.role == "subscriber":
        return _go_on(then)
    return page("login/number.html", None, told=None, next=then)


async def send_code(asked: Asked) -> Answer:
    """Send a code to a number. Nobody learns whether it is anybody's: answer, cookie and time are the same."""
    access, request = access_of(asked), asked.request
    form = await asked.form(NUMBER)
    number, then = digits_of(form.get("number", "").strip()), local_path(form.get("next"), CABINET)
    if not (len(number) == 11 and number.startswith("79") and number.isascii() and number.isdecimal()):
        return page("login/number.html", None, status=422, told=_NO_NUMBER, next=then)
    begun = asyncio.get_running_loop().time()
    access.tries.require(CODES_FROM_ADDRESS, "codes from", address_of(request))
    access.tries.require(CODES_OF_NUMBER, "codes to", number)

    def open_contract(snapshot: Snapshot) -> tuple[str, str] | None:
        found = snapshot.contracts.of(number)
        account = snapshot.account(found[-1].id) if found else None
        return (found[-1].id, account.zone) if account is not None and account.closed_at is None else None

    found = await access.service.read(open_contract)
    now = access.service.now()
    contract, zone = found or (None, "")
    attempt = await access.on_disk(lambda: access.codes.begin(contract, now=now))
    if contract is not None and (put := access.put_code) is not None:
        access.later(lambda: put(contract, attempt.code, zone=zone, now=now, until=attempt.until))
    await asyncio.sleep(begun + ANSWER_SECONDS - asyncio.get_running_loop().time())
    seconds = LIFETIME // periods.SECOND
    to = "/login/code" if then == CABINET else f"/login/code?{urlencode({'next': then})}"
    return _go_on(to, cookies.set_cookie(request, cookies.ATTEMPT, attempt.secret, seconds=seconds))


async def code_page(asked: Asked) -> Answer:
    """The form for the code that came."""
    if cookies.shown(asked.request, cookies.ATTEMPT) is None:
        return _go_on("/login")
    return page("login/code.html", None, told=None, next=local_path(asked.get("next"), CABINET))


async def show_code(asked: Asked) -> Answer:
    """Let in whoever shows the code that came to the number."""
    access, request = access_of(asked), asked.request
    form = await asked.form(CODE)
    access.tries.require(LOGINS_FROM_ADDRESS, "logins from", address_of(request))
    attempt = cookies.shown(request, cookies.ATTEMPT)
    code, now = form.get("code", "").strip(), access.service.now()
    contract, then = None, local_path(form.get("next"), CABINET)
    if attempt is not None:
        contract = await access.on_disk(lambda: access.codes.finish(attempt, code, now=now))
    if contract is None:
        return page("login/code.html", None, status=403, told=_NO_CODE, next=then)
    secret = await access.on_disk(lambda: access.begin("subscriber", SUBSCRIBER, contract, token=None, request=request))
    return _let_in(asked, secret, then, cookies.drop_cookie(request, cookies.ATTEMPT))


async def staff_page(asked: Asked) -> Answer:
    """The form for a token, and the way to the provider."""
    back = local_path(asked.get("next"), DESK)
    visitor = asked.known
    if visitor is not None and visitor.by_cookie and visitor.role in STAFF:
        return _go_on(back)
    return page("login/staff.html", None, told=None, next=back, provider=access_of(asked).provider is not None)


async def show_token(asked: Asked) -> Answer:
    """Let in whoever of the staff shows a token."""
    access, request = access_of(asked), asked.request
    form = await asked.form(TOKEN)
    back = local_path(form.get("next"), DESK)
    access.tries.require(LOGINS_FROM_ADDRESS, "logins from", address_of(request))
    token = tokens.found(access.state, form.get("token", "").strip(), now=access.service.now())
    if token is None or token.role not in STAFF:
        has_provider = access.provider is not None
        return page("login/staff.html", None, status=403, told=_NO_TOKEN, next=back, provider=has_provider)
    role = next(role for role in STAFF if role == token.role)
    secret = await access.on_disk(lambda: access.begin(role, token.name, token.contract, token=token, request=request))
    access.later(lambda: tokens.mark_used(access.state, token, now=access.service.now()))
    return _let_in(asked, secret, back)


async def to_provider(asked: Asked) -> Answer:
    """Send the browser to the provider of the staff."""
    access, request = access_of(asked), asked.request
    access.tries.require(LOGINS_FROM_ADDRESS, "logins from", address_of(request))
    back, now = local_path(asked.get("next"), DESK), access.service.now()
    try:
        to, key = await _provider(access).begin(_callback(asked), back=back, now=now)
    except Problem as problem:
        return _told(access, problem, back)
    return _go_on(to, cookies.set_cookie(request, cookies.ATTEMPT, key, seconds=600))


async def from_provider(asked: Asked) -> Answer:
    """Let in whom the provider knows, if its word for him means a role here."""
    access, request = access_of(asked), asked.request
    key = cookies.shown(request, cookies.ATTEMPT) or ""
    try:
        provider = _provider(access)
        known, back = await provider.finish(_callback(asked), asked.query, key, now=access.service.now())
        require_name(known.name)
    except Problem as problem:
        return _told(access, problem, DESK)
    except InvalidRequest:
        return _told(access, Problem(403, "UNFIT_NAME", "this name cannot stand in what is booked"), DESK)
    secret = await access.on_disk(lambda: access.begin(known.role, known.name, None, token=None, request=request))
    return _let_in(asked, secret, back, cookies.drop_cookie(request, cookies.ATTEMPT))


def _provider(access: Access) -> Provider:
    if access.provider is None:
        raise Problem(404, "NO_PROVIDER", "there is no provider here; a token lets in")
    return access.provider


def _told(access: Access, problem: Problem, back: str) -> Answer:
    """The page for staff, with why its provider lets nobody in."""
    told, has_provider = TOLD[problem.code], access.provider is not None
    made = page("login/staff.html", None, status=problem.status, told=told, next=back, provider=has_provider)
    made.headers |= problem.headers
    return made


async def log_out(asked: Asked) -> Answer:
    """End the session."""
    access, visitor = access_of(asked), asked.known
    to = "/desk/login" if visitor is not None and visitor.role in STAFF else "/login"
    if visitor is not None and visitor.session is not None:
        session = visitor.session
        await access.on_disk(lambda: sessions.end(access.state, session))
    return _go_on(to, cookies.drop_cookie(asked.request, cookies.SESSION))


def access_of(asked: Asked) -> Access:
    """The gate of this server. Raises Problem where it has another one."""
    gate = asked.gate
    if not isinstance(gate, Access):
        raise Problem(404, "NO_LOGIN", "nobody logs in here")
    return gate


def local_path(given: object, otherwise: str) -> str:
    """A path of ours to go on to, and no other address, however it is written."""
    if not isinstance(given, str) or not given.startswith("/") or given.startswith("//"):
        return otherwise
    return given if given.isprintable() and "\\" not in given else otherwise


def _let_in(asked: Asked, secret: str, to: str, *more: str) -> Answer:
    """The cookie lasts as long as the browser is open; how long the session does, is decided here."""
    return _go_on(to, cookies.set_cookie(asked.request, cookies.SESSION, secret), *more)


def _callback(asked: Asked) -> str:
    scheme = "https" if cookies.is_secure(asked.request) else "http"
    return f"{scheme}://{asked.request.headers.get('host', '')}{CALLBACK}"


def _go_on(to: str, *cookies: str) -> Answer:
    """On to another page, which is then asked for by GET."""
    return Answer(status=303, headers={"Location": quote(to, safe=_SAFE)}, cookies=list(cookies))
