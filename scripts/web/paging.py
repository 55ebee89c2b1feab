"""Paging by position: how many at most, and where the next page begins; new rows move none to another page."""

from urllib.parse import quote

from scripts.web.asked import Asked
from scripts.web.problems import Problem


def limit_of(asked: Asked, most: int, *, otherwise: int | None = None) -> int:
    """How many are asked for, at most so many; otherwise that many. Raises Problem."""
    limit: int = asked.get("limit", otherwise or most)
    if not 1 <= limit <= most:
        raise Problem(422, "BAD_PARAMETER", f"limit is 1 to {most}; the rest comes with after")
    return limit


def next_page(asked: Asked, after: object) -> dict[str, str]:
    """The header that names the next page: the same question, behind the last row of this one."""
    kept = [
        piece
        for piece in asked.request.scope.get("query_string", b"").decode("ascii", "replace").split("&")
        if piece and piece.partition("=")[0] != "after"
    ]
    question = "&".join([*kept, f"after={quote(str(after), safe='')}"])
    return {"Link": f'<?{question}>; rel="next"'}
