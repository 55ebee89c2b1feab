"""Routes: what the server answers, as one table; rights, limits, the journal and OpenAPI are made from it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from scripts.app.roles import Role

if TYPE_CHECKING:
    from scripts.web.answer import Answer
    from scripts.web.asked import Asked

Anybody: TypeAlias = Literal["anybody"]
ANYBODY: Final[frozenset[Role | Anybody]] = frozenset({"anybody"})
"""Nobody's data are behind it: the way in, and what the server is."""
Method: TypeAlias = Literal["GET", "POST"]
Kind: TypeAlias = Literal["text", "account", "moment", "day", "month", "integer", "flag", "kopecks"]
Handler: TypeAlias = Callable[["Asked"], "Awaitable[Answer]"]


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a query or a form: what it means, of which kind it is, which values there are.

    `many`: it may come often. `lines`: its text may have several.
    """

    name: str
    does: str
    kind: Kind = "text"
    values: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    lines: bool = False


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request brings: its media types, how many bytes at most, and the name of its schema."""

    media_types: tuple[str, ...]
    bytes_max: int
    schema: str
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class Route:
    """One thing that can be asked for.

    `roles`: who may. `reads_personal`: it tells of somebody, so a subscriber gets no other's, and what staff reads is
    written down. `answers`: media types with the names of their schemas. `created`: it makes something, which 201
    says. `narrows`: it names no number, and answers whoever is limited to a contract about that one. `on_loopback`: it
    is open to this machine. `paged`: 206 says that it is a part of a list. `absent`: TM Forum has it and this server
    does not, which 501 says.
    """

    method: Method
    path: str
    does: str
    roles: frozenset[Role | Anybody]
    handler: Handler
    answers: dict[str, str]
    reads_personal: bool
    params: tuple[Param, ...] = ()
    headers: tuple[Param, ...] = ()
    body: Body | None = None
    problems: tuple[int, ...] = ()
    created: bool = False
    on_loopback: bool = False
    narrows: bool = False
    is_page: bool = False
    paged: bool = False
    absent: bool = False
    tag: str = ""

    def __post_init__(self) -> None:
        """Refuse a route that nobody was thought of for. Raises ValueError."""
        if not self.roles:
            raise ValueError(f"{self.method} {self.path} has no role")
        if self.reads_personal and "anybody" in self.roles:
            raise ValueError(f"{self.method} {self.path} tells of somebody, and is open to anybody")

    @property
    def is_for_limited(self) -> bool:
        """Whether staff or machines that are limited to a contract may ask it."""
        return self.narrows or "{number}" in self.path

    @property
    def is_listed(self) -> bool:
        """Whether it is there for programs to ask: no page, and not absent."""
        return not self.is_page and not self.absent

    @property
    def name(self) -> str:
        """How logs, metrics and the journal call it: nothing of who is asked about is in it."""
        return f"{self.method} {self.path}"
