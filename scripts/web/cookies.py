"""Cookies: of this host alone, out of reach of scripts, and over TLS only, unless all stays on this machine."""

from typing import Final

from starlette.requests import Request

SESSION: Final = "obnovi"
ATTEMPT: Final = "obnovi-login"
"""Of an attempt to log in, for the few minutes that it takes."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def is_secure(request: Request) -> bool:
    """Whether its cookies go over TLS only: always, but for what is asked of this machine by its own name."""
    try:
        return request.url.scheme == "https" or request.url.hostname not in _LOOPBACK
    except ValueError:  # no name of a host at all
        return True


def shown(request: Request, name: str) -> str | None:
    """What a browser shows of a cookie of ours."""
    return request.cookies.get(_called(request, name)) or None


def set_cookie(request: Request, name: str, value: str, *, seconds: int | None = None) -> str:
    """The header that sets a cookie, for so long, else until the browser is closed.

    It comes with links from elsewhere (`Lax`), never with their forms.
    """
    age = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if is_secure(request) else ""
    return f"{_called(request, name)}={value}; Path=/{age}; HttpOnly; SameSite=Lax{secure}"


def drop_cookie(request: Request, name: str) -> str:
    """The header that makes a browser forget one."""
    return set_cookie(request, name, "", seconds=0)


def _called(request: Request, name: str) -> str:
    """With a prefix that browsers take only from this very host, over TLS."""
    return f"__Host-{name}" if is_secure(request) else name
