"""Where a ledger in PostgreSQL is: a URL of libpq with the schema, never printed with its password."""

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from string import hexdigits
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ledger.log.errors import StoreError

SCHEMES: Final = ("postgresql://", "postgres://")
DEFAULT_SCHEMA: Final = "obnovi"
IDENTIFIER_BYTES_MAX: Final = 63
_PORT: Final = re.compile(r"\A(\[[^\]]*\]|[^:]*)(:\d*)?\Z")
_SECRET: Final = ("password", "sslpassword")


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL says: how the server is reached, and the schema that is the ledger, or one of its shards."""

    conninfo: str = field(repr=False)
    """For libpq, with the password if there is one."""
    name: str
    """The same to be printed."""
    schema: str

    def __str__(self) -> str:
        return self.name

    def shard(self, number: int) -> "Place":
        """The schema of a shard: the ledger's own name for the first, the others' end in their number."""
        return self if number == 0 else self.in_schema(f"{self.schema}_{number}")

    def in_schema(self, schema: str) -> "Place":
        """Another schema of the same database."""
        require_schema_name(schema)
        return replace(self, name=_with_schema(self.name, schema), schema=schema)

    @property
    def database(self) -> str:
        """What PostgreSQL's own programs call the database: without the schema, and without a password."""
        parts = urlsplit(self.name)
        return _url(parts.netloc, parts.path, [each for each in parse_qsl(parts.query) if each[0] != "schema"])

    @property
    def file_name(self) -> str:
        """A name for files that belong to this ledger, like no other ledger's of this machine."""
        parts = urlsplit(self.name)
        digest = blake2b(f"{parts.netloc.rpartition('@')[2]}{parts.path}?{parts.query}".encode(), digest_size=4)
        database = quote(unquote(parts.path.lstrip("/")) or "default", safe="")
        return f"{database}.{quote(self.schema, safe='')}-{digest.hexdigest()}"


def parse_url(url: str) -> Place:
    """The place that a URL names. Raises StoreError, without the password, for one that cannot be."""
    try:
        parts = urlsplit(url)
        asked = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _no_place(url) from None
    if parts.fragment or "@" in parts.path or not _is_netloc(parts.netloc, parts.query):
        raise _no_place(url)
    schemas = [value for name, value in asked if name == "schema"]
    schema = schemas[-1] if schemas else DEFAULT_SCHEMA
    require_schema_name(schema)
    others = [(name, value) for name, value in asked if name != "schema"]
    user, at, hosts = parts.netloc.rpartition("@")
    public = [each for each in others if each[0] not in _SECRET]
    bare = _url(f"{user.partition(':')[0]}{at}{hosts}", parts.path, public)
    return Place(_url(parts.netloc, parts.path, others), _with_schema(bare, schema), schema)


def _no_place(url: str) -> StoreError:
    """Names nothing of the URL: any of it may be a password whose signs are not encoded."""
    return StoreError(
        f"what follows {_scheme(url)} is no user, host and database of PostgreSQL; "
        "in a password @ is written %40, / %2F, ? %3F, # %23 and % %25"
    )


def _is_netloc(netloc: str, query: str) -> bool:
    """Whether it has a user and hosts with ports that are numbers, and nothing that could be half a password."""
    user, at, hosts = netloc.rpartition("@")
    ports = [_PORT.search(host) for host in hosts.split(",")]
    encoded = all(len(each) >= 2 and set(each[:2]) <= set(hexdigits) for each in netloc.split("%")[1:])
    return "@" not in user and all(ports) and encoded and (bool(at) or "@" not in query)


def require_schema_name(schema: str) -> None:
    """Refuse a name that PostgreSQL would cut, or keeps for itself. Raises StoreError."""
    if not schema or "\0" in schema or schema.startswith("pg_") or len(schema.encode()) > IDENTIFIER_BYTES_MAX:
        raise StoreError(f"{schema!r} is no name for a schema: 1 to {IDENTIFIER_BYTES_MAX} bytes, and no pg_ before it")


def _with_schema(url: str, schema: str) -> str:
    parts = urlsplit(url)
    others = [each for each in parse_qsl(parts.query, keep_blank_values=True) if each[0] != "schema"]
    return _url(parts.netloc, parts.path, others + ([("schema", schema)] if schema != DEFAULT_SCHEMA else []))


def _url(netloc: str, path: str, asked: list[tuple[str, str]]) -> str:
    return f"postgresql://{netloc}{path}" + (f"?{urlencode(asked, quote_via=quote, safe='/')}" if asked else "")


def _scheme(url: str) -> str:
    return next(scheme for scheme in SCHEMES if url.startswith(scheme))
