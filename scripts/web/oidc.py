"""OpenID Connect: staff is known by a provider of the organisation: authorization code, PKCE, state and nonce."""

import secrets
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError

from ledger.log import files
from ledger.periods import MINUTE, Instant
from scripts.app.roles import STAFF, Role, named_role
from scripts.errors import UsageError
from scripts.web.problems import Problem

with warnings.catch_warnings():  # it wants another HTTP library than the one it also takes
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.starlette_client import OAuth

import httpx

PENDING_MAX: Final = 10_000
PENDING: Final = 10 * MINUTE
DISCOVERY: Final = "/.well-known/openid-configuration"
CONFIG_BYTES_MAX: Final = 64 * 1024
TIMEOUT_SECONDS: Final = 10
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class _Written(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The file of a provider, as it is written."""

    issuer: str
    client_id: str
    roles: dict[str, str]
    client_secret_file: str | None = None
    scope: str = "openid profile"
    name_claim: str = "preferred_username"
    role_claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Config:
    """A provider, what we are called there, and which words of which claim mean which role, in order of precedence.

    A claim within others is named with dots between.
    """

    issuer: str
    client_id: str
    client_secret: str | None
    scope: str
    name_claim: str
    role_claim: str
    roles: Mapping[str, Role]


class Pending(NamedTuple):
    """A visit to the provider that is not over: what its answer must fit, and when it is too late."""

    nonce: str
    verifier: str
    back: str
    until: Instant


class Known(NamedTuple):
    """Who somebody is, as the provider says: the name that stands in what he books, and his role."""

    name: str
    role: Role


def read_config(path: Path) -> Config:
    """The file of a provider, TOML; the secret is in a file of its own, beside it. Raises UsageError."""
    try:
        written = msgspec.convert(tomllib.loads(files.read(path, CONFIG_BYTES_MAX).decode()), _Written)
        secret = None
        if written.client_secret_file is not None:
            secret = files.read(path.parent / written.client_secret_file, CONFIG_BYTES_MAX).decode().strip()
    except OSError as error:
        raise UsageError(f"{error.filename or path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"{path} says no provider: {error}") from None
    parts = urlsplit(written.issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UsageError(f"{path}: issuer is an address that begins with https://")
    roles = {word: role for word, name in written.roles.items() if (role := named_role(name)) in STAFF and role}
    if strange := sorted(set(written.roles) - set(roles)):
        raise UsageError(f"{path}: roles.{strange[0]} is one of {', '.join(sorted(STAFF))}")
    if not roles:
        raise UsageError(f"{path}: roles names nobody; say which words of {written.role_claim} mean which role")
    return Config(
        written.issuer, written.client_id, secret, written.scope, written.name_claim, written.role_claim, roles
    )


class Provider:
    """A provider of a configuration, asked over HTTP. Raises Problem where it cannot be asked, or says no."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._pending: dict[str, Pending] = {}
        self._app: Any = OAuth().register(
            "staff",
            client_id=config.client_id,
            client_secret=config.client_secret,
            server_metadata_url=config.issuer.rstrip("/") + DISCOVERY,
            client_kwargs={
                "scope": config.scope,
                "code_challenge_method": "S256",
                "timeout": TIMEOUT_SECONDS,
                "trust_env": False,
            },
        )

    async def begin(self, redirect_uri: str, *, back: str, now: Instant) -> tuple[str, str]:
        """The address to send a browser to, and what its cookie must show when it comes back; `back`: where to then."""
        try:
            metadata = await self._app.load_server_metadata()
            self._require_itself(metadata.get("issuer"))
            made = await self._app.create_authorization_url(redirect_uri)
        except (httpx.HTTPError, ValueError, RuntimeError, OAuthError):
            raise _away() from None
        self._pending = {state: each for state, each in self._pending.items() if each.until > now}
        if len(self._pending) >= PENDING_MAX:
            raise Problem(503, "BUSY", "too many are logging in; try again", headers={"Retry-After": "60"})
        key = secrets.token_urlsafe(32)
        self._pending[_place(key, made["state"])] = Pending(made["nonce"], made["code_verifier"], back, now + PENDING)
        return made["url"], key

    async def finish(self, redirect_uri: str, query: Mapping[str, str], key: str, *, now: Instant) -> tuple[Known, str]:
        """Who comes back, and where he is to go. Raises Problem."""
        pending = self._pending.pop(_place(key, query.get("state", "")), None)
        if pending is None or pending.until <= now:
            raise Problem(403, "LOGIN_OVER", "this login was begun elsewhere or too long ago; begin it again")
        if "error" in query or "code" not in query:
            raise Problem(403, "LOGIN_REFUSED", "the provider let nobody in")
        if "iss" in query:
            self._require_itself(query["iss"])
        try:
            token = await self._app.fetch_access_token(redirect_uri, code=query["code"], code_verifier=pending.verifier)
            claims = await self._app.parse_id_token(token, pending.nonce)
            if claims is None:
                raise Problem(403, "LOGIN_REFUSED", "the provider does not say who it is")
            if _found(claims, self.config.role_claim) is None and "userinfo_endpoint" in self._app.server_metadata:
                more = await self._app.userinfo(token=token)
                claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        except (OAuthError, JoseError):
            raise Problem(403, "LOGIN_REFUSED", "what the provider says does not hold") from None
        except (httpx.HTTPError, ValueError, RuntimeError, KeyError):
            raise _away() from None
        return self._known(claims), pending.back

    def _known(self, claims: Mapping[str, Any]) -> Known:
        """Who the claims mean, by the first role of the configuration that they name. Raises Problem."""
        said = _found(claims, self.config.role_claim)
        words = {said} if isinstance(said, str) else {each for each in said or () if isinstance(each, str)}
        role = next((role for word, role in self.config.roles.items() if word in words), None)
        if role is None:
            raise Problem(403, "NO_ROLE", "the provider knows you, and you have no role here; ask whoever gives them")
        return Known(str(_found(claims, self.config.name_claim) or claims["sub"]), role)

    def _require_itself(self, issuer: object) -> None:
        if issuer != self.config.issuer:
            raise Problem(502, "PROVIDER", "the provider calls itself otherwise than the configuration")


def _place(key: str, state: str) -> str:
    """A visit is known by what the browser keeps and what the provider gives back, together."""
    return f"{key} {state}"


def _found(claims: Mapping[str, Any], name: str) -> Any:
    """A claim, also one within others."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _away() -> Problem:
    return Problem(502, "PROVIDER", "the provider cannot be asked now; try again", headers={"Retry-After": "10"})
